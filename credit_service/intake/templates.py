"""Read the upload templates: data files become the `domain.template` classes that the rest of intake works with.

Before this module come the YAML files of ``data/reference/templates``; after it `recognise` (which template is this
file?), `check_rows` (is this row right?) and `normalise` (which record field does this column feed?). It judges the
template files only; it never sees a department's row. What a whole template must satisfy is in `template_checks`, how
the column set of another year is derived in `template_editions`.

Targets of ``field`` (what `normalise.build_records` reads a column as; an empty one is checked and kept only in the
raw file):

================== ===================================================================================================
subject_name       name as written; personal where the subject is a person
subject_kind       organisation / individual_business / person (slug); absent or null: Template.subject_kind, else the
                   kind that ``subject_code`` shows
uscc_code          18 characters, check digit holds; DUMMY_USCC only beside a valid ``registration_code``; null: none
registration_code  15 digits, check digit holds
org_code           9 characters, hyphen removed, check digit holds
person_id          18 characters and valid where ``person_id_type`` is id_card or absent; else the document's number
person_id_type     id_card passport hk_macao_permit taiwan_permit foreign_residence; anything but id_card makes the
                   number in ``person_id`` an identifier of kind other_person
other_person_id    a number of another document, where a template has a column of its own for it
subject_code       any of: valid USCC, registration number, organisation code, citizen number. `check_rows` lets only
                   values through that fit exactly one of organisation and person, or whose ``subject_kind`` is filled
                   and agrees; so the kind is: subject_kind, else person where is_valid_person_id, else organisation
penalty_kinds      list of slugs: warning circular fine confiscation suspension downgrade revocation restriction
                   closure detention other (lower case names of domain.record.PenaltyKind)
honour_level       national provincial city county none; null: none
consent            Boolean; consent_no: number of the consent form
share_scope        public internal authorised; null: public. Anything else is never published
topic fact basis outcome document_no authority_name authority_code region_code legal_representative: text; null is ""
                   where the record field is not nullable
decided_on         date; where no column feeds it, from ``year`` (evaluation year)
ends_on            date; 2099-12-31 in the official templates means: no end
published_until_on date
fine_fen confiscated_fen amount_fen   whole fen; null: 0
year               evaluation year
status_code        valid invalid revoked disputed other
severity_claimed repaired_on   where an older header set has them
================== ===================================================================================================

``constants`` name record fields directly (``topic: 失信被执行人``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import yaml

from credit_service.domain.record import RECORD_FIELDS, RecordKind
from credit_service.domain.subject import SubjectKind
from credit_service.domain.template import DateOrder, KindWhen, Template
from credit_service.errors import RuleSyntax
from credit_service.intake.template_checks import check_template
from credit_service.intake.template_columns import to_column
from credit_service.intake.template_editions import to_edition
from credit_service.intake.template_norms import apply_norms, read_norms
from credit_service.intake.template_yaml import read_plain_yaml, to_flag, to_mapping

TEMPLATE_KEYS: Final = frozenset(
    {
        "id",
        "title",
        "record_kind",
        "catalogue_class",
        "subject_kind",
        "columns",
        "any_of",
        "date_orders",
        "not_future",
        "unique_by",
        "constants",
        "kind_when",
        "organisation_endings",
        "is_undated",
        "editions",
        "source",
        "status",
        "notes",
    }
)


def load_templates(directory: Path) -> tuple[Template, ...]:
    """Return every template of the directory, ordered by id, each with its editions.

    Raises:
        RuleSyntax: A file cannot be read, has an unknown key, or contradicts itself; the message names the file.
    """
    templates = []
    for path in sorted(directory.glob("*.yaml")):
        try:
            templates.append(_to_template(read_plain_yaml(path), path.stem))
        except (yaml.YAMLError, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
            message = f"模板文件 {path.name} 有误：{error}"
            raise RuleSyntax(message, remedy="请按其他模板文件的写法改正后重试。", file=path.name) from error
    if not templates:
        message = f"目录 {directory.name} 中没有模板文件"
        raise RuleSyntax(message, remedy="请检查 data/reference/templates 是否完整。", file=directory.name)
    norms = read_norms(directory.parent)
    return tuple(apply_norms(template, norms) for template in templates)


def list_editions(templates: Iterable[Template]) -> Iterator[Template]:
    """Yield every column set: each template, followed by its editions."""
    for template in templates:
        yield template
        yield from template.editions


def find_template(templates: Iterable[Template], name: str) -> Template | None:
    """Return the template or edition of a name (``penalty_org``, ``penalty_org.department_2019``), or None."""
    return next((template for template in list_editions(templates) if template.name == name), None)


def _to_template(raw: object, stem: str) -> Template:
    fields = to_mapping(raw, TEMPLATE_KEYS, "模板")
    if fields["id"] != stem:
        message = f"id“{fields['id']}”与文件名不一致"
        raise ValueError(message)
    subject_kind = fields.get("subject_kind")
    template = Template(
        template_id=fields["id"],
        title=fields["title"],
        record_kind=RecordKind(fields["record_kind"]).value,
        catalogue_class=fields["catalogue_class"],
        subject_kind=SubjectKind(subject_kind).value if subject_kind else None,
        columns=tuple(to_column(item) for item in fields["columns"]),
        any_of=tuple(tuple(group) for group in fields.get("any_of", ())),
        date_orders=tuple(
            DateOrder(**to_mapping(o, {"earlier", "later"}, "date_orders")) for o in fields.get("date_orders", ())
        ),
        not_future=tuple(fields.get("not_future", ())),
        unique_by=tuple(fields.get("unique_by", ())),
        constants=tuple(
            to_mapping(fields.get("constants", {}), {name for name, _ in RECORD_FIELDS}, "constants").items()
        ),
        kind_when=tuple(_to_kind_when(item) for item in fields.get("kind_when", ())),
        organisation_endings=tuple(fields.get("organisation_endings", ())),
        is_undated=to_flag(fields.get("is_undated", "false"), "is_undated"),
        source=fields["source"],
        status=fields["status"],
        notes=tuple(fields.get("notes", ())),
    )
    check_template(template)
    editions = tuple(to_edition(template, item) for item in fields.get("editions", ()))
    for edition in editions:
        check_template(edition)
    return replace(template, editions=editions)


def _to_kind_when(raw: object) -> KindWhen:
    fields = to_mapping(raw, {"column", "value", "record_kind", "catalogue_class"}, "kind_when")
    return KindWhen(
        fields["column"], fields["value"], RecordKind(fields["record_kind"]).value, fields["catalogue_class"]
    )
