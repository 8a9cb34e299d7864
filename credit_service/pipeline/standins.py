"""Beside the third chapter: who acts in whose place.

A person who is absent, or an administrator for one who cannot, names a stand-in for some days. The stand-in then acts
with the other's role, and stands for both where the law asks for two persons.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from credit_service.domain.agency import Account, Actor, Role
from credit_service.domain.listing import Delegation
from credit_service.errors import ClockReversed, DelegationMissing, ScopeDenied
from credit_service.pipeline.office import Office

DELEGABLE = frozenset({Role.REVIEWER, Role.DECIDER})
"""Roles whose work may be done by a stand-in."""


@dataclass(frozen=True)
class NewDelegation:
    """What somebody fills in: both days inclusive."""

    from_id: str
    to_id: str
    from_on: date
    until_on: date
    reason: str


def give_delegation(office: Office, new: NewDelegation, actor: Actor) -> Delegation:
    """Let one account act in another's place for some days, from today on.

    Raises:
        ScopeDenied: Neither the person itself nor an administrator gives it, or the work cannot be delegated.
        ClockReversed: It would begin before today, or end before it begins.
        SamePerson: Somebody would stand in for themselves, or give themselves the power of another.
        EvidenceMissing: It has no reason.
    """
    if actor.actor_id != new.from_id and actor.role is not Role.ADMINISTRATOR:
        message = "代行授权只能由本人或系统管理员登记。"
        raise ScopeDenied(message, remedy="请由本人登录后办理；本人不能办理的，请联系系统管理员。")
    if new.from_on < office.today() or new.until_on < new.from_on:
        message = f"代行的起止日期（{new.from_on}至{new.until_on}）早于今天，或先后颠倒。"
        raise ClockReversed(message, remedy="授权不溯及既往，请从今天或以后的日期开始。")
    with office.ledger.unit_of_work() as uow:
        holder, stand_in = uow.accounts.get(new.from_id), uow.accounts.get(new.to_id)
        if holder.role not in DELEGABLE or stand_in.role not in DELEGABLE or stand_in.disabled_at is not None:
            message = f"{holder.role.label}的工作不能由{stand_in.role.label}（{new.to_id}）代行。"
            raise ScopeDenied(message, remedy="代行人须是在用的审核人员或决定人员账号。")
        given = uow.delegations.add(
            Delegation(
                number=0,
                from_id=new.from_id,
                to_id=new.to_id,
                from_on=new.from_on,
                until_on=new.until_on,
                reason=new.reason.strip(),
                given_by=actor.actor_id,
                given_at=office.now(),
            )
        )
        detail = {"to": new.to_id, "from_on": new.from_on, "until_on": new.until_on}
        uow.audit.append(actor.actor_id, "delegation.given", new.from_id, given.given_at, detail)
        uow.commit()
    return given


def end_delegation(office: Office, number: int, actor: Actor) -> None:
    """End a delegation before its last day.

    Raises:
        ScopeDenied: Neither one of the two nor an administrator ends it.
        DelegationMissing: There is none of this number.
        IllegalTransition: It has been ended before.
    """
    with office.ledger.unit_of_work() as uow:
        found = next((one for one in uow.delegations.list_all() if one.number == number), None)
        if (
            found is not None
            and actor.role is not Role.ADMINISTRATOR
            and actor.actor_id
            not in {
                found.from_id,
                found.to_id,
            }
        ):
            message = "代行授权只能由授权人、代行人或系统管理员终止。"
            raise ScopeDenied(message, remedy="请联系其中一人办理。")
        uow.delegations.end(number, actor.actor_id, office.now())
        uow.audit.append(actor.actor_id, "delegation.ended", str(number), office.now(), {})
        uow.commit()


def list_delegations(office: Office) -> list[Delegation]:
    """Return every delegation, newest first."""
    with office.ledger.reading() as uow:
        return uow.delegations.list_all()


def list_leaves(office: Office, actor: Actor) -> list[Account]:
    """Return in whose place somebody may act today; disabled accounts are left out."""
    with office.ledger.reading() as uow:
        holders = [uow.accounts.get(one.from_id) for one in uow.delegations.list_for(actor.actor_id, office.today())]
    return [holder for holder in holders if holder.disabled_at is None]


def find_role(office: Office, actor: Actor, for_id: str, on: date) -> Role:
    """Return with which role somebody acts on a day: their own, or that of the person they stand in for.

    Raises:
        DelegationMissing: Nobody lets the actor act on that behalf on that day, or that account is disabled.
    """
    if not for_id:
        return actor.role
    with office.ledger.reading() as uow:
        leaves = [one for one in uow.delegations.list_for(actor.actor_id, on) if one.from_id == for_id]
        holder = uow.accounts.find(for_id)
    if not leaves or holder is None or holder.disabled_at is not None:
        message = f"没有{on}有效的授权允许您代行{for_id}的职责。"
        raise DelegationMissing(message, remedy="请由其本人或系统管理员登记授权，或转交其他人员办理。")
    return holder.role
