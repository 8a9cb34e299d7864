"""Nominees vetted end to end: every reason, every doubt, nothing silently passed, and the same answer shown again."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import python_calamine

from credit_service.bootstrap import build_service
from credit_service.domain.listing import Case, CaseState
from credit_service.domain.resolution import Judgement, Verdict
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.errors import (
    AwardUnknown,
    MissingColumns,
    PurposeMissing,
    RuleNotInForce,
    TooManyNominees,
    UnknownAgency,
    UnknownTemplate,
    UnreadableFile,
    VettingDamaged,
    VettingNotFound,
)
from credit_service.lookup.vetting_print import print_vetting
from credit_service.lookup.vetting_report import write_report
from credit_service.lookup.vettings import LineQuestion, get_kept, list_vettings, page_lines
from credit_service.pipeline import vet_nominees
from credit_service.pipeline.vet import vet_file, vet_standing_honours
from credit_service.pipeline.vet_judge import Known, judge_lines
from credit_service.rulebook.compile_vetting import compile_vetting
from credit_service.settings import Settings
from credit_service.warehouse import vet as warehouse_vet
from credit_service.warehouse.run_query import SUBJECTS_IN_QUESTION, AssessmentRun

from .vetting_world import AGENCY, DAY, OTHER_AGENCY, VettingWorld, code, id_number, open_world

ROOT = Path(__file__).resolve().parents[2]
NAME = "示范区测试企业"
ADULT, CHILD = id_number(date(1990, 3, 7)), id_number(date(2010, 3, 7))
BLANK = ("", "", "", "", "")


@pytest.fixture(scope="module")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose rules were proved and adopted once, to be copied."""
    folder = tmp_path_factory.mktemp("vetting")
    open_world(folder)
    return folder


@pytest.fixture
def world(first_day: Path, tmp_path: Path) -> VettingWorld:
    shutil.copytree(first_day / "live", tmp_path / "live")
    return open_world(tmp_path)


def _company(number: int, honour: str = "文明单位", name: str = NAME) -> tuple[str, str, str, str, str]:
    return name, "企业", code(number), honour, ""


def _fill(world: VettingWorld) -> None:
    world.record(f"uscc:{code(1)}", "penalty", penalty_mask=4, fine_fen=5_000_000)
    world.record(f"uscc:{code(1)}", "judgment_default")
    world.record(f"uscc:{code(2)}", "tax_a")
    world.record(f"uscc:{code(3)}", "penalty", penalty_mask=4, fine_fen=5_000_000, repaired_on=date(2026, 9, 1))


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_every_row_comes_back_with_every_reason(world: VettingWorld, form: str):
    _fill(world)
    receipt = world.vet(
        _company(1),
        _company(2),
        _company(3),
        ("没有代码的企业", "企业", "", "文明单位", ""),
        ("代码写错的企业", "企业", "91990101MA00000000", "文明单位", ""),
        *([BLANK] if form != "json" else []),
        form=form,
    )
    counts = receipt.counts
    blank = 0 if form == "json" else counts.blank
    assert (counts.passed, counts.failed, counts.unclear, counts.faulty) == (2, 1, 1, 1)
    assert counts.received == 5 + blank
    assert world.told(receipt) == [
        ("failed", ["vetting.judgment_default", "vetting.recent_fine"]),
        ("passed", []),
        ("passed", []),
        ("unclear", ["identity.no_code"]),
    ]
    kept = get_kept(world.service.reading_room, receipt.vetting_id, AGENCY)
    assert [one["rule"] for one in kept.findings() if one["severity"] == "error"] == ["uscc-check-digit"]
    first = next(kept.lines())["reasons"][1]
    assert (first["since_on"], first["until_on"]) == ("2026-06-01", "2027-05-31")
    assert "示测〔2026〕1号" in first["about"]
    assert first["law"].startswith("韶关市守信激励措施清单")
    assert first["remedies"] == [
        "信用修复：履行处罚决定、作出信用承诺，最短公示期满后申请信用修复，现在即可办理",
        "等待期满：2027-06-01起不再作为依据",
    ]


def test_a_name_that_is_not_the_codes_is_never_passed(world: VettingWorld):
    _fill(world)
    receipt = world.vet(
        _company(2, name="另一家企业"), _company(9, name="没有记录的企业"), _company(3, name=" 示范区测试企业 ")
    )
    assert world.told(receipt) == [
        ("unclear", ["identity.name_differs"]),
        ("passed", ["identity.name_unknown"]),
        ("passed", []),
    ]


def test_a_namesake_without_a_code_makes_a_doubt_until_it_is_judged_apart(world: VettingWorld):
    world.record(f"uscc:{code(2)}", "tax_a")
    world.record("none:twin", "judgment_default")
    assert world.told(world.vet(_company(2))) == [("unclear", ["identity.same_name"])]
    with world.service.office.ledger.unit_of_work() as uow:
        uow.resolutions.add(
            Judgement("none:twin", Verdict.NOT_SAME, f"uscc:{code(2)}", "不是同一家", "reviewer", world.clock.now())
        )
        uow.commit()
    assert world.told(world.vet(_company(2))) == [("passed", [])]


def test_another_code_of_the_same_name_is_a_doubt_only_where_the_own_code_is_unknown(world: VettingWorld):
    world.record(f"uscc:{code(7)}", "judgment_default")
    world.record(f"uscc:{code(2)}", "tax_a")
    assert world.told(world.vet(_company(2), _company(8))) == [
        ("passed", []),
        ("unclear", ["identity.same_name", "identity.name_unknown"]),
    ]


def test_a_linked_subjects_records_are_the_nominees(world: VettingWorld):
    world.record("none:linked", "wage_arrears")
    world.record(f"uscc:{code(2)}", "tax_a")
    with world.service.office.warehouse.open() as session:
        session.connection.execute(
            "INSERT INTO subject_links VALUES ('none:linked', $code, TIMESTAMP '2026-09-02', NULL)",
            {"code": f"uscc:{code(2)}"},
        )
    assert world.told(world.vet(_company(2))) == [("failed", ["vetting.wage_arrears"])]


def _person(number: str, name: str = "张测试", consent: str = "同意〔2026〕1号") -> tuple[str, str, str, str, str]:
    return name, "自然人", number, "道德模范", consent


def test_persons_only_with_consent_by_number_of_age_and_for_statutory_lists(world: VettingWorld):
    subject = world.person(ADULT, "张测试")
    world.record(subject, "penalty", name="张**", penalty_mask=4, fine_fen=5_000_000)
    receipt = world.vet(_person(ADULT), _person(""), _person(CHILD, "李测试"), award="道德模范")
    assert world.told(receipt) == [
        ("passed", []),
        ("unclear", ["identity.no_number"]),
        ("unclear", ["identity.minor"]),
    ]
    world.record(subject, "judgment_default", name="张**")
    receipt = world.vet(_person(ADULT), _person(ADULT, "王测试"), award="道德模范")
    # Under another name than the ledger's, nothing of the person is told, not even that there is something.
    assert world.told(receipt)[0] == ("failed", ["vetting.judgment_default"])
    assert receipt.counts.faulty == 1  # the same number twice in one file


def test_a_number_under_another_name_tells_nothing_of_the_person(world: VettingWorld):
    world.record(world.person(ADULT, "张测试"), "judgment_default", name="张**")
    receipt = world.vet(_person(ADULT, "王测试"), award="道德模范")
    assert world.told(receipt) == [("unclear", ["identity.name_differs"])]


def test_a_person_without_consent_is_sent_back_and_never_looked_up(world: VettingWorld):
    subject = world.person(ADULT, "张测试")
    world.record(subject, "judgment_default", name="张**")
    receipt = world.vet(_person(ADULT, consent=""), award="道德模范")
    assert (receipt.counts.faulty, receipt.counts.unclear) == (1, 0)
    # A row that does not say its kind is known for a person by the number, and its consent is missing all the same.
    receipt = world.vet(("张测试", "", ADULT, "道德模范", ""), award="道德模范")
    assert world.told(receipt) == [("unclear", ["identity.no_consent"])]
    with world.service.office.ledger.reading() as uow:
        assert uow.lookups.list_for_subject(subject) == []


def test_awards_go_to_whom_they_are_for_and_rows_of_another_award_wait(world: VettingWorld):
    _fill(world)
    receipt = world.vet(_person(ADULT), _company(2, "诚信企业"), _company(2, ""), award="文明单位")
    assert world.told(receipt) == [
        ("unclear", ["identity.not_eligible", "identity.other_award"]),
        ("unclear", ["identity.other_award"]),
        ("passed", []),
    ]


def test_nothing_that_identifies_a_person_is_kept(world: VettingWorld):
    subject = world.person(ADULT, "张测试")
    world.record(subject, "judgment_default", name="张**")
    receipt = world.vet(_person(ADULT), award="道德模范")
    kept = get_kept(world.service.reading_room, receipt.vetting_id, AGENCY)
    files = b"".join(path.read_bytes() for path in sorted(kept.folder.iterdir()))
    assert "张测试".encode() not in files
    assert ADULT.encode() not in files
    assert not list(world.service.office.places.vettings.glob(".making-*"))
    assert next(kept.lines())["own"][1:4] == ["张**", "自然人", f"990{'*' * 14}{ADULT[-1]}"]


def test_every_vetting_is_journalled_person_by_person(world: VettingWorld):
    subject = world.person(ADULT, "张测试")
    world.record(subject, "judgment_default", name="张**")
    _fill(world)
    receipt = world.vet(_person(ADULT), award="道德模范")
    companies = world.vet(_company(1), _company(2))
    with world.service.office.ledger.reading() as uow:
        (look_up,) = uow.lookups.list_for_subject(subject)
        assert (look_up.purpose, look_up.case_no, look_up.agency_code) == ("award", "示文明办〔2026〕12号", AGENCY)
        assert (look_up.actor_id, look_up.hits) == ("clerk", 1)
        (summary,) = uow.lookups.list_for_subject(f"vetting:{companies.vetting_id}")
        assert summary.hits == 2
        entry = uow.audit.find_done("vetting.made", receipt.vetting_id)
        assert entry is not None
        assert entry.detail["counts"]["received"] == 1
        assert entry.detail["rulebook"] == receipt.rulebook
        assert uow.audit.verify().broken_at is None
    made, total = list_vettings(world.service.reading_room, AGENCY, 10, 0)
    assert ([one["vetting_id"] for one in made], total) == ([companies.vetting_id, receipt.vetting_id], 2)
    assert list_vettings(world.service.reading_room, OTHER_AGENCY, 10, 0) == ([], 0)


def test_the_answer_is_shown_again_bit_for_bit_or_not_at_all(world: VettingWorld):
    _fill(world)
    receipt = world.vet(_company(1), _company(2))
    room = world.service.reading_room
    before = "".join(get_kept(room, receipt.vetting_id, AGENCY).to_json())
    world.record(f"uscc:{code(2)}", "judgment_default")
    assert "".join(get_kept(room, receipt.vetting_id, AGENCY).to_json()) == before
    assert json.loads(before)["counts"] == receipt.counts.to_dict()
    with pytest.raises(VettingNotFound):
        get_kept(room, receipt.vetting_id, OTHER_AGENCY)
    with pytest.raises(VettingNotFound):
        get_kept(room, "vet-20260930-0000000000000000", AGENCY)
    lines = room.places.vettings / receipt.vetting_id / "lines.ndjson"
    lines.write_bytes(lines.read_bytes().replace(b'"failed"', b'"passed"'))
    with pytest.raises(VettingDamaged):
        get_kept(room, receipt.vetting_id, AGENCY)
    shutil.rmtree(lines.parent)
    with pytest.raises(VettingDamaged):
        get_kept(room, receipt.vetting_id, AGENCY)


def test_the_same_question_gives_the_same_lines(world: VettingWorld):
    _fill(world)
    one, other = world.vet(_company(1), _company(2)), world.vet(_company(1), _company(2))
    assert one.vetting_id != other.vetting_id
    assert one.result_sha256 == other.result_sha256


def test_what_its_sender_shares_by_authorisation_bars_without_being_told(world: VettingWorld):
    world.record(f"uscc:{code(2)}", "judgment_default", share_scope="authorised", agency_code=OTHER_AGENCY)
    (line,) = world.lines(world.vet(_company(2)))
    assert line["verdict"] == "failed"
    assert "授权共享信息" in line["reasons"][0]["about"]
    assert "示测" not in json.dumps(line, ensure_ascii=False)


def test_lines_are_filtered_and_paged(world: VettingWorld):
    _fill(world)
    receipt = world.vet(_company(1), _company(2), ("无码企业", "企业", "", "", ""))
    kept = get_kept(world.service.reading_room, receipt.vetting_id, AGENCY)

    def places(question: LineQuestion, limit: int = 9, offset: int = 0) -> list[int]:
        return [line["place"] for line in page_lines(kept, question, limit, offset)[0]]

    assert places(LineQuestion()) == [0, 1, 2]
    assert places(LineQuestion(), 1, 1) == [1]
    assert places(LineQuestion(not_passed=True)) == [0, 2]
    assert places(LineQuestion(passed=True)) == [1]
    assert places(LineQuestion(rule="vetting.recent_fine")) == [0]
    assert places(LineQuestion(text="无码")) == [2]
    assert places(LineQuestion(text=code(2).lower())) == [1]
    assert page_lines(kept, LineQuestion(text=".*"), 9, 0) == ([], 0)


def test_workbook_and_print_say_what_the_lines_say(world: VettingWorld):
    _fill(world)
    receipt = world.vet(_company(1), _company(2, name="=1+1"), ("坏行", "企业", "91990101MA00000000", "", ""))
    room, district = world.service.reading_room, world.service.office.district
    kept = get_kept(room, receipt.vetting_id, AGENCY)
    target = world.folder / "结果.xlsx"
    write_report(room, kept, district, target)
    book = python_calamine.CalamineWorkbook.from_path(str(target))
    assert book.sheet_names == ["结果", "原因", "退回的行", "汇总", "说明"]
    results = book.get_sheet_by_name("结果").to_python()
    assert [row[9] for row in results[3:]] == ["不通过", "待核实"]
    assert "失信被执行人" in results[3][10]
    assert results[4][2] == "'=1+1"
    assert len(book.get_sheet_by_name("原因").to_python()) == 3 + 3
    assert "校验码不符" in str(book.get_sheet_by_name("退回的行").to_python()[3])
    summary = {row[0]: row[1] for row in book.get_sheet_by_name("汇总").to_python()[3:9]}
    assert summary == {"收到": 3, "通过": 0, "不通过": 1, "待核实": 1, "退回": 1, "空行": 0}
    printed = print_vetting(room, kept, district)
    assert printed.startswith(b"%PDF")
    assert print_vetting(room, kept, district) == printed


def test_standing_honours_are_vetted_again_each_for_its_own_award(world: VettingWorld):
    world.record(f"uscc:{code(1)}", "honour", topic="文明单位", honour_level="city")
    world.record(f"uscc:{code(1)}", "broken_commitment")
    world.record(f"uscc:{code(2)}", "honour", topic="先进集体", honour_level="city")
    world.record(f"uscc:{code(2)}", "broken_commitment", name=NAME)
    world.record(f"uscc:{code(3)}", "honour", topic="文明单位", ends_on=date(2026, 9, 29))
    adult = world.person(ADULT, "张测试")
    born = {"name": "张**", "topic": "诚信之星", "adult_on": date(2008, 3, 7)}
    world.record(adult, "honour", consent=True, consent_no="1号", **born)
    other = world.person(id_number(date(1991, 3, 7)), "王测试")
    world.record(other, "honour", **born)
    receipt = vet_standing_honours(world.service.office, world.request(None, ""))
    told = {(line["own"][0], line["own"][3]): line for line in world.lines(receipt)}
    assert len(world.lines(receipt)) == receipt.counts.received == 4
    assert [one["rule"] for one in told[NAME, "文明单位"]["reasons"]] == ["vetting.commitment_bar"]
    assert told[NAME, "先进集体"]["verdict"] == "passed"
    assert [one["rule"] for one in told[NAME, "先进集体"]["reasons"]] == ["vetting.commitment_note"]
    persons = sorted(line["verdict"] for line in world.lines(receipt) if line["kind"] == "person")
    assert persons == ["passed", "unclear"]


def _case(**fields: object) -> Case:
    known = {
        "case_id": "C1",
        "subject_id": f"uscc:{code(2)}",
        "subject_kind": SubjectKind.ORGANISATION,
        "subject_name": NAME,
        "identifier_code": code(2),
        "list_kind": ListKind.BLACK,
        "list_type": "samr_serious",
        "list_basis": "市场监管总局令第44号",
        "category": 0,
        "authority_code": AGENCY,
        "authority_name": "某区市场监督管理局",
        "state": CaseState.DECISION_SERVED,
        "rule": "candidate.black.listed",
        "rulebook": "",
        "run_id": "",
        "record_ids": (),
        "fact": "",
        "severity": None,
        "proposed_on": date(2026, 8, 1),
        "decided_on": date(2026, 9, 1),
        "decision_no": "示市监列〔2026〕1号",
        "decision_served_on": date(2026, 9, 10),
        "max_until_on": date(2029, 8, 31),
    }
    return Case(**{**known, **fields})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ("failed", ["vetting.listing.black"])),
        ({"decision_served_on": DAY}, ("failed", ["vetting.listing.black"])),
        ({"decision_served_on": date(2026, 10, 1)}, ("passed", [])),
        ({"max_until_on": DAY}, ("failed", ["vetting.listing.black"])),
        ({"max_until_on": date(2026, 9, 29)}, ("passed", [])),
        ({"state": CaseState.DECIDED, "decision_served_on": None}, ("passed", ["vetting.listing.open"])),
        ({"state": CaseState.PROPOSED}, ("passed", ["vetting.listing.open"])),
        ({"state": CaseState.PROPOSED, "proposed_on": date(2026, 10, 1)}, ("passed", [])),
        ({"state": CaseState.DECLINED}, ("passed", [])),
        ({"state": CaseState.ENDED, "ended_on": date(2026, 9, 20)}, ("passed", [])),
        ({"list_kind": ListKind.WATCH, "list_type": "watch"}, ("passed", ["vetting.listing.watch"])),
        ({"list_kind": ListKind.WATCH, "state": CaseState.PROPOSED}, ("passed", [])),
        ({"list_kind": ListKind.RED, "list_type": "honour"}, ("passed", [])),
    ],
)
def test_only_served_listings_bar(world: VettingWorld, fields: dict[str, object], expected: tuple[str, list[str]]):
    office = world.service.office
    rulebook = office.rulebook(DAY)
    rows = world.write([("1", NAME, "企业", code(2), "文明单位", "某局", "", "")])
    award = vet_nominees.get_award(rulebook.vetting, "文明单位")
    nominees = vet_nominees.read_nominees(office, world.request(rows), award, office.now())
    world.record(f"uscc:{code(2)}", "tax_a")
    with office.warehouse.open() as session:
        run = AssessmentRun("", DAY, office.now(), "")
        frames = warehouse_vet.vet_nominees(
            session, run, compile_vetting(rulebook, SUBJECTS_IN_QUESTION), nominees.frame
        )
    known = Known(frames, {0: [_case(**fields)]}, {}, {})
    (line,) = judge_lines(nominees, {}, known, rulebook, AGENCY)
    assert (line["verdict"], [one["rule"] for one in line["reasons"]]) == expected


def test_questions_that_cannot_be_asked_are_refused_and_leave_nothing(world: VettingWorld, monkeypatch):
    office = world.service.office
    path = world.write([("1", NAME, "企业", code(2), "文明单位", "某局", "", "")])
    with pytest.raises(AwardUnknown):
        vet_file(office, world.request(path, "没有这个奖"))
    with pytest.raises(RuleNotInForce):
        vet_file(office, world.request(path, as_of=date(2020, 1, 1)))
    with pytest.raises(PurposeMissing):
        vet_file(office, replace(world.request(path), purpose=" "))
    with pytest.raises(UnknownAgency):
        vet_file(office, replace(world.request(path), agency_code="nobody"))
    monkeypatch.setattr(vet_nominees, "MOST_NOMINEES", 0)
    with pytest.raises(TooManyNominees):
        vet_file(office, world.request(path))
    with office.ledger.reading() as uow:
        assert uow.audit.list_done("vetting.made") == []
        assert uow.lookups.count() == 0


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", UnreadableFile),
        (b"\x00\x01\x02" * 100, UnreadableFile),
        (b"PK\x03\x04 not a workbook", UnreadableFile),
        ("甲,乙,丙\n1,2,3\n".encode(), UnknownTemplate),
        ("序号,推荐荣誉,推荐单位,备注\n1,文明单位,某局,\n".encode(), (UnknownTemplate, MissingColumns)),
        (b'[{"a": 1', UnreadableFile),
    ],
    ids=["empty", "binary", "torn", "headers", "columns", "json"],
)
def test_hostile_files_are_refused_as_a_whole(world: VettingWorld, content: bytes, fault):
    path = world.folder / "坏.csv"
    path.write_bytes(content)
    with pytest.raises(fault):
        vet_file(world.service.office, world.request(path))


def test_hostile_cells_are_only_text(world: VettingWorld):
    _fill(world)
    rows = [
        ("'; DROP TABLE records; --", "企业", code(2), "文明单位", ""),
        ('=HYPERLINK("http://x")', "企业", code(3), "文明单位", ""),
        ("<script>alert(1)</script>", "企业", code(4), "文明单位", ""),
        ("甲" * 200, "企业", code(5), "文明单位", ""),
    ]
    receipt = world.vet(*rows)
    assert [verdict for verdict, _ in world.told(receipt)] == ["unclear", "unclear", "passed", "passed"]
    with world.service.office.warehouse.open() as session:
        assert session.run_query("SELECT count(*) FROM records").item() == 4


def test_a_rulebook_without_a_vetting_rule_serves_everything_else(tmp_path: Path):
    rules = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", rules)
    shutil.rmtree(rules / "vetting")
    service = build_service(Settings(home=tmp_path / "live", rules=rules))
    assert service.office.rulebook(DAY).vetting is None
    path = tmp_path / "名单.csv"
    path.write_text("被推荐对象名称,统一社会信用代码\n甲,1\n", encoding="utf-8")
    request = vet_nominees.VettingRequest("文明单位", DAY, AGENCY, "clerk", "用途", path, path.name)
    with pytest.raises(RuleNotInForce, match="没有生效的评先评优信用审查规则"):
        vet_file(service.office, request)


def test_the_warehouse_is_left_as_it_was(world: VettingWorld):
    _fill(world)
    with world.service.office.warehouse.open() as session:
        before = session.run_query("SELECT table_name FROM duckdb_tables() ORDER BY ALL")
        world.vet(_company(1))
        after = session.run_query("SELECT table_name FROM duckdb_tables() ORDER BY ALL")
        assert session.run_query("SELECT count(*) FROM assessment_runs").item() == 0
    assert isinstance(before, pl.DataFrame)
    assert after.equals(before)
