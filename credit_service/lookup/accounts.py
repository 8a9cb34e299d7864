"""Accounts as an administrator sees them: the list, one account with all that was done to it, the audit's newest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from credit_service.domain.agency import Account, Agency, ApiKey, Role
from credit_service.domain.sign_in import AccountAct, IdentityLink, WebSession, find_pause_end
from credit_service.errors import AgencyNotFound
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.registry.traces import AuditEntry

AUDIT_OF_ACCOUNT = 50


@dataclass(frozen=True)
class AccountLine:
    """One account in the list."""

    account: Account
    agency_name: str
    factor_since: datetime | None
    paused_until: datetime | None


@dataclass(frozen=True)
class AccountView:
    """One account with what was done to it, and what it did."""

    line: AccountLine
    acts: tuple[AccountAct, ...]
    """Newest first; changes of role among them."""
    sessions: tuple[WebSession, ...]
    link: IdentityLink | None
    entries: tuple[AuditEntry, ...]
    """The newest of the audit about the account."""
    is_last_administrator: bool


def list_account_lines(room: ReadingRoom, role: Role | None = None) -> list[AccountLine]:
    """Return every account, or those of a role, by name."""
    now = room.clock.now()
    with room.ledger.reading() as uow:
        names = {agency.agency_code: agency.short_name for agency in uow.agencies.list_all()}
        holders = uow.second_factors.list_holders()
        accounts = [one for one in uow.accounts.list_all() if role is None or one.role is role]
        refused = {
            one.account_id: uow.sign_in_failures.list_of(one.account_id, now - timedelta(days=1)) for one in accounts
        }
    return [
        AccountLine(
            account=one,
            agency_name=names.get(one.agency_code, one.agency_code),
            factor_since=holders.get(one.account_id),
            paused_until=_still(find_pause_end(refused[one.account_id]), now),
        )
        for one in accounts
    ]


def get_account_view(room: ReadingRoom, account_id: str) -> AccountView:
    """Return one account.

    Raises:
        AccountUnknown: There is none of this name.
    """
    now = room.clock.now()
    with room.ledger.reading() as uow:
        account = uow.accounts.get(account_id)
        refused = uow.sign_in_failures.list_of(account_id, now - timedelta(days=1))
        line = AccountLine(
            account=account,
            agency_name=uow.agencies.get(account.agency_code).name,
            factor_since=uow.second_factors.list_holders().get(account_id),
            paused_until=_still(find_pause_end(refused), now),
        )
        administrators = [one for one in uow.accounts.list_all() if one.role is Role.ADMINISTRATOR and one.is_active]
        return AccountView(
            line=line,
            acts=tuple(uow.account_acts.list_of(account_id)),
            sessions=tuple(one for one in uow.sessions.list_of(account_id) if one.expires_at > now),
            link=uow.identity_links.find_of(account_id),
            entries=tuple(uow.audit.list_newest(AUDIT_OF_ACCOUNT, account_id)),
            is_last_administrator=[one.account_id for one in administrators] == [account_id],
        )


def list_agencies_and_keys(room: ReadingRoom) -> tuple[list[Agency], list[ApiKey]]:
    """Return every department and every API key, without secrets."""
    with room.ledger.reading() as uow:
        return uow.agencies.list_all(), uow.keys.list_all()


def get_agency_view(room: ReadingRoom, agency_code: str) -> tuple[Agency, list[AccountLine], list[AuditEntry]]:
    """Return one department, its accounts and the newest of the audit about it.

    Raises:
        AgencyNotFound: The code is not registered.
    """
    with room.ledger.reading() as uow:
        agency = uow.agencies.find(agency_code)
        entries = uow.audit.list_newest(AUDIT_OF_ACCOUNT, agency_code)
    if agency is None:
        message = f"没有登记代码为“{agency_code[:20]}”的单位。"
        raise AgencyNotFound(message, remedy="请从单位列表中选择，或先登记。")
    return agency, [line for line in list_account_lines(room) if line.account.agency_code == agency_code], entries


def list_audit(room: ReadingRoom, limit: int, object_id: str | None = None) -> list[AuditEntry]:
    """Return the newest of the audit, of everything or of one object."""
    with room.ledger.reading() as uow:
        return uow.audit.list_newest(limit, object_id)


def _still(until: datetime | None, now: datetime) -> datetime | None:
    return until if until is not None and until > now else None
