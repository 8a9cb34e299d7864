"""Every command is in the tree with its own words, and the list of commands loads none of them."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer

from credit_service.__main__ import app
from credit_service.cli.tree import CreditGroup, RulesGroup, load_command

ROOT = Path(__file__).resolve().parents[2]
PLACES = [*CreditGroup.places.items(), *RulesGroup.places.items()]
HEAVY = {"polars", "duckdb", "sqlalchemy", "sqlmodel", "sqlglot", "typst", "fastapi", "xlsxwriter", "yaml"}


@pytest.mark.parametrize(("name", "place"), PLACES, ids=lambda one: one if isinstance(one, str) else one.module)
def test_a_command_is_listed_with_its_own_words(name, place):
    command = load_command(name, place)
    assert command.name == name
    assert (command.help or "").splitlines()[0] == place.help


def test_every_module_of_commands_is_in_the_tree():
    modules = {path.stem for path in (ROOT / "credit_service" / "cli").glob("*_commands.py")}
    assert modules == {place.module for _, place in PLACES}


def test_every_command_a_module_registers_is_in_the_tree():
    found = set()
    for module in {place.module for place in CreditGroup.places.values() if not place.holder}:
        holder = typer.Typer()
        import_module(f"credit_service.cli.{module}").register(holder)
        found |= set(typer.main.get_group(holder).commands)
    assert found == {name for name, place in CreditGroup.places.items() if not place.holder}
    for module in {place.module for place in RulesGroup.places.values()}:
        import_module(f"credit_service.cli.{module}")
    rules = typer.main.get_group(import_module("credit_service.cli.rules_commands").app)
    assert set(rules.commands) == set(RulesGroup.places)


def test_the_list_of_commands_loads_none_of_them():
    code = "import sys; from credit_service.cli.app import run; sys.argv = ['credit', '--help']\ntry: run()\n"
    code += f"finally: print(sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)"
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True, cwd=ROOT
    )
    assert said.stderr.strip() == "[]"
    group = typer.main.get_command(app)
    assert all(name in said.stdout for name in CreditGroup.places)
    assert "serve" in group.commands
