"""Every error the service raises on purpose, in one tree.

Row problems are values (`domain.batch.Finding`), file problems are exceptions, rule problems stop the run, bugs crash.
A leaf carries a stable ``code``, named attributes and a Chinese message that says what, where, why and what to do next.
No HTTP status, SQL or personal value is kept here: status and exit codes live in one table each at the rim
(`web.errors`, `cli`), and a house test fails when a leaf is missing from them.

::

    CreditServiceError
    ├─ SubmissionError    the agency can fix it    UnreadableFile UnknownTemplate MissingColumns DuplicateBatch
    │                                              OutsideCatalogue BatchNotFound
    ├─ RulebookError      the rule author can      RuleSyntax UnknownIndicator RuleOverlap RuleWithoutSource
    │                                              RuleNotInForce RulebookFaulty RulebookNotAdopted
    │                                              RuleUnreachable RuleNotMonotone RuleOutsideBounds RuleUnproved
    │                                              RuleNotCompiled
    ├─ DecisionError      law or state forbids it  IllegalTransition EvidenceMissing NoticeNotServed
    │                                              StatementPeriodOpen ObjectionPending SamePerson ConsentMissing
    │                                              MinorProtected NoLegalBasis ClockReversed CaseNotFound
    │                                              IdentifiersContradict NotInCharge OwnAgencyAlone
    │                                              DelegationMissing EvidenceAltered NotCompetent RepairBarred
    │                                              RepairNotFound
    ├─ PublicationError   nothing was released     GateRefused RedactionIncomplete TemplateFault ReleaseExists
    │                                              PeriodUnknown
    ├─ LookupFailure      the asker can fix it     SubjectNotFound AmbiguousSubject BulletinNotFound CursorExpired
    │                                              QueryRefused QueryFailed RunNotFound NoticeNotFound
    ├─ AccessError        401/403/429              UnknownAgency NotSignedIn ScopeDenied PurposeMissing QuotaExceeded
    │                                              AccountExists WeakPassword KeyUnknown
    └─ StorageError       the operator             WarehouseBusy SnapshotMissing SchemaDrift LedgerConflict
                                                   SandboxMissing HomeOccupied KeyMissing WarehouseDamaged
                                                   StorageFull PathUnusable RulebookDamaged
"""

from __future__ import annotations

from credit_service.errors.families import (
    AccessError,
    CreditServiceError,
    DecisionError,
    LookupFailure,
    PublicationError,
    RulebookError,
    StorageError,
    SubmissionError,
)
from credit_service.errors.repairs import NotCompetent, NoticeNotFound, RepairBarred, RepairNotFound
from credit_service.errors.rules import (
    RulebookFaulty,
    RulebookNotAdopted,
    RuleNotCompiled,
    RuleNotInForce,
    RuleNotMonotone,
    RuleOutsideBounds,
    RuleOverlap,
    RuleSyntax,
    RuleUnproved,
    RuleUnreachable,
    RuleWithoutSource,
    UnknownIndicator,
)
from credit_service.errors.storage import (
    HomeOccupied,
    KeyMissing,
    LedgerConflict,
    PathUnusable,
    RulebookDamaged,
    SandboxMissing,
    SchemaDrift,
    SnapshotMissing,
    StorageFull,
    WarehouseBusy,
    WarehouseDamaged,
)

# Names that come from the modules beside this one; the leaves below are here.
__all__ = [
    "AccessError",
    "CreditServiceError",
    "DecisionError",
    "HomeOccupied",
    "KeyMissing",
    "LedgerConflict",
    "LookupFailure",
    "NotCompetent",
    "NoticeNotFound",
    "PathUnusable",
    "PublicationError",
    "RepairBarred",
    "RepairNotFound",
    "RuleNotCompiled",
    "RuleNotInForce",
    "RuleNotMonotone",
    "RuleOutsideBounds",
    "RuleOverlap",
    "RuleSyntax",
    "RuleUnproved",
    "RuleUnreachable",
    "RuleWithoutSource",
    "RulebookDamaged",
    "RulebookError",
    "RulebookFaulty",
    "RulebookNotAdopted",
    "SandboxMissing",
    "SchemaDrift",
    "SnapshotMissing",
    "StorageError",
    "StorageFull",
    "SubmissionError",
    "UnknownIndicator",
    "WarehouseBusy",
    "WarehouseDamaged",
]


class UnreadableFile(SubmissionError):
    """The bytes are no file of any supported kind or encoding."""

    code = "unreadable_file"


class UnknownTemplate(SubmissionError):
    """The headers fit no known template."""

    code = "unknown_template"


class MissingColumns(SubmissionError):
    """The template is known, but required columns are absent."""

    code = "missing_columns"


class DuplicateBatch(SubmissionError):
    """The same bytes from the same agency are already being received."""

    code = "duplicate_batch"


class OutsideCatalogue(SubmissionError):
    """The file holds information that the catalogue does not list or the law forbids."""

    code = "outside_catalogue"


class BatchNotFound(SubmissionError):
    """No batch has this number."""

    code = "batch_not_found"


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


class GateRefused(PublicationError):
    """A check before release failed."""

    code = "gate_refused"


class RedactionIncomplete(PublicationError):
    """The rendered bytes still hold what must be withheld."""

    code = "redaction_incomplete"


class TemplateFault(PublicationError):
    """A page or document template cannot be rendered."""

    code = "template_fault"


class ReleaseExists(PublicationError):
    """This issue is already released; released issues are never overwritten."""

    code = "release_exists"


class PeriodUnknown(PublicationError):
    """The period cannot be read, or has not begun."""

    code = "period_unknown"


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


class RunNotFound(LookupFailure):
    """No assessment has this number."""

    code = "run_not_found"


class UnknownAgency(AccessError):
    """No agency has this code."""

    code = "unknown_agency"


class NotSignedIn(AccessError):
    """The door needs a sign-in or a key."""

    code = "not_signed_in"


class ScopeDenied(AccessError):
    """The account or key may not do this."""

    code = "scope_denied"


class PurposeMissing(AccessError):
    """A look-up must state its purpose."""

    code = "purpose_missing"


class QuotaExceeded(AccessError):
    """Too many questions in too short a time."""

    code = "quota_exceeded"


class AccountExists(AccessError):
    """The account name is taken."""

    code = "account_exists"


class WeakPassword(AccessError):
    """The password is too short."""

    code = "weak_password"


class KeyUnknown(AccessError):
    """No API key has this number."""

    code = "key_unknown"
