"""Every check has a name that people understand."""

import csv
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INTAKE = sorted((ROOT / "credit_service" / "intake").glob("*.py"))
NAMED = re.compile(r'(?:\bRule\(|\brule=|"rule": |\bNote\(|\bLineFault\([^"]{0,40})"([a-z]+(?:-[a-z]+)*)"')


def _titles() -> dict[str, str]:
    with (ROOT / "data" / "reference" / "check_rules.csv").open(encoding="utf-8", newline="") as lines:
        return {row["rule"]: row["title"] for row in csv.DictReader(lines)}


def test_every_check_of_intake_has_a_chinese_title():
    used = {rule for path in INTAKE for rule in NAMED.findall(path.read_text(encoding="utf-8"))}
    assert len(used) > 15, "the pattern no longer finds the checks"
    assert sorted(used - _titles().keys()) == []


def test_titles_are_short_and_chinese():
    assert all(re.search("[\u4e00-\u9fff]", title) and len(title) <= 24 for title in _titles().values())
