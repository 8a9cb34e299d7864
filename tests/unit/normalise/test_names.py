"""One spelling, and nothing that identifies a person."""

from __future__ import annotations

import unicodedata

import polars as pl
import pytest

from credit_service.domain.subject import mask_person_name
from credit_service.normalise.names import mask_person_names, normalise_document_no, normalise_name, scrub_text

NUMBER = "11010519491231002X"


@pytest.mark.parametrize(
    "name",
    [
        "张三",
        "张",
        "欧阳",
        "欧阳震",
        "欧阳震华",
        "阿依古丽·买买提",
        "John Smith",
        "J",
        "",
        " 李 四 ",
        "㐀三",
        "A.B",
        "司马懿",
    ],
)
def test_column_is_masked_as_the_domain_masks_one_name(name: str):
    masked = pl.DataFrame({"name": [name]}).select(mask_person_names(pl.col("name"))).item()
    assert masked == mask_person_name(name)


@pytest.mark.parametrize(
    ("written", "spelt"),
    [
        ("  某（测试）公司 ", "某（测试）公司"),
        ("某(测试)公司", "某（测试）公司"),
        ("ＡＢ公司", "AB公司"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        (None, ""),
    ],
)
def test_name_has_one_spelling(written: str | None, spelt: str):
    frame = pl.DataFrame({"name": [written]}, schema={"name": pl.String})
    assert frame.select(normalise_name("name")).item() == spelt


@pytest.mark.parametrize(
    ("written", "spelt"),
    [
        ("市监罚[2024]12号", "市监罚〔2024〕12号"),
        ("市监罚【2024】 12 号", "市监罚〔2024〕12号"),
        ("（2024）测0101执1号", "（2024）测0101执1号"),
        ("(2024)测0101执1号", "（2024）测0101执1号"),
    ],
)
def test_document_number_has_one_spelling(written: str | None, spelt: str):
    assert pl.DataFrame({"no": [written]}).select(normalise_document_no("no")).item() == spelt


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("张三丰违法", "张**违法"),
        ("张 三 丰违法", "张**违法"),
        (f"证号{NUMBER}。", "证号110**************X。"),
        (f"证号{NUMBER.lower()}", "证号110**************X"),
        ("证号110105491231002", "证号110***********2"),
        ("与本案无关", "与本案无关"),
    ],
)
def test_text_loses_name_and_number(text: str, left: str):
    assert scrub_text(text, "张三丰", NUMBER) == left


def test_one_letter_name_is_no_more_than_its_mask():
    assert scrub_text("张某", "张", None) == "张某"


def test_letters_that_grow_when_capital_do_not_escape():
    assert "roß" not in scrub_text("Groß schuldet", "Groß", None).casefold()
    assert "gross" not in scrub_text("GROSS schuldet", "Groß", None).casefold()


def test_no_letter_escapes_the_one_spelling():
    letters = [f"某{chr(code)}某" for code in range(0x21, 0xA000)]
    frame = pl.DataFrame({"name": letters, "number": letters}).select(
        normalise_name("name"), normalise_document_no("number")
    )
    names = str.maketrans("()•・‧", "（）···")
    numbers = str.maketrans("[]【】〖〗()", "〔〕〔〕〔〕（）")
    spelt = [unicodedata.normalize("NFKC", letter) for letter in letters]
    assert frame["name"].to_list() == [text.translate(names) for text in spelt]
    joined = [unicodedata.normalize("NFC", "".join(text.split())) for text in spelt]
    assert frame["number"].to_list() == [text.translate(numbers) for text in joined]
