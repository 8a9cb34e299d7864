"""What a rulebook must pass before anybody may adopt it: no fault, everything doubtful accepted by name, compiled.

`adopt` does the acts; this module looks at the rules. What is checked are the very bytes that are kept, and what is
compiled is read from the kept copy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from credit_service.domain.adoption import Adoption, AdoptionKind, CompiledText
from credit_service.errors import EvidenceMissing, IllegalTransition, RulebookFaulty, UnknownIndicator
from credit_service.listing.deadlines import build_workdays
from credit_service.pipeline.office import Office
from credit_service.registry.unit_of_work import UnitOfWork
from credit_service.rulebook.check import RulesReport, check_rules
from credit_service.rulebook.compiler import TargetText, compile_targets, name_compiler
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.kept import RuleTree, check_kept, find_edited, keep, load_kept, read_tree, staged
from credit_service.rulebook.untranslatable import find_unaccepted
from credit_service.rulebook.versions import REQUIRED_KINDS, find_versions


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
    complete = max(min(version.from_on for version in versions if version.kind == kind) for kind in REQUIRED_KINDS)
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


def check_still_accepted(office: Office, uow: UnitOfWork, proposal: Adoption) -> None:
    """Refuse a proposal whose edits of the rules in force now are not those that were accepted when it was made.

    Another proposal may have been confirmed since: what it changed would be undone unseen. Then nothing that was
    accepted counts, for it was accepted of other rules.

    Raises:
        EvidenceMissing: It edits something in force now that nobody accepted.
        IllegalTransition: The same rules are in force already.
        RulebookDamaged: One of the two kept copies is not what it was.
    """
    current = uow.adoptions.find_in_force(proposal.from_on)
    if current is None or current.confirmed_at is None:
        message = "a proposal is made beside an adoption in force"
        raise ValueError(message)
    if current.rulebook == proposal.rulebook:
        message = f"与{proposal.from_on}有效的规则库 {current.rulebook[:12]} 完全相同。"
        raise IllegalTransition(message, remedy="没有需要采用的变动，请撤回这一提议。")
    store = office.places.rulebooks
    edited = find_edited(store, current.rulebook, read_tree(check_kept(store, proposal.rulebook)))
    is_base = current.kind is AdoptionKind.FOUNDING or current.confirmed_at <= proposal.proposed_at
    accepted = set(proposal.accepted) if is_base else set()
    missing = sorted(set(edited) - accepted)
    if missing:
        message = f"提出之后已另有规则库被采用，确认会改动其中{len(missing)}个文件：{'、'.join(missing)}。"
        remedy = "请撤回这一提议，在现行规则的基础上修改后重新提出，并逐项接受。"
        raise EvidenceMissing(message, remedy=remedy, missing=missing)


@dataclass(frozen=True)
class CompiledDay:
    """What the rules of a day were compiled to, before any adoption holds it."""

    from_on: date
    rulebook: str
    texts: tuple[TargetText, ...]


def compile_days(office: Office, rulebook: str, days: Iterable[date]) -> tuple[CompiledDay, ...]:
    """Compile kept rules for every engine and every day on which they may change; it takes seconds and no lock."""
    loaded = ((day, load_kept(office.places.rulebooks, rulebook, day)) for day in days)
    return tuple(CompiledDay(day, rules.hash, compile_targets(rules)) for day, rules in loaded)


def store_compiled(
    uow: UnitOfWork, adoption: Adoption, compiled: Iterable[CompiledDay], at: datetime
) -> tuple[CompiledText, ...]:
    """Store with an adoption what was compiled for it; what is stored already stays."""
    texts = tuple(
        CompiledText(
            adoption=get_number(adoption),
            target=made.target,
            from_on=day.from_on,
            rulebook=day.rulebook,
            compiler=name_compiler(),
            sql_hash=made.sql_hash,
            compiled_at=at,
            sql=made.sql,
        )
        for day in compiled
        for made in day.texts
    )
    for text in texts:
        uow.adoptions.add_text(text)
    return texts


def get_number(adoption: Adoption) -> int:
    """Return the number the ledger gave; one that was never stored has none."""
    if adoption.number is None:
        message = "an adoption of the ledger has a number"
        raise ValueError(message)
    return adoption.number
