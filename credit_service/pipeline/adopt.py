"""Beside the story: how rules on disk become rules in force.

Before it lies the working directory ``rules/``, which means nothing by itself; after it stands an adoption in the
ledger, the same files kept by their hash, and their SQL for every engine. One person proposes, another confirms, from a
day that is not past; a rulebook with any fault is refused as a whole and the one in force stays. The rules a ledger
begins with are founded by the set-up, once, and are marked as such. See ADR 0017.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from credit_service.domain.adoption import INSTALLER, Adoption, AdoptionKind, AdoptionState, CompiledText
from credit_service.domain.agency import Actor, Role
from credit_service.domain.clock import legal_day
from credit_service.errors import (
    EvidenceMissing,
    IllegalTransition,
    LedgerConflict,
    RulebookNotAdopted,
    SamePerson,
    ScopeDenied,
)
from credit_service.pipeline.examine_rules import (
    check_accepted,
    check_files,
    check_still_accepted,
    compile_days,
    find_days,
    get_number,
    keep_checked,
    list_untranslatable,
    refuse_faults,
    store_compiled,
)
from credit_service.pipeline.office import Office
from credit_service.registry.unit_of_work import UnitOfWork
from credit_service.rulebook.compiler import TARGETS, name_compiler
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.kept import RULES, check_kept, find_edited, read_tree
from credit_service.rulebook.versions import find_versions

MAY_PROPOSE = frozenset({Role.REVIEWER, Role.DECIDER})
MAY_CONFIRM = frozenset({Role.DECIDER})
SHORTEST_NAME = 8
"""Characters of a hash that name a rulebook."""
_FOUNDING_REASON = "建库时随程序启用的规则，未经两人采用"


@dataclass(frozen=True)
class ProposalRequest:
    """What somebody wants to be in force."""

    actor: Actor
    from_on: date
    reason: str
    accepted: tuple[str, ...] = ()
    """Ids of what the rules cannot express, and paths of adopted versions edited in place, accepted by name."""


@dataclass(frozen=True)
class Proposed:
    """A proposal as it was recorded."""

    adoption: Adoption
    edited: tuple[str, ...]
    """Files of versions adopted before that are no longer what they were."""
    compiled: tuple[CompiledText, ...]

    @property
    def targets(self) -> tuple[str, ...]:
        """The engines it was compiled for on every day."""
        return tuple(sorted({text.target for text in self.compiled}))

    @property
    def not_compiled(self) -> tuple[str, ...]:
        """Engines without words for something these rules use; assessments run on another one."""
        return tuple(sorted(TARGETS.keys() - set(self.targets)))


def found_rulebook(office: Office) -> Adoption | None:
    """Put the rules on disk in force where the ledger knows none; return the act, or None where it knows some.

    Raises:
        RulebookFaulty: The rules have faults; nothing is in force.
    """
    with office.ledger.reading() as uow:
        if uow.adoptions.has_any():
            return None
    tree = read_tree(office.places.rules)
    report = keep_checked(office, tree)
    rules = check_kept(office.places.rulebooks, tree.hash)
    first = min(version.from_on for version in find_versions(rules, FaultLog()))
    now = office.now()
    # Of days before today only those are compiled that somebody assesses (`assess`): a founding looks ahead.
    days = find_days(rules, max(first, legal_day(now)))
    accepted = tuple(sorted({one for day in days for one in list_untranslatable(office, tree.hash, day)}))
    compiled = compile_days(office, tree.hash, days)
    with office.ledger.unit_of_work() as uow:
        if uow.adoptions.has_any():
            return None
        founding = Adoption(
            kind=AdoptionKind.FOUNDING,
            rulebook=tree.hash,
            from_on=first,
            reason=_FOUNDING_REASON,
            proposed_by=INSTALLER,
            proposed_at=now,
            accepted=accepted,
            unconfirmed=len(report.unconfirmed),
            confirmed_by=INSTALLER,
            confirmed_at=now,
            confirmed_on=legal_day(now),
        )
        kept = uow.adoptions.add(founding)
        store_compiled(uow, kept, compiled, now)
        _note(uow, kept, "rulebook.founded", INSTALLER)
        uow.commit()
    return kept


def propose_rulebook(office: Office, request: ProposalRequest) -> Proposed:
    """Propose the rules on disk for adoption from a day.

    Raises:
        ScopeDenied: The role may not propose.
        EvidenceMissing: No reason is given, or something that needs it is not accepted by name.
        RulebookFaulty: The rules have faults; all of them are told.
        UnknownIndicator: What is accepted is not there.
        IllegalTransition: The day is past, the same rules are in force or proposed already.
        LedgerConflict: Other rules were adopted meanwhile.
    """
    _check_role(request.actor, MAY_PROPOSE, "提出")
    reason = _check_reason(request.reason)
    _check_day(office, request.from_on)
    tree = read_tree(office.places.rules)
    report = keep_checked(office, tree)
    current = office.adoption(request.from_on)
    if current.rulebook == tree.hash:
        message = f"rules/ 与{request.from_on}有效的规则库 {tree.hash[:12]} 完全相同。"
        raise IllegalTransition(message, remedy="没有需要采用的变动；请先修改规则文件。")
    edited = find_edited(office.places.rulebooks, current.rulebook, tree)
    days = find_days(check_kept(office.places.rulebooks, tree.hash), request.from_on)
    # A path may be written as the list of faults and the manifest write it.
    accepted = tuple(sorted({one.removeprefix(f"{RULES}/") for one in request.accepted}))
    check_accepted(office, tree, days, edited, accepted)
    made = compile_days(office, tree.hash, days)
    with office.ledger.unit_of_work() as uow:
        _check_base(uow, request.from_on, current)
        proposal = Adoption(
            kind=AdoptionKind.ORDINARY,
            rulebook=tree.hash,
            from_on=request.from_on,
            reason=reason,
            proposed_by=request.actor.actor_id,
            proposed_at=_find_instant(office, current),
            accepted=accepted,
            unconfirmed=len(report.unconfirmed),
        )
        kept = uow.adoptions.add(proposal)
        compiled = store_compiled(uow, kept, made, kept.proposed_at)
        _note(uow, kept, "rulebook.proposed", request.actor.actor_id)
        uow.commit()
    return Proposed(kept, edited, compiled)


def confirm_rulebook(office: Office, name: str, actor: Actor) -> Adoption:
    """Confirm a proposal as a second person: from its day on its rules are in force.

    Args:
        office: The office.
        name: The hash of the rulebook, or its first eight characters or more.
        actor: Who confirms.

    Raises:
        ScopeDenied: The role may not confirm.
        RulebookNotAdopted: No proposal of this hash waits.
        SamePerson: Whoever proposed it confirms it.
        RulebookDamaged: The kept copy is not what was proposed.
        RulebookFaulty: What has been checked since finds a fault in it.
        EvidenceMissing: Other rules were adopted since it was made, and it would undo some of them.
        IllegalTransition: Its day is past, or the same rules are in force already.
    """
    _check_role(actor, MAY_CONFIRM, "确认")
    proposal = _get_waiting(office, name)
    if proposal.proposed_by == actor.actor_id:
        message = "提出人和确认人必须是不同的人。"
        raise SamePerson(message, remedy="请由另一名决定人员确认。")
    _check_day(office, proposal.from_on)
    rules = check_kept(office.places.rulebooks, proposal.rulebook)
    refuse_faults(check_files(rules, proposal.rulebook))
    compiled = compile_days(office, proposal.rulebook, find_days(rules, proposal.from_on))
    with office.ledger.unit_of_work() as uow:
        check_still_accepted(office, uow, proposal)
        # Compiled before, so that no assessment takes an instant between this one and its commit.
        now = max(office.instant_of_learning(), proposal.proposed_at)
        store_compiled(uow, proposal, compiled, now)
        adopted = uow.adoptions.confirm(get_number(proposal), actor.actor_id, now, legal_day(now))
        _note(uow, adopted, "rulebook.adopted", actor.actor_id)
        uow.commit()
    return adopted


def withdraw_rulebook(office: Office, name: str, actor: Actor, reason: str) -> Adoption:
    """Withdraw a proposal that nobody has confirmed.

    Raises:
        ScopeDenied: The role may not propose.
        EvidenceMissing: No reason is given.
        RulebookNotAdopted: No proposal of this hash waits.
    """
    _check_role(actor, MAY_PROPOSE, "撤回")
    why = _check_reason(reason)
    proposal = _get_waiting(office, name)
    with office.ledger.unit_of_work() as uow:
        at = max(office.now(), proposal.proposed_at)
        withdrawn = uow.adoptions.withdraw(get_number(proposal), actor.actor_id, at, why)
        _note(uow, withdrawn, "rulebook.withdrawn", actor.actor_id)
        uow.commit()
    return withdrawn


def _get_waiting(office: Office, name: str) -> Adoption:
    """Return the proposal a hash, or its beginning, names."""
    with office.ledger.reading() as uow:
        named = uow.adoptions.list_named(name) if len(name) >= SHORTEST_NAME else []
    waiting = [one for one in named if one.state is AdoptionState.PROPOSED]
    if len(waiting) != 1:
        message = f"没有哈希以“{name}”开头、等待确认的规则库。" if not waiting else f"“{name}”不止指一部规则库。"
        remedy = f"请用 credit rules adoptions 查看，并写出哈希的前{SHORTEST_NAME}位以上。"
        raise RulebookNotAdopted(message, remedy=remedy)
    return waiting[0]


def _check_role(actor: Actor, allowed: frozenset[Role], what: str) -> None:
    if actor.role not in allowed:
        roles = "或".join(sorted(role.label for role in allowed))
        message = f"规则库只能由{roles}{what}，您的角色是{actor.role.label}。"
        raise ScopeDenied(message, remedy="请转交相应人员办理。")


def _check_reason(reason: str) -> str:
    if not reason.strip():
        message = "没有写明理由。"
        raise EvidenceMissing(message, remedy="请写明依据，例如哪份文件、哪次会议。")
    return reason.strip()


def _check_day(office: Office, from_on: date) -> None:
    if from_on < office.today():
        message = f"规则库不得溯及既往：生效日{from_on}早于今天{office.today()}。"
        raise IllegalTransition(message, remedy="请另定今天或以后的生效日，重新提出。")


def _find_instant(office: Office, compared: Adoption) -> datetime:
    """Return now, but not before the rules a proposal was compared with, though the clock stands still."""
    now = office.now()
    if compared.kind is AdoptionKind.FOUNDING or compared.confirmed_at is None:
        return now
    return max(now, compared.confirmed_at)


def _check_base(uow: UnitOfWork, from_on: date, compared: Adoption) -> None:
    if uow.adoptions.find_in_force(from_on) != compared:
        message = "核对期间另有规则库被采用。"
        raise LedgerConflict(message, remedy="请重新提出。")


def _note(uow: UnitOfWork, adoption: Adoption, action: str, actor_id: str) -> None:
    at = adoption.withdrawn_at or adoption.confirmed_at or adoption.proposed_at
    detail = {
        "number": adoption.number,
        "from_on": adoption.from_on.isoformat(),
        "accepted": list(adoption.accepted),
        "unconfirmed": adoption.unconfirmed,
        "compiler": name_compiler(),
    }
    uow.audit.append(actor_id, action, adoption.rulebook, at, detail)
