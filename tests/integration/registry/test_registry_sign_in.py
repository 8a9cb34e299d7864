"""Accounts, sign-ins and second factors in the ledger, and what no SQL may do to them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from credit_service.domain.agency import Account, Role
from credit_service.domain.sign_in import AccountAct, AccountActKind, SignInMethod, Visitor, WebSession
from credit_service.errors import (
    AccountActRefused,
    AccountUnknown,
    CodeRefused,
    KeyMissing,
    LastAdministrator,
    OwnAccount,
    SamePerson,
)
from credit_service.registry.schema import MIGRATIONS
from credit_service.registry.sessions import SignInStep
from credit_service.registry.unit_of_work import Ledger

NOW = datetime(2026, 9, 4, 4, 5, 6, tzinfo=UTC)
Kind = AccountActKind
CODE = "11990101TEST00000X"
SECRET, OTHER = "NOBODYREADSTHIS", "NORTHISONE"


def account(name: str = "clerk", role: Role = Role.SUBMITTER) -> Account:
    return Account(name, "王五（测试）", CODE, role, "argon2-hash", NOW)


def session(mark: str = "t", name: str = "clerk", minutes: int = 0) -> WebSession:
    at = NOW + timedelta(minutes=minutes)
    return WebSession(
        mark * 64,
        f"S{mark}",
        name,
        "csrf",
        at,
        at,
        at + timedelta(hours=8),
        SignInMethod.PASSWORD,
        Visitor("10.0.0.9"),
    )


def act(kind: Kind, name: str = "clerk", by: str = "boss", **more: str) -> AccountAct:
    return AccountAct(name, kind, by, NOW, **more)


@pytest.fixture
def staffed(desk):
    """Return a desk with a clerk, a decider and two administrators."""
    with desk.ledger.unit_of_work() as uow:
        uow.agencies.add(desk.agency())
        for name, role in (("clerk", Role.SUBMITTER), ("decider", Role.DECIDER), ("boss", Role.ADMINISTRATOR)):
            uow.accounts.add(account(name, role))
        uow.accounts.add(account("chief", Role.ADMINISTRATOR))
        uow.commit()
    return desk


def do(desk, *steps):
    with desk.ledger.unit_of_work() as uow:
        for step in steps:
            step(uow)
        uow.commit()


def enrol(desk, name: str = "decider", step: int = 100) -> None:
    with desk.ledger.unit_of_work() as uow:
        uow.second_factors.begin(name, SECRET, NOW)
        uow.second_factors.confirm(uow.second_factors.find_pending(name), step, NOW, [f"{name}-a", f"{name}-b"])
        uow.account_acts.add(act(Kind.ENROL_FACTOR, name, name))
        uow.commit()


def refuse(desk, *statements: str, **parameters: object) -> None:
    """Hold that SQL of another program fails by law and leaves everything as it was."""
    before = desk.dump()
    with pytest.raises(sa.exc.IntegrityError):
        desk.run_raw(*statements, **parameters)
    assert desk.dump() == before


def test_an_account_is_disabled_and_enabled_by_acts(staffed):
    do(staffed, lambda uow: uow.account_acts.add(act(Kind.DISABLE)), lambda uow: uow.accounts.disable("clerk", NOW))
    with staffed.ledger.reading() as uow:
        assert uow.accounts.get("clerk").disabled_at == NOW
        with pytest.raises(AccountUnknown):
            uow.accounts.get("nobody")
    refuse(staffed, "UPDATE account SET disabled_at = NULL WHERE account_id = 'clerk'")
    do(staffed, lambda uow: uow.account_acts.add(act(Kind.ENABLE)), lambda uow: uow.accounts.enable("clerk"))
    refuse(staffed, "UPDATE account SET disabled_at = :at WHERE account_id = 'clerk'", at="2026-09-05 00:00:00")
    refuse(staffed, "DELETE FROM account WHERE account_id = 'clerk'")
    refuse(staffed, "UPDATE account SET account_id = 'other' WHERE account_id = 'clerk'")


def test_a_role_changes_by_the_act_that_says_so(staffed):
    refuse(staffed, "UPDATE account SET role = 'decider' WHERE account_id = 'clerk'")
    do(
        staffed,
        lambda uow: uow.account_acts.add(act(Kind.ROLE, was="submitter", became="reviewer")),
        lambda uow: uow.accounts.set_role("clerk", Role.REVIEWER),
    )
    refuse(staffed, "UPDATE account SET role = 'decider' WHERE account_id = 'clerk'")
    refuse(staffed, "UPDATE account SET role = 'submitter' WHERE account_id = 'clerk'")


@pytest.mark.parametrize("kind", [Kind.ROLE, Kind.DISABLE, Kind.ENABLE, Kind.RESET_PASSWORD, Kind.UNLOCK, Kind.LINK])
def test_nobody_does_it_to_the_own_account(staffed, kind):
    with pytest.raises(OwnAccount):
        do(staffed, lambda uow: uow.account_acts.add(act(kind, by="clerk", was="submitter", became="decider")))


@pytest.mark.parametrize("kind", [Kind.CHANGE_PASSWORD, Kind.ENROL_FACTOR])
def test_nobody_does_the_own_business_of_another(staffed, kind):
    with pytest.raises(OwnAccount):
        do(staffed, lambda uow: uow.account_acts.add(act(kind)))


def test_the_last_administrator_stays(staffed):
    disable = "UPDATE account SET disabled_at = '2026-09-05 00:00:00' WHERE role = 'administrator'"
    do(staffed, lambda uow: [uow.account_acts.add(act(Kind.DISABLE, name, "console")) for name in ("boss", "chief")])
    refuse(staffed, disable)
    do(staffed, lambda uow: uow.accounts.disable("chief", NOW))
    with pytest.raises(LastAdministrator):
        do(staffed, lambda uow: uow.accounts.disable("boss", NOW))
    do(
        staffed,
        lambda uow: uow.account_acts.add(act(Kind.ROLE, "boss", "console", was="administrator", became="auditor")),
    )
    with pytest.raises(LastAdministrator):
        do(staffed, lambda uow: uow.accounts.set_role("boss", Role.AUDITOR))


def test_a_password_is_set_by_one_act_and_as_it_says(staffed):
    with staffed.ledger.unit_of_work() as uow:
        number = uow.account_acts.add(act(Kind.RESET_PASSWORD))
        with pytest.raises(AccountActRefused):
            uow.accounts.set_password("clerk", "new", number, must_change=False)
    with staffed.ledger.unit_of_work() as uow:
        number = uow.account_acts.add(act(Kind.RESET_PASSWORD))
        uow.accounts.set_password("clerk", "new", number, must_change=True)
        uow.commit()
    assert not refuse(staffed, "UPDATE account SET password_hash = 'x' WHERE account_id = 'clerk'")
    refuse(staffed, "UPDATE account SET must_change_password = false WHERE account_id = 'clerk'")
    with pytest.raises(AccountActRefused), staffed.ledger.unit_of_work() as uow:
        uow.accounts.set_password("clerk", "again", number, must_change=True)


@pytest.mark.parametrize(
    ("first", "second"), [(Kind.RESET_PASSWORD, Kind.REMOVE_FACTOR), (Kind.REMOVE_FACTOR, Kind.RESET_PASSWORD)]
)
def test_nobody_alone_opens_the_way_into_anothers_account(staffed, first, second):
    do(staffed, lambda uow: uow.account_acts.add(act(first, "decider")))
    with pytest.raises(SamePerson):
        do(staffed, lambda uow: uow.account_acts.add(act(second, "decider")))
    do(staffed, lambda uow: uow.account_acts.add(act(second, "decider", by="chief")))


def test_what_was_repaired_by_its_owner_no_longer_stands_in_the_way(staffed):
    do(
        staffed,
        lambda uow: uow.account_acts.add(act(Kind.RESET_PASSWORD, "decider")),
        lambda uow: uow.account_acts.add(act(Kind.CHANGE_PASSWORD, "decider", "decider")),
        lambda uow: uow.account_acts.add(act(Kind.REMOVE_FACTOR, "decider")),
        lambda uow: uow.account_acts.add(act(Kind.ENROL_FACTOR, "decider", "decider")),
        lambda uow: uow.account_acts.add(act(Kind.RESET_PASSWORD, "decider")),
    )


def test_acts_stay_as_they_are(staffed):
    do(staffed, lambda uow: uow.account_acts.add(act(Kind.UNLOCK, reason="本人电话")))
    refuse(staffed, "UPDATE account_act SET done_by = 'x'")
    refuse(staffed, "DELETE FROM account_act")
    with staffed.ledger.reading() as uow:
        assert [one.reason for one in uow.account_acts.list_of("clerk")] == ["本人电话"]


def test_secrets_lie_encrypted_and_are_tied_to_their_account(staffed, url):
    enrol(staffed)
    assert SECRET not in str(staffed.dump())
    with staffed.ledger.reading() as uow:
        assert uow.second_factors.find("decider").secret == SECRET
    without = Ledger(url)
    with pytest.raises(KeyMissing), without.unit_of_work() as uow:
        uow.second_factors.begin("clerk", SECRET, NOW)
    without.close()


def test_a_time_step_only_goes_on(staffed):
    enrol(staffed, step=100)
    with staffed.ledger.unit_of_work() as uow:
        uow.second_factors.use_step(uow.second_factors.find("decider"), 101)
        uow.commit()
    for step in (101, 100, 0, "NULL"):
        refuse(staffed, f"UPDATE second_factor SET last_step = {step}")
    with pytest.raises(CodeRefused), staffed.ledger.unit_of_work() as uow:
        uow.second_factors.use_step(uow.second_factors.find("decider"), 101)


def test_an_authenticator_is_not_put_in_force_changed_or_taken_away_by_hand(staffed):
    enrol(staffed)
    refuse(
        staffed,
        "INSERT INTO second_factor (account_id, secret_enc, key_id, enrolled_at, confirmed_at, last_step) "
        "SELECT 'clerk', secret_enc, key_id, enrolled_at, confirmed_at, last_step FROM second_factor",
    )
    refuse(staffed, "UPDATE second_factor SET account_id = 'clerk', last_step = 500")
    refuse(staffed, "UPDATE second_factor SET key_id = 'other', last_step = 500")
    refuse(staffed, "UPDATE second_factor SET removed_at = '2026-09-05 00:00:00', removed_by = 'boss'")
    refuse(staffed, "DELETE FROM second_factor")


def test_an_authenticator_is_removed_by_an_act_of_another(staffed):
    enrol(staffed)
    with staffed.ledger.unit_of_work() as uow:
        uow.account_acts.add(act(Kind.REMOVE_FACTOR, "decider"))
        uow.second_factors.remove(uow.second_factors.find("decider"), "boss", NOW)
        uow.commit()
    refuse(staffed, "UPDATE second_factor SET removed_at = NULL, removed_by = NULL, last_step = 900")
    enrol_again = replace(act(Kind.REMOVE_FACTOR, "decider", "decider"))
    with staffed.ledger.unit_of_work() as uow:
        assert uow.second_factors.find("decider") is None
        uow.second_factors.begin("decider", "OTHER", NOW)
        uow.second_factors.confirm(uow.second_factors.find_pending("decider"), 7, NOW, ["x"])
        uow.account_acts.add(enrol_again)
        with pytest.raises(AccountActRefused):
            uow.second_factors.remove(uow.second_factors.find("decider"), "decider", NOW)


def test_the_own_authenticator_is_given_up_with_a_step_of_its_own(staffed):
    enrol(staffed, step=100)
    with staffed.ledger.unit_of_work() as uow:
        uow.account_acts.add(act(Kind.REMOVE_FACTOR, "decider", "decider"))
        uow.second_factors.remove(uow.second_factors.find("decider"), "decider", NOW, 101)
        uow.commit()
    with staffed.ledger.reading() as uow:
        assert not uow.second_factors.has("decider")


def test_a_recovery_code_is_used_once(staffed):
    enrol(staffed)
    with staffed.ledger.unit_of_work() as uow:
        factor = uow.second_factors.find("decider")
        assert factor.recovery_left == 2
        assert uow.second_factors.use_recovery_code(factor, "decider-a", NOW)
        assert not uow.second_factors.use_recovery_code(factor, "decider-a", NOW)
        assert not uow.second_factors.use_recovery_code(factor, "unknown", NOW)
        uow.commit()
    refuse(staffed, "UPDATE recovery_code SET used_at = NULL")
    refuse(staffed, "DELETE FROM recovery_code")
    refuse(staffed, "INSERT INTO recovery_code (code_hash, factor) VALUES ('decider-a', 1)")


def test_one_authenticator_is_in_force_and_one_may_wait(staffed):
    enrol(staffed)
    with staffed.ledger.unit_of_work() as uow:
        uow.second_factors.begin("decider", "A", NOW)
        uow.second_factors.begin("decider", OTHER, NOW)
        assert uow.second_factors.find_pending("decider").secret == OTHER
        with pytest.raises(AccountActRefused):
            uow.second_factors.confirm(uow.second_factors.find_pending("decider"), 1, NOW, ["z"])


def test_a_link_is_made_by_another_once_and_ends_once(staffed):
    with pytest.raises(OwnAccount):
        do(staffed, lambda uow: uow.identity_links.add("clerk", ("https://id", "s1"), "clerk", NOW))
    do(staffed, lambda uow: uow.identity_links.add("clerk", ("https://id", "s1"), "boss", NOW))
    for name, subject in (("decider", "s1"), ("clerk", "s2")):
        with pytest.raises(AccountActRefused):
            do(staffed, lambda uow, n=name, s=subject: uow.identity_links.add(n, ("https://id", s), "boss", NOW))
    refuse(staffed, "UPDATE identity_link SET subject = 's9'")
    refuse(staffed, "DELETE FROM identity_link")
    with staffed.ledger.unit_of_work() as uow:
        uow.identity_links.end(uow.identity_links.find("https://id", "s1"), "boss", NOW)
        assert uow.identity_links.find("https://id", "s1") is None
        uow.commit()
    do(staffed, lambda uow: uow.identity_links.add("decider", ("https://id", "s1"), "boss", NOW))


def test_sign_ins_run_out_and_idle_out(staffed):
    with staffed.ledger.unit_of_work() as uow:
        uow.sessions.add(session())
        found = uow.sessions.find("t" * 64)
        assert found == session()
        assert not found.is_over(NOW + timedelta(minutes=29), timedelta(minutes=30))
        assert found.is_over(NOW + timedelta(minutes=30), timedelta(minutes=30))
        uow.sessions.touch("t" * 64, NOW + timedelta(hours=7, minutes=59))
        assert uow.sessions.find("t" * 64).is_over(NOW + timedelta(hours=8), timedelta(minutes=30))
        uow.sessions.end("t" * 64)
        assert uow.sessions.find("t" * 64) is None


def test_all_sign_ins_of_an_account_end_but_the_one_kept(staffed):
    step = SignInStep("s" * 64, "code", "clerk", "password 0", NOW, NOW + timedelta(minutes=5))
    with staffed.ledger.unit_of_work() as uow:
        for mark, name in (("a", "clerk"), ("b", "clerk"), ("c", "decider")):
            uow.sessions.add(session(mark, name))
        uow.sign_in_steps.add(step)
        assert uow.sessions.end_of("clerk", keep="a" * 64) == 1
        assert [one.token_hash[0] for one in uow.sessions.list_of("clerk")] == ["a"]
        assert uow.sign_in_steps.find("s" * 64, "code", NOW) is None
        assert uow.sessions.find("c" * 64) is not None


def test_a_step_is_taken_once_and_runs_out(staffed):
    step = SignInStep("s" * 64, "provider", None, "{}", NOW, NOW + timedelta(minutes=5))
    with staffed.ledger.unit_of_work() as uow:
        uow.sign_in_steps.add(step)
        assert uow.sign_in_steps.find("s" * 64, "provider", NOW) == step
        assert uow.sign_in_steps.find("s" * 64, "code", NOW) is None
        assert uow.sign_in_steps.find("s" * 64, "provider", step.expires_at) is None
        assert uow.sign_in_steps.end("s" * 64)
        assert not uow.sign_in_steps.end("s" * 64)


def test_refused_sign_ins_are_counted_by_name_and_by_address(ledger):
    with ledger.unit_of_work() as uow:
        for minutes in (0, 10, 20):
            uow.sign_in_failures.add("clerk", "10.0.0.9", NOW + timedelta(minutes=minutes))
        uow.sign_in_failures.add("other", "10.0.0.9", NOW)
        assert len(uow.sign_in_failures.list_of("clerk", NOW + timedelta(minutes=5))) == 2
        assert uow.sign_in_failures.list_of("clerk", NOW)[0] == NOW
        assert uow.sign_in_failures.count_from("10.0.0.9", NOW) == 4
        assert uow.sign_in_failures.count_from("10.0.0.8", NOW) == 0
        assert uow.sign_in_failures.forgive("clerk") == 3
        assert uow.sign_in_failures.list_of("clerk", NOW) == []


def test_accounts_of_the_fourth_schema_stay_and_sign_in_anew(tmp_path):
    url = f"sqlite:///{tmp_path / 'old.sqlite'}"
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    door = sa.create_engine(url)
    with door.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        for statement in (
            "INSERT INTO agency (agency_code, name, short_name, region_code, templates) "
            f"VALUES ('{CODE}', 'a', 'b', '990101', '[]')",
            f"INSERT INTO account VALUES ('boss', 'b', '{CODE}', 'administrator', 'hash', '2026-09-01 00:00:00', NULL)",
            "INSERT INTO web_session VALUES ('t', 'boss', 'c', '2026-09-01 00:00:00', '2099-09-01 08:00:00')",
            "INSERT INTO sign_in_failure (name_hash, at) VALUES ('h', '2026-09-01 00:00:00')",
        ):
            connection.execute(sa.text(statement))
        connection.commit()
    ledger = Ledger(url)
    ledger.create()
    with ledger.reading() as uow:
        boss = uow.accounts.get("boss")
        assert (boss.role, boss.must_change_password, boss.is_active) == (Role.ADMINISTRATOR, False, True)
        assert uow.sessions.list_of("boss") == []
    with pytest.raises(LastAdministrator), ledger.unit_of_work() as uow:
        uow.account_acts.add(act(Kind.DISABLE, "boss", "console"))
        uow.accounts.disable("boss", NOW)
    ledger.close()
    door.dispose()
