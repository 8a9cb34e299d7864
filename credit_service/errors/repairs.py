"""What forbids, or does not find, a credit repair or a notice of one."""

from __future__ import annotations

from credit_service.errors.families import DecisionError, LookupFailure


class NotCompetent(DecisionError):
    """Another authority recognised the dishonesty, and its paper is not there."""

    code = "not_competent"


class RepairBarred(DecisionError):
    """The subject handed in false material and may not apply for some years."""

    code = "repair_barred"


class RepairNotFound(DecisionError):
    """No application for repair has this number, or the receipt code is another's."""

    code = "repair_not_found"


class NoticeNotFound(LookupFailure):
    """The agency was sent no notice of this number."""

    code = "notice_not_found"
