"""The errors about joint measures: what law or state forbids those who carry them out."""

from __future__ import annotations

from credit_service.errors.families import DecisionError


class MeasureDisproportionate(DecisionError):
    """More, or graver, measures than the severity of the listing bears."""

    code = "measure_disproportionate"


class MeasureNotAsked(DecisionError):
    """A measure was reported that the catalogue does not list, or that nobody was asked to carry out."""

    code = "measure_not_asked"


class TaskNotFound(DecisionError):
    """No task has this number, or it is another agency's."""

    code = "task_not_found"
