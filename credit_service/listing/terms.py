"""The terms a case moves under, and what a list type must say before anything can be proposed for it.

Both come from the rulebook and are handed in by `pipeline`; no term, basis or permission is known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class ProcedureTerms:
    """Terms and permissions of one list type for one kind of subject.

    **Units**: ``…_workdays`` are working days after the day of service, ``…_months`` calendar months after
    the decision.
    """

    statement_workdays: int
    """Time for a statement before a black or watch listing."""
    comment_workdays: int
    """Time for public comment before a red listing."""
    min_months: int | None
    """Repair opens after this; None where the rules set no minimum."""
    term_months: int | None
    """The listing ends by itself after this; None where it is open (red lists only)."""
    may_publish: bool
    """Whether the list type lets this kind of subject be shown to the public."""
    publication_basis: str = ""
    """Law or recorded consent that allows showing it."""


class ListTypeBasis(Protocol):
    """What `propose` reads of a list type in the rulebook."""

    @property
    def id(self) -> str:
        """Id of the list type, as candidates name it."""

    @property
    def legal_basis(self) -> str:
        """Legal basis; without it nobody can be listed."""

    @property
    def taken_over_from(self) -> tuple[str, ...]:
        """Kinds of records that are themselves a listing by the authority."""
