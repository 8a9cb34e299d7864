"""The public rulebook says every rule and every case, and nothing that is not one."""

from __future__ import annotations

import html
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from credit_service.errors import RuleNotInForce
from credit_service.lookup.rulebook_book import read_book
from credit_service.lookup.rulebook_print import print_body, print_page
from credit_service.lookup.rulebook_types import Book
from credit_service.rulebook.cases import read_all_cases
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.load import load_rulebook
from credit_service.rulebook.versions import find_in_force, find_versions

ROOT = Path(__file__).parents[3]
RULES, TEMPLATES = ROOT / "rules", ROOT / "publications" / "templates"
DAY = date(2026, 9, 30)


@pytest.fixture(scope="module")
def book() -> Book:
    return read_book(RULES, DAY)


@pytest.fixture(scope="module")
def page(book: Book) -> str:
    return print_page(book, TEMPLATES).decode()


def _names_in_force(day: date) -> set[str]:
    folders = {version.file.rpartition("/")[0] for version in find_in_force(find_versions(RULES, FaultLog()), day)}
    cases = read_all_cases(RULES, FaultLog())
    return {case.head.name for case in cases if "/".join(case.head.file.split("/")[:4]) in folders}


@pytest.mark.parametrize("edition", ["2018", "2020"])
def test_every_rule_in_force_is_said_once_with_an_anchor_of_its_own(book, page, edition):
    said = [row.rule_id for row in book.rows()]
    anchors = re.findall(r'\bid="([^"]+)"', page)
    assert set(load_rulebook(RULES, DAY, edition).entries) <= set(said)
    assert sorted(set(anchors)) == sorted(anchors)
    assert {row.anchor for row in book.rows()} <= set(anchors)


def test_rules_of_scoring_keep_the_anchors_other_pages_link_to(page):
    for rule_id in ("points.penalty.general", "exclude.repaired", "candidate.watch.category", "publicity.general"):
        assert f'id="{rule_id}"' in page


def test_every_rule_names_a_source_that_is_listed(book):
    numbers = {law.number for law in book.laws}
    assert all(row.law in numbers for row in book.rows())
    assert all(set(chapter.laws) <= numbers for chapter in book.chapters)
    assert numbers == set(range(1, len(numbers) + 1))


def test_every_case_of_the_versions_in_force_is_shown(book, page):
    wanted = _names_in_force(DAY)
    assert {case.name for case in book.cases()} == wanted
    assert len(wanted) > 300
    assert [name for name in wanted if html.escape(name, quote=True).replace("&#x27;", "&#39;") not in page] == []


def test_every_case_has_facts_or_a_question_and_an_outcome(book):
    assert [case.name for case in book.cases() if not (case.facts or case.question) or not case.outcomes] == []


def test_no_word_of_code_is_left_in_what_a_case_says(book):
    said = " ".join(f"{case.question} {' '.join(outcome.text for outcome in case.outcomes)}" for case in book.cases())
    assert re.findall(r"\b[a-z]+_[a-z_]+\b", said) == []


def test_every_link_within_the_page_leads_somewhere(page):
    anchors = set(re.findall(r'\bid="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) - anchors == set()


def test_what_is_unconfirmed_is_said_to_be(book, page):
    assert book.unconfirmed == sum(1 for row in book.rows() if not row.confirmed) > 0
    assert page.count("待确认") >= book.unconfirmed


def test_parameters_are_compared_between_versions(book):
    publicity = next(chapter for chapter in book.chapters if chapter.slug == "publicity")
    change = next(change for change in publicity.changes if change.rule_id == "publicity.general")
    assert publicity.compared == ("order58（2023-05-01 起）", "order36（2026-04-01 起）")
    assert "3年" in change.says[0]
    assert "1年" in change.says[1]


@pytest.mark.parametrize(("day", "term"), [(date(2026, 3, 31), "3年"), (date(2026, 4, 1), "1年")])
def test_a_past_day_shows_the_parameters_of_that_day(day, term):
    rows = {row.rule_id: row for row in read_book(RULES, day).rows()}
    assert rows["publicity.general"].cells[2] == term


def test_a_day_without_rules_is_refused():
    with pytest.raises(RuleNotInForce):
        read_book(RULES, date(2020, 1, 1))


def test_what_a_rule_file_says_is_escaped(tmp_path):
    rules = tmp_path / "rules"
    shutil.copytree(RULES, rules)
    path = rules / "scoring" / "points" / "2026.1" / "events.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("行政处罚（一般）", "<script>alert(1)</script>&"), encoding="utf-8")
    body = str(print_body(read_book(rules, DAY), TEMPLATES))
    assert "<script" not in body
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;" in body


def test_the_same_rules_give_the_same_book_and_bytes(book, page):
    assert read_book(RULES, DAY) == book
    assert print_page(book, TEMPLATES).decode() == page


def test_the_page_that_stands_alone_loads_nothing(page):
    assert "<script" not in page
    assert re.findall(r'(?:src|href)="(?!#|https?://)[^"]*"', page) == []
    assert "default-src 'none'" in page
