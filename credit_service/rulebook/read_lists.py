"""Reader of list types and of the records that support them.

Before it lies ``rules/lists``, after it `schema.ListType` and `schema.Acceptance`. Whether a list may be published in a
particular case is decided in `listing`, not here.
"""

from __future__ import annotations

from credit_service.domain.record import RecordKind
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.errors import RuleWithoutSource
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.read_terms import find_repeats, read_rows
from credit_service.rulebook.rule_types import BASIS_LEVELS, GROUNDS, Acceptance, ListType
from credit_service.rulebook.section import Section
from credit_service.rulebook.versions import RuleVersion, read_entry


def read_lists(version: RuleVersion, log: FaultLog) -> tuple[tuple[ListType, ...], tuple[Acceptance, ...]]:
    """Return the list types, and which records support which of them, in order."""
    list_types = read_rows(version.section.sections("list_types"), lambda part: _read_list_type(part, version), log)
    acceptances = read_rows(version.table("accepts", log), lambda row: _read_acceptance(row, version), log)
    find_repeats([list_type.entry for list_type in list_types], log)
    find_repeats([acceptance.entry for acceptance in acceptances], log)
    return list_types, acceptances


def _read_list_type(part: Section, version: RuleVersion) -> ListType:
    entry = read_entry(part, version, text_key="name")
    kind = ListKind(part.choice("list_kind", set(ListKind)))
    black = kind is ListKind.BLACK
    message = f"名单“{entry.rule_id}”没有写明法定依据"
    part.need("legal_basis", message, "请填写legal_basis。", RuleWithoutSource.code)
    list_type = ListType(
        id=entry.rule_id,
        name=entry.text,
        list_kind=kind,
        ground=part.choice("ground", GROUNDS) if black or part.has("ground") else "",
        legal_basis=part.text("legal_basis"),
        legal_basis_level=part.choice("legal_basis_level", BASIS_LEVELS),
        authorised_by=part.text("authorised_by", ""),
        authority=part.text("authority"),
        publish_organisation=part.flag("publish_organisation"),
        publish_person=part.flag("publish_person"),
        publication_basis=part.text("publication_basis", ""),
        min_months=part.integer("min_months", 0, 120),
        term_months=part.integer("term_months", 1, 120),
        max_term_months=part.integer("max_term_months", 1, 120),
        early_exit=part.text("early_exit", ""),
        categories=part.texts("categories", ()),
        measures=part.texts("measures", ()),
        taken_over_from=part.texts("taken_over_from", (), allowed=set(RecordKind)),
        status=entry.status,
        entry=entry,
    )
    _check_list_type(part, list_type)
    return list_type


def _check_list_type(part: Section, list_type: ListType) -> None:
    if list_type.list_kind is ListKind.BLACK and not list_type.has_sufficient_basis:
        message = f"严重失信主体名单“{list_type.id}”的依据层级“{list_type.legal_basis_level}”不足"
        remedy = "须有法律、行政法规、中央文件或地方性法规依据；以部门规章为依据的，请在authorised_by写明授权文件。"
        part.refuse("legal_basis_level", message, remedy, RuleWithoutSource.code)
    if (list_type.publish_organisation or list_type.publish_person) and not list_type.publication_basis:
        message = f"名单“{list_type.id}”允许公示，但没有写明公示依据"
        part.refuse("publication_basis", message, "请填写publication_basis。", RuleWithoutSource.code)
    if not list_type.min_months <= list_type.term_months <= list_type.max_term_months:
        part.refuse("term_months", "期限应当满足 min_months ≤ term_months ≤ max_term_months")


def _read_acceptance(row: Section, version: RuleVersion) -> Acceptance:
    return Acceptance(
        list_type=row.text("list_type"),
        kind=row.choice("kind", set(RecordKind)),
        subject_kind=row.choice("subject_kind", {*SubjectKind, ""}, ""),
        keyword=row.text("keyword", ""),
        entry=read_entry(row, version),
    )
