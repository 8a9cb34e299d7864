"""Leaves of `LookupFailure`: the asker can fix the question."""

from __future__ import annotations

from credit_service.errors.families import LookupFailure


class SubjectNotFound(LookupFailure):
    """No subject has this identifier."""

    code = "subject_not_found"


class AmbiguousSubject(LookupFailure):
    """The question fits several subjects."""

    code = "ambiguous_subject"


class BulletinNotFound(LookupFailure):
    """No bulletin has this number."""

    code = "bulletin_not_found"


class CursorExpired(LookupFailure):
    """The place in the change feed is too old."""

    code = "cursor_expired"


class QueryRefused(LookupFailure):
    """The analyst's SQL is outside what is allowed."""

    code = "query_refused"


class QueryFailed(LookupFailure):
    """The analyst's SQL failed or was stopped at a limit."""

    code = "query_failed"


class AgencyNotFound(LookupFailure):
    """No department is registered under this code."""

    code = "agency_not_found"


class RunNotFound(LookupFailure):
    """No assessment has this number."""

    code = "run_not_found"


class AwardUnknown(LookupFailure):
    """The vetting rule has no award of this name."""

    code = "award_unknown"


class VettingNotFound(LookupFailure):
    """No vetting has this number, or it is another agency's."""

    code = "vetting_not_found"


class VettingDamaged(LookupFailure):
    """The kept result of a vetting is not what was said then, so it is not shown."""

    code = "vetting_damaged"


class TooManyNominees(LookupFailure):
    """A file has more nominees than are vetted at once."""

    code = "too_many_nominees"


class SelectionUnknown(LookupFailure):
    """What a table is to be narrowed to does not exist."""

    code = "selection_unknown"
