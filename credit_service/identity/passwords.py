"""Passwords: which may be chosen, and whether one is right.

They are kept as argon2id hashes. A rule is about what is guessed first, not about kinds of characters: length, no known
common ones, not the own name.

**Source**: NIST SP 800-63B-4 §3.1.1.2 (length and a list of common ones instead of kinds of characters); GB/T
22239-2019 8.1.4.1 (identity must be authenticated, with complexity and change), status unconfirmed: to be compared with
the original by the operator's security officer.
"""

from __future__ import annotations

import secrets
import string
from functools import lru_cache
from pathlib import Path

from pwdlib import PasswordHash

from credit_service.errors import WeakPassword

MINIMUM = 12
"""Characters."""
FEWEST_DIFFERENT = 5
"""Different characters."""
_HASHER = PasswordHash.recommended()
_AROUND = string.digits + string.punctuation + " "
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


def check_new_password(password: str, account_id: str, common: frozenset[str]) -> None:
    """Refuse a password that is guessed early.

    Raises:
        WeakPassword: It is short, common, of a few characters or digits only, or repeats the sign-in name.
    """
    plain = password.casefold()
    if len(password) < MINIMUM or account_id.casefold() in plain:
        message = f"密码不合要求：至少{MINIMUM}个字符，且不得包含登录名。"
        raise WeakPassword(message, remedy="请换一个更长的密码，例如由几个不相关的词组成。")
    if len(set(plain)) < FEWEST_DIFFERENT:
        message = "密码不合要求：不同的字符太少。"
        raise WeakPassword(message, remedy="请换一个密码，例如由几个不相关的词组成。")
    if plain.isdigit():
        message = "密码不合要求：全是数字，容易与电话、证件号码、日期相同。"
        raise WeakPassword(message, remedy="请换一个密码，例如由几个不相关的词组成。")
    if plain in common or plain.strip(_AROUND) in common:
        message = "密码不合要求：它是常见密码，或者只是在常见密码前后加了数字和符号。"
        raise WeakPassword(message, remedy="请换一个密码，例如由几个不相关的词组成。")


@lru_cache(maxsize=4)
def load_frequent_passwords(path: Path) -> frozenset[str]:
    """Return the committed list of common passwords, in lower case; lines that begin with # are remarks."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip().casefold() for line in lines if line.strip() and not line.startswith("#"))


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    return _HASHER.hash(password)


def is_password(password: str, password_hash: str | None) -> bool:
    """Return whether a password is right; for nobody (None) it takes the same time and is wrong."""
    matches = _HASHER.verify(password, password_hash or _nobody())
    return matches and password_hash is not None


def make_initial_password() -> str:
    """Return a random password to hand over once, without characters that are mistaken for one another."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(5)) for _ in range(4))


@lru_cache(maxsize=1)
def _nobody() -> str:
    """Return a hash nobody knows the password of.

    A wrong name must cost the same time as a wrong password, or names could be guessed by the clock.
    """
    return _HASHER.hash(secrets.token_urlsafe(16))
