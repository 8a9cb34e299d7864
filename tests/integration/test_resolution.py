"""Who an organisation without a code is: judged by a person, remembered, undone, and never against two valid codes."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import duckdb
import pytest

from credit_service.domain.query import Purpose
from credit_service.domain.resolution import Likelihood, Verdict
from credit_service.errors import (
    EvidenceMissing,
    IdentifiersContradict,
    IllegalTransition,
    ScopeDenied,
    SubjectNotFound,
)
from credit_service.lookup.explain import explain_subject
from credit_service.lookup.resolution import get_subject_view, list_history, list_queue, search_subjects
from credit_service.lookup.subject import CheckRequest, check_subject
from credit_service.pipeline.agencies import list_agencies
from credit_service.pipeline.assess import assess
from credit_service.pipeline.ingest import Submission, ingest_file
from credit_service.pipeline.rebuild import rebuild, reconcile
from credit_service.pipeline.repeat import store_again
from credit_service.pipeline.resolve import judge_not_same, judge_own, judge_same, undo_judgement
from credit_service.warehouse.links import list_links
from credit_service.warehouse.snapshot import get_snapshot

from .resolution_world import CLERK, DECIDER, REVIEWER, ResolutionWorld, company_code, open_world, registration_number

NAME = "示范区晨光商贸有限公司（测试）"
COMPANY, NAMESAKE = company_code(1), company_code(2)
NUMBER, NUMBER_2 = registration_number(1), registration_number(2)
DAY = date(2026, 9, 30)


@pytest.fixture
def world(tmp_path: Path) -> ResolutionWorld:
    return open_world(tmp_path)


@pytest.fixture
def filled(world: ResolutionWorld) -> ResolutionWorld:
    """One company with a code, its namesake, and two records of one organisation without a code."""
    world.ingest(
        (NAME, COMPANY, "", "张测试甲", "示市监罚〔2026〕1号"),
        (NAME, NAMESAKE, "", "李测试乙", "示市监罚〔2026〕2号"),
        (NAME, "", "", "张测试甲", "示市监罚〔2026〕3号"),
        ("晨光商贸公司(测试)", "", "", "张测试甲", "示市监罚〔2026〕4号"),
        ("示范区海川食品有限公司（测试）", "", NUMBER, "王测试丙", "示市监罚〔2026〕5号"),
    )
    return world


def test_who_has_no_code_waits_in_the_queue_with_the_best_suggestion(filled: ResolutionWorld):
    queue = list_queue(filled.service.reading_room)
    assert queue.total == 2
    first = next(item for item in queue.items if item.subject.name == NAME)
    assert first.best is not None
    assert first.best.subject.subject_id == f"uscc:{COMPANY}"
    assert first.best.likelihood is Likelihood.LIKELY
    assert "法定代表人相同" in first.best.reasons
    view = get_subject_view(filled.service.reading_room, first.subject.subject_id)
    assert [one.subject.subject_id for one in view.suggestions] == [f"uscc:{COMPANY}", f"uscc:{NAMESAKE}"]
    assert "法定代表人不同" in view.suggestions[1].doubts
    assert [record.document_no for record in view.records] == ["示市监罚〔2026〕3号"]


def test_a_judgement_is_remembered_for_later_records(filled: ResolutionWorld):
    world = filled
    unnamed = world.subject_of("示市监罚〔2026〕3号")
    kept = judge_same(world.service.office, unnamed, COMPANY, REVIEWER, "核对登记档案")
    assert "法定代表人相同" in kept.evidence
    world.clock.move()
    world.ingest((NAME, "", "", "张测试甲", "示市监罚〔2026〕6号"))
    assert world.subject_of("示市监罚〔2026〕6号") == unnamed
    assert unnamed not in {item.subject.subject_id for item in list_queue(world.service.reading_room).items}
    run = assess(world.service.office, DAY)
    assert world.scored(run.run_id)[f"uscc:{COMPANY}"] == 3
    assert unnamed not in world.scored(run.run_id)


def test_an_assessment_that_knew_less_stays_as_it_was(filled: ResolutionWorld):
    world, office = filled, filled.service.office
    unnamed = world.subject_of("示市监罚〔2026〕3号")
    before = assess(office, DAY)
    world.clock.move()
    kept = judge_same(office, unnamed, COMPANY, REVIEWER, "核对登记档案")
    linked = assess(office, DAY)
    world.clock.move()
    undo_judgement(office, kept.number, DECIDER, "核对有误")
    world.clock.move()
    after = assess(office, DAY)
    expected = [world.scored(run.run_id) for run in (before, linked, after)]
    assert [scores.get(unnamed) for scores in expected] == [1, None, 1]
    assert [scores[f"uscc:{COMPANY}"] for scores in expected] == [1, 2, 1]
    rebuild(office)
    assert [world.scored(run.run_id) for run in (before, linked, after)] == expected


def test_a_judgement_in_the_instant_of_an_assessment_comes_after_it(filled: ResolutionWorld):
    world, office = filled, filled.service.office
    run = assess(office, DAY)
    scores = world.scored(run.run_id)
    judge_same(office, world.subject_of("示市监罚〔2026〕3号"), COMPANY, REVIEWER, "核对登记档案")
    with office.ledger.reading() as uow:
        (receipt,) = uow.runs.list_all()
    assert store_again(office, receipt)
    assert world.scored(run.run_id) == scores


def test_one_act_reported_with_and_without_a_code_counts_once(filled: ResolutionWorld):
    world, office = filled, filled.service.office
    world.ingest((NAME, COMPANY, "", "张测试甲", "示市监罚〔2026〕3号"))
    with office.warehouse.open() as session:
        ids = session.run_query("SELECT subject_id FROM records WHERE document_no = '示市监罚〔2026〕3号'")[
            "subject_id"
        ]
    unnamed = next(one for one in ids if one.startswith("none:"))
    judge_same(office, unnamed, COMPANY, REVIEWER, "同一决定书")
    world.clock.move()
    run = assess(office, DAY)
    assert world.scored(run.run_id)[f"uscc:{COMPANY}"] == 2


def test_a_look_up_by_either_code_has_one_answer(filled: ResolutionWorld):
    world, office = filled, filled.service.office
    judge_same(office, NUMBER, company_code(3), REVIEWER, "换发统一社会信用代码")
    answers = [
        check_subject(world.service.reading_room, CheckRequest(code, Purpose.AWARD, "办1", "K", world.agency_code))
        for code in (NUMBER, company_code(3))
    ]
    assert {answer.subject_id for answer in answers} == {f"uscc:{company_code(3)}"}


def test_an_explanation_follows_the_link(filled: ResolutionWorld):
    world, office = filled, filled.service.office
    unnamed = world.subject_of("示市监罚〔2026〕3号")
    judge_same(office, unnamed, COMPANY, REVIEWER, "核对登记档案")
    world.clock.move()
    assess(office, DAY)
    told = explain_subject(world.service.reading_room, unnamed, DAY)
    assert told.subject == f"uscc:{COMPANY}"
    assert len(told.records or told.categories[0].reasons) == 2


def test_namesakes_are_never_suggested_again_and_a_search_says_so(filled: ResolutionWorld):
    world, room = filled, filled.service.reading_room
    unnamed = world.subject_of("示市监罚〔2026〕3号")
    judge_not_same(world.service.office, unnamed, NAMESAKE, REVIEWER, "法定代表人、住所均不同")
    judge_not_same(world.service.office, COMPANY, NAMESAKE, REVIEWER, "两个统一社会信用代码")
    assert [one.subject.subject_id for one in get_subject_view(room, unnamed).suggestions] == [f"uscc:{COMPANY}"]
    hits = {hit.subject.subject_id: hit for hit in search_subjects(room, NAME)}
    assert hits[f"uscc:{COMPANY}"].namesakes == (f"uscc:{NAMESAKE}",)
    with pytest.raises(IllegalTransition):
        judge_same(world.service.office, unnamed, NAMESAKE, REVIEWER, "再试")


def test_a_subject_of_its_own_leaves_the_queue_and_comes_back_when_undone(filled: ResolutionWorld):
    world, room = filled, filled.service.reading_room
    unnamed = world.subject_of("示市监罚〔2026〕4号")
    kept = judge_own(world.service.office, unnamed, REVIEWER, "未登记的合伙")
    assert unnamed not in {item.subject.subject_id for item in list_queue(room).items}
    assert get_subject_view(room, unnamed).is_own
    undo_judgement(world.service.office, kept.number, REVIEWER, "查到登记")
    assert unnamed in {item.subject.subject_id for item in list_queue(room).items}
    history, names, _ = list_history(room)
    assert [(one.verdict, one.undo_reason) for one in history] == [(Verdict.OWN, "查到登记")]
    assert names[unnamed].startswith("晨光商贸公司")


def test_an_earlier_judgement_about_the_same_name_is_the_first_suggestion(filled: ResolutionWorld):
    world, room = filled, filled.service.reading_room
    kept = judge_same(world.service.office, world.subject_of("示市监罚〔2026〕3号"), COMPANY, REVIEWER, "核对登记档案")
    world.ingest((NAME, "", "", "", "示市监罚〔2026〕9号"))
    first = get_subject_view(room, world.subject_of("示市监罚〔2026〕9号")).suggestions[0]
    assert first.subject.subject_id == f"uscc:{COMPANY}"
    assert f"第{kept.number}号判断" in first.reasons[-1]


def test_former_names_are_kept_and_found(filled: ResolutionWorld):
    world, room = filled, filled.service.reading_room
    world.clock.move()
    world.ingest(("示范区朝阳实业有限公司（测试）", COMPANY, "", "张测试甲", "示市监罚〔2026〕7号"))
    view = get_subject_view(room, COMPANY)
    assert view.subject.name == "示范区朝阳实业有限公司（测试）"
    assert [span.name for span in view.former_names] == [NAME]
    assert COMPANY in search_subjects(room, NAME)[0].subject.subject_id
    unnamed = get_subject_view(room, world.subject_of("示市监罚〔2026〕3号"))
    assert unnamed.suggestions[0].subject.subject_id == f"uscc:{COMPANY}"
    assert "曾用名" in unnamed.suggestions[0].reasons[0]


@pytest.mark.parametrize(
    ("own", "other", "fault"),
    [
        (COMPANY, NAMESAKE, IdentifiersContradict),
        (NUMBER, NUMBER_2, IdentifiersContradict),
        (COMPANY, NUMBER, IdentifiersContradict),
        ("none:unknown", COMPANY, SubjectNotFound),
        ("11010519491231002X", COMPANY, SubjectNotFound),
        (NUMBER, "91990101TEST000019", SubjectNotFound),
        (NUMBER, "psn:00000000000000000000000000000001", SubjectNotFound),
    ],
)
def test_what_may_not_be_linked_is_refused_in_words(filled: ResolutionWorld, own: str, other: str, fault: type):
    with pytest.raises(fault) as refused:
        judge_same(filled.service.office, own, other, REVIEWER, "理由")
    assert refused.value.remedy


def test_only_reviewers_and_deciders_judge_and_only_with_a_reason(filled: ResolutionWorld):
    unnamed = filled.subject_of("示市监罚〔2026〕3号")
    with pytest.raises(ScopeDenied):
        judge_same(filled.service.office, unnamed, COMPANY, CLERK, "理由")
    with pytest.raises(EvidenceMissing):
        judge_same(filled.service.office, unnamed, COMPANY, REVIEWER, "  ")
    with pytest.raises(SubjectNotFound):
        undo_judgement(filled.service.office, 99, REVIEWER, "理由")


def test_every_judgement_is_in_the_audit_chain_without_its_words(filled: ResolutionWorld):
    kept = judge_same(
        filled.service.office, filled.subject_of("示市监罚〔2026〕3号"), COMPANY, REVIEWER, "当事人张测试甲自述"
    )
    undo_judgement(filled.service.office, kept.number, DECIDER, "当事人张测试甲更正")
    with filled.service.office.ledger.reading() as uow:
        entries = uow.audit.list_newest(2)
        assert uow.audit.verify().broken_at is None
    assert [entry.action for entry in entries] == ["subject.undo", "subject.same"]
    assert "张测试甲" not in str(entries)


def test_the_warehouse_mirrors_the_links_and_may_lose_them(filled: ResolutionWorld):
    world, office = filled, filled.service.office
    judge_same(office, world.subject_of("示市监罚〔2026〕3号"), COMPANY, REVIEWER, "核对登记档案")
    with office.warehouse.open() as session:
        mirrored = list_links(session).rows()
        session.connection.sql("DELETE FROM subject_links")
    world.clock.move()
    assess(office, DAY)
    with office.warehouse.open() as session:
        assert list_links(session).rows() == mirrored
        session.connection.sql("DELETE FROM subject_links")
    reconcile(office)
    with office.warehouse.open() as session:
        assert list_links(session).rows() == mirrored
    assert len(mirrored) == 1


def test_analysts_see_the_same_subjects_in_records_and_scores(filled: ResolutionWorld):
    world, office = filled, filled.service.office
    judge_same(office, world.subject_of("示市监罚〔2026〕3号"), COMPANY, REVIEWER, "核对登记档案")
    judge_same(office, world.subject_of("示市监罚〔2026〕4号"), company_code(7), REVIEWER, "核对登记档案")
    world.clock.move()
    assess(office, DAY)
    with duckdb.connect(str(get_snapshot(office.places.snapshots).path), read_only=True) as snapshot:
        subjects = dict(snapshot.sql("SELECT subject_id, code FROM subjects_public").fetchall())
        records = dict(snapshot.sql("SELECT subject_id, count(*) FROM records_public GROUP BY subject_id").fetchall())
        scored = {row[0] for row in snapshot.sql("SELECT DISTINCT subject_id FROM scores").fetchall()}
    assert set(subjects) == set(records) == scored
    assert subjects[f"uscc:{company_code(7)}"] == company_code(7)
    assert records[f"uscc:{COMPANY}"] == 2


def test_an_empty_queue_is_a_queue(world: ResolutionWorld):
    queue = list_queue(world.service.reading_room)
    assert (queue.items, queue.total, queue.pages) == ((), 0, 1)
    assert search_subjects(world.service.reading_room, "晨光") == ()


def _list_procurement(world: ResolutionWorld, *rows: tuple[str, str, str]) -> None:
    """Send the list of procurement, which needs no code; rows of (name, unified code, fact)."""
    sender = next(one for one in list_agencies(world.service.office) if not one.templates)
    path = world.folder / f"采购名单{len(rows)}{rows[0][1]}.csv"
    headers = (
        "机构名称",
        "统一社会信用代码",
        "不良行为的具体情形",
        "处罚依据",
        "处罚结果",
        "记录日期",
        "处罚截止日期",
        "执法单位",
    )
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(headers)
        for name, code, fact in rows:
            basis, outcome = "政府采购法", "列入不良行为记录名单"
            writer.writerow((name, code, fact, basis, outcome, "2026-08-01", "2028-08-01", "财政局（测试）"))
    outcome = ingest_file(world.service.office, Submission(path, path.name, sender.agency_code, "clerk"))
    assert outcome.batch.accepted == len(rows), outcome.findings


def test_a_case_opened_before_the_link_is_not_proposed_twice(world: ResolutionWorld):
    office = world.service.office
    _list_procurement(world, (NAME, "", "提供虚假材料谋取中标"))
    first = assess(office, DAY)
    (case,) = first.proposed
    assert (case.subject_id[:5], case.identifier_code) == ("none:", None)
    world.clock.move()
    judge_same(office, case.subject_id, COMPANY, REVIEWER, "核对登记档案")
    world.clock.move()
    second = assess(office, DAY)
    assert second.candidates == first.candidates
    assert second.proposed == ()


def test_a_case_after_the_link_names_the_company_with_its_code(world: ResolutionWorld):
    office = world.service.office
    world.ingest(("示范区朝阳实业有限公司（测试）", COMPANY, "", "张测试甲", "示市监罚〔2026〕1号"))
    _list_procurement(world, (NAME, "", "提供虚假材料谋取中标"))
    (item,) = list_queue(world.service.reading_room).items
    judge_same(office, item.subject.subject_id, COMPANY, REVIEWER, "核对登记档案")
    world.clock.move()
    (case,) = assess(office, DAY).proposed
    assert (case.subject_id, case.identifier_code) == (f"uscc:{COMPANY}", COMPANY)
    assert case.subject_name == "示范区朝阳实业有限公司（测试）"


def test_a_link_gives_the_points_that_reporting_with_the_code_gives(tmp_path: Path):
    points = []
    for folder, code in (("linked", ""), ("reported", COMPANY)):
        (tmp_path / folder).mkdir()
        world = open_world(tmp_path / folder)
        world.ingest(
            (NAME, COMPANY, "", "张测试甲", "示市监罚〔2026〕1号"), (NAME, code, "", "张测试甲", "示市监罚〔2026〕2号")
        )
        _list_procurement(world, (NAME, COMPANY, "提供虚假材料谋取中标"), (NAME, COMPANY, "串通投标"))
        if not code:
            unnamed = world.subject_of("示市监罚〔2026〕2号")
            judge_same(world.service.office, unnamed, COMPANY, REVIEWER, "核对登记档案")
        world.clock.move()
        run = assess(world.service.office, DAY)
        with world.service.office.warehouse.open() as session:
            scores = session.run_query("SELECT * EXCLUDE (run_id) FROM scores ORDER BY ALL").rows()
        points.append((scores, run.candidates, [(case.subject_id, case.list_type) for case in run.proposed]))
    assert points[0] == points[1]
