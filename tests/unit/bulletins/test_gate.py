from __future__ import annotations

import runpy
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from credit_service.bulletins.datapackage import render_datapackage
from credit_service.bulletins.gate import GateTerms, check_gate
from credit_service.bulletins.render import render_all
from credit_service.bulletins.wording import load_wording
from credit_service.domain.bulletin import Bulletin, LeftEntry
from credit_service.domain.listing import CaseState
from credit_service.domain.score import ListKind
from credit_service.errors import GateRefused, PublicationError, RedactionIncomplete

world = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("world.py"))))
NUMBER = world.make_person_number(321)
CASES = [world.make_case(1), world.make_case(2), world.make_red(3), world.make_star(4), world.make_debtor(5)]
CASES += [
    world.make_debtor(6, list_type="wage_arrears"),
    world.make_case(
        7, state=CaseState.ENDED, published_on=date(2026, 4, 9), ended_on=date(2026, 8, 1), end_kind="repair"
    ),
    world.make_case(8, list_type="internal", subject_name="示范区不公示有限公司（测试）"),
]
SECRETS = {"K0004": ("测试甲",), "K0006": ("欧阳测试", NUMBER)}


@pytest.fixture(scope="module")
def bulletin() -> Bulletin:
    selected = world.select(CASES, consented_names={"K0004": "测试甲"}, measures={"K0001": ("限制市场或行业准入",)})
    return world.make_bulletin(CASES, selected)


@pytest.fixture(scope="module")
def files(bulletin: Bulletin) -> dict[str, bytes]:
    return render_all(bulletin, world.TEMPLATES)


@pytest.fixture(scope="module")
def terms() -> GateTerms:
    return world.make_terms(CASES, secrets=SECRETS)


def with_package(bulletin: Bulletin, files: Mapping[str, bytes], **changes: bytes) -> dict[str, bytes]:
    """Return files with some replaced and the data package made anew, so that only the planted fault is one."""
    names = {name.replace("_", "."): content for name, content in changes.items()}
    changed = {**files, **names}
    return {**changed, "datapackage.json": render_datapackage(bulletin, load_wording(world.TEMPLATES), changed)}


def checks_failed(bulletin: Bulletin, files: Mapping[str, bytes], terms: GateTerms) -> set[str]:
    with pytest.raises(PublicationError) as caught:
        check_gate(bulletin, files, terms)
    failures = caught.value.attributes["failures"]
    assert isinstance(failures, list)
    return {failure["check"] for failure in failures}


def test_lawful_issue_passes(bulletin: Bulletin, files: dict[str, bytes], terms: GateTerms):
    check_gate(bulletin, files, terms)


def test_issue_without_entries_passes():
    empty = world.make_bulletin([])
    check_gate(empty, render_all(empty, world.TEMPLATES), world.make_terms([]))


GATES = [
    "notice_no",
    "notice_served_on",
    "notice_proof",
    "statement_until_on",
    "heard_on",
    "decision_no",
    "decided_by",
    "drafted_by",
    "decision_proof",
]
CASE_FAULTS: list[dict[str, object]] = [{field: None} for field in GATES]
CASE_FAULTS += [
    {"list_basis": ""},
    {"decided_by": "reviewer"},
    {"decision_served_on": date(2026, 10, 5)},
    {"max_until_on": date(2026, 10, 1)},
    {"state": CaseState.ENDED, "ended_on": date(2026, 9, 1)},
    {"state": CaseState.PROPOSED},
    {"subject_name": "另一公司（测试）"},
]


@pytest.mark.parametrize("fault", CASE_FAULTS, ids=str)
def test_faulty_case_is_refused(
    bulletin: Bulletin, files: dict[str, bytes], terms: GateTerms, fault: dict[str, object]
):
    cases = (replace(CASES[0], **fault), *CASES[1:])  # type: ignore[arg-type]
    assert "entry" in checks_failed(bulletin, files, replace(terms, cases=cases))


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        (3, {"consent_no": ""}),
        (3, {"adult_on": None}),
        (3, {"adult_on": date(2026, 10, 10)}),
        (4, {"adult_on": date(2026, 7, 2)}),
    ],
)
def test_person_who_may_not_be_shown_is_refused(
    bulletin: Bulletin, files: dict[str, bytes], terms: GateTerms, place: int, fault: dict[str, object]
):
    cases = list(CASES)
    cases[place] = replace(cases[place], **fault)  # type: ignore[arg-type]
    assert checks_failed(bulletin, files, replace(terms, cases=tuple(cases))) == {"entry"}


def test_minor_on_the_day_of_the_act_is_refused(bulletin: Bulletin, files: dict[str, bytes], terms: GateTerms):
    assert checks_failed(bulletin, files, replace(terms, acts_on={"K0005": date(2007, 1, 1)})) == {"entry"}


def test_watch_case_is_refused(bulletin: Bulletin, files: dict[str, bytes], terms: GateTerms):
    cases = (replace(CASES[0], list_kind=ListKind.WATCH), *CASES[1:])
    assert "list" in checks_failed(bulletin, files, replace(terms, cases=cases))


def test_entry_without_a_case_is_refused(bulletin: Bulletin, files: dict[str, bytes], terms: GateTerms):
    assert "case" in checks_failed(bulletin, files, replace(terms, cases=tuple(CASES[1:])))


def test_subject_on_both_lists_is_refused(files: dict[str, bytes], terms: GateTerms):
    twice = world.make_red(1, case_id="K0009")
    selected = world.select([twice])
    both = replace(world.make_bulletin(CASES), red=selected.red)
    assert "both_lists" in checks_failed(both, files, replace(terms, cases=(*terms.cases, twice)))


def test_measure_outside_the_catalogue_is_refused(bulletin: Bulletin, files: dict[str, bytes], terms: GateTerms):
    assert checks_failed(bulletin, files, replace(terms, measures=frozenset({"别的措施"}))) == {"entry", "measure"}


def test_person_named_as_having_left_is_refused(bulletin: Bulletin, files: dict[str, bytes], terms: GateTerms):
    left = (*bulletin.left, LeftEntry("K0005", "black", "欧阳**", "repair", date(2026, 8, 1)))
    assert checks_failed(replace(bulletin, left=left), files, terms) == {"left"}


@pytest.mark.parametrize(
    "name",
    ["index.html", "bulletin.pdf", "bulletin.xlsx", "entries.csv", "bulletin.json", "datapackage.json", "entry.atom"],
)
def test_missing_form_is_refused(bulletin: Bulletin, files: dict[str, bytes], terms: GateTerms, name: str):
    assert "files" in checks_failed(bulletin, {**files, name: b""}, terms) | (
        checks_failed(bulletin, {k: v for k, v in files.items() if k != name}, terms)
    )


@pytest.mark.parametrize("name", ["index.html", "bulletin.xlsx", "entries.csv", "bulletin.json"])
def test_form_with_other_entries_is_refused(bulletin: Bulletin, files: dict[str, bytes], terms: GateTerms, name: str):
    shorter = render_all(replace(bulletin, black=bulletin.black[1:]), world.TEMPLATES)
    changed = with_package(bulletin, files, **{name.replace(".", "_"): shorter[name]})
    assert "count" in checks_failed(bulletin, changed, terms)


def test_package_for_other_bytes_is_refused(bulletin: Bulletin, files: dict[str, bytes], terms: GateTerms):
    assert "package" in checks_failed(bulletin, {**files, "entries.csv": files["entries.csv"] + b"\r\n"}, terms)


@pytest.mark.parametrize(
    "planted",
    [
        "<script>1</script>",
        '<img src="http://x/y">',
        '<link href="//x">',
        '<p onclick="x()">',
        "<style>a{b:url(//x)}</style>",
    ],
)
def test_page_that_loads_or_runs_is_refused(
    bulletin: Bulletin, files: dict[str, bytes], terms: GateTerms, planted: str
):
    page = files["index.html"].replace(b"</main>", planted.encode() + b"</main>")
    assert checks_failed(bulletin, {**files, "index.html": page}, terms) == {"self_contained"}


def test_live_formula_is_refused(bulletin: Bulletin, files: dict[str, bytes], terms: GateTerms):
    table = files["entries.csv"].replace('"逾期'.encode(), '"=逾期'.encode())
    assert checks_failed(bulletin, with_package(bulletin, files, entries_csv=table), terms) == {"formula"}


@pytest.mark.parametrize("changes", [{"title": "红黑榜"}, {"serial": 2}, {"issuer": " "}, {"objection_channel": ""}])
def test_incomplete_imprint_is_refused(
    bulletin: Bulletin, files: dict[str, bytes], terms: GateTerms, changes: dict[str, object]
):
    assert "imprint" in checks_failed(replace(bulletin, **changes), files, terms)  # type: ignore[arg-type]


LEAKS: dict[str, Callable[[bytes], bytes]] = {
    "index.html": lambda content: content.replace(b"</main>", b"<p>LEAK</p></main>"),
    "bulletin.json": lambda content: content.replace(b'"format"', b'"leak": "LEAK",\n "format"'),
    "entry.atom": lambda content: content.replace(b"</summary>", b"LEAK</summary>"),
    "entries.csv": lambda content: content.replace("逾期".encode(), "逾期LEAK".encode()),
}


@pytest.mark.parametrize("name", LEAKS)
@pytest.mark.parametrize(
    "leak",
    [
        "欧阳测试",
        NUMBER,
        f"{NUMBER[:6]} {NUMBER[6:]}",
        "示范区不公示有限公司（测试）",
        world.make_code(8),
        "13812345678",
    ],
)
def test_leak_in_any_form_is_refused(
    bulletin: Bulletin, files: dict[str, bytes], terms: GateTerms, name: str, leak: str
):
    planted = LEAKS[name](files[name]).replace(b"LEAK", leak.encode())
    assert planted != files[name]
    with pytest.raises(RedactionIncomplete) as caught:
        check_gate(bulletin, {**files, name: planted}, terms)
    assert leak not in str(caught.value)
    assert leak not in repr(caught.value.attributes)


def test_leak_in_the_workbook_is_refused(bulletin: Bulletin, files: dict[str, bytes], terms: GateTerms):
    black = (replace(bulletin.black[0], fact=f"证件{NUMBER}"), *bulletin.black[1:])
    leaky = render_all(replace(bulletin, black=black), world.TEMPLATES)
    with pytest.raises(RedactionIncomplete, match=r"bulletin\.xlsx"):
        check_gate(bulletin, {**files, "bulletin.xlsx": leaky["bulletin.xlsx"]}, terms)


def test_full_name_of_a_masked_person_is_refused(bulletin: Bulletin, files: dict[str, bytes], terms: GateTerms):
    black = tuple(replace(e, name="欧阳测验") if e.subject_kind == "person" else e for e in bulletin.black)
    assert "entry" in checks_failed(replace(bulletin, black=black), files, terms)


def test_name_inside_a_lawful_longer_name_is_no_leak(bulletin: Bulletin, files: dict[str, bytes], terms: GateTerms):
    check_gate(bulletin, files, replace(terms, secrets={**SECRETS, "K0006": ("示范",)}))


def test_name_that_is_also_a_word_of_the_page_is_no_leak(bulletin: Bulletin, files: dict[str, bytes], terms: GateTerms):
    assert "信用" in files["index.html"].decode()
    check_gate(bulletin, files, replace(terms, secrets={**SECRETS, "K0006": ("信用", "")}))


def test_name_that_is_also_a_word_is_a_leak_by_itself(bulletin: Bulletin, files: dict[str, bytes], terms: GateTerms):
    page = files["index.html"].replace(b"</main>", "<p>文明</p></main>".encode())
    secrets = {**SECRETS, "K0006": ("文明",)}
    assert checks_failed(bulletin, {**files, "index.html": page}, replace(terms, secrets=secrets)) == {"leak"}


def test_name_in_a_fact_is_a_leak(bulletin: Bulletin, files: dict[str, bytes], terms: GateTerms):
    secrets = {**SECRETS, "K0006": ("农民",)}
    assert checks_failed(bulletin, files, replace(terms, secrets=secrets)) == {"leak"}


def test_own_telephone_of_the_office_is_no_leak(terms: GateTerms):
    own = world.make_bulletin(CASES, objection_channel="电话：13800000000")
    check_gate(own, render_all(own, world.TEMPLATES), terms)


def test_every_failure_is_listed(bulletin: Bulletin, files: dict[str, bytes], terms: GateTerms):
    cases = tuple(replace(case, notice_no=None) for case in CASES)
    with pytest.raises(GateRefused) as caught:
        check_gate(replace(bulletin, serial=3), files, replace(terms, cases=cases))
    failures = caught.value.attributes["failures"]
    assert isinstance(failures, list)
    assert len({failure["case_id"] for failure in failures}) == 6
    assert "没有发布任何内容" in caught.value.message
