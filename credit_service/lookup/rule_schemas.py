"""JSON Schema of rule files, for the editors in which officials write them."""

from __future__ import annotations

import json
from pathlib import Path

from credit_service.errors import UnknownIndicator
from credit_service.rulebook.faults import suggest
from credit_service.rulebook.file_schema import Schema, build_schemas, map_editor

EDITOR_FILE = "vscode-settings.json"


def list_schemas(rules_dir: Path) -> dict[str, Schema]:
    """Return every schema by its name: ``scoring.rule``, ``scoring.events`` (rows of a table), ``cases``.

    Raises:
        RulebookError: A rule file has a fault.
    """
    return {name.removesuffix(".json"): schema for name, schema in build_schemas(rules_dir).items()}


def get_schema(schemas: dict[str, Schema], name: str) -> Schema:
    """Return one schema; a kind alone means its rule.yaml.

    Raises:
        UnknownIndicator: There is no such file of rules.
    """
    found = schemas.get(name) or schemas.get(f"{name}.rule")
    if found is None:
        message = f"没有“{name}”这种规则文件。"
        raise UnknownIndicator(message, remedy=suggest(name, schemas), name=name)
    return found


def write_schemas(schemas: dict[str, Schema], folder: Path) -> tuple[Path, ...]:
    """Write every schema, and the settings that make VS Code use them; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {f"{name}.json": schema for name, schema in schemas.items()}
    written: list[Path] = []
    for name, schema in {**texts, EDITOR_FILE: map_editor(texts)}.items():
        path = folder / name
        path.write_text(to_text(schema), encoding="utf-8")
        written.append(path)
    return tuple(written)


def to_text(schema: Schema) -> str:
    """Return a schema as the text of its file."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
