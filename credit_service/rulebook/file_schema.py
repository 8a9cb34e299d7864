"""JSON Schema (draft 2020-12) for every file of rules, made of what the readers ask for: `field_forms`.

Before it lies a directory of rules without faults, read once with notes; after it one schema for the rule.yaml of each
kind, one for the rows of each table, one for worked cases. Editors complete and check with them while an official
writes; the loader remains the judge. Whatever a schema cannot express (conditions, references, order, laws) it leaves
open, so a file it refuses is refused by the loader too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from credit_service.rulebook.check import read_everything
from credit_service.rulebook.diff_words import EMPTY, say_any
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.field_forms import ANY_NAME, ITEM, Form, FormKind, FormNotes, Place
from credit_service.rulebook.field_help import KIND_TITLES, find_help
from credit_service.rulebook.section import DAY_PATTERN, INTEGER_PATTERN, POINTS_PATTERN

Schema = dict[str, object]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
FOLDER = "schema"
_SCALARS = ["string", "number", "boolean"]
_MOST_POINTS = 999_999.9999


def build_schemas(rules_dir: Path) -> dict[str, Schema]:
    """Return every schema by its file name: ``scoring.rule.json``, ``scoring.events.json`` (rows), ``cases.json``.

    Raises:
        RulebookError: A file has a fault; what was not read to the end cannot be described.
    """
    notes = FormNotes()
    log = FaultLog(notes=notes)
    read_everything(rules_dir, log)
    log.raise_first()
    return {_to_name(place): _to_document(place, notes) for place in notes.places() if len(place) == 2}


def find_schema_of(file: str) -> str:
    """Return the name of the schema for a file ``<kind>/<rule>/<version>/<name>`` below ``rules/``."""
    kind, _, _, name = file.split("/", 3)
    return _to_name(("cases", "cases.yaml") if name.startswith("cases") else (kind, name))


def map_editor(schemas: dict[str, Schema]) -> dict[str, object]:
    """Return the settings that make VS Code's YAML extension use each schema for its files, new versions included."""
    globs: dict[str, object] = {
        f"./rules/{FOLDER}/{name}": f"rules/{name.removesuffix('.rule.json')}/*/*/rule.yaml"
        for name in schemas
        if name.endswith(".rule.json")
    }
    globs[f"./rules/{FOLDER}/cases.json"] = ["rules/*/*/*/cases.yaml", "rules/*/*/*/cases/*.yaml"]
    return {"yaml.schemas": globs, "yaml.schemaStore.enable": False}


def _to_name(place: Place) -> str:
    kind, file = place[0], place[1]
    if kind == "cases":
        return "cases.json"
    return f"{kind}.rule.json" if file == "rule.yaml" else f"{kind}.{file.removesuffix('.csv')}.json"


def _to_document(place: Place, notes: FormNotes) -> Schema:
    kind, file = place
    title = KIND_TITLES.get(kind, kind)
    head: Schema = {"$schema": DIALECT, "$id": _to_name(place), "title": f"{title}（{file}）"}
    if file.endswith(".csv"):
        return {**head, "type": "array", "items": _Writer(notes, is_table=True).write_map(place)}
    return {**head, **_Writer(notes, is_table=False).write_map(place)}


class _Writer:
    """Writes the schema of one file; in a table every cell is a text and an empty one is a missing field."""

    def __init__(self, notes: FormNotes, *, is_table: bool) -> None:
        self.notes = notes
        self.is_table = is_table

    def write_map(self, place: Place) -> Schema:
        """Return the schema of the maps at a place."""
        keys = list(self.notes.keys(place))
        if keys == [ANY_NAME]:
            return {"type": "object", "additionalProperties": self._field(place, ANY_NAME, required=True)}
        required = [key for key in keys if self._is_required(place, key)]
        schema: Schema = {
            "type": "object",
            "additionalProperties": False,
            "properties": {key: self._described(place, key, required=key in required) for key in keys},
        }
        if required:
            schema["required"] = required
        return {**schema, "allOf": _DEPENDENT[place]} if place in _DEPENDENT else schema

    def _is_required(self, place: Place, key: str) -> bool:
        if self.notes.is_required(place, key):
            return True
        # The tables of a rule are a map like any other to its head; its readers then ask for each table by name.
        inner = (*place, key)
        return key == "tables" and any(self.notes.is_required(inner, name) for name in self.notes.keys(inner))

    def _described(self, place: Place, key: str, *, required: bool) -> Schema:
        if key == "kind" and len(place) == 2 and not self.is_table:
            return {"description": find_help(place, key), "const": place[0]}
        described = {"description": find_help(place, key), **self._field(place, key, required=required)}
        words = _say_choices(key, described.get("enum"))
        return {**described, "enumDescriptions": words} if words else described

    def _field(self, place: Place, key: str, *, required: bool) -> Schema:
        forms = self.notes.forms(place, key)
        # A reader that first takes the text and then its meaning asks twice; the narrower form holds.
        narrow = [form for form in forms if form != Form(FormKind.TEXT)] or list(forms)
        schemas = [self._form(form, (*place, key), required=required) for form in narrow]
        return schemas[0] if len(schemas) == 1 else {"anyOf": schemas} if schemas else {}

    def _form(self, form: Form, place: Place, *, required: bool) -> Schema:
        if form.kind is FormKind.MAP:
            return _or_null(self.write_map(place), required=required)
        if form.kind is FormKind.MAPS:
            return _or_null({"type": "array", "items": self.write_map((*place, ITEM))}, required=required)
        if form.kind is FormKind.TEXTS:
            return self._texts(form, required=required)
        if form.kind is FormKind.DAY:
            day: Schema = {"type": "string", "format": "date", "pattern": f"^{DAY_PATTERN}$"}
            return day if required else {"anyOf": [day, {"enum": [""] if self.is_table else ["", None]}]}
        return self._cell(form, required=required) if self.is_table else _scalar(form, required=required)

    def _texts(self, form: Form, *, required: bool) -> Schema:
        item = "|".join(re.escape(word) for word in form.allowed) or r"[^;]*\S[^;]*"
        listed = rf"^\s*({item})?(\s*;\s*({item})?)*\s*$"
        if self.is_table:
            return {"type": "string", "pattern": listed, **({"minLength": 1} if required else {})}
        items: Schema = {"enum": list(form.allowed)} if form.allowed else {"type": _SCALARS, "pattern": r"\S"}
        text: Schema = {"type": "string" if form.allowed else _SCALARS, "pattern": listed}
        return {"anyOf": [{"type": "array", "items": items}, text, *([] if required else [{"type": "null"}])]}

    def _cell(self, form: Form, *, required: bool) -> Schema:
        if form.kind is FormKind.CHOICE:
            return {"enum": sorted({*form.allowed, *([] if required else [""])})}
        pattern = _PATTERNS.get(form.kind, form.pattern)
        schema: Schema = {"type": "string"}
        if pattern or required:
            words = rf"\s*({pattern})\s*" if pattern else r"[\s\S]*\S[\s\S]*"
            schema["pattern"] = f"^{words}$" if required else f"^({words})?$"
        return schema


_WRITTEN: Schema = {"type": _SCALARS, "pattern": r"\S"}


def _where(key: str, word: str, then: Schema, otherwise: Schema | None = None) -> Schema:
    """Return what holds of other fields where a field is a word (or ``true``), and where it is not."""
    found: Schema = {"properties": {key: {"enum": [word, True] if word == "true" else [word]}}, "required": [key]}
    return {"if": found, "then": then, **({"else": otherwise} if otherwise else {})}


def _need(key: str) -> Schema:
    return {"required": [key], "properties": {key: _WRITTEN}}


_DEPENDENT: dict[Place, list[Schema]] = {
    ("candidates", "rule.yaml", "rules", ITEM): [
        _where("scope", "record", {"properties": {"when": {"enum": ["", None]}}}, _need("when"))
    ],
    ("lists", "rule.yaml", "list_types", ITEM): [
        _where("list_kind", "black", _need("ground")),
        _where("publish_organisation", "true", _need("publication_basis")),
        _where("publish_person", "true", _need("publication_basis")),
    ],
}
"""What a field asks of another; readers check it after they have asked for both, so it is said here by hand."""
_PATTERNS = {FormKind.INTEGER: INTEGER_PATTERN, FormKind.POINTS: POINTS_PATTERN}


def _scalar(form: Form, *, required: bool) -> Schema:
    """Return the schema of a scalar in YAML, which editors read as a number or truth value where it looks like one."""
    if form.kind is FormKind.CHOICE:
        truths = [word == "true" for word in form.allowed if word in {"true", "false"}]
        return {"enum": [*form.allowed, *truths, *([] if required else _missing(form.allowed))]}
    types: list[str] = _SCALARS
    bounds: Schema = {}
    pattern = _PATTERNS.get(form.kind, form.pattern)
    if form.kind is FormKind.INTEGER:
        types, bounds = ["integer", "string"], {"minimum": form.low, "maximum": form.high}
    elif form.kind is FormKind.POINTS:
        types, bounds = ["number", "string"], {"minimum": -_MOST_POINTS, "maximum": _MOST_POINTS}
    elif pattern:
        # An id of digits alone is a number to an editor and a text to the loader.
        types, bounds = (["string", "integer"], {"minimum": 0}) if re.fullmatch(pattern, "0") else (["string"], {})
    if pattern:
        words = rf"\s*({pattern})\s*"
        schema: Schema = {"pattern": f"^{words}$" if required else f"^({words}|\\s*)$"}
    else:
        schema = {"pattern": r"\S"} if required else {}
    return {"type": types if required else [*types, "null"], **schema, **bounds}


def _say_choices(key: str, choices: object) -> list[str]:
    """Return the Chinese words of the values of a choice, for editors; none where they are words already."""
    if not isinstance(choices, list):
        return []
    truths: dict[object, str] = {"true": "是", "false": "否", None: EMPTY}
    said = [truths.get(choice) or say_any(key, choice, {}) for choice in choices]
    return said if any(word != choice for word, choice in zip(said, choices, strict=True) if choice) else []


def _missing(allowed: tuple[str, ...]) -> Iterator[object]:
    if "" not in allowed:
        yield ""
    yield None


def _or_null(schema: Schema, *, required: bool) -> Schema:
    return schema if required else {"anyOf": [schema, {"type": "null"}]}
