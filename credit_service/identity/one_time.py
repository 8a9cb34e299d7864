"""One-time codes by time, and the recovery codes for who has lost the device.

Before it a secret and what somebody typed, after it the time step the code belongs to, or None. Which steps are used up
is told by the caller and held by the ledger as well: a code is accepted once, and never one older than the last.

**Source**: RFC 6238 (TOTP, SHA-1, 6 digits, 30 s; §5.2: a validator must not accept the same code twice; one step of
delay is tolerated), RFC 4226 §4 R6 (secret of at least 128 bits).
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime
from hashlib import sha256

import pyotp

STEP_SECONDS = 30
DRIFT_STEPS = 1
"""A clock may be half a minute before or behind."""
RECOVERY_CODES = 10
_RECOVERY_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_RECOVERY_LENGTH = 12
_GROUP = 4


def make_secret() -> str:
    """Return a new secret of 160 random bits in base32."""
    return pyotp.random_base32()


def to_step(at: datetime) -> int:
    """Return the time step an instant lies in; **Units**: 30 seconds since 1970."""
    return int(at.timestamp()) // STEP_SECONDS


def find_step(secret: str, typed: str, at: datetime, last_step: int | None) -> int | None:
    """Return the time step a code is of, or None where it is wrong, too old, or was used up.

    Args:
        secret: Base32.
        typed: What somebody typed; blanks within it do not count.
        at: Now.
        last_step: Step of the last code accepted; only later ones count.
    """
    code = "".join(typed.split())
    if len(code) != 6 or not code.isascii() or not code.isdigit():
        return None
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    now = to_step(at)
    found = None
    # Every step of the window is compared, so that the time taken tells nothing.
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        fits = hmac.compare_digest(totp.generate_otp(step), code)
        if fits and (last_step is None or step > last_step):
            found = step
    return found


def to_enrolment_address(secret: str, account_id: str, issuer: str) -> str:
    """Return the ``otpauth://`` address an authenticator reads from the picture."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=account_id, issuer_name=issuer)


def make_recovery_codes() -> tuple[str, ...]:
    """Return new recovery codes, each of 58 random bits, in groups of four."""
    return tuple(_group(_draw()) for _ in range(RECOVERY_CODES))


def hash_recovery_code(typed: str, key: bytes) -> str:
    """Return the keyed hash of a recovery code as typed; case, blanks and dashes do not count.

    Keyed, so that a ledger without its keys does not give the codes away.
    """
    plain = "".join(character for character in typed.upper() if character.isalnum())
    return hmac.new(key, b"recovery code\n" + plain.encode(), sha256).hexdigest()


def is_recovery_code(typed: str) -> bool:
    """Return whether what was typed looks like a recovery code, and not like a code of an authenticator."""
    return sum(character.isalnum() for character in typed) == _RECOVERY_LENGTH


def _draw() -> str:
    return "".join(secrets.choice(_RECOVERY_ALPHABET) for _ in range(_RECOVERY_LENGTH))


def _group(code: str) -> str:
    return "-".join(code[place : place + _GROUP] for place in range(0, _RECOVERY_LENGTH, _GROUP))
