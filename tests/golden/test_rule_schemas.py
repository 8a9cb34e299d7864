"""The schemas editors use are committed beside the rules, and are what the readers ask for today."""

from __future__ import annotations

import json
import os
from pathlib import Path

from credit_service.rulebook.file_schema import FOLDER, build_schemas, map_editor

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "rules" / FOLDER
EDITOR = ROOT / ".vscode" / "settings.json"
REMEDY = "run `make golden` and review the diff"


def _to_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def test_the_committed_schemas_are_what_the_readers_ask_for():
    wanted = {name: _to_text(schema) for name, schema in build_schemas(ROOT / "rules").items()}
    if os.environ.get("CREDIT_WRITE_GOLDEN"):
        SCHEMAS.mkdir(exist_ok=True)
        for path in SCHEMAS.glob("*.json"):
            path.unlink()
        for name, text in wanted.items():
            (SCHEMAS / name).write_text(text, encoding="utf-8")
        EDITOR.parent.mkdir(exist_ok=True)
        EDITOR.write_text(_to_text(map_editor(build_schemas(ROOT / "rules"))), encoding="utf-8")
    found = {path.name: path.read_text(encoding="utf-8") for path in SCHEMAS.glob("*.json")}
    assert found.keys() == wanted.keys(), REMEDY
    assert [name for name, text in wanted.items() if found[name] != text] == [], REMEDY


def test_the_editor_finds_a_schema_for_every_rule_file():
    settings = json.loads(EDITOR.read_text(encoding="utf-8"))
    assert settings == map_editor(build_schemas(ROOT / "rules")), REMEDY
    globs = [glob for one in settings["yaml.schemas"].values() for glob in ([one] if isinstance(one, str) else one)]
    for path in ROOT.joinpath("rules").rglob("*.yaml"):
        assert any(path.relative_to(ROOT).match(glob) for glob in globs), path
