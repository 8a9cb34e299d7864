"""Readers of what a subject can lawfully do about a record, and of what it must hand in for that.

Before them lie the tables ``acts`` and ``papers`` of ``rules/repair``; after them `outlook` says which acts would
change what, and an application knows its conditions.
"""

from __future__ import annotations

from credit_service.domain.record import RecordKind, Severity
from credit_service.domain.repair import Paper
from credit_service.errors import RuleOverlap
from credit_service.rulebook.faults import FaultLog, RuleFault
from credit_service.rulebook.read_terms import read_rows
from credit_service.rulebook.repair_types import ActOfSubject, LawfulAct, RepairPaper, Wait
from credit_service.rulebook.section import Section
from credit_service.rulebook.versions import RuleVersion, read_entry


def read_acts(version: RuleVersion, log: FaultLog) -> tuple[LawfulAct, ...]:
    """Return the acts in order; a kind and severity has at most one."""

    def read(row: Section) -> LawfulAct:
        return LawfulAct(
            kind=row.choice("kind", set(RecordKind)),
            severity=row.choice("severity", {*Severity, "*"}),
            act=ActOfSubject(row.choice("act", set(ActOfSubject))),
            wait=Wait(row.choice("wait", set(Wait))),
            entry=read_entry(row, version),
        )

    acts = read_rows(version.table("acts", log), read, log)
    for place, act in enumerate(acts):
        for earlier in acts[:place]:
            if act.kind == earlier.kind and (
                act.severity == earlier.severity or "*" in {act.severity, earlier.severity}
            ):
                message = f"“{act.entry.rule_id}”与“{earlier.entry.rule_id}”说的是同一种记录"
                log.add(
                    RuleFault(act.entry.file, act.entry.line, RuleOverlap.code, message, "每种记录、每级只留一行。")
                )
    return acts


def read_papers(version: RuleVersion, log: FaultLog) -> tuple[RepairPaper, ...]:
    """Return what must be handed in; rules adopted before there was such a table name nothing."""
    if not version.tables.has("papers"):
        return ()

    def read(row: Section) -> RepairPaper:
        return RepairPaper(
            paper=row.choice("paper", set(Paper)),
            severity=row.choice("severity", {*Severity, "*"}),
            template=row.text("template", ""),
            entry=read_entry(row, version),
        )

    return read_rows(version.table("papers", log), read, log)
