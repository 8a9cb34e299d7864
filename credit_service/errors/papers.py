"""Leaves about papers of due process."""

from __future__ import annotations

from credit_service.errors.families import DecisionError, LookupFailure, StorageError


class PaperIncomplete(DecisionError):
    """A paper would not say what the law asks it to say."""

    code = "paper_incomplete"


class PaperNotFound(LookupFailure):
    """No paper has this number."""

    code = "paper_not_found"


class PaperAltered(StorageError):
    """The stored file of an issued paper is missing or is not what was issued."""

    code = "paper_altered"
