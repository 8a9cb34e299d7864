"""The column sets of other years and offices, derived from a template's own.

Before this module comes one entry under ``editions:`` of a template file; after it a `Template` with the same id. A
column of an edition is, in its order:

* a header of the template, or one of its aliases or codes: the same column, under the name the edition writes;
* ``{header, same_as: header of the template, …}``: the same column under another name; every further key replaces the
  template's. ``aliases`` replaces all other names, so that a name which means something else in this edition is gone;
* ``{header, type, …}``: a column of the edition's own.

Conditions, date orders and the like follow their columns and fall away with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from credit_service.domain.subject import SubjectKind
from credit_service.domain.template import Column, Condition, DateOrder, KindWhen, Template
from credit_service.intake.headers import header_key
from credit_service.intake.template_columns import COLUMN_KEYS, to_column
from credit_service.intake.template_yaml import to_condition, to_flag, to_mapping, to_whole

EDITION_KEYS: Final = frozenset(
    {
        "id",
        "title",
        "columns",
        "subject_kind",
        "any_of",
        "unique_by",
        "organisation_endings",
        "is_undated",
        "source",
        "status",
        "notes",
    }
)


def to_edition(template: Template, raw: object) -> Template:
    """Return an edition of a template.

    Raises:
        TypeError: A part is of the wrong kind.
        KeyError: A part is missing.
        ValueError: A key, value or column is unknown.
    """
    fields = to_mapping(raw, EDITION_KEYS, "版本")
    where = f"版本“{fields['id']}”"
    columns = tuple(_to_edition_column(template, item, where) for item in fields["columns"])
    place = {column.same_as: column.header for column in reversed(columns) if column.same_as}
    subject_kind = fields.get("subject_kind")
    return replace(
        template,
        edition=fields["id"],
        title=fields["title"],
        subject_kind=SubjectKind(subject_kind).value if subject_kind else template.subject_kind,
        columns=tuple(_follow(column, place) for column in _without_clashes(columns)),
        any_of=tuple(tuple(group) for group in fields["any_of"])
        if "any_of" in fields
        else tuple(
            tuple(place[h] for h in group if h in place) for group in template.any_of if set(group) & set(place)
        ),
        date_orders=tuple(
            DateOrder(place[order.earlier], place[order.later])
            for order in template.date_orders
            if order.earlier in place and order.later in place
        ),
        not_future=tuple(place[header] for header in template.not_future if header in place),
        unique_by=tuple(fields["unique_by"])
        if "unique_by" in fields
        else tuple(place[header] for header in template.unique_by if header in place),
        kind_when=tuple(
            KindWhen(place[when.column], when.value, when.record_kind, when.catalogue_class)
            for when in template.kind_when
            if when.column in place
        ),
        organisation_endings=tuple(fields.get("organisation_endings", template.organisation_endings)),
        is_undated=to_flag(fields.get("is_undated", "false"), where),
        source=fields["source"],
        status=fields["status"],
        notes=tuple(fields.get("notes", ())),
    )


def _to_edition_column(template: Template, raw: object, where: str) -> Column:
    if isinstance(raw, str):
        raw = {"header": raw, "same_as": _find_own(template, raw, where).header}
    fields = to_mapping(raw, COLUMN_KEYS | {"same_as"}, where)
    origin = fields.pop("same_as", None)
    if origin is None:
        return to_column(fields)
    own = next((column for column in template.columns if column.header == origin), None)
    if own is None:
        message = f"{where}的 same_as“{origin}”不是本模板的列"
        raise ValueError(message)
    aliases = tuple(fields["aliases"]) if "aliases" in fields else (own.header, *own.aliases)
    header = fields["header"]
    kept = tuple(name for name in aliases if header_key(name).key != header_key(header).key)
    return replace(own, same_as=origin, **_changes(fields, f"{where}列“{header}”"), aliases=kept)


def _changes(fields: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return what an edition says differently of a column, with the types of `Column`."""
    plain = {key: fields[key] for key in ("header", "code", "note", "field") if key in fields}
    flags = {key: to_flag(fields[key], where) for key in ("required", "personal") if key in fields}
    wholes = {key: to_whole(fields[key], where) for key in ("width", "minimum", "maximum") if key in fields}
    conditions = {
        key: to_condition(fields[key] or None, where)
        for key in ("required_when", "forbidden_when", "positive_when")
        if key in fields
    }
    changes = {**plain, **flags, **wholes, **conditions}
    if "type" in fields:
        changes["type"] = to_column({"header": fields["header"], "type": fields["type"]}).type
    for key in ("choices", "remarks"):
        if key in fields:
            changes[key] = tuple((str(left), str(right)) for left, right in (fields[key] or {}).items())
    return changes


def _find_own(template: Template, name: str, where: str) -> Column:
    key = header_key(name).key
    for column in template.columns:
        if key in {header_key(other).key for other in (column.header, column.code, *column.aliases) if other}:
            return column
    message = f"{where}的列“{name}”在本模板中找不到，请写明 same_as 或者 type"
    raise ValueError(message)


def _without_clashes(columns: Iterable[Column]) -> tuple[Column, ...]:
    """Return the columns without inherited names that are another column's own in this edition."""
    columns = tuple(columns)
    owners = {header_key(column.header).key: column.header for column in columns}
    return tuple(
        replace(
            column,
            aliases=tuple(
                name for name in column.aliases if owners.get(header_key(name).key, column.header) == column.header
            ),
        )
        for column in columns
    )


def _follow(column: Column, place: Mapping[str, str]) -> Column:
    """Return a column whose conditions name the columns of the edition; those on absent columns fall away."""
    if not column.same_as:
        return column
    return replace(
        column,
        required_when=_moved(column.required_when, place),
        forbidden_when=_moved(column.forbidden_when, place),
        positive_when=_moved(column.positive_when, place),
    )


def _moved(condition: Condition | None, place: Mapping[str, str]) -> Condition | None:
    if condition is None or condition.column not in place:
        return None
    return Condition(place[condition.column], condition.values)
