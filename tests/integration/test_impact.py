"""What a draft would change, on a world small enough to know the answer by hand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest
from integration.adoption_world import DECIDER, EVENTS, REVIEWER, TODAY, Penalty, open_adoption_world
from integration.impact_world import DAY, FOUR, OTHER_PERSON, PERSON, TWO, make_draft, open_world

from credit_service.bootstrap import Service
from credit_service.domain.score import ListKind
from credit_service.errors import RulebookFaulty, RulebookNotAdopted, TemplateFault
from credit_service.lookup.draft_sources import ON_DISK, list_offered, open_draft
from credit_service.lookup.impact import ImpactQuestion, compare_draft
from credit_service.lookup.impact_page import render_report
from credit_service.lookup.impact_print import print_impact
from credit_service.lookup.impact_types import Flow, GradeMove, Impact
from credit_service.lookup.impact_words import summarise, to_json
from credit_service.lookup.impact_workbook import write_workbook
from credit_service.pipeline.adopt import ProposalRequest, confirm_rulebook, propose_rulebook


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    return open_world(tmp_path_factory.mktemp("impact"))


@pytest.fixture(scope="module")
def harsher(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Impact:
    """The draft takes 14 points for an ordinary fine and watches only D."""
    draft = make_draft(tmp_path_factory.mktemp("harsher"), "fines", "only_d")
    return compare_draft(service.reading_room, ImpactQuestion(draft, DAY))


def flow_of(impact: Impact, dimension: str, kind: ListKind) -> dict[str, tuple[int, int, int]]:
    return {
        line.key: (line.flow.entering, line.flow.leaving, line.flow.staying)
        for line in impact.dimension(dimension).lines
        if line.list_kind is kind
    }


def test_who_enters_and_leaves_is_as_added_up_by_hand(harsher: Impact):
    # Two falls from 85 B to 58 D and is watched now; four stays at 70 C, which is watched no longer.
    assert {line.list_kind: line.flow for line in harsher.organisations} == {
        ListKind.BLACK: Flow(0, 0, 0),
        ListKind.WATCH: Flow(1, 1, 0),
        ListKind.RED: Flow(0, 0, 0),
    }
    assert flow_of(harsher, "type", ListKind.WATCH) == {"watch": (1, 1, 0)}
    assert flow_of(harsher, "category", ListKind.WATCH) == {"4": (1, 0, 0), "16": (0, 1, 0)}
    assert flow_of(harsher, "rule", ListKind.WATCH) == {"candidate.watch.category": (1, 1, 0)}
    assert flow_of(harsher, "size", ListKind.WATCH) == {"2": (1, 1, 0)}
    assert flow_of(harsher, "subject_kind", ListKind.WATCH) == {"organisation": (1, 1, 0)}


def test_places_come_from_the_code_and_departments_from_the_report(harsher: Impact):
    assert flow_of(harsher, "district", ListKind.WATCH) == {"410102": (0, 1, 0), "440203": (1, 0, 0)}
    labels = {line.key: line.label for line in harsher.dimension("district").lines}
    assert labels["410102"] == "410102 河南省郑州市中原区"
    assert [line.label for line in harsher.dimension("sector").lines if line.flow.moved] == ["市场监管局"]
    assert "行业未知" in harsher.dimension("sector").note
    assert "登记规模未知" in harsher.dimension("size").note


def test_grades_and_points_move_as_added_up_by_hand(harsher: Impact):
    whole = harsher.whole
    assert set(whole.moves) == {
        GradeMove("A", "B", 1),
        GradeMove("B", "D", 1),
        GradeMove("B", "B", 1),
        GradeMove("C", "C", 1),
    }
    assert (whole.worse, whole.better, whole.moved, whole.scored) == (2, 0, 2, 4)
    assert (whole.lowest, whole.highest) == (-270_000, 0)
    # One falls by 9, two by 27, the others not at all.
    assert whole.bands == (0, 1, 0, 1, 0, 2, 0, 0, 0, 0, 0)


def test_examples_say_why_on_both_sides(harsher: Impact):
    entering, leaving = harsher.examples
    assert (entering.subject_id, entering.enters, entering.name, entering.code) == (
        TWO, True, "示范区<二号>药店", TWO.removeprefix("uscc:"),
    )  # fmt: skip
    assert entering.rule.rule == "candidate.watch.category"
    assert [(pair.category, pair.points_before, pair.points_after, pair.grade_after) for pair in entering.scores] == [
        (0, 850_000, 580_000, "D"),
        (4, 850_000, 580_000, "D"),
    ]
    assert entering.differing == 3
    assert [(change.record_id, change.points_before, change.points_after) for change in entering.records] == [
        ("B1-2", -50_000, -140_000),
        ("B1-3", -50_000, -140_000),
        ("B1-4", -50_000, -140_000),
    ]
    assert (leaving.subject_id, leaving.enters, leaving.differing) == (FOUR, False, 0)
    assert leaving.asked_before != leaving.asked_after


def test_persons_are_counted_by_list_and_named_nowhere(service: Service, tmp_path: Path):
    impact = compare_draft(service.reading_room, ImpactQuestion(make_draft(tmp_path, "national"), DAY))
    assert {line.list_kind: line.flow for line in impact.persons} == {
        ListKind.BLACK: Flow(0, 0, 1),
        ListKind.WATCH: Flow(0, 0, 0),
        ListKind.RED: Flow(0, 1, 0),
    }
    assert impact.moved == 0
    assert impact.examples == ()
    told = json.dumps(to_json(impact), ensure_ascii=False, default=str)
    report = render_report(impact, "测试区").decode()
    for text in (told, report):
        assert PERSON not in text
        assert OTHER_PERSON not in text
        assert "张*" not in text
    assert to_json(impact)["persons"]["red"] == {"entering": 0, "leaving": None, "staying": 0}
    assert "少于5" in report


def test_what_loses_its_item_leaves_it(service: Service, tmp_path: Path):
    impact = compare_draft(service.reading_room, ImpactQuestion(make_draft(tmp_path, "no_environment"), DAY))
    # Four keeps its 70 points as a whole, so it stays on the list by another rule, under 综合 instead of the item.
    assert {line.list_kind: line.flow for line in impact.organisations}[ListKind.WATCH] == Flow(0, 0, 1)
    assert flow_of(impact, "category", ListKind.WATCH) == {"0": (1, 0, 0), "16": (0, 1, 0)}
    assert flow_of(impact, "rule", ListKind.WATCH) == {
        "candidate.watch.category": (0, 1, 0),
        "candidate.watch.whole": (1, 0, 0),
    }
    environment = next(shift for shift in impact.shifts if shift.category == 16)
    assert environment.moves == (GradeMove("C", None, 1),)


def test_the_rules_as_they_are_change_nothing(service: Service, tmp_path: Path):
    impact = compare_draft(service.reading_room, ImpactQuestion(make_draft(tmp_path), DAY))
    assert impact.is_same
    assert impact.moved == 0
    assert impact.examples == ()
    assert not [shift for shift in impact.shifts if shift.has_moved]
    assert "完全相同" in summarise(impact)[0]


def test_nothing_is_stored(service: Service, harsher: Impact):
    with service.office.warehouse.open() as session:
        for table in ("scores", "reasons", "candidates", "assessment_runs"):
            assert session.run_query(f"SELECT count(*) FROM {table}").item() == 0
    assert harsher.records == 9


def test_a_faulty_draft_is_refused_with_every_fault(service: Service, tmp_path: Path):
    draft = make_draft(tmp_path)
    for kind, old, new in (("severity", "kind = penalty", "kidn = penalty"), ("candidates", "is_honour", "is_honor")):
        path = next(draft.glob(f"{kind}/*/*/rule.yaml"))
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RulebookFaulty) as refused:
        compare_draft(service.reading_room, ImpactQuestion(draft, DAY))
    faults = refused.value.attributes["faults"]
    assert {fault["file"].split("/")[1] for fault in faults} >= {"severity", "candidates"}
    assert all(fault["line"] >= 1 and fault["message"] for fault in faults)


def test_cases_that_no_longer_hold_are_told_and_do_not_stop_it(harsher: Impact):
    assert harsher.case_faults
    assert any("案例不符" in line for line in summarise(harsher))


def test_the_report_is_one_file_with_pictures_and_escapes_names(service: Service, tmp_path: Path):
    draft = make_draft(tmp_path, "fines")
    impact = compare_draft(service.reading_room, ImpactQuestion(draft, DAY))
    assert [(example.subject_id, example.enters) for example in impact.examples] == [(TWO, True)]
    report = render_report(impact, "测试区").decode()
    assert report.count("<svg") > 5
    assert "示范区&lt;二号&gt;药店" in report
    assert "<二号>" not in report
    for outside in ("http://", "https://", "<script", "src=", "<link"):
        assert outside not in report


def test_the_workbook_has_charts_and_no_formulas(harsher: Impact, tmp_path: Path):
    path = tmp_path / "impact.xlsx"
    path.write_bytes(write_workbook(harsher, "测试区"))
    with ZipFile(path) as book:
        names = book.namelist()
        assert len([name for name in names if name.startswith("xl/charts/chart")]) == 2
        sheets = [book.read(name).decode() for name in names if name.startswith("xl/worksheets/sheet")]
        assert not [sheet for sheet in sheets if "<f>" in sheet]
        assert "示范区&lt;二号&gt;药店" in book.read("xl/sharedStrings.xml").decode()


def test_what_waits_for_its_second_person_and_what_is_on_disk_can_be_compared(tmp_path: Path):
    world = open_adoption_world(tmp_path)
    room = world.service.reading_room
    assert [offered.key for offered in list_offered(room)] == [ON_DISK]
    world.ingest(Penalty(1, 1))
    world.set_points(-2)
    proposed = propose_rulebook(world.service.office, ProposalRequest(REVIEWER, TODAY, "八号文", (EVENTS,)))
    waiting = list_offered(room)[1]
    assert (waiting.key, waiting.from_on) == (proposed.adoption.rulebook, TODAY)
    for key in (ON_DISK, waiting.key):
        with open_draft(room, key, None) as rules:
            impact = compare_draft(room, ImpactQuestion(rules, TODAY))
        # A point more, of which two months after the act only a part still counts.
        assert impact.whole.moved == 1
        assert -10_000 < impact.whole.lowest < 0
    confirm_rulebook(world.service.office, waiting.key, DECIDER)
    assert [offered.key for offered in list_offered(room)] == [ON_DISK]
    with pytest.raises(RulebookNotAdopted), open_draft(room, waiting.key, None):
        pass


def test_the_pdf_says_what_the_page_says_and_a_template_that_leaves_out_an_example_is_refused(
    service: Service, harsher: Impact, tmp_path: Path
):
    templates = service.office.places.publication_templates
    pdf = print_impact(harsher, "测试区", templates)
    assert pdf.startswith(b"%PDF-")
    assert pdf == print_impact(harsher, "测试区", templates)
    spoilt = Path(shutil.copytree(templates, tmp_path / "templates"))
    path = spoilt / "impact.typ"
    path.write_text(path.read_text(encoding="utf-8").replace("#metadata(example.subject_id) <example>", ""), "utf-8")
    with pytest.raises(TemplateFault, match="应当是2个"):
        print_impact(harsher, "测试区", spoilt)
