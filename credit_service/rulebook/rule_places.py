"""Files below ``rules/`` that nothing reads: a rule in the wrong place would be believed to hold.

Before it lies the directory with the versions found in it, after it faults for `check`.
"""

from __future__ import annotations

from collections.abc import Iterable
from os import walk
from pathlib import Path

from credit_service.errors import RuleSyntax
from credit_service.rulebook.cases import CASES_FILE, CASES_FOLDER
from credit_service.rulebook.faults import FaultLog, Refusal, RuleFault, to_place
from credit_service.rulebook.versions import KINDS, RULE_FILE, RuleVersion

_SUFFIXES = frozenset({".yaml", ".yml", ".csv"})


def check_places(rules_dir: Path, versions: Iterable[RuleVersion], log: FaultLog) -> None:
    """Note rule files that lie where nothing reads them, tables no rule names, and links."""
    read = list(versions)
    tables = {path for version in read for path in _list_tables(version)}
    places = {version.place for version in read}
    for path in _list_files(rules_dir):
        parts = path.relative_to(rules_dir).parts
        fault = _find_fault(path, parts, tables)
        if fault:
            file = f"{rules_dir.name}/{'/'.join(parts)}"
            # Beside a rule that could not be read nobody knows which tables it names.
            after = (to_place(file),) if path.suffix.lower() == ".csv" and to_place(file) not in places else ()
            log.add(RuleFault(file, 1, RuleSyntax.code, *fault, after=after))


def _list_files(rules_dir: Path) -> list[Path]:
    """Return every file that could be meant for a rule, and every link; what lies behind a link is not looked at."""
    found: list[Path] = []
    for folder, folders, files in walk(rules_dir):
        here = [Path(folder) / name for name in (*folders, *files)]
        found += [path for path in here if path.is_symlink() or path.suffix.lower() in _SUFFIXES]
    return sorted(found)


def _list_tables(version: RuleVersion) -> Iterable[Path]:
    try:
        return version.table_paths().values()
    except Refusal:
        return ()


def _find_fault(path: Path, parts: tuple[str, ...], tables: set[Path]) -> tuple[str, str] | None:
    if path.is_symlink():
        return f"“{path.name}”是链接，规则只能是目录中的普通文件", "请放入文件本身。"
    if path.suffix.lower() == ".csv":
        return None if path in tables else ("没有规则用到这一表格", "请在rule.yaml的tables中写明，或者删除。")
    in_place = len(parts) == 4 and path.name in {RULE_FILE, CASES_FILE}
    in_folder = len(parts) == 5 and parts[3] == CASES_FOLDER and path.suffix == ".yaml"
    if not in_place and not in_folder:
        return "文件不在 <类>/<规则>/<版本>/rule.yaml 的位置，不会被读取", "请移到正确的目录；扩展名应当是小写的.yaml。"
    if parts[0] not in KINDS:
        return f"没有“{parts[0]}”类规则", f"可用的类：{'、'.join(KINDS)}。"
    return None
