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
    │                                              ObjectionNotFound NotCompetent RepairBarred RepairNotFound
    ├─ PublicationError   nothing was released     GateRefused RedactionIncomplete TemplateFault ReleaseExists
    │                                              PeriodUnknown
    ├─ LookupFailure      the asker can fix it     SubjectNotFound AmbiguousSubject BulletinNotFound CursorExpired
    │                                              QueryRefused QueryFailed RunNotFound AwardUnknown
    │                                              VettingNotFound VettingDamaged TooManyNominees
    │                                              SelectionUnknown PaperNotFound AgencyNotFound NoticeNotFound
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
from credit_service.errors.repairs import (
    NotCompetent,
    NoticeNotFound,
    RepairBarred,
    RepairNotFound,
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
    "HomeOccupied",
    "IdentifiersContradict",
    "IdentityRefused",
    "IllegalTransition",
    "KeyMissing",
    "KeyUnknown",
    "LastAdministrator",
    "LedgerConflict",
    "LookupFailure",
    "MeasureDisproportionate",
    "MeasureNotAsked",
    "MinorProtected",
    "NoLegalBasis",
    "NotCompetent",
    "NotInCharge",
    "NotSignedIn",
    "NoticeNotFound",
    "NoticeNotServed",
    "ObjectionNotFound",
    "ObjectionPending",
    "OwnAccount",
    "OwnAgencyAlone",
    "PaperAltered",
    "PaperIncomplete",
    "PaperNotFound",
    "PasswordRefused",
    "PathUnusable",
    "PublicationError",
    "PurposeMissing",
    "QueryFailed",
    "QueryRefused",
    "QuotaExceeded",
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
    "RunNotFound",
    "SamePerson",
    "SandboxMissing",
    "SchemaDrift",
    "ScopeDenied",
    "SelectionUnknown",
    "SignInPaused",
    "SignInUnfinished",
    "SnapshotMissing",
    "StatementPeriodOpen",
    "StorageError",
    "StorageFull",
    "SubjectNotFound",
    "SubmissionError",
    "TaskNotFound",
    "TooManyNominees",
    "UnknownAgency",
    "UnknownIndicator",
    "VettingDamaged",
    "VettingNotFound",
    "WarehouseBusy",
    "WarehouseDamaged",
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


class ProviderUnreachable(StorageError):
    """The identity provider does not answer, or not as one."""

    code = "provider_unreachable"


class SettingsFaulty(StorageError):
    """A setting is unknown, or of settings that belong together some are missing."""

    code = "settings_faulty"
