import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest

from credit_service.domain.bulletin import Release, ReleasedFile
from credit_service.domain.listing import ActKind, CaseFilter, CaseState
from credit_service.domain.measure import MeasureOwed
from credit_service.domain.score import ListKind
from credit_service.errors import (
    BulletinNotFound,
    CaseNotFound,
    ConsentMissing,
    DecisionError,
    IllegalTransition,
    LedgerConflict,
    MinorProtected,
)

STATES = (
    CaseState.PROPOSED,
    CaseState.NOTICED,
    CaseState.NOTICE_SERVED,
    CaseState.HEARD,
    CaseState.DECIDED,
    CaseState.DECISION_SERVED,
    CaseState.PUBLISHED,
)


def owed(case, **changes):
    plain = MeasureOwed(case.case_id, "key_supervision", "依据", "各部门", case.decision_served_on, case.max_until_on)
    return replace(plain, **changes)


def release(desk, *case_ids, **changes):
    files = (ReleasedFile("bulletin.html", "text/html", 9, "f" * 64),)
    plain = Release("HB2026Q3", "2026Q3", 1, "2026年第三季度", desk.now(), case_ids, files, "m" * 64)
    return replace(plain, **changes)


@pytest.mark.parametrize("state", STATES)
def test_what_is_stored_is_what_was_saved(desk, state):
    case = desk.walk(desk.case(), state)
    assert desk.stored(case.case_id) == case


def test_every_act_is_kept_in_order(desk):
    case = desk.walk(desk.case(), CaseState.PUBLISHED)
    with desk.ledger.reading() as uow:
        acts = uow.acts.list_for_case(case.case_id)
    assert [act.kind.value for act in acts] == [
        "propose",
        "draft_notice",
        "serve_notice",
        "hear",
        "decide",
        "serve_decision",
        "publish",
    ]
    assert acts[0].actor_id == "engine"
    assert acts[4] == desk.act(ActKind.DECIDE, case.decided_on)


def test_a_stale_view_is_a_conflict_and_changes_nothing(desk):
    case = desk.walk(desk.case(), CaseState.HEARD)
    decided, decide = desk.move(case, ActKind.DECIDE)
    desk.save(case, ActKind.DECLINE)
    with pytest.raises(LedgerConflict, match="他人"), desk.ledger.unit_of_work() as uow:
        uow.cases.save(decided, decide)
    assert desk.stored(case.case_id).state is CaseState.DECLINED


def test_two_officials_deciding_at_once_one_wins(desk):
    case = desk.walk(desk.case(), CaseState.HEARD)
    start, outcomes = threading.Barrier(2), []

    def decide(kind: ActKind) -> None:
        start.wait()
        try:
            with desk.ledger.unit_of_work() as uow:
                moved, act = desk.move(uow.cases.get(case.case_id), kind)
                uow.cases.save(moved, act)
                uow.commit()
            outcomes.append("won")
        except (LedgerConflict, DecisionError) as fault:
            outcomes.append(type(fault).__name__)

    threads = [threading.Thread(target=decide, args=(kind,)) for kind in (ActKind.DECIDE, ActKind.DECLINE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes)[1] == "won"
    assert sorted(outcomes)[0] in {"IllegalTransition", "LedgerConflict"}
    with desk.ledger.reading() as uow:
        assert len(uow.acts.list_for_case(case.case_id)) == 5


def test_an_unknown_case_is_named(desk):
    with pytest.raises(CaseNotFound, match="C404"), desk.ledger.reading() as uow:
        uow.cases.get("C404")
    moved, act = desk.move(desk.case(), ActKind.DRAFT_NOTICE)
    with pytest.raises(CaseNotFound), desk.ledger.unit_of_work() as uow:
        uow.cases.save(moved, act)


def test_there_is_one_open_case_of_a_kind(desk):
    desk.add(desk.case(1))
    with pytest.raises(LedgerConflict, match="已有"):
        desk.add(desk.case(1, case_id="C2"))
    desk.add(desk.case(1, case_id="C3", category=5))


def test_after_the_end_a_new_case_may_be_opened(desk):
    desk.save(desk.walk(desk.case(1), CaseState.DECIDED), ActKind.REVOKE)
    desk.add(desk.case(1, case_id="C2"))
    with pytest.raises(LedgerConflict):
        desk.add(desk.case(1))


def test_only_proposals_are_added(desk):
    published = desk.walk(desk.case(), CaseState.PUBLISHED)
    with pytest.raises(IllegalTransition, match="拟列入"):
        desk.add(replace(published, case_id="C2", subject_id="uscc:OTHER"))


def test_minors_and_persons_without_consent_are_not_even_added(desk):
    with pytest.raises(MinorProtected):
        desk.add(desk.person(adult_on=date(2026, 9, 5)))
    with pytest.raises(ConsentMissing):
        desk.add(desk.person(list_kind=ListKind.RED))


@pytest.mark.parametrize("first", ["black", "red"])
def test_a_subject_is_never_red_and_black(desk, first):
    black, red = desk.case(1), desk.red(2, subject_id="uscc:TEST1")
    standing, coming = (black, red) if first == "black" else (red, black)
    standing = desk.walk(standing, CaseState.DECISION_SERVED)
    heard = desk.walk(coming, CaseState.HEARD)
    with pytest.raises(IllegalTransition, match="不得同时"):
        desk.save(heard, ActKind.DECIDE)
    assert desk.stored(heard.case_id).state is CaseState.HEARD
    desk.save(standing, ActKind.REVOKE)
    assert desk.save(heard, ActKind.DECIDE).state is CaseState.DECIDED


def test_lists_answer_what_pages_ask(desk):
    published = desk.walk(desk.case(1), CaseState.PUBLISHED)
    open_case = desk.walk(desk.case(2, subject_name="百分之五%有限公司（测试）"), CaseState.HEARD)
    ended = desk.save(desk.walk(desk.case(3), CaseState.PUBLISHED), ActKind.REVOKE)
    person = desk.walk(desk.person(4), CaseState.PUBLISHED)
    with desk.ledger.reading() as uow:
        assert uow.cases.list_open() == [published, open_case, person]
        assert uow.cases.list_standing() == [published, person]
        assert uow.cases.list_effective(published.decision_served_on) == [published, person]
        assert uow.cases.list_effective(published.decision_served_on - timedelta(days=1)) == []
        assert uow.cases.list_effective(published.max_until_on + timedelta(days=1)) == []
        assert uow.cases.list_by_subject("uscc:TEST3") == [ended]
        assert uow.cases.list_by_code("TEST1") == [published]
        assert uow.cases.list_filtered(CaseFilter(ListKind.BLACK, CaseState.HEARD)) == [open_case]
        assert uow.cases.list_filtered(CaseFilter(), 1, 1) == [open_case]
        assert uow.cases.list_left(ended.ended_on, ended.ended_on) == [ended]
        assert {case.case_id for case in uow.cases.list_about(["uscc:TEST1", "uscc:TEST3"])} == {
            published.case_id,
            ended.case_id,
        }
        assert uow.cases.search_published("第1有限", 10) == [published]
        assert uow.cases.search_published("test1", 10) == [published]
        assert uow.cases.search_published("张", 10) == []
        assert uow.cases.search_published("%", 10) == []
        assert uow.cases.count_by_state()[ListKind.BLACK, CaseState.PUBLISHED] == 2


def test_measures_end_with_their_listing(desk):
    case = desk.walk(desk.case(), CaseState.DECISION_SERVED)
    with desk.ledger.unit_of_work() as uow:
        uow.measures.add([owed(case), owed(case, measure="honours_limit", body="评选单位")])
        uow.commit()
    with desk.ledger.reading() as uow:
        assert [m.measure for m in uow.measures.list_running(case.decision_served_on)] == [
            "honours_limit",
            "key_supervision",
        ]
        assert [m.measure for m in uow.measures.list_running(case.decision_served_on, "评选")] == ["honours_limit"]
    ended = desk.save(case, ActKind.REVOKE)
    with desk.ledger.reading() as uow:
        assert {m.ended_on for m in uow.measures.list_for_case(case.case_id)} == {ended.ended_on}
        assert uow.measures.list_running(ended.ended_on) == []


@pytest.mark.parametrize("state", [CaseState.PROPOSED, CaseState.HEARD, CaseState.DECIDED])
def test_no_measure_without_a_served_decision(desk, state):
    case = desk.walk(desk.case(), state)
    with pytest.raises(IllegalTransition, match="措施"), desk.ledger.unit_of_work() as uow:
        uow.measures.add([owed(case, from_on=date(2026, 9, 30), until_on=date(2027, 1, 1))])


@pytest.mark.parametrize("until_on", [None, date(2099, 1, 1)])
def test_no_measure_outlives_its_listing(desk, until_on):
    case = desk.walk(desk.case(), CaseState.DECISION_SERVED)
    with pytest.raises(IllegalTransition), desk.ledger.unit_of_work() as uow:
        uow.measures.add([owed(case, until_on=until_on)])


def test_releases_are_kept_with_their_cases(desk):
    first, second = desk.walk(desk.case(1), CaseState.PUBLISHED), desk.walk(desk.red(2), CaseState.PUBLISHED)
    issue = release(desk, second.case_id, first.case_id)
    with desk.ledger.unit_of_work() as uow:
        assert uow.publications.next_serial() == 1
        uow.publications.add(issue)
        assert uow.publications.next_serial() == 2
        uow.commit()
    with desk.ledger.reading() as uow:
        assert uow.publications.find("2026Q3") == issue
        assert uow.publications.get("HB2026Q3") == issue
        assert uow.publications.list_all() == [issue]
        assert uow.publications.find("2026Q4") is None
        with pytest.raises(BulletinNotFound):
            uow.publications.get("HB2026Q4")


def test_an_issue_is_released_once(desk):
    with pytest.raises(LedgerConflict), desk.ledger.unit_of_work() as uow:
        uow.publications.add(release(desk))
        uow.publications.add(release(desk, bulletin_id="HB2", serial=2))


def test_a_release_shows_published_cases_only(desk):
    case = desk.walk(desk.case(), CaseState.DECISION_SERVED)
    with pytest.raises(IllegalTransition, match="公告"), desk.ledger.unit_of_work() as uow:
        uow.publications.add(release(desk, case.case_id))
    with desk.ledger.reading() as uow:
        assert uow.publications.list_all() == []
