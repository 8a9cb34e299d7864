"""Kept rulebooks: named by what is in them, written once, and refused when they are not what they were."""

import hashlib
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_service.errors import RulebookDamaged, RulebookFaulty
from credit_service.rulebook.kept import RuleTree, check_kept, find_edited, keep, load_kept, read_tree
from credit_service.rulebook.load import load_rulebook

RULES = Path(__file__).parents[3] / "rules"
TREE = RuleTree({"scoring/points/1/rule.yaml": b"kind: scoring\n", "scoring/points/1/events.csv": b"id\n"})

names = st.text(st.sampled_from("abc/_.1"), min_size=1, max_size=12)
trees = st.dictionaries(names, st.binary(max_size=20), min_size=1, max_size=4).map(RuleTree)


@given(trees, trees)
def test_two_trees_have_one_name_only_if_they_are_the_same(one: RuleTree, other: RuleTree):
    assert (one.hash == other.hash) == (dict(one.files) == dict(other.files))


@given(trees)
def test_the_order_of_files_does_not_matter(tree: RuleTree):
    assert RuleTree(dict(reversed(tree.files.items()))).hash == tree.hash


def test_what_is_kept_is_what_was_read_and_loads_the_same(tmp_path: Path):
    tree = read_tree(RULES)
    rules = keep(tmp_path / "store", tree)
    assert dict(read_tree(rules).files) == dict(tree.files)
    day = date(2026, 9, 30)
    assert load_kept(tmp_path / "store", tree.hash, day).hash == load_rulebook(RULES, day).hash
    assert load_kept(tmp_path / "store", tree.hash, day).entries.keys() == load_rulebook(RULES, day).entries.keys()


def test_the_manifest_can_be_checked_without_this_program(tmp_path: Path):
    folder = keep(tmp_path, TREE).parent
    assert hashlib.sha256((folder / "files.txt").read_bytes()).hexdigest() == folder.name == TREE.hash
    if tool := shutil.which("sha256sum"):
        subprocess.run([tool, "--quiet", "-c", "files.txt"], cwd=folder, check=True)


def test_keeping_twice_changes_nothing_and_leaves_nothing_else(tmp_path: Path):
    first = keep(tmp_path, TREE)
    stamps = {path: path.stat().st_mtime_ns for path in first.rglob("*")}
    assert keep(tmp_path, TREE) == first
    assert {path: path.stat().st_mtime_ns for path in first.rglob("*")} == stamps
    assert [path.name for path in tmp_path.iterdir()] == [TREE.hash]
    assert all(path.stat().st_mode & 0o222 == 0 for path in first.rglob("*") if path.is_file())


def test_a_damaged_copy_is_put_aside_and_made_anew(tmp_path: Path):
    victim = keep(tmp_path, TREE) / "scoring/points/1/events.csv"
    victim.chmod(0o644)
    victim.write_text("id,more\n", encoding="utf-8")
    with pytest.raises(RulebookDamaged, match=r"events\.csv"):
        check_kept(tmp_path, TREE.hash)
    keep(tmp_path, TREE)
    assert check_kept(tmp_path, TREE.hash).is_dir()
    assert [path.name[:9] for path in tmp_path.iterdir() if path.name != TREE.hash] == [".damaged-"]


def test_a_copy_under_another_name_is_refused(tmp_path: Path):
    folder = keep(tmp_path, TREE).parent
    folder.rename(folder.with_name("0" * 64))
    with pytest.raises(RulebookDamaged):
        check_kept(tmp_path, "0" * 64)


def test_hidden_files_and_other_kinds_are_no_rules(tmp_path: Path):
    folder = tmp_path / "rules" / "scoring" / "points" / "1"
    folder.mkdir(parents=True)
    for name in ("rule.yaml", ".rule.yaml.swp.yaml", "duckdb.sql", "notes.md", "events.csv"):
        (folder / name).write_bytes(b"x")
    assert set(read_tree(tmp_path / "rules").files) == {"scoring/points/1/rule.yaml", "scoring/points/1/events.csv"}


def test_a_directory_without_rules_is_refused(tmp_path: Path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(RulebookFaulty):
            read_tree(folder)


@pytest.mark.parametrize(
    ("changes", "edited"),
    [
        ({"scoring/points/1/events.csv": b"id,points\n"}, ("scoring/points/1/events.csv",)),
        ({"scoring/points/1/events.csv": None}, ("scoring/points/1/events.csv",)),
        ({"scoring/points/1/more.csv": b""}, ("scoring/points/1/more.csv",)),
        ({"scoring/points/1/cases.yaml": b"", "scoring/points/1/cases/a.yaml": b""}, ()),
        ({"scoring/points/2/rule.yaml": b"", "lists/types/1/rule.yaml": b""}, ()),
        ({}, ()),
    ],
)
def test_edits_of_adopted_versions_are_found_and_new_versions_are_none(tmp_path: Path, changes, edited):
    keep(tmp_path, TREE)
    files = {path: content for path, content in (TREE.files | changes).items() if content is not None}
    assert find_edited(tmp_path, TREE.hash, RuleTree(files)) == edited
