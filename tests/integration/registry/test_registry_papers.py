"""The law of papers in the tables: what SQL of another program cannot do, on either database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from credit_service.domain.listing import ActKind
from credit_service.domain.paper import Paper, PaperKind, PaperNumber, PaperState
from credit_service.errors import ClockReversed, EvidenceMissing, IllegalTransition, LedgerConflict, PaperNotFound

NOW = datetime(2026, 9, 4, 4, tzinfo=UTC)
TODAY = date(2026, 9, 4)
HASH = "ab" * 32


def paper(serial: int = 1, **changes: object) -> Paper:
    number = PaperNumber("11990101TEST00000X", 2026, changes.pop("kind", PaperKind.NOTICE), serial)
    plain = Paper(
        paper_id=f"W{serial:016d}",
        object_id=f"C{serial:012d}",
        case_id=None,
        number=number,
        document_no=f"测信告〔2026〕{serial}号",
        state=PaperState.RESERVED,
        issued_on=TODAY,
        reserved_by="reviewer",
        reserved_at=NOW,
        rulebook=HASH,
        template_hash=HASH,
    )
    return replace(plain, **changes)


def reserve(desk, *papers: Paper) -> None:
    with desk.ledger.unit_of_work() as uow:
        for one in papers:
            uow.papers.reserve(one)
        uow.commit()


def issue(desk, serial: int = 1) -> Paper:
    with desk.ledger.unit_of_work() as uow:
        issued = uow.papers.issue(f"W{serial:016d}", HASH, HASH, NOW)
        uow.commit()
    return issued


def void(desk, serial: int = 1, reason: str = "有误", at: datetime = NOW) -> Paper:
    with desk.ledger.unit_of_work() as uow:
        voided = uow.papers.void(f"W{serial:016d}", "reviewer", at, reason)
        uow.commit()
    return voided


def test_what_was_reserved_and_issued_comes_back(desk):
    reserve(desk, paper())
    issued = issue(desk)
    with desk.ledger.reading() as uow:
        assert uow.papers.get("W0000000000000001") == issued
        assert uow.papers.find_current("C000000000001", PaperKind.NOTICE) == issued
        assert uow.papers.find_current("C000000000001", PaperKind.DECISION) is None
        assert uow.papers.find_next_serial("11990101TEST00000X", 2026, PaperKind.NOTICE) == 2
        assert uow.papers.find_next_serial("11990101TEST00000X", 2027, PaperKind.NOTICE) == 1
        assert uow.papers.find_next_serial("11990101TEST00000X", 2026, PaperKind.DECISION) == 1
        with pytest.raises(PaperNotFound):
            uow.papers.get("W9")


@pytest.mark.parametrize("serial", [1, 3, 0, -1])
def test_a_series_has_neither_gaps_nor_doubles(desk, serial):
    reserve(desk, paper(1))
    with pytest.raises(LedgerConflict):
        reserve(desk, paper(serial, paper_id="W-other", object_id="C-other"))
    reserve(desk, paper(2))


def test_each_agency_year_and_kind_counts_for_itself(desk):
    reserve(desk, paper(1))
    reserve(desk, paper(1, kind=PaperKind.DECISION, paper_id="W-d"))
    other = PaperNumber("11990101TEST00001X", 2026, PaperKind.NOTICE, 1)
    reserve(desk, replace(paper(1, paper_id="W-o", object_id="C-o"), number=other))


def test_one_thing_has_one_paper_of_a_kind_until_it_is_voided(desk):
    reserve(desk, paper(1))
    again = paper(2, object_id="C000000000001")
    with pytest.raises(IllegalTransition, match="已取号"):
        reserve(desk, again)
    assert void(desk).void_reason == "有误"
    reserve(desk, again)


def test_a_voided_paper_stays_voided(desk):
    reserve(desk, paper())
    issue(desk)
    assert void(desk).docx_sha256 == HASH
    for move in (void, issue):
        with pytest.raises(IllegalTransition):
            move(desk)


def test_a_paper_is_not_issued_twice(desk):
    reserve(desk, paper())
    issue(desk)
    with pytest.raises(IllegalTransition):
        issue(desk)


@pytest.mark.parametrize(("reason", "at"), [(" ", NOW), ("有误", NOW - timedelta(days=1))])
def test_voiding_needs_a_reason_and_time_goes_forward(desk, reason, at):
    reserve(desk, paper())
    with pytest.raises(EvidenceMissing):
        void(desk, reason=reason, at=at)


@pytest.mark.parametrize("changes", [{"issued_on": date(2026, 9, 5)}, {"issued_on": date(2026, 9, 3)}])
def test_a_paper_bears_the_legal_day_its_number_was_taken(desk, changes):
    with pytest.raises(ClockReversed):
        reserve(desk, paper(**changes))


def test_the_legal_day_is_that_of_shanghai(desk):
    new_year = datetime(2026, 12, 31, 17, tzinfo=UTC)
    late = replace(paper(), number=PaperNumber("A", 2027, PaperKind.NOTICE, 1))
    reserve(desk, replace(late, reserved_at=new_year, issued_on=date(2027, 1, 1)))


def test_a_number_an_act_has_taken_is_never_voided(desk):
    case = desk.add(desk.case())
    reserve(desk, paper(1, case_id=case.case_id, object_id=case.case_id))
    issue(desk)
    desk.save(case, ActKind.DRAFT_NOTICE, document_no="测信告〔2026〕1号")
    with pytest.raises(IllegalTransition, match="已用于办理"):
        void(desk)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE paper SET document_no = '测信告〔2026〕9号'",
        "UPDATE paper SET serial = 9",
        "UPDATE paper SET year = 2025",
        "UPDATE paper SET issued_on = '2026-09-05'",
        "UPDATE paper SET case_id = 'C1'",
        "UPDATE paper SET key_id = 'PK'",
        "UPDATE paper SET template_hash = '" + "cd" * 32 + "'",
        "UPDATE paper SET pdf_sha256 = '" + "cd" * 32 + "'",
        "UPDATE paper SET state = 'reserved', docx_sha256 = NULL, pdf_sha256 = NULL, issued_at = NULL",
        "UPDATE paper SET state = 'voided'",
        "DELETE FROM paper",
    ],
)
def test_an_issued_paper_is_not_altered_by_anybody(desk, statement):
    reserve(desk, paper())
    issue(desk)
    before = desk.dump()["paper"]
    with pytest.raises(sa.exc.DBAPIError):
        desk.run_raw(statement)
    assert desk.dump()["paper"] == before


def test_a_paper_cannot_begin_issued(desk):
    with pytest.raises(IllegalTransition):
        reserve(desk, paper(state=PaperState.ISSUED, docx_sha256=HASH, pdf_sha256=HASH, issued_at=NOW))


def test_replacing_deletes_nothing_on_sqlite(desk):
    if not desk.url.startswith("sqlite"):
        return  # Only SQLite has replacing inserts.
    reserve(desk, paper())
    columns = "paper_id, object_id, agency_code, year, kind, serial, document_no, state, issued_on, reserved_by"
    with pytest.raises(sa.exc.DBAPIError):
        desk.run_raw(
            f"INSERT OR REPLACE INTO paper ({columns}, reserved_at, key_id, rulebook, template_hash) "
            f"SELECT {columns}, reserved_at, key_id, rulebook, '{'cd' * 32}' FROM paper"
        )
