from __future__ import annotations

import runpy
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from credit_service.bulletins.redact import (
    find_mobile_numbers,
    find_person_numbers,
    redact_code,
    redact_name,
    redact_text,
)
from credit_service.domain.identifier import DUMMY_USCC

world = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("world.py"))))
NUMBER = world.make_person_number(123)


@pytest.mark.parametrize(
    "text",
    [
        f"当事人身份证号{NUMBER}，拒不履行",
        f"身份证{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}",
        f"{NUMBER[:6]}-{NUMBER[6:14]}-{NUMBER[14:]}",
        "".join(chr(ord(c) + 0xFEE0) for c in NUMBER),
        " ".join(NUMBER),
        NUMBER.lower(),
        f"ID{NUMBER}。",
        f"13800000000 {NUMBER}",
        "\u200b".join(NUMBER),
    ],
)
def test_citizen_number_leaves_the_text(text: str):
    redacted = redact_text(text)
    assert not find_person_numbers(redacted)
    assert NUMBER[6:14] not in redacted.replace(" ", "").replace("\u200b", "")


@pytest.mark.parametrize("number", ["990101199001011230", "990101900101123", "110101199013451234"])
def test_mistyped_or_old_citizen_number_leaves_the_text(number: str):
    assert number not in redact_text(f"证件号码{number}。")


@pytest.mark.parametrize(
    "text",
    [
        "电话13812345678",
        "138-1234-5678",
        "+86 138 1234 5678",
        "TEL13812345678",
        "１３８１２３４５６７８",
        "13812345678 13912345678",
        "电话 138 1234 5678 2025-01-01",
    ],
)
def test_mobile_number_leaves_the_text(text: str):
    assert not find_mobile_numbers(redact_text(text))
    assert "5678" not in redact_text(text)


@pytest.mark.parametrize("text", ["0371-65900000", "（0371）65900000", "010 65900000"])
def test_fixed_telephone_leaves_the_text(text: str):
    assert "65900000" not in redact_text(f"联系电话{text}。")


@pytest.mark.parametrize("card", ["6222021234567890123", "6222 0212 3456 7890 123", "6222-0212-3456-7890"])
def test_card_number_leaves_the_text(card: str):
    assert "3456" not in redact_text(f"卡号{card}。")


def test_home_address_leaves_the_text():
    assert redact_text("住址：示范区信用路1号2单元，拒不履行。") == "（住址略），拒不履行。"


@pytest.mark.parametrize("text", ["法定代表人：测试甲，逾期", "法定代表人（测试甲）逾期", "负责人姓名：测试甲；"])
def test_name_after_a_role_leaves_the_text(text: str):
    assert "测试甲" not in redact_text(text)


def test_known_name_is_masked_wherever_it_stands():
    assert redact_text("经查欧阳测试隐匿财产", ["欧阳测试"]) == "经查欧阳**隐匿财产"


@pytest.mark.parametrize(
    "text",
    [
        "统一社会信用代码91990101MA0000001Y的公司",
        "2025-01-01至2025-12-31",
        "测列〔2026〕12号，金额1234567.89元",
        "当事人未按规定公示年度报告",
        "违反《中华人民共和国政府采购法》第七十七条",
    ],
)
def test_public_text_stays(text: str):
    assert redact_text(text) == text


def test_text_loses_marks_that_hide_or_turn():
    assert redact_text("甲\u202e乙\x00丙\n丁") == "甲 乙 丙 丁"


def test_consented_star_shows_the_full_name():
    assert redact_name(world.make_star(), "测试甲") == "测试甲"


def test_star_without_consent_shows_the_masked_name():
    assert redact_name(world.make_star(consent_no=""), "测试甲") == "测**"


def test_debtor_never_shows_the_full_name():
    assert redact_name(world.make_debtor(subject_name="欧阳测试", consent_no="同意1号"), "欧阳测试") == "欧阳**"


def test_person_shows_no_code():
    assert redact_code(world.make_debtor(identifier_code=NUMBER)) == ""


@pytest.mark.parametrize("code", [DUMMY_USCC, NUMBER, "无", "12345"])
def test_business_shows_no_code_that_is_none(code: str):
    assert redact_code(world.make_case(identifier_code=code)) == ""


def test_organisation_shows_its_whole_code():
    assert redact_code(world.make_case(7)) == world.make_code(7)


def test_numbers_of_every_birth_day_are_found():
    born = [date(1950, 2, 28), date(1999, 12, 31), date(2004, 2, 29)]
    text = "、".join(world.make_person_number(9, day) for day in born)
    assert len(find_person_numbers(text)) == 3
