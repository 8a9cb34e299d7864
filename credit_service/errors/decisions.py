"""Leaves of `DecisionError`: law or the state of a case forbids the act."""

from __future__ import annotations

from credit_service.errors.families import DecisionError


class IllegalTransition(DecisionError):
    """The act does not follow from the state of the case."""

    code = "illegal_transition"


class EvidenceMissing(DecisionError):
    """A document number, proof or reason that the act needs was not given."""

    code = "evidence_missing"


class NoticeNotServed(DecisionError):
    """The prior notice was not served on the subject."""

    code = "notice_not_served"


class StatementPeriodOpen(DecisionError):
    """The subject may still make a statement."""

    code = "statement_period_open"


class ObjectionPending(DecisionError):
    """An objection against the record is not yet decided."""

    code = "objection_pending"


class SamePerson(DecisionError):
    """The person who prepared the case may not decide it."""

    code = "same_person"


class NotInCharge(DecisionError):
    """Another reviewer is in charge of the case."""

    code = "not_in_charge"


class OwnAgencyAlone(DecisionError):
    """Only the agency that sent the records prepared and decides the case."""

    code = "own_agency_alone"


class DelegationMissing(DecisionError):
    """Nobody lets the actor act on that behalf on that day."""

    code = "delegation_missing"


class EvidenceAltered(DecisionError):
    """The bytes of a piece of evidence are not what was handed in."""

    code = "evidence_altered"


class ConsentMissing(DecisionError):
    """A natural person has not consented to publication."""

    code = "consent_missing"


class MinorProtected(DecisionError):
    """The subject is or was a minor and may not be listed."""

    code = "minor_protected"


class NoLegalBasis(DecisionError):
    """The list type has no sufficient legal basis in force."""

    code = "no_legal_basis"


class ClockReversed(DecisionError):
    """The act is dated before the act it follows."""

    code = "clock_reversed"


class IdentifiersContradict(DecisionError):
    """Two subjects whose codes say that they are two were to become one."""

    code = "identifiers_contradict"


class CaseNotFound(DecisionError):
    """No case has this number."""

    code = "case_not_found"


class ObjectionNotFound(DecisionError):
    """No objection has this number, or the code given with it is another's."""

    code = "objection_not_found"
