from pathlib import Path

import pytest
import yaml

from credit_service.domain.duty import Frequency
from credit_service.errors import RuleSyntax
from credit_service.intake.duties import load_duties
from credit_service.intake.templates import load_templates

REFERENCE = Path(__file__).resolve().parents[3] / "data" / "reference"
COMMITTED = REFERENCE / "duties.yaml"


def test_the_committed_duties_name_templates_that_exist():
    book = load_duties(COMMITTED)
    known = {template.template_id for template in load_templates(REFERENCE / "templates")}
    assert {name for duty in book.duties for name in duty.templates} <= known
    assert set(book.by_template) <= known


def test_penalties_and_licences_have_the_seven_working_days_of_424():
    book = load_duties(COMMITTED)
    for kind in ("penalty", "licence"):
        term = book.term_of("any", kind)
        assert (term.days, term.status) == (7, "confirmed")
        assert "424号" in term.source
    assert book.term_of("tax_a", "tax_a").days is None


def test_every_entry_has_a_source_and_a_status():
    book = load_duties(COMMITTED)
    assert all(duty.source and duty.status in {"confirmed", "unconfirmed"} for duty in book.duties)
    assert {duty.frequency for duty in book.duties} == set(Frequency)


def _changed(tmp_path: Path, change) -> Path:
    raw = yaml.safe_load(COMMITTED.read_text(encoding="utf-8"))
    change(raw)
    path = tmp_path / "duties.yaml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda raw: raw["duties"][0].pop("source"), "source"),
        (lambda raw: raw["duties"][0].update(status="sure"), "status"),
        (lambda raw: raw["duties"][0].update(frequency="daily"), "daily"),
        (lambda raw: raw["duties"][0].update(templates=[]), "templates"),
        (lambda raw: raw["duties"][0].update(agencies="all"), "agencies"),
        (lambda raw: raw["duties"][0].update({"from": "2026-07"}), "from"),
        (lambda raw: raw["duties"][1].update(id=raw["duties"][0]["id"]), "id"),
        (lambda raw: raw["terms"]["default"].update(days=0), "days"),
        (lambda raw: raw["terms"]["default"].update(days=True), "days"),
        (lambda raw: raw["terms"]["default"].update(extra=1), "extra"),
        (lambda raw: raw["terms"]["record_kinds"].update(unheard=raw["terms"]["default"]), "unheard"),
        (lambda raw: raw.pop("terms"), "terms"),
        (lambda raw: raw.update(duties=3), "duties.yaml"),
    ],
)
def test_a_fault_in_the_file_is_told_with_its_place(tmp_path, change, told):
    with pytest.raises(RuleSyntax) as caught:
        load_duties(_changed(tmp_path, change))
    assert told in caught.value.message


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(RuleSyntax):
        load_duties(tmp_path / "duties.yaml")
