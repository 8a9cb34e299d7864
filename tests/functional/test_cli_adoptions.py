"""Adopting rules from outside: two people, their passwords, and what is told when it may not be."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from functional.conftest import ROOT, Answer, CreditHome

from credit_service.bootstrap import build_service
from credit_service.domain.agency import Role
from credit_service.pipeline.accounts import NewAccount, add_account
from credit_service.pipeline.agencies import list_agencies
from credit_service.settings import Settings

EVENTS = "scoring/points/2026.1/events.csv"
PASSWORD = "correct-horse-battery"  # noqa: S105 - of a home that lives as long as the test


def run(home: CreditHome, rules: Path, *arguments: object) -> Answer:
    """Run a command on a home with rules of its own."""
    return home.run(*arguments, password=PASSWORD, rules=rules)


def test_rules_are_proposed_refused_confirmed_and_shown(fresh_home: CreditHome, tmp_path: Path):
    rules = tmp_path / "rules"
    shutil.copytree(ROOT / "rules", rules, ignore=shutil.ignore_patterns("cases.yaml", "cases", "*.sql"))
    office = build_service(Settings(home=fresh_home.path, rules=rules)).office
    agency = list_agencies(office)[0].agency_code
    for name, role in (("anna", Role.REVIEWER), ("berta", Role.DECIDER)):
        add_account(office, NewAccount(name, name, agency, role, PASSWORD))
    day = office.today() + timedelta(days=1)
    propose = ("rules", "propose", "--from", day, "--reason", "八号文", "--by", "anna", "--json")

    events = rules / EVENTS
    good = events.read_text(encoding="utf-8")
    events.write_text(good.replace("points.penalty.minor,penalty", "points.penalty.minor,no_such"), encoding="utf-8")
    faulty = run(fresh_home, rules, *propose)
    assert faulty.code == 20
    assert any(fault["file"] == f"rules/{EVENTS}" for fault in faulty.json()["error"]["faults"])

    events.write_text(good.replace(",-1,", ",-2,"), encoding="utf-8")
    assert run(fresh_home, rules, *propose).code == 30, "an edit of an adopted version is accepted by name"
    proposed = run(fresh_home, rules, *propose, "--accept", f"rules/{EVENTS}")
    assert proposed.code == 0, proposed.stdout + proposed.stderr
    name = str(proposed.json()["rulebook"])
    assert proposed.json()["edited"] == [EVENTS]
    assert run(fresh_home, rules, "rules", "confirm", name, "--by", "anna").code == 60
    confirmed = run(fresh_home, rules, "rules", "confirm", name[:12], "--by", "berta", "--json")
    assert confirmed.json()["state"] == "adopted", confirmed.stdout + confirmed.stderr

    listed = run(fresh_home, rules, "rules", "adoptions", "--json").json()
    assert [one["kind"] for one in listed["adoptions"]] == ["ordinary", "founding"]
    assert len(listed["checked"]) == 2
    shown = run(fresh_home, rules, "rules", "show-sql", name, "--target", "duckdb", "--json").json()
    assert {text["from_on"] for text in shown["texts"]} >= {day.isoformat()}
    assert all("CREATE" in text["sql"] for text in shown["texts"])
    compiled = next(one for one in listed["adoptions"] if one["kind"] == "ordinary")["compiled"][0]
    for hash_ in (shown["texts"][0]["rulebook"], compiled["sql"]):
        same = run(fresh_home, rules, "rules", "show-sql", hash_[:12], "--target", compiled["target"], "--json")
        assert compiled["sql"] in {text["sql_hash"] for text in same.json()["texts"]}
    unknown = run(fresh_home, rules, "rules", "show-sql", "0123456789ab", "--json").json()["error"]
    assert name[:12] in unknown["remedy"]
    assert shown["texts"][0]["rulebook"][:12] in unknown["remedy"]
    assert run(fresh_home, rules, "rules", "show-sql", name, "--target", "oracle").code == 20

    assessed = run(fresh_home, rules, "assess", "--as-of", day, "--json").json()
    assert assessed["receipt"]["adoption"] == 2
    again = run(fresh_home, rules, "assess", "--repeat", assessed["run_id"], "--json")
    assert (again.code, again.json()["identical"]) == (0, True)
    assert run(fresh_home, rules, "assess", "--repeat", "A0", "--json").code == 50

    kept = next(path for path in (fresh_home.path / "rulebooks" / name).rglob("events.csv"))
    kept.chmod(0o644)
    kept.write_text(good, encoding="utf-8")
    assert run(fresh_home, rules, "rules", "adoptions").code == 70
    assert run(fresh_home, rules, "assess", "--as-of", day).code == 70
