"""``credit objections`` from outside: from the desk to the decision, with its refusals."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from integration.objection_world import open_world, play
from typer.testing import CliRunner

from credit_service.cli.app import app
from credit_service.cli.output import exit_code
from credit_service.errors import CreditServiceError
from credit_service.registry.receipt_codes import make_delivery_code

PASSWORD = "correct-horse-battery"  # noqa: S105 - of accounts that live as long as this test
WHO = ("--name", "王小明（测试）", "--phone", "13800138000", "--claim", "处罚已撤销")


@dataclass(frozen=True)
class Said:
    """What a command said, in this process: many small commands would spend their time on starting."""

    code: int
    stdout: str

    def json(self) -> dict[str, object]:
        return json.loads(self.stdout)


@pytest.fixture
def credit(tmp_path: Path, home: Path) -> Callable[..., Said]:
    shutil.copytree(home, tmp_path / "home")

    def run(*arguments: object) -> Said:
        environment = {"CREDIT_HOME": str(tmp_path / "home"), "CREDIT_PASSWORD": PASSWORD}
        done = CliRunner().invoke(app, ["objections", *map(str, arguments)], env=environment)
        if isinstance(done.exception, CreditServiceError):
            return Said(exit_code(done.exception), json.dumps(done.exception.to_dict()))
        assert done.exit_code == 0, done.output
        return Said(0, done.stdout)

    return run


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("objections") / "home"
    play(folder)
    return folder


@pytest.fixture
def case(tmp_path: Path, credit):
    """A published case; the clerks of the world have accounts from now on."""
    world = open_world(tmp_path / "home")
    found = world.case()
    delivery_code = make_delivery_code(world.office.keys, found.case_id)
    source = next(
        name
        for name, actor in world.people.items()
        if name.startswith("source-") and "decider" not in name and actor.agency_code == found.source_agency
    )
    world.service.office.ledger.close()
    return found, delivery_code, source


def test_from_the_desk_to_the_decision(credit, case):
    found, delivery_code, source = case
    assert "没有这种状态的异议" in credit("list").stdout
    assert credit("code", found.case_id, "--by", "clerk", "--json").json()["delivery_code"] == delivery_code
    made = credit("receive", "case", found.case_id, "--by", "clerk", *WHO, "--json").json()
    number = made["number"]
    assert len(made["receipt_code"]) == 19
    assert "王小明" not in json.dumps(made, ensure_ascii=False)
    assert [one["number"] for one in credit("list", "--json").json()["objections"]] == [number]
    assert credit("accept", number, "--by", "clerk", "--json").json()["state"] == "accepted"
    asked = credit(
        "forward", number, "--by", "clerk", "--to", found.source_agency, "--reason", "请核实", "--json"
    ).json()
    assert asked["due_on"] > made["due_on"]
    assert credit("remind", number, "--by", "clerk", "--reason", "电话", "--json").json()["reminders"] == 1
    papers = ("--reason", "案卷已撤销", "--evidence", "撤销决定书")
    assert credit("verify", number, "wrong", "--by", "clerk", *papers).code != 0
    assert credit("verify", number, "wrong", "--by", source, *papers, "--json").json()["verdict"] == "wrong"
    decision = ("--document-no", "示信异决〔2026〕1号", "--reason", "已撤销", "--evidence", "核对案卷")
    outcome = ("--remedy", "withdraw", "--listing", "revoke", "--record", found.record_ids[0])
    assert credit("uphold", number, "--by", "clerk", *decision, *outcome).json()["code"] == "scope_denied"
    done = credit("uphold", number, "--by", "decider", *decision, *outcome, "--json").json()
    assert (done["state"], done["remedy"], done["wrong_records"]) == ("upheld", "withdraw", [found.record_ids[0]])
    assert (
        credit("reject", number, "--by", "decider", *decision, "--redress", "复议").json()["code"]
        == "illegal_transition"
    )
    assert number in credit("list", "--state", "upheld").stdout


def test_refusal_and_withdrawal_end_it(credit, case):
    found, _, _ = case
    first = credit("receive", "record", found.record_ids[0], "--by", "clerk", *WHO, "--json").json()["number"]
    second = credit("receive", "case", found.case_id, "--by", "clerk2", *WHO, "--json").json()["number"]
    refused = credit(
        "refuse", first, "--by", "decider", "--reason", "重复提出", "--redress", "可以申请行政复议", "--json"
    )
    assert refused.json()["state"] == "not_accepted"
    gone = credit("withdraw", second, "--by", "clerk", "--reason", "书面撤回", "--json")
    assert gone.json()["state"] == "withdrawn"
    assert credit("accept", "Y2026-99999", "--by", "clerk").json()["code"] == "objection_not_found"
    assert credit("receive", "case", "C000000000000", "--by", "clerk", *WHO).json()["code"] == "objection_not_found"
