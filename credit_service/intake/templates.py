"""Read the upload templates: data files become the `domain.template` classes that the rest of intake works with.

Before this module come the YAML files of ``data/reference/templates``; after it `recognise` (which template is this
file?), `check_rows` (is this row right?) and `normalise` (which record field does this column feed?). It judges the
template files only; it never sees a department's row.

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

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from credit_service.domain.record import RECORD_FIELDS, RecordKind
from credit_service.domain.subject import SubjectKind
from credit_service.domain.template import CellType, Column, Condition, DateOrder, Template
from credit_service.errors import RuleSyntax
from credit_service.intake.headers import header_key

SPECIAL_TARGETS: Final = frozenset(
    {
        "subject_name",
        "subject_kind",
        "uscc_code",
        "registration_code",
        "org_code",
        "person_id",
        "person_id_type",
        "other_person_id",
        "subject_code",
        "penalty_kinds",
        "honour_level",
        "consent",
        "consent_no",
        "topic",
        "fact",
        "basis",
        "outcome",
        "document_no",
        "authority_name",
        "authority_code",
        "region_code",
        "legal_representative",
        "decided_on",
        "ends_on",
        "published_until_on",
        "fine_fen",
        "confiscated_fen",
        "amount_fen",
        "year",
        "severity_claimed",
        "repaired_on",
        "status_code",
    }
)
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
        "source",
        "status",
        "notes",
    }
)
COLUMN_KEYS: Final = frozenset(
    {
        "header",
        "type",
        "field",
        "code",
        "aliases",
        "required",
        "required_when",
        "forbidden_when",
        "width",
        "choices",
        "minimum",
        "maximum",
        "personal",
        "note",
    }
)
CHOICE_TYPES: Final = frozenset({CellType.ENUM, CellType.ENUM_SET, CellType.BOOLEAN})


class _PlainLoader(yaml.SafeLoader):
    """YAML without anchors, aliases, tags or duplicate keys, in which every scalar stays text."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        mark: Any = getattr(event, "start_mark", None)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise yaml.constructor.ConstructorError(None, None, "模板文件不得使用锚点或引用", mark)
        if isinstance(event, yaml.NodeEvent) and getattr(event, "tag", None) is not None:
            raise yaml.constructor.ConstructorError(None, None, "模板文件不得使用类型标签", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - the signature is PyYAML's.
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"键“{key.value}”重复", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


_PlainLoader.yaml_implicit_resolvers = {}


def load_templates(directory: Path) -> tuple[Template, ...]:
    """Return every template of the directory, ordered by id.

    Raises:
        RuleSyntax: A file cannot be read, has an unknown key, or contradicts itself; the message names the file.
    """
    templates = []
    for path in sorted(directory.glob("*.yaml")):
        try:
            raw = yaml.load(path.read_text(encoding="utf-8"), Loader=_PlainLoader)  # noqa: S506 - a SafeLoader, narrowed further.
            templates.append(_to_template(raw, path.stem))
        except (yaml.YAMLError, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
            message = f"模板文件 {path.name} 有误：{error}"
            raise RuleSyntax(message, remedy="请按其他模板文件的写法改正后重试。", file=path.name) from error
    if not templates:
        message = f"目录 {directory.name} 中没有模板文件"
        raise RuleSyntax(message, remedy="请检查 data/reference/templates 是否完整。", file=directory.name)
    return tuple(templates)


def _to_template(raw: object, stem: str) -> Template:
    fields = _mapping(raw, TEMPLATE_KEYS, "模板")
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
        columns=tuple(_to_column(item) for item in fields["columns"]),
        any_of=tuple(tuple(group) for group in fields.get("any_of", ())),
        date_orders=tuple(
            DateOrder(**_mapping(o, {"earlier", "later"}, "date_orders")) for o in fields.get("date_orders", ())
        ),
        not_future=tuple(fields.get("not_future", ())),
        unique_by=tuple(fields.get("unique_by", ())),
        constants=tuple(
            _mapping(fields.get("constants", {}), {name for name, _ in RECORD_FIELDS}, "constants").items()
        ),
        source=fields["source"],
        status=fields["status"],
        notes=tuple(fields.get("notes", ())),
    )
    _check_template(template)
    return template


def _to_column(raw: object) -> Column:
    fields = _mapping(raw, COLUMN_KEYS, "列")
    header = fields["header"]
    where = f"列“{header}”"
    target = fields.get("field", "")
    if target and target not in SPECIAL_TARGETS:
        message = f"{where}的 field“{target}”不是已知的去向"
        raise ValueError(message)
    return Column(
        header=header,
        type=CellType(fields["type"]),
        field=target,
        code=fields.get("code", ""),
        aliases=tuple(fields.get("aliases", ())),
        required=_flag(fields.get("required", "false"), where),
        required_when=_to_condition(fields.get("required_when"), where),
        forbidden_when=_to_condition(fields.get("forbidden_when"), where),
        width=_whole(fields.get("width"), where),
        choices=tuple((str(written), str(slug)) for written, slug in fields.get("choices", {}).items()),
        minimum=_whole(fields.get("minimum"), where),
        maximum=_whole(fields.get("maximum"), where),
        personal=_flag(fields.get("personal", "false"), where),
        note=fields.get("note", ""),
    )


def _to_condition(raw: object, where: str) -> Condition | None:
    if raw is None:
        return None
    fields = _mapping(raw, {"column", "values"}, where)
    return Condition(fields["column"], tuple(fields["values"]))


def _check_template(template: Template) -> None:
    """Refuse a template whose parts do not fit together.

    Raises:
        ValueError: Two columns share a name, or a rule names a column or choice that does not exist.
    """
    owners: dict[str, str] = {}
    for column in template.columns:
        for name in (column.header, column.code, *column.aliases):
            if name and owners.setdefault(header_key(name).key, column.header) != column.header:
                message = f"名称“{name}”同时属于“{owners[header_key(name).key]}”和“{column.header}”"
                raise ValueError(message)
        if bool(column.choices) != (column.type in CHOICE_TYPES):
            message = f"列“{column.header}”：enum、enum_set、boolean 须有 choices，其他类型不得有"
            raise ValueError(message)
        for condition in (column.required_when, column.forbidden_when):
            _check_condition(template, column, condition)
    named = [*template.not_future, *template.unique_by, *(h for group in template.any_of for h in group)]
    named += [header for order in template.date_orders for header in (order.earlier, order.later)]
    headers = {column.header for column in template.columns}
    for header in named:
        if header not in headers:
            message = f"规则提到的列“{header}”不在 columns 中"
            raise ValueError(message)
    if template.status not in {"confirmed", "unconfirmed"}:
        message = f"status 应为 confirmed 或 unconfirmed，现为“{template.status}”"
        raise ValueError(message)


def _check_condition(template: Template, column: Column, condition: Condition | None) -> None:
    if condition is None:
        return
    try:
        slugs = {slug for _, slug in template.column(condition.column).choices}
    except KeyError:
        slugs = set()
    unknown = [value for value in condition.values if value not in slugs]
    if unknown:
        message = f"列“{column.header}”的条件提到“{condition.column}”没有的取值：{'、'.join(unknown)}"
        raise ValueError(message)


def _mapping(raw: object, allowed: frozenset[str] | set[str], where: str) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        message = f"{where}应为键值表"
        raise TypeError(message)
    unknown = sorted(set(raw) - allowed)
    if unknown:
        message = f"{where}中有不认识的键：{'、'.join(unknown)}"
        raise ValueError(message)
    return dict(raw)


def _flag(raw: str, where: str) -> bool:
    if raw not in {"true", "false"}:
        message = f"{where}：“{raw}”应为 true 或 false"
        raise ValueError(message)
    return raw == "true"


def _whole(raw: str | None, where: str) -> int | None:
    if raw is None:
        return None
    if not (raw.isascii() and raw.isdigit()):
        message = f"{where}：“{raw}”应为整数"
        raise ValueError(message)
    return int(raw)
