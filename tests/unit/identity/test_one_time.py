"""One-time codes by the standard's own numbers, and recovery codes."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from credit_service.identity.one_time import (
    RECOVERY_CODES,
    find_step,
    hash_recovery_code,
    is_recovery_code,
    make_recovery_codes,
    make_secret,
    to_enrolment_address,
    to_step,
)

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
NOW = datetime(2026, 10, 28, 2, 0, 10, tzinfo=UTC)


def code(step: int, secret: str = RFC_SECRET) -> str:
    return pyotp.TOTP(secret).generate_otp(step)


@pytest.mark.parametrize(
    ("second", "eight_digits"),
    [
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"),
        (20_000_000_000, "65353130"),
    ],
)
def test_codes_are_those_of_rfc_6238_appendix_b(second: int, eight_digits: str):
    at = datetime.fromtimestamp(second, UTC)
    assert find_step(RFC_SECRET, eight_digits[-6:], at, None) == second // 30 == to_step(at)


@pytest.mark.parametrize(("offset", "holds"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off(offset: int, holds: bool):  # noqa: FBT001 - a table
    step = to_step(NOW) + offset
    assert find_step(RFC_SECRET, code(step), NOW, None) == (step if holds else None)


def test_a_code_is_good_once_and_never_after_a_later_one():
    step = to_step(NOW)
    assert find_step(RFC_SECRET, code(step), NOW, step - 1) == step
    assert find_step(RFC_SECRET, code(step), NOW, step) is None
    assert find_step(RFC_SECRET, code(step - 1), NOW, step) is None
    assert find_step(RFC_SECRET, code(step + 1), NOW, step) == step + 1


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "12 34", "-12345", "1e5000"])
def test_what_is_no_code_is_refused(typed: str):
    assert find_step(RFC_SECRET, typed, NOW, None) is None


def test_blanks_within_a_code_do_not_count():
    right = code(to_step(NOW))
    assert find_step(RFC_SECRET, f" {right[:3]} {right[3:]} ", NOW, None) == to_step(NOW)


def test_secrets_have_160_bits_and_the_address_says_all_an_authenticator_needs():
    secret = make_secret()
    assert len(base64.b32decode(secret)) == 20
    parts = urlsplit(to_enrolment_address(secret, "张三", "诚信建设红黑榜"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parse_qs(parts.query)["secret"] == [secret]
    assert parse_qs(parts.query)["issuer"] == ["诚信建设红黑榜"]


def test_recovery_codes_are_many_different_and_read_whatever_the_case():
    codes = make_recovery_codes()
    assert len(set(codes)) == RECOVERY_CODES
    assert all(is_recovery_code(one) for one in codes)
    assert hash_recovery_code(codes[0], b"k") == hash_recovery_code(codes[0].lower().replace("-", " "), b"k")
    assert hash_recovery_code(codes[0], b"k") != hash_recovery_code(codes[0], b"other")
    assert not is_recovery_code("123456")


def test_two_codes_of_the_drift_window_are_two_steps():
    later = NOW + timedelta(seconds=30)
    first = find_step(RFC_SECRET, code(to_step(NOW)), later, None)
    assert first == to_step(NOW) == to_step(later) - 1
