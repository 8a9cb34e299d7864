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
    ├─ DecisionError      law or state forbids it  IllegalTransition EvidenceMissing NoticeNotServed
    │                                              StatementPeriodOpen ObjectionPending SamePerson ConsentMissing
    │                                              MinorProtected NoLegalBasis ClockReversed CaseNotFound
    │                                              IdentifiersContradict
    ├─ PublicationError   nothing was released     GateRefused RedactionIncomplete TemplateFault ReleaseExists
    │                                              PeriodUnknown
    ├─ LookupFailure      the asker can fix it     SubjectNotFound AmbiguousSubject BulletinNotFound CursorExpired
    │                                              QueryRefused QueryFailed RunNotFound
    ├─ AccessError        401/403/429              UnknownAgency NotSignedIn ScopeDenied PurposeMissing QuotaExceeded
    │                                              AccountExists WeakPassword KeyUnknown
    └─ StorageError       the operator             WarehouseBusy SnapshotMissing SchemaDrift LedgerConflict
                                                   SandboxMissing HomeOccupied KeyMissing WarehouseDamaged
                                                   StorageFull PathUnusable RulebookDamaged
"""

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


class RuleSyntax(RulebookError):
    """A rule file cannot be read or has a wrong shape."""

    code = "rule_syntax"


class UnknownIndicator(RulebookError):
    """A rule names a field, list, measure or category that does not exist."""

    code = "unknown_indicator"


class RuleOverlap(RulebookError):
    """Two versions of a rule, or two rows of a table, are in force for the same case."""

    code = "rule_overlap"


class RuleWithoutSource(RulebookError):
    """A rule or entry names no source."""

    code = "rule_without_source"


class RuleNotInForce(RulebookError):
    """No version of the rule is in force on the day asked for."""

    code = "rule_not_in_force"


class RuleUnreachable(RulebookError):
    """No fact whatever can make a rule apply: it contradicts itself, or earlier rules take all of its cases."""

    code = "rule_unreachable"


class RuleNotMonotone(RulebookError):
    """A worse fact would help a subject, or a further honour would hurt it."""

    code = "rule_not_monotone"


class RuleOutsideBounds(RulebookError):
    """A term lies outside what the law permits."""

    code = "rule_outside_bounds"


class RuleUnproved(RulebookError):
    """A rule is too tangled for the proofs to go through all of its cases."""

    code = "rule_unproved"


class RulebookFaulty(RulebookError):
    """The rules have faults, so they were not adopted; the rulebook in force stays."""

    code = "rulebook_faulty"


class RulebookNotAdopted(RulebookError):
    """No rulebook was adopted for the day asked for, or none has the hash asked for."""

    code = "rulebook_not_adopted"


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


class WarehouseBusy(StorageError):
    """Another process holds the warehouse."""

    code = "warehouse_busy"


class SnapshotMissing(StorageError):
    """No snapshot was published yet."""

    code = "snapshot_missing"


class SchemaDrift(StorageError):
    """A store has another schema than this version of the service."""

    code = "schema_drift"


class LedgerConflict(StorageError):
    """Somebody else changed the row first."""

    code = "ledger_conflict"


class SandboxMissing(StorageError):
    """The machine offers no sandbox for foreign SQL."""

    code = "sandbox_missing"


class HomeOccupied(StorageError):
    """The home directory holds live state that must not be overwritten."""

    code = "home_occupied"


class KeyMissing(StorageError):
    """The key for persons' identifiers is missing or unreadable."""

    code = "key_missing"


class WarehouseDamaged(StorageError):
    """The warehouse cannot be opened or broke while open; it can be rebuilt."""

    code = "warehouse_damaged"


class StorageFull(StorageError):
    """The disk has no room for what must be stored."""

    code = "storage_full"


class KeyUnknown(AccessError):
    """No API key has this number."""

    code = "key_unknown"


class PathUnusable(StorageError):
    """A file, directory or port cannot be used."""

    code = "path_unusable"


class RulebookDamaged(StorageError):
    """The kept copy of an adopted rulebook is missing or is not what was adopted."""

    code = "rulebook_damaged"
