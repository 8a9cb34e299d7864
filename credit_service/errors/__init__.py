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
    │                                              DelegationMissing EvidenceAltered PaperIncomplete
    │                                              MeasureDisproportionate MeasureNotAsked TaskNotFound
    │                                              ObjectionNotFound
    ├─ PublicationError   nothing was released     GateRefused RedactionIncomplete TemplateFault ReleaseExists
    │                                              PeriodUnknown
    ├─ LookupFailure      the asker can fix it     SubjectNotFound AmbiguousSubject BulletinNotFound CursorExpired
    │                                              QueryRefused QueryFailed RunNotFound AwardUnknown
    │                                              VettingNotFound VettingDamaged TooManyNominees
    │                                              SelectionUnknown PaperNotFound AgencyNotFound
    ├─ AccessError        401/403/429              UnknownAgency NotSignedIn ScopeDenied PurposeMissing QuotaExceeded
    │                                              AccountExists WeakPassword KeyUnknown AccountUnknown SignInPaused
    │                                              SignInUnfinished CodeRefused IdentityRefused LastAdministrator
    │                                              OwnAccount AccountActRefused PasswordRefused
    │                                              FormIncomplete
    └─ StorageError       the operator             WarehouseBusy SnapshotMissing SchemaDrift LedgerConflict
                                                   SandboxMissing HomeOccupied KeyMissing WarehouseDamaged
                                                   StorageFull PathUnusable RulebookDamaged PaperAltered
                                                   ProviderUnreachable
                                                   SettingsFaulty
"""

from __future__ import annotations

from credit_service.errors.access import (
    AccountActRefused,
    AccountExists,
    AccountUnknown,
    CodeRefused,
    FormIncomplete,
    IdentityRefused,
    KeyUnknown,
    LastAdministrator,
    NotSignedIn,
    OwnAccount,
    PasswordRefused,
    PurposeMissing,
    QuotaExceeded,
    ScopeDenied,
    SignInPaused,
    SignInUnfinished,
    UnknownAgency,
    WeakPassword,
)
from credit_service.errors.decisions import (
    CaseNotFound,
    ClockReversed,
    ConsentMissing,
    DelegationMissing,
    EvidenceAltered,
    EvidenceMissing,
    IdentifiersContradict,
    IllegalTransition,
    MinorProtected,
    NoLegalBasis,
    NoticeNotServed,
    NotInCharge,
    ObjectionNotFound,
    ObjectionPending,
    OwnAgencyAlone,
    SamePerson,
    StatementPeriodOpen,
)
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
from credit_service.errors.lookups import (
    AgencyNotFound,
    AmbiguousSubject,
    AwardUnknown,
    BulletinNotFound,
    CursorExpired,
    QueryFailed,
    QueryRefused,
    RunNotFound,
    SelectionUnknown,
    SubjectNotFound,
    TooManyNominees,
    VettingDamaged,
    VettingNotFound,
)
from credit_service.errors.measures import (
    MeasureDisproportionate,
    MeasureNotAsked,
    TaskNotFound,
)
from credit_service.errors.papers import (
    PaperAltered,
    PaperIncomplete,
    PaperNotFound,
)
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

# Names that come from the modules beside this one; the leaves below are here.
__all__ = [
    "AccessError",
    "AccountActRefused",
    "AccountExists",
    "AccountUnknown",
    "AgencyNotFound",
    "AmbiguousSubject",
    "AwardUnknown",
    "BulletinNotFound",
    "CaseNotFound",
    "ClockReversed",
    "CodeRefused",
    "ConsentMissing",
    "CreditServiceError",
    "CursorExpired",
    "DecisionError",
    "DelegationMissing",
    "EvidenceAltered",
    "EvidenceMissing",
    "FormIncomplete",
    "IdentifiersContradict",
    "IdentityRefused",
    "IllegalTransition",
    "KeyUnknown",
    "LastAdministrator",
    "LookupFailure",
    "MeasureDisproportionate",
    "MeasureNotAsked",
    "MinorProtected",
    "NoLegalBasis",
    "NotInCharge",
    "NotSignedIn",
    "NoticeNotServed",
    "ObjectionNotFound",
    "ObjectionPending",
    "OwnAccount",
    "OwnAgencyAlone",
    "PaperAltered",
    "PaperIncomplete",
    "PaperNotFound",
    "PasswordRefused",
    "PublicationError",
    "PurposeMissing",
    "QueryFailed",
    "QueryRefused",
    "QuotaExceeded",
    "RuleNotCompiled",
    "RuleNotInForce",
    "RuleNotMonotone",
    "RuleOutsideBounds",
    "RuleOverlap",
    "RuleSyntax",
    "RuleUnproved",
    "RuleUnreachable",
    "RuleWithoutSource",
    "RulebookError",
    "RulebookFaulty",
    "RulebookNotAdopted",
    "RunNotFound",
    "SamePerson",
    "ScopeDenied",
    "SelectionUnknown",
    "SignInPaused",
    "SignInUnfinished",
    "StatementPeriodOpen",
    "StorageError",
    "SubjectNotFound",
    "SubmissionError",
    "TaskNotFound",
    "TooManyNominees",
    "UnknownAgency",
    "UnknownIndicator",
    "VettingDamaged",
    "VettingNotFound",
    "WeakPassword",
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


class PathUnusable(StorageError):
    """A file, directory or port cannot be used."""

    code = "path_unusable"


class RulebookDamaged(StorageError):
    """The kept copy of an adopted rulebook is missing or is not what was adopted."""

    code = "rulebook_damaged"


class ProviderUnreachable(StorageError):
    """The identity provider does not answer, or not as one."""

    code = "provider_unreachable"


class SettingsFaulty(StorageError):
    """A setting is unknown, or of settings that belong together some are missing."""

    code = "settings_faulty"
