"""Versions of rules: which directories there are, and which one is in force on a day.

Before it lies ``rules/<kind>/<rule>/<version>/``; after it the head of each version, read, and the choice for a day. A
published version is never edited: the next one closes it, so an open end means “until the next version begins”.
Overlaps and gaps are faults, and a day outside every version is an error, never “the last known value”.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise
from os.path import lexists
from pathlib import Path

from credit_service.errors import RuleNotInForce, RuleOverlap, RuleSyntax, RuleWithoutSource, UnknownIndicator
from credit_service.rulebook.faults import FaultLog, RuleFault, suggest
from credit_service.rulebook.read_file import read_rule_bytes
from credit_service.rulebook.read_laws import read_laws
from credit_service.rulebook.rule_types import STATUSES, Law, RuleEntry
from credit_service.rulebook.section import Section
from credit_service.rulebook.tables import read_table
from credit_service.rulebook.yaml_text import MAX_BYTES, YamlMap, parse_yaml

KINDS = (
    "governance",
    "governance_index",
    "catalogue",
    "lists",
    "measures",
    "severity",
    "publicity",
    "scoring",
    "candidates",
    "categories",
    "repair",
    "deadlines",
    "calendar",
    "vetting",
)
OPTIONAL_KINDS = frozenset({"vetting"})
"""Kinds a rulebook may be without: what needs them then says so, and everything else goes on."""
REQUIRED_KINDS = tuple(kind for kind in KINDS if kind not in OPTIONAL_KINDS)
RULE_FILE = "rule.yaml"
_RULE_ID = re.compile(r"[a-z0-9_]+(\.[A-Za-z0-9_]+)*")
_TABLE_NAME = re.compile(r"[a-z0-9_]+\.csv")


@dataclass(frozen=True)
class RuleVersion:
    """One version directory with its head read."""

    kind: str
    rule: str
    version: str
    title: str
    from_on: date
    to_on: date | None
    """Last day in force as the file says; None: until the next version."""
    laws: dict[str, Law]
    section: Section
    tables: Section
    """File names of the rule's tables by what the rule calls them; empty where it has none."""
    directory: Path
    file: str

    @property
    def name(self) -> str:
        """Kind and rule."""
        return f"{self.kind}/{self.rule}"

    @property
    def place(self) -> str:
        """The version's directory, as faults call it."""
        return self.file.removesuffix(f"/{RULE_FILE}")

    def table(self, name: str, log: FaultLog) -> list[Section]:
        """Return the rows of one of the rule's tables; a table that is not named is a fault."""
        with log.catching():
            self.tables.need(name, f"缺少表格“{name}”", "请在tables中写明。")
            path = self._table_path(name)
            return read_table(path, self.directory, self.file.removesuffix(RULE_FILE) + path.name, log)
        return []

    def table_paths(self) -> dict[str, Path]:
        """Return the rule's tables by name.

        Raises:
            Refusal: One is no plain CSV file beside the rule.
        """
        # Not through the section: what is asked for there is what the readers know, and here every name is.
        names = Section(self.tables.tree, self.file, FaultLog(), self.tables.place)
        return {name: self.directory / _read_table_name(names, name) for name in names.tree.items}

    def files(self) -> list[Path]:
        """Return the files that make the rule, sorted."""
        return sorted([self.directory / RULE_FILE, *self.table_paths().values()])

    def finish(self) -> None:
        """Note every field and every table nobody asked for."""
        self.section.finish()
        self.tables.finish()

    def _table_path(self, name: str) -> Path:
        return self.directory / _read_table_name(self.tables, name)


def find_versions(rules_dir: Path, log: FaultLog) -> list[RuleVersion]:
    """Return every version below ``rules/``, sorted by kind, rule and first day; faults go to the log."""
    versions: list[RuleVersion] = []
    if not rules_dir.is_dir():
        log.add(RuleFault(rules_dir.name, 1, RuleSyntax.code, "规则目录不存在", "请核对 CREDIT_RULES 设置。"))
    # A link that leads nowhere is no file, but it is there, and a rule that is not read must not go unnoticed.
    paths = [directory / RULE_FILE for directory in rules_dir.glob("*/*/*")]
    for path in sorted(path for path in paths if lexists(path)):
        with log.catching():
            versions.append(_read_head(rules_dir, path, log))
    versions.sort(key=lambda version: (version.name, version.from_on, version.version))
    _check_order(versions, log)
    return versions


def find_in_force(versions: Iterable[RuleVersion], as_of: date) -> list[RuleVersion]:
    """Return the version of each rule that is in force on a day; a rule without one is left out."""
    found: list[RuleVersion] = []
    for _, group in groupby(versions, key=lambda version: version.name):
        chosen = [v for v in group if v.from_on <= as_of]
        if chosen and (chosen[-1].to_on is None or as_of <= chosen[-1].to_on):
            found.append(chosen[-1])
    return found


def find_first_day(versions: Iterable[RuleVersion]) -> date | None:
    """Return the first day with a rule of every kind, or None where a kind has none at all."""
    begun: dict[str, date] = {}
    for version in versions:
        begun[version.kind] = min(version.from_on, begun.get(version.kind, version.from_on))
    return max(begun[kind] for kind in REQUIRED_KINDS) if begun.keys() >= set(REQUIRED_KINDS) else None


def check_begun(versions: Iterable[RuleVersion], as_of: date) -> None:
    """Refuse a day before the first one with rules.

    Raises:
        RuleNotInForce: The rules begin later.
    """
    first = find_first_day(versions)
    if first is not None and as_of < first:
        message = f"{as_of}还没有规则：规则自{first}起施行。"
        raise RuleNotInForce(message, remedy=f"请改用{first}或以后的日期。", first_on=first)


def get_only(versions: Iterable[RuleVersion], kind: str, as_of: date) -> RuleVersion:
    """Return the one rule of a kind that is in force.

    Raises:
        RuleNotInForce: There is none on that day.
        RuleOverlap: There are several.
    """
    found = [version for version in versions if version.kind == kind]
    if not found:
        message = f"{as_of}没有生效的“{kind}”类规则。"
        raise RuleNotInForce(message, remedy=f"请核对日期，或者在 rules/{kind}/ 中补充该日期的版本。", kind=kind)
    if len(found) > 1:
        names = "、".join(version.name for version in found)
        message = f"{as_of}有{len(found)}部“{kind}”类规则同时生效：{names}。"
        raise RuleOverlap(message, remedy="同一天只能有一部生效，请设定截止日期。", kind=kind)
    return found[0]


def read_entry(section: Section, version: RuleVersion, id_key: str = "id", text_key: str = "text") -> RuleEntry:
    """Read what every rule says about itself: id, text, law, status, note and, where it has its own, dates.

    Raises:
        Refusal: One of them is missing, or the law is not declared.
    """
    rule_id = section.matching(id_key, _RULE_ID, "编号（小写字母、数字、下划线和点）")
    section.need("law", f"“{rule_id}”没有写明来源", "请填写law（见本文件laws）。", RuleWithoutSource.code)
    law = section.text("law")
    if law not in version.laws:
        message = f"来源“{law}”没有在laws中列出"
        section.refuse("law", message, suggest(law, version.laws), UnknownIndicator.code)
    return RuleEntry(
        rule_id=rule_id,
        text=section.text(text_key, ""),
        law=version.laws[law],
        status=section.choice("status", STATUSES),
        note=section.text("note", ""),
        file=section.file,
        line=section.line,
        from_on=section.optional_day("from"),
        to_on=section.optional_day("to"),
    )


def _read_head(rules_dir: Path, path: Path, log: FaultLog) -> RuleVersion:
    kind, rule, version, _ = path.relative_to(rules_dir).parts
    file = f"{rules_dir.name}/{path.relative_to(rules_dir).as_posix()}"
    section = Section(parse_yaml(read_rule_bytes(path, rules_dir, file, MAX_BYTES), file), file, log)
    for key, expected in (("kind", kind), ("rule", rule), ("version", version)):
        if section.text(key) != expected:
            section.refuse(key, f"字段“{key}”是“{section.text(key)}”，与所在目录“{expected}”不一致")
    section.choice("kind", KINDS)
    in_force = section.section("in_force")
    head = RuleVersion(
        kind=kind,
        rule=rule,
        version=version,
        title=section.text("title"),
        from_on=in_force.day("from"),
        to_on=in_force.optional_day("to"),
        laws=read_laws(section),
        section=section,
        tables=_read_tables(section),
        directory=path.parent,
        file=file,
    )
    in_force.finish()
    section.text("note", "")
    if head.to_on is not None and head.to_on < head.from_on:
        section.refuse("in_force", "截止日期早于施行日期")
    return head


def _read_table_name(tables: Section, name: str) -> str:
    return tables.matching(name, _TABLE_NAME, "同一目录下的CSV文件名（小写字母、数字、下划线，以.csv结尾）")


def _read_tables(section: Section) -> Section:
    """Return the names of the rule's tables; the readers of its kind say which of them there are."""
    if section.has("tables"):
        return section.section("tables")
    return Section(YamlMap({}, section.line), section.file, section.log, (*section.place, "tables"))


def _check_order(versions: list[RuleVersion], log: FaultLog) -> None:
    for _, group in groupby(versions, key=lambda version: version.name):
        for earlier, later in pairwise(list(group)):
            line = later.section.line_of("in_force")
            if earlier.from_on == later.from_on or (earlier.to_on is not None and earlier.to_on >= later.from_on):
                message = f"与版本{earlier.version}的施行期重叠"
                log.add(RuleFault(later.file, line, RuleOverlap.code, message, "请调整from或前一版的to。"))
            elif earlier.to_on is not None and earlier.to_on + timedelta(days=1) < later.from_on:
                message = f"与版本{earlier.version}之间有空档（{earlier.to_on}之后、{later.from_on}之前）"
                log.add(RuleFault(later.file, line, RuleNotInForce.code, message, "请使两版施行期首尾相接。"))
