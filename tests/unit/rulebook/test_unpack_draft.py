"""A draft that comes as a ZIP: laid down where rules lie, and nothing anywhere else."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest

from credit_service.errors import UnreadableFile
from credit_service.rulebook import unpack_draft as module
from credit_service.rulebook.unpack_draft import unpack_draft

RULE = "scoring/points/2026.1/rule.yaml"


def pack(path: Path, files: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def unpack(tmp_path: Path, files: dict[str, str | bytes]) -> dict[str, str]:
    folder = tmp_path / "out"
    rules = unpack_draft(pack(tmp_path / "draft.zip", files), folder)
    assert rules == folder / "rules"
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and folder not in path.parents][1:]
    return {path.relative_to(rules).as_posix(): path.read_text() for path in rules.rglob("*") if path.is_file()}


@pytest.mark.parametrize("head", ["", "rules/", "draft-2027/rules/"])
def test_rules_are_found_wherever_they_lie_in_the_archive(tmp_path: Path, head: str):
    files = {f"{head}{RULE}": "kind: scoring", f"{head}scoring/points/2026.1/events.csv": "id"}
    assert unpack(tmp_path, {**files, f"{head}README.md": "x", f"{head}scoring/points/2026.1/duckdb.sql": "x"}) == {
        RULE: "kind: scoring",
        "scoring/points/2026.1/events.csv": "id",
    }


@pytest.mark.parametrize(
    "name",
    [
        "../rule.yaml",
        "rules/../../rule.yaml",
        "/etc/rule.yaml",
        "C:/rules/rule.yaml",
        "rules\\scoring\\rule.yaml",
        "rules/.hidden/rule.yaml",
        "规则/rule.yaml",
        "a/b/c/d/e/f/g/h/i/rule.yaml",
        "rules//rule.yaml",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str):
    with pytest.raises(UnreadableFile, match="不能用"):
        unpack(tmp_path, {f"rules/{RULE}": "x", name: "x"})
    assert not list((tmp_path / "out").rglob("*.yaml"))


def test_a_file_beside_the_rules_or_two_rulebooks_are_refused(tmp_path: Path):
    with pytest.raises(UnreadableFile, match="在规则目录之外"):
        unpack(tmp_path, {f"rules/{RULE}": "x", "other/rule.yaml": "x"})
    with pytest.raises(UnreadableFile, match="或有几个"):
        unpack(tmp_path, {f"old/{RULE}": "x", f"new/{RULE}": "x"})
    with pytest.raises(UnreadableFile, match="没有规则目录"):
        unpack(tmp_path, {"notes.txt": "x"})


def test_size_is_counted_while_unpacking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(UnreadableFile, match="过大"):
        unpack(tmp_path, {f"rules/{RULE}": b"\0" * (module.MAX_FILE_BYTES + 1)})
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    with pytest.raises(UnreadableFile, match="过大"):
        unpack(tmp_path, {f"rules/{RULE}": "123456", "rules/scoring/points/2026.1/a.csv": "123456"})
    monkeypatch.setattr(module, "MAX_FILES", 1)
    with pytest.raises(UnreadableFile, match="超过1个"):
        unpack(tmp_path, {f"rules/{RULE}": "1", "rules/scoring/points/2026.1/a.csv": "1"})


def test_what_is_no_archive_or_needs_a_password_is_refused(tmp_path: Path):
    (tmp_path / "draft.zip").write_bytes(b"kind: scoring")
    with pytest.raises(UnreadableFile, match="不是 ZIP"):
        unpack_draft(tmp_path / "draft.zip", tmp_path / "out")
    path = pack(tmp_path / "locked.zip", {f"rules/{RULE}": "x"})
    content = bytearray(path.read_bytes())
    central = content.index(b"PK\x01\x02")
    struct.pack_into("<H", content, central + 8, 1)
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match="密码"):
        unpack_draft(path, tmp_path / "out")
