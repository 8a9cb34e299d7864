"""The check of everything under ``rules/``: all faults at once, with file and line, and what is not yet confirmed.

Before it lies the directory, after it a report for ``credit rules check``. It checks every version, in force or not,
on every day on which something changes, and runs the worked cases on the referee. It changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from credit_service.errors import RulebookError, RuleNotInForce, RuleSyntax
from credit_service.rulebook.answer_cases import BuildWorkdays, find_answers_wrong, needs_calendar
from credit_service.rulebook.case_types import AskedCase, Case
from credit_service.rulebook.cases import find_differences, read_all_cases
from credit_service.rulebook.dated_days import find_dated_days
from credit_service.rulebook.evaluate import evaluate
from credit_service.rulebook.faults import FaultLog, RuleFault
from credit_service.rulebook.field_forms import FormNotes
from credit_service.rulebook.law_checks import DueLaw, find_due_laws
from credit_service.rulebook.load import build_rulebook
from credit_service.rulebook.read_alone import read_alone
from credit_service.rulebook.rule_places import check_places
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.specimens import read_specimens
from credit_service.rulebook.versions import REQUIRED_KINDS, RuleVersion, find_first_day, find_in_force, find_versions


@dataclass(frozen=True, order=True)
class Unconfirmed:
    """An entry whose content the customer has still to confirm."""

    file: str
    line: int
    rule_id: str
    text: str
    note: str


@dataclass(frozen=True)
class RulesReport:
    """What is wrong, what is unconfirmed, and what somebody has to look at although nothing is wrong."""

    faults: tuple[RuleFault, ...]
    unconfirmed: tuple[Unconfirmed, ...]
    files: int
    cases: int
    """Worked cases that were run."""
    untranslatable: tuple[Unconfirmed, ...] = ()
    """Provisions the rule language cannot express; ``note`` says why. Each must be accepted before adoption."""
    due_laws: tuple[DueLaw, ...] = ()
    """Laws whose text should be looked up again."""
    limits: tuple[RuleFault, ...] = ()
    """What the proofs could not try for every case; no faults."""
    follow_ons: tuple[RuleFault, ...] = ()
    """What seems wrong only because of one of the faults, and can be judged when that is mended; none without one."""

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object of ``credit rules check``."""
        return {
            "files": self.files,
            "cases": self.cases,
            "faults": [fault.to_dict() for fault in self.faults],
            "follow_ons": [fault.to_dict() for fault in self.follow_ons],
            "unconfirmed": [
                {"file": item.file, "line": item.line, "rule": item.rule_id, "text": item.text, "note": item.note}
                for item in self.unconfirmed
            ],
            "untranslatable": [
                {"file": item.file, "line": item.line, "rule": item.rule_id, "text": item.text, "why": item.note}
                for item in self.untranslatable
            ],
            "due_laws": [law.to_dict() for law in self.due_laws],
            "limits": [limit.to_dict() for limit in self.limits],
        }


def check_rules(rules_dir: Path, workdays: BuildWorkdays | None = None, as_of: date | None = None) -> RulesReport:
    """Return every fault of every rule file, sorted by file and line; it raises nothing for faults of rules.

    Args:
        rules_dir: The directory ``rules/``.
        workdays: The published calendar; without it cases that count working days are neither asked nor counted.
        as_of: The day on which laws may be due to be looked up again; without it none is.
    """
    log = FaultLog()
    versions = find_versions(rules_dir, log)
    check_places(rules_dir, versions, log)
    rulebooks = _build_all(versions, log)
    cases = [case for case in read_all_cases(rules_dir, log) if workdays or not needs_calendar(case)]
    if not log.faults:
        _run_cases(versions, cases, workdays, log)
    return RulesReport(
        faults=tuple(log.list_roots()),
        unconfirmed=tuple(sorted(set(_find_unconfirmed(rulebooks)))),
        files=sum(1 for path in rules_dir.rglob("*") if path.suffix in {".yaml", ".csv"}),
        cases=len(cases),
        untranslatable=tuple(sorted(set(_find_untranslatable(rulebooks)))),
        due_laws=find_due_laws(versions, as_of) if as_of else (),
        limits=tuple(sorted(set(log.limits))),
        follow_ons=tuple(log.list_follow_ons()),
    )


def read_everything(rules_dir: Path, log: FaultLog) -> None:
    """Read every rule file and every case once, whatever for; faults, and what the readers asked for, go to the log."""
    versions = find_versions(rules_dir, log)
    _build_all(versions, log)
    read_all_cases(rules_dir, log)
    if log.notes is not None and not log.faults:
        specimens = FormNotes()
        newest = max(version.from_on for version in versions)
        read_specimens(find_in_force(versions, newest), newest, FaultLog(notes=specimens))
        log.notes.fill(specimens)


def _build_all(versions: Sequence[RuleVersion], log: FaultLog) -> list[Rulebook]:
    """Build the rulebook of every day on which a version or row begins or has just ended, once all kinds have begun."""
    start = find_first_day(versions)
    if start is None:
        for kind in sorted(set(REQUIRED_KINDS) - {version.kind for version in versions}):
            place = f"rules/{kind}"
            message, remedy = f"没有可读的“{kind}”类规则", "请补充该类规则。"
            log.add(RuleFault(place, 1, RuleNotInForce.code, message, remedy, after=(place,)))
        for version in versions:
            read_alone(version, log)
        return []
    days = {v.from_on for v in versions} | {v.to_on + timedelta(days=1) for v in versions if v.to_on}
    days |= find_dated_days(versions)
    rulebooks: list[Rulebook] = []
    covered: set[str] = set()
    for day in sorted({start, *(day for day in days if day > start)}):
        in_force = find_in_force(versions, day)
        covered |= {version.file for version in in_force}
        rulebooks += _build(in_force, day, log)
    for version in versions:
        if version.file not in covered:
            others = [other for other in find_in_force(versions, start) if other.name != version.name]
            _build([*others, version], start, log)
    return rulebooks


def _build(in_force: Sequence[RuleVersion], day: date, log: FaultLog, edition: str | None = None) -> list[Rulebook]:
    before = len(log.faults)
    try:
        with log.catching():
            rulebook = build_rulebook(in_force, day, edition, log)
            return [rulebook] if len(log.faults) == before else []
    except RulebookError as error:
        place = f"rules/{error.attributes.get('kind', '')}"
        log.add(RuleFault(place, 1, error.code, error.message, error.remedy, after=(place,)))
    # One rule that cannot be read at all hides nothing of the others.
    for version in in_force:
        read_alone(version, log)
    return []


def _run_cases(
    versions: Sequence[RuleVersion], cases: Iterable[Case], workdays: BuildWorkdays | None, log: FaultLog
) -> None:
    """Hold every case against the referee, under the rules and the edition of its day."""
    rulebooks: dict[tuple[date, str | None], list[Rulebook]] = {}
    for case in cases:
        head = case.head
        key = (head.as_of, head.edition)
        if key not in rulebooks:
            rulebooks[key] = _build(find_in_force(versions, head.as_of), head.as_of, log, head.edition)
        for rulebook in rulebooks[key]:
            for difference in _find_wrong(rulebook, case, workdays):
                message = f"案例“{head.name}”与规则不符：{difference}"
                log.add(RuleFault(head.file, head.line, RuleSyntax.code, message, "请核对规则或案例。"))


def _find_wrong(rulebook: Rulebook, case: Case, workdays: BuildWorkdays | None) -> list[str]:
    if isinstance(case, AskedCase):
        return find_answers_wrong(rulebook, case, workdays)
    found = evaluate(rulebook, case.facts, case.as_of)
    try:
        return find_differences(rulebook, case, found)
    except KeyError as fault:
        return [f"案例中的类别“{fault.args[0]}”不存在"]


def _find_unconfirmed(rulebooks: Iterable[Rulebook]) -> Iterable[Unconfirmed]:
    for rulebook in rulebooks:
        for entry in rulebook.entries.values():
            if entry.status == "unconfirmed":
                yield Unconfirmed(entry.file, entry.line, entry.rule_id, entry.text, entry.note)


def _find_untranslatable(rulebooks: Iterable[Rulebook]) -> Iterable[Unconfirmed]:
    for rulebook in rulebooks:
        for item in rulebook.untranslatable:
            yield Unconfirmed(item.entry.file, item.entry.line, item.entry.rule_id, item.entry.text, item.why)
