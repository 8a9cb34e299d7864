"""However a clerk's spreadsheet dresses a header up, the same table is recognised, with the same columns."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from credit_service.intake.parsed import Preview, PreviewRow
from credit_service.intake.recognise import recognise_tables
from credit_service.intake.templates import list_editions, load_templates

TEMPLATES = load_templates(Path(__file__).parents[2] / "data" / "reference" / "templates")
EVERY = tuple(list_editions(TEMPLATES))
WIDE = {ord(c): chr(ord(c) + 0xFEE0) for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_()"}
DRESSES = (
    lambda header: header,
    lambda header: f"  {header}\u3000",
    lambda header: f"{header}*",
    lambda header: f"*{header}（必填）",
    lambda header: f"{header}【选填】",
    lambda header: header.translate(WIDE),
    lambda header: header.replace("(", " （").replace(")", "） "),
    lambda header: "\n".join((header[:2], header[2:])),
    lambda header: "\ufeff" + header.lower(),
    lambda header: f"“{header}”：",
)


@st.composite
def dressed_tables(draw: st.DrawFn):
    template = draw(st.sampled_from(EVERY))
    names = draw(st.permutations([column.header for column in template.columns]))
    headers = [draw(st.sampled_from(DRESSES))(name) for name in names]
    extra = draw(st.lists(st.sampled_from(["", "填报人", "联系电话", "审核意见"]), max_size=3, unique=True))
    titles = draw(st.integers(0, 3))
    return template.name, names, [*headers, *extra], titles


@settings(max_examples=120, deadline=None)
@given(dressed_tables())
def test_dressed_headers_are_the_same_columns(table):
    template_name, names, headers, titles = table
    rows = [PreviewRow(place, place, ("某市某局报送表", "", "")) for place in range(1, titles + 1)]
    rows.append(PreviewRow(titles + 1, titles + 1, tuple(headers)))
    (found,) = recognise_tables([Preview("表", "", tuple(rows))], TEMPLATES)
    assert found.template.name == template_name
    assert found.layout.header_row == titles + 1
    assert [found.position_of(name) for name in names] == list(range(len(names)))
