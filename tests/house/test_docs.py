"""What a person can set or type is documented."""

from pathlib import Path

import typer
from typer.core import TyperGroup

from credit_service.__main__ import app
from credit_service.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def _commands(group: TyperGroup, prefix: str = "credit") -> list[str]:
    names = []
    ctx = typer.Context(group)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        if isinstance(command, TyperGroup):
            names += _commands(command, f"{prefix} {name}")
        else:
            names.append(f"{prefix} {name}")
    return names


def test_every_setting_is_in_the_operators_handbook():
    text = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
    missing = [name for name in Settings.model_fields if f"CREDIT_{name.upper()}" not in text]
    assert missing == []


def test_every_command_is_in_the_handbook():
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    missing = [name for name in _commands(typer.main.get_command(app)) if f"`{name}" not in text]
    assert missing == []


def test_every_adr_is_one_page_and_listed():
    index = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for adr in sorted((ROOT / "docs" / "adr").glob("*.md")):
        assert adr.name in index
        assert len(adr.read_text(encoding="utf-8").splitlines()) <= 60
