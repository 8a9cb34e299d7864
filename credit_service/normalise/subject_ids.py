"""The subject id of a code as somebody typed it: at a desk, in a form, in a call.

Before it a text, after it the id under which records and cases know the subject. It asks no store.
"""

from __future__ import annotations

from credit_service.domain.identifier import (
    is_valid_org_code,
    is_valid_person_id,
    is_valid_registration,
    is_valid_uscc,
)
from credit_service.normalise.identifiers import person_subject_id


def read_subject_id(identifier: str, hash_key: bytes) -> str | None:
    """Return the subject id of a code of any kind, or None where it is no valid one."""
    code = identifier.strip().upper().replace("-", "")
    if is_valid_uscc(code):
        return f"uscc:{code}"
    if is_valid_person_id(code):
        return person_subject_id(hash_key, code)
    if is_valid_registration(code):
        return f"reg:{code}"
    return f"org:{code}" if is_valid_org_code(code) else None
