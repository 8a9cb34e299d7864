"""What a rulebook must pass before anybody may adopt it: no fault, everything doubtful accepted by name, compiled.

`adopt` does the acts; this module looks at the rules. What is checked are the very bytes that are kept, and what is
compiled is read from the kept copy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from pathlib import Path

from credit_service.domain.adoption import Adoption, CompiledText
from credit_service.errors import EvidenceMissing, RulebookFaulty, UnknownIndicator
from credit_service.listing.deadlines import build_workdays
from credit_service.pipeline.office import Office
from credit_service.registry.unit_of_work import UnitOfWork
from credit_service.rulebook.check import RulesReport, check_rules
from credit_service.rulebook.compiler import compile_targets, name_compiler
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.kept import RuleTree, keep, load_kept, staged
from credit_service.rulebook.untranslatable import find_unaccepted
from credit_service.rulebook.versions import KINDS, find_versions


def keep_checked(office: Office, tree: RuleTree) -> RulesReport:
    """Check the very bytes that will be kept, and keep them.

    Raises:
        RulebookFaulty: They have faults; nothing is kept.
    """
    with staged(office.places.rulebooks, tree) as rules:
        report = check_files(rules, tree.hash)
    refuse_faults(report)
    keep(office.places.rulebooks, tree)
    return report


MOST_CHECKED = 8
_CHECKED: dict[str, RulesReport] = {}
"""By the files' hash."""


def check_files(rules: Path, rulebook: str) -> RulesReport:
    """Return what is wrong with the files of a hash, checked once per process: the same files have the same faults."""
    if rulebook not in _CHECKED:
        if len(_CHECKED) >= MOST_CHECKED:
            _CHECKED.clear()
        _CHECKED[rulebook] = check_rules(rules, build_workdays)
    return _CHECKED[rulebook]


def refuse_faults(report: RulesReport) -> None:
    """Refuse rules with any fault.

    Raises:
        RulebookFaulty: There is one; ``faults`` has them all.
    """
    if report.faults:
        first = report.faults[0]
        where = f"{first.file}:{first.line} {first.message}"
        message = f"规则库有{len(report.faults)}处问题，没有采用，现行规则不变。首处：{where}"
        faults = [fault.to_dict() for fault in report.faults]
        raise RulebookFaulty(message, remedy="请逐处改正后重新提出；完整清单见 credit rules check。", faults=faults)


def find_days(rules: Path, from_on: date) -> tuple[date, ...]:
    """Return the days on which other versions come into force: the first from a day on, and each later change."""
    versions = find_versions(rules, FaultLog())
    complete = max(min(version.from_on for version in versions if version.kind == kind) for kind in KINDS)
    start = max(from_on, complete)
    changes = {v.from_on for v in versions} | {v.to_on + timedelta(days=1) for v in versions if v.to_on}
    return tuple(sorted({start, *(day for day in changes if day > start)}))


def list_untranslatable(office: Office, rulebook: str, day: date) -> list[str]:
    """Return the ids of what the rules of a day say they cannot express."""
    loaded = load_kept(office.places.rulebooks, rulebook, day)
    return [item.entry.rule_id for item in find_unaccepted(loaded, ())]


def check_accepted(
    office: Office, tree: RuleTree, days: Iterable[date], edited: Collection[str], accepted: Collection[str]
) -> None:
    """Refuse what nobody has accepted by name, and acceptances of what is not there.

    Raises:
        EvidenceMissing: Something is not accepted.
        UnknownIndicator: Something accepted is not there.
    """
    needed = {one for day in days for one in list_untranslatable(office, tree.hash, day)} | set(edited)
    unknown = sorted(set(accepted) - needed)
    if unknown:
        message = f"没有需要接受的“{'、'.join(unknown)}”。"
        raise UnknownIndicator(message, remedy=f"可接受的有：{'、'.join(sorted(needed)) or '无'}。", unknown=unknown)
    missing = sorted(needed - set(accepted))
    if missing:
        message = f"有{len(missing)}项须逐项接受：{'、'.join(missing)}。"
        remedy = (
            "规则无法表达的条款、就地修改的已采用版本，须核对后用 --accept 逐项写明；已采用的版本最好不改，另建新版本。"
        )
        raise EvidenceMissing(message, remedy=remedy, missing=missing)


def compile_all(office: Office, uow: UnitOfWork, adoption: Adoption, days: Iterable[date]) -> tuple[CompiledText, ...]:
    """Store the SQL of every engine for every day on which it may change; what is stored already stays."""
    texts = []
    for day in days:
        rulebook = load_kept(office.places.rulebooks, adoption.rulebook, day)
        for made in compile_targets(rulebook):
            text = CompiledText(
                adoption=get_number(adoption),
                target=made.target,
                from_on=day,
                rulebook=rulebook.hash,
                compiler=name_compiler(),
                sql_hash=made.sql_hash,
                compiled_at=office.now(),
                sql=made.sql,
            )
            uow.adoptions.add_text(text)
            texts.append(text)
    return tuple(texts)


def get_number(adoption: Adoption) -> int:
    """Return the number the ledger gave; one that was never stored has none."""
    if adoption.number is None:
        message = "an adoption of the ledger has a number"
        raise ValueError(message)
    return adoption.number
