"""Which passwords may be chosen."""

from __future__ import annotations

from pathlib import Path

import pytest

from credit_service.errors import WeakPassword
from credit_service.identity.passwords import (
    MINIMUM,
    check_new_password,
    hash_password,
    is_password,
    load_frequent_passwords,
    make_initial_password,
)

FREQUENT = load_frequent_passwords(
    Path(__file__).resolve().parents[3] / "data" / "reference" / "frequent_passwords.txt"
)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "至少12个字符"),
        ("short-one-1", "至少12个字符"),
        ("wanglin-is-here-today", "登录名"),
        ("WANGLIN-is-here-today", "登录名"),
        ("aaaaaaaaaaaaaaaa", "不同的字符太少"),
        ("abababababab", "不同的字符太少"),
        ("1357924680135", "全是数字"),
        ("qwertyuiopasdfghjkl", "常见密码"),
        ("Password123456!", "常见密码"),
        ("2026administrator", "常见密码"),
        ("!!woaini1314520", "常见密码"),
        ("1qaz2wsx3edc", "常见密码"),
    ],
)
def test_what_is_guessed_early_is_refused(password: str, why: str):
    with pytest.raises(WeakPassword, match=why):
        check_new_password(password, "wanglin", FREQUENT)


@pytest.mark.parametrize("password", ["correct-horse-0", "四匹马驮着八个苹果过桥去了", "x7 Rf kq 2m Zw"])
def test_long_ones_of_any_characters_are_taken(password: str):
    check_new_password(password, "wanglin", FREQUENT)


def test_initial_passwords_are_random_and_would_be_taken():
    made = {make_initial_password() for _ in range(50)}
    assert len(made) == 50
    for one in made:
        check_new_password(one, "wanglin", FREQUENT)


def test_a_password_is_right_or_wrong_and_never_nobodys():
    hashed = hash_password("correct-horse-0")
    assert is_password("correct-horse-0", hashed)
    assert not is_password("correct-horse-1", hashed)
    assert not is_password("correct-horse-0", None)


def test_the_list_holds_no_remark_and_nothing_twice():
    assert len(FREQUENT) > 100
    assert not any(one.startswith("#") for one in FREQUENT)
    assert MINIMUM == 12
