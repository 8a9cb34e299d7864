"""Accounts from the command line: passwords, codes, and what an administrator or the console does."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pyotp
from functional.conftest import ROOT, Answer, CreditHome

from credit_service.bootstrap import build_service
from credit_service.domain.agency import Role
from credit_service.domain.clock import FixedClock
from credit_service.domain.sign_in import Visitor
from credit_service.pipeline.accounts import NewAccount, add_account
from credit_service.pipeline.agencies import list_agencies
from credit_service.pipeline.own_account import begin_enrolment, confirm_enrolment
from credit_service.pipeline.sign_in import sign_in
from credit_service.settings import Settings

PASSWORD, BETTER, WEAK = "correct-horse-battery", "four green horses", "password123456"


def run(home: CreditHome, *arguments: object, **settings: str) -> Answer:
    """Run a command with settings of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CREDIT_")}
    environment |= {"CREDIT_HOME": str(home.path), "CREDIT_PASSWORD": PASSWORD}
    environment |= {f"CREDIT_{name.upper()}": value for name, value in settings.items()}
    done = subprocess.run(
        [sys.executable, "-m", "credit_service", *map(str, arguments)],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def test_an_initial_password_is_changed_before_anything_is_done(fresh_home: CreditHome):
    agency = list_agencies(build_service(Settings(home=fresh_home.path)).office)[0].agency_code
    add = ("account", "add", "anna", "--agency", agency, "--role", "reviewer", "--initial", "--json")
    assert run(fresh_home, *add).json()["role"] == "reviewer"
    refused = run(fresh_home, "subject", "own", "none:1", "--by", "anna", "--reason", "x", "--json")
    assert (refused.code, refused.json()["error"]["code"]) == (60, "sign_in_unfinished")
    weak = run(fresh_home, "account", "password", "anna", "--json", new_password=WEAK)
    assert (weak.code, weak.json()["error"]["code"]) == (60, "weak_password")
    assert run(fresh_home, "account", "password", "anna", "--json", new_password=BETTER).json()["changed"] is True
    went_on = run(fresh_home, "subject", "own", "none:1", "--by", "anna", "--reason", "x", "--json", password=BETTER)
    assert went_on.json()["error"]["code"] != "sign_in_unfinished"
    shown = run(fresh_home, "account", "show", "anna", "--json").json()
    assert [act["act"] for act in shown["acts"]] == ["change_password", "add"]
    assert shown["initial_password"] is False


def test_accounts_are_changed_with_reasons_and_guards(fresh_home: CreditHome):
    office = build_service(Settings(home=fresh_home.path)).office
    agency = list_agencies(office)[0].agency_code
    for name, role in (("boss", Role.ADMINISTRATOR), ("clerk", Role.SUBMITTER)):
        add_account(office, NewAccount(name, name, agency, role, PASSWORD))
    changed = run(fresh_home, "account", "role", "clerk", "reviewer", "--reason", "轮岗", "--by", "boss", "--json")
    assert changed.json() == {"account_id": "clerk", "role": "reviewer"}
    own = run(fresh_home, "account", "role", "boss", "auditor", "--reason", "x", "--by", "boss", "--json")
    assert (own.code, own.json()["error"]["code"]) == (60, "own_account")
    last = run(fresh_home, "account", "disable", "boss", "--reason", "x", "--json")
    assert (last.code, last.json()["error"]["code"]) == (60, "last_administrator")
    none = run(fresh_home, "account", "disable", "clerk", "--reason", "x", "--by", "clerk", "--json")
    assert none.code == 60
    initial = run(fresh_home, "account", "reset-password", "clerk", "--reason", "忘记", "--json").json()["password"]
    assert run(fresh_home, "account", "password", "clerk", password=initial, new_password=BETTER).code == 0
    assert run(fresh_home, "account", "disable", "clerk", "--reason", "离岗", "--json").json()["disabled"] is True
    assert run(fresh_home, "account", "enable", "clerk", "--reason", "返岗", "--json").json()["disabled"] is False
    assert run(fresh_home, "account", "unlock", "clerk", "--reason", "来电", "--json").json()["forgiven"] == 0
    assert run(fresh_home, "account", "show", "nobody", "--json").json()["error"]["code"] == "account_unknown"
    by = [act["by"] for act in run(fresh_home, "account", "show", "clerk", "--json").json()["acts"]]
    assert by == ["console", "console", "console", "clerk", "console", "boss", "system"]


def test_who_has_an_authenticator_gives_its_code_and_gives_it_once(fresh_home: CreditHome):
    before = FixedClock(datetime.now(UTC) - timedelta(minutes=10))
    office = build_service(Settings(home=fresh_home.path), before).office
    add_account(office, NewAccount("anna", "anna", list_agencies(office)[0].agency_code, Role.REVIEWER, PASSWORD))
    signed_in = sign_in(office, "anna", PASSWORD)
    secret = begin_enrolment(office, signed_in, PASSWORD, Visitor()).secret
    confirm_enrolment(office, signed_in, pyotp.TOTP(secret).at(before.now()))
    act = ("subject", "own", "none:1", "--by", "anna", "--reason", "x", "--json")
    code = pyotp.TOTP(secret).now()
    assert run(fresh_home, *act, code="000000").json()["error"]["code"] == "code_refused"
    assert run(fresh_home, *act, code=code).json()["error"]["code"] not in {"code_refused", "not_signed_in"}
    assert run(fresh_home, *act, code=code).json()["error"]["code"] == "code_refused"
    refused = run(fresh_home, "account", "list", second_factor="sometimes")
    assert refused.code == 70


def test_an_agencys_permit_is_changed(fresh_home: CreditHome):
    code = list_agencies(build_service(Settings(home=fresh_home.path)).office)[0].agency_code
    changed = run(fresh_home, "agency", "change", code, "--template", "red_org", "--authority", "*", "--json").json()
    assert (changed["templates"], changed["authorities"]) == (["red_org"], ["*"])
    assert run(fresh_home, "agency", "change", "11X", "--name", "某", "--json").code == 60
