"""Redaction leaves no number, name or code of a withheld subject in any rendered bytes, whatever the facts say."""

from __future__ import annotations

import io
import runpy
import zipfile
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pypdf
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_service.bulletins.gate import check_gate
from credit_service.bulletins.redact import find_mobile_numbers, find_person_numbers, redact_text
from credit_service.bulletins.render import render_all
from credit_service.domain.listing import Case
from credit_service.domain.subject import mask_person_name

world = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "unit" / "bulletins" / "world.py")))

person_numbers = st.builds(
    world.make_person_number, st.integers(0, 999), st.dates(date(1930, 1, 1), date(2007, 12, 31))
)
mobiles = st.integers(13_000_000_000, 19_999_999_999).map(str)
full_width = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
gaps = st.sampled_from(["", " ", "-", "\u00a0", "\u200b"])


@st.composite
def disguised(draw: st.DrawFn, numbers: st.SearchStrategy[str]) -> str:
    """A number as people type it: whole, in groups, apart, in full width."""
    number = draw(numbers)
    gap = draw(gaps)
    places = draw(st.sets(st.integers(1, len(number) - 1), max_size=4))
    text = "".join(gap + c if i in places else c for i, c in enumerate(number))
    return text.translate(full_width) if draw(st.booleans()) else text


words = st.text(st.sampled_from("示范区拒不履行工程款，。；、（）：〔2026〕号1 8-9X年月日元"), max_size=12)
facts = st.lists(words | disguised(person_numbers) | disguised(mobiles), max_size=5).map("，".join)
given_names = st.text(st.sampled_from("子轩梓涵浩宇欣怡"), min_size=2, max_size=2).map(lambda given: "测" + given)


@settings(max_examples=120)
@given(facts)
def test_no_number_of_a_person_survives_in_a_text(fact: str) -> None:
    redacted = redact_text(fact)
    assert not find_person_numbers(redacted)
    assert not find_mobile_numbers(redacted)


@settings(max_examples=80)
@given(facts)
def test_redaction_is_idempotent(fact: str) -> None:
    once = redact_text(fact)
    assert redact_text(once) == once


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Case], dict[str, tuple[str, ...]]]:
    """Some cases, shown and withheld, with what nobody may read of the withheld ones."""
    cases: list[Case] = []
    secrets: dict[str, tuple[str, ...]] = {}
    for number in range(1, draw(st.integers(2, 6)) + 1):
        kind = draw(st.sampled_from(["shown", "red", "masked", "person", "no consent", "internal", "incomplete"]))
        secret = (draw(given_names), draw(person_numbers))
        fact = draw(facts) + "，经查" + draw(st.sampled_from(secret))
        match kind:
            case "shown":
                case = world.make_case(number, fact=fact)
            case "red":
                case = world.make_red(number)
            case "masked":
                case = world.make_debtor(number, fact=fact, subject_name=mask_person_name(secret[0]))
            case "person":
                case = world.make_debtor(number, fact=fact, list_type="wage_arrears")
            case "no consent":
                case = world.make_star(number, consent_no="")
            case "internal":
                case = world.make_case(number, fact=fact, list_type="internal")
            case _:
                case = world.make_case(number, fact=fact, notice_no=None)
        cases.append(case)
        secrets[case.case_id] = secret
    return cases, secrets


def read_everything(files: dict[str, bytes]) -> str:
    """All a reader can get out of the files: every part of the workbook, the text of the PDF, the rest as it is."""
    texts = [content.decode() for name, content in files.items() if name not in {"bulletin.pdf", "bulletin.xlsx"}]
    with zipfile.ZipFile(io.BytesIO(files["bulletin.xlsx"])) as archive:
        texts += [archive.read(name).decode() for name in archive.namelist()]
    reader = pypdf.PdfReader(io.BytesIO(files["bulletin.pdf"]))
    texts += ["".join(page.extract_text().split()) for page in reader.pages]
    return "\n".join(texts)


@settings(max_examples=15)
@given(worlds())
def test_nothing_withheld_is_in_any_rendered_bytes(made: tuple[list[Case], dict[str, tuple[str, ...]]]) -> None:
    cases, secrets = made
    names = frozenset(name for name, _ in secrets.values())
    selected = world.select(cases, known_names=names)
    bulletin = world.make_bulletin(cases, selected)
    files = render_all(bulletin, world.TEMPLATES)
    text = read_everything(files)
    shown = {entry.case_id for entry in (*bulletin.red, *bulletin.black)}
    for case in cases:
        assert not [secret for secret in secrets[case.case_id] if secret in text]
        if case.case_id not in shown:
            assert case.subject_name not in text or case.subject_id.startswith("psn:")
            assert case.identifier_code is None or case.identifier_code not in text
            assert case.case_id not in text
    check_gate(bulletin, files, world.make_terms(cases, secrets=secrets))
