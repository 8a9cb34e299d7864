"""Leaves about evidence and objections; see the tree in the package's docstring."""

from __future__ import annotations

from credit_service.errors.families import DecisionError


class EvidenceAltered(DecisionError):
    """The bytes of a piece of evidence are not what was handed in."""

    code = "evidence_altered"


class ObjectionNotFound(DecisionError):
    """No objection has this number, or the code given with it is another's."""

    code = "objection_not_found"
