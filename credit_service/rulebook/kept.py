"""Rulebooks kept by their hash: what was adopted, as it was, whatever happens to ``rules/`` afterwards.

Before it lies the working directory ``rules/``; after it a folder ``<hash>/`` with the same files and a manifest whose
SHA-256 is the folder's name. A kept rulebook is written once and checked against its name at every reading, so nothing
that is in force can be edited. `pipeline.adopt` decides what is kept; this module decides nothing.

``<hash>/files.txt`` has a line ``<sha256>  rules/<path>`` for each file, sorted by path: ``sha256sum -c files.txt``
checks a folder without this program.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from credit_service.durable import sync_folder, write_new_file
from credit_service.errors import RulebookDamaged, RulebookFaulty
from credit_service.rulebook.cases import CASES_FILE, CASES_FOLDER
from credit_service.rulebook.load import load_rulebook
from credit_service.rulebook.schema import Rulebook

RULES = "rules"
MANIFEST = "files.txt"
LAW_FILES = frozenset({".yaml", ".csv"})
"""What makes a rule; compiled SQL beside it is kept by its own hash."""
LARGEST_RULES = 64 * 2**20
"""Bytes of all rule files together: rules are written by people."""


@dataclass(frozen=True)
class RuleTree:
    """Every rule file, whole: path below ``rules/`` to bytes."""

    files: Mapping[str, bytes]

    @property
    def manifest(self) -> str:
        """One line per file, sorted by path."""
        lines = (f"{sha256(content).hexdigest()}  {RULES}/{path}\n" for path, content in sorted(self.files.items()))
        return "".join(lines)

    @property
    def hash(self) -> str:
        """SHA-256 of the manifest: the name of exactly these files."""
        return sha256(self.manifest.encode()).hexdigest()


def read_tree(rules_dir: Path) -> RuleTree:
    """Return every rule file below a directory; hidden files and what is neither YAML nor CSV stay out.

    Raises:
        RulebookFaulty: There is none, or together they are larger than rules can be.
    """
    paths = [
        path
        for path in rules_dir.rglob("*")
        if path.suffix in LAW_FILES and path.is_file() and not path.name.startswith(".")
    ]
    if not paths:
        message = "规则目录不存在，或其中没有规则文件。"
        raise RulebookFaulty(message, remedy="请核对 CREDIT_RULES 设置。")
    size = sum(path.stat().st_size for path in paths)
    if size > LARGEST_RULES:
        message = f"规则目录共{size // 2**20} MB，超过{LARGEST_RULES // 2**20} MB的上限。"
        raise RulebookFaulty(message, remedy="请移走不属于规则的文件。")
    return RuleTree({path.relative_to(rules_dir).as_posix(): path.read_bytes() for path in paths})


@contextmanager
def staged(store: Path, tree: RuleTree) -> Iterator[Path]:
    """Lay a tree down beside the kept ones for the length of the block, so that what is checked is what is kept.

    Args:
        store: The folder of kept rulebooks; created where it does not exist.
        tree: The files.

    Yields:
        A directory named ``rules``.
    """
    store.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".staged-", dir=store, ignore_cleanup_errors=True) as folder:
        _write(Path(folder) / "tree", tree)
        yield Path(folder) / "tree" / RULES


def keep(store: Path, tree: RuleTree) -> Path:
    """Keep a tree under its hash, once and for all, and return its ``rules`` directory.

    A copy that is there and whole is left alone; a damaged one is put aside and made anew.
    """
    target = store / tree.hash
    if _is_whole(target, tree.hash):
        return target / RULES
    with staged(store, tree) as rules:
        if target.exists():
            target.rename(Path(tempfile.mkdtemp(prefix=f".damaged-{tree.hash[:12]}-", dir=store)) / "tree")
        try:
            rules.parent.replace(target)
        except OSError:
            # Another process was faster; what it kept must be the same.
            check_kept(store, tree.hash)
        sync_folder(store)
    return target / RULES


def check_kept(store: Path, rulebook: str) -> Path:
    """Return the ``rules`` directory of a kept rulebook after comparing every byte with its hash.

    Raises:
        RulebookDamaged: The copy is missing, or a file is missing, changed or added.
    """
    target = store / rulebook
    manifest = _read_manifest(target)
    if manifest is None or sha256(manifest.encode()).hexdigest() != rulebook:
        raise _damaged(rulebook, MANIFEST)
    found = _hash_files(target / RULES)
    said = {path: digest for digest, _, path in (line.partition("  ") for line in manifest.splitlines())}
    wrong = sorted({path for path in found.keys() | said.keys() if found.get(path) != said.get(path)})
    if wrong:
        raise _damaged(rulebook, "、".join(wrong[:3]))
    return target / RULES


@lru_cache(maxsize=64)
def load_kept(store: Path, rulebook: str, as_of: date) -> Rulebook:
    """Return the rules of a kept rulebook in force on a day; it never changes, so one reading per process is enough.

    Raises:
        RulebookDamaged: The copy is not what was adopted.
        RuleNotInForce: A kind of rule has no version in force on that day.
    """
    return load_rulebook(check_kept(store, rulebook), as_of, is_proved=True)


def find_edited(store: Path, adopted: str, tree: RuleTree) -> tuple[str, ...]:
    """Return the files of adopted versions that a tree has changed, taken away or added to, sorted.

    An adopted version is meant never to be edited: the next one closes it. Worked cases are no law and may grow.

    Args:
        store: The folder of kept rulebooks.
        adopted: The rulebook to compare with.
        tree: The rules on disk.

    Raises:
        RulebookDamaged: The adopted copy is not what was adopted.
    """
    old = read_tree(check_kept(store, adopted)).files
    published = {_version_of(path) for path in old}
    touched = {path for path in old.keys() | tree.files.keys() if old.get(path) != tree.files.get(path)}
    return tuple(sorted(path for path in touched if _version_of(path) in published and not _is_case(path)))


def _version_of(path: str) -> tuple[str, ...]:
    """Return kind, rule and version of a file."""
    return tuple(path.split("/")[:3])


def _is_case(path: str) -> bool:
    parts = path.split("/")
    return parts[3:4] == [CASES_FOLDER] or parts[-1] == CASES_FILE


def _is_whole(target: Path, rulebook: str) -> bool:
    try:
        check_kept(target.parent, rulebook)
    except RulebookDamaged:
        return False
    return True


def _read_manifest(target: Path) -> str | None:
    try:
        return (target / MANIFEST).read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        return None


def _hash_files(rules: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a directory, of whatever kind: an added one is a change, too."""
    paths = (path for path in rules.rglob("*") if not path.is_dir())
    return {f"{RULES}/{path.relative_to(rules).as_posix()}": _hash_file(path) for path in paths}


def _hash_file(path: Path) -> str:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _damaged(rulebook: str, what: str) -> RulebookDamaged:
    message = f"已采用的规则库 {rulebook[:12]} 的留存副本缺失或被改动：{what}。"
    remedy = (
        "请从备份恢复 rulebooks 目录中的该文件夹；若 rules/ 仍是同一内容，重新执行 credit rules propose 会重新留存。"
    )
    return RulebookDamaged(message, remedy=remedy, rulebook=rulebook)


def _write(target: Path, tree: RuleTree) -> None:
    """Write every file through to the disk, read only; the manifest comes last."""
    files = {f"{RULES}/{path}": content for path, content in tree.files.items()}
    for path, content in {**files, MANIFEST: tree.manifest.encode()}.items():
        place = target / path
        place.parent.mkdir(parents=True, exist_ok=True)
        write_new_file(place, content)
    for folder in (*(path for path in target.rglob("*") if path.is_dir()), target):
        sync_folder(folder)
