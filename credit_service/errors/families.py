"""The root of the tree and its families, by who can mend it; the leaves are in `errors` and `errors.rules`."""

from __future__ import annotations

from typing import ClassVar


class CreditServiceError(Exception):
    """Root of every expected failure.

    Args:
        message: What happened, where and why, in Chinese.
        remedy: What to do next, in Chinese.
        **attributes: Named facts for logs and JSON; never a personal value.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, remedy: str = "", **attributes: object) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.attributes = attributes

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()

    def to_dict(self) -> dict[str, object]:
        """Return the error as the documented JSON object ``{code, message, remedy, ...attributes}``."""
        return {"code": self.code, "message": self.message, "remedy": self.remedy, **self.attributes}


class SubmissionError(CreditServiceError):
    """The submitting agency can fix it."""


class RulebookError(CreditServiceError):
    """The author of the rules can fix it."""


class DecisionError(CreditServiceError):
    """The law or the state of the case forbids the act."""


class PublicationError(CreditServiceError):
    """Nothing was released."""


class LookupFailure(CreditServiceError):
    """The asker can fix the question."""


class AccessError(CreditServiceError):
    """The asker may not do this."""


class StorageError(CreditServiceError):
    """The operator must act."""
