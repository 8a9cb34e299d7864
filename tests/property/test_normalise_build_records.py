"""Normalising is idempotent, blind to the order of rows, and lets no person through."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_service.domain.identifier import person_id_check
from credit_service.domain.subject import mask_person_name
from credit_service.intake.templates import load_templates
from credit_service.normalise.build_records import BuildContext, build_records
from credit_service.normalise.names import mask_person_names, normalise_document_no, normalise_name

TEMPLATE = next(
    template
    for template in load_templates(Path(__file__).parents[2] / "data" / "reference" / "templates")
    if template.template_id == "penalty_person"
)
CONTEXT = BuildContext(
    batch_id="B0123456789ABCDEF",
    agency_code="11990101MB00000015",
    template=TEMPLATE,
    learned_at=datetime(2026, 9, 1, tzinfo=UTC),
    hash_key=b"0" * 32,
)
HEADERS = {column.field: column.header for column in TEMPLATE.columns if column.field}

# Rare letters, so that a name is not by chance a part of the agency's name or of a mask.
NAMES = st.text("龘靐齉爩鱻麤龗灪吁爨癵籱饢驫鲡鹂鸾讟", min_size=2, max_size=4)
TEXTS = st.text("经查明当事人违法，。 0123456789X（）", max_size=30)


@st.composite
def citizen_numbers(draw: st.DrawFn) -> str:
    born_on = draw(st.dates(date(1900, 1, 1), date(2015, 12, 31)))
    body = f"990101{born_on:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return body + person_id_check(body)


def old_form(number: str) -> list[str]:
    """Return the 15-digit form, which only those born before 2000 ever had."""
    return [number[:6] + number[8:17]] if number[6:8] == "19" else []


@st.composite
def rows(draw: st.DrawFn) -> dict[str, object]:
    name, number = draw(NAMES), draw(citizen_numbers())
    mention = draw(st.sampled_from([name, number, number.lower(), " ".join(name), *old_form(number), ""]))
    return {
        "subject_name": name,
        "person_id": number,
        "person_id_type": "id_card",
        "document_no": draw(TEXTS),
        "fact": draw(TEXTS) + mention + draw(TEXTS),
        "outcome": mention + draw(TEXTS),
        "basis": draw(TEXTS) + mention,
        "topic": mention,
        "decided_on": draw(st.dates(date(2015, 1, 1), date(2026, 8, 31))),
    }


def to_accepted(filled: list[dict[str, object]]) -> pl.DataFrame:
    schema = {"row": pl.Int64(), "sheet": pl.String()} | {
        header: pl.Date() if field == "decided_on" else pl.String()
        for field, header in HEADERS.items()
        if field in {*filled[0], "authority_name"}
    }
    return pl.DataFrame(
        [
            {"row": number, "sheet": "", **{HEADERS[field]: value for field, value in row.items()}}
            for number, row in enumerate(filled, start=2)
        ],
        schema=schema,
    )


@settings(max_examples=30)
@given(st.lists(rows(), min_size=1, max_size=5))
def test_no_person_id_or_full_name_in_any_column(filled: list[dict[str, object]]):
    records = build_records(to_accepted(filled), CONTEXT).records
    for row, record in zip(filled, records.to_dicts(), strict=True):
        squeezed = ["".join(str(value).split()).upper() for value in record.values()]
        name, number = str(row["subject_name"]), str(row["person_id"])
        for secret in (name, number, *old_form(number)):
            assert not [text for text in squeezed if secret in text]


@settings(max_examples=30)
@given(st.lists(rows(), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(filled: list[dict[str, object]], chance: Random):
    accepted = to_accepted(filled)
    places = list(range(accepted.height))
    chance.shuffle(places)
    straight, shuffled = build_records(accepted, CONTEXT), build_records(accepted[places], CONTEXT)
    assert straight.records.equals(shuffled.records.sort("row"))
    assert straight.persons.equals(shuffled.persons)


@settings(max_examples=30)
@given(st.lists(rows(), min_size=2, max_size=6))
def test_chunks_give_what_the_whole_gives(filled: list[dict[str, object]]):
    accepted = to_accepted(filled)
    parts = [build_records(accepted[:1], CONTEXT).records, build_records(accepted[1:], CONTEXT).records]
    assert pl.concat(parts).equals(build_records(accepted, CONTEXT).records)


@settings(max_examples=100)
@given(st.text(max_size=20))
def test_spellings_are_settled_once_and_for_all(text: str):
    for spell in (normalise_name, normalise_document_no):
        once = pl.DataFrame({"text": [text]}).select(spell("text"))
        assert once.select(spell("text")).equals(once)


@settings(max_examples=100)
@given(st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=12), max_size=10))
def test_column_mask_is_the_domains_mask(names: list[str]):
    frame = pl.DataFrame({"name": names}, schema={"name": pl.String})
    masked = frame.select(mask_person_names(pl.col("name"))).to_series().to_list()
    assert masked == [mask_person_name(name) for name in names]
