"""Codes that prove something to the service without a sign-in.

A *receipt code* is drawn by lot when an objection comes in, shown once and kept as a keyed hash only. A *delivery code*
belongs to a case and stands on the papers served on its subject; it follows from the case and the secret key, so that
nothing needs to be stored and nobody without the key can make one. Both have 80 bits.

It knows no table. Comparisons take the same time whatever is compared.
"""

from __future__ import annotations

import hmac
import secrets

from credit_service.registry.keys import Keys

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, which people take for others."""
_LENGTH = 16
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def make_receipt_code() -> str:
    """Return a new code, in groups of four as people copy it."""
    return _grouped("".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)))


def hash_receipt_code(keys: Keys, number: str, code: str) -> str:
    """Return what is kept of the receipt code of an objection."""
    return _digest(keys, "receipt", number, normalise_code(code)).hex()


def is_receipt_code(keys: Keys, number: str, code: str, kept: str) -> bool:
    """Return whether a code is the one whose hash was kept."""
    return hmac.compare_digest(hash_receipt_code(keys, number, code), kept)


def make_delivery_code(keys: Keys, case_id: str) -> str:
    """Return the code that stands on the papers of a case."""
    digest = int.from_bytes(_digest(keys, "delivery", case_id, "")[:10])
    return _grouped("".join(_LETTERS[(digest >> (5 * place)) & 31] for place in range(_LENGTH)))


def is_delivery_code(keys: Keys, case_id: str, code: str) -> bool:
    """Return whether a code is that of a case."""
    expected = normalise_code(make_delivery_code(keys, case_id))
    return hmac.compare_digest(expected.encode(), normalise_code(code).encode())


def normalise_code(code: str) -> str:
    """Return a code as it is compared: letters that look alike, spaces and dashes do not matter."""
    kept = "".join(letter for letter in code.upper() if letter.isascii() and letter.isalnum())
    return kept.translate(_READ_AS)


def _digest(keys: Keys, use: str, what: str, code: str) -> bytes:
    text = f"credit-service {use} code\n{what}\n{code}"
    return hmac.digest(keys.hash_key, text.encode("utf-8", "surrogatepass"), "sha256")


def _grouped(letters: str) -> str:
    return "-".join(letters[place : place + 4] for place in range(0, len(letters), 4))
