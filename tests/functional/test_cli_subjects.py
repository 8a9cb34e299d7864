"""``credit subject`` from outside: queue, show, link, refusals, undo."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from integration.resolution_world import company_code, open_world
from typer.testing import CliRunner

from credit_service.cli.app import app
from credit_service.cli.output import exit_code
from credit_service.domain.agency import Role
from credit_service.errors import CreditServiceError
from credit_service.pipeline.accounts import NewAccount, add_account

NAME = "示范区晨光商贸有限公司（测试）"
COMPANY, NAMESAKE = company_code(1), company_code(2)
PASSWORD = "correct-horse-battery"  # noqa: S105 - of an account that lives as long as this test

BY = ("--by", "rev", "--reason")


@dataclass(frozen=True)
class Said:
    """What a command said, in this process: many small commands would spend their time on starting."""

    code: int
    stdout: str

    def json(self) -> dict[str, object]:
        return json.loads(self.stdout)


@pytest.fixture
def credit(home: Path) -> Callable[..., Said]:
    def run(*arguments: object) -> Said:
        environment = {"CREDIT_HOME": str(home), "CREDIT_PASSWORD": PASSWORD}
        done = CliRunner().invoke(app, ["subject", *map(str, arguments)], env=environment)
        if isinstance(done.exception, CreditServiceError):
            return Said(exit_code(done.exception), json.dumps(done.exception.to_dict()))
        assert done.exit_code == 0, done.output
        return Said(0, done.stdout)

    return run


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("subjects")
    world = open_world(folder)
    world.ingest(
        (NAME, COMPANY, "", "张测试甲", "示市监罚〔2026〕1号"),
        (NAME, NAMESAKE, "", "李测试乙", "示市监罚〔2026〕2号"),
        (NAME, "", "", "张测试甲", "示市监罚〔2026〕3号"),
    )
    add_account(world.service.office, NewAccount("rev", "审核员", world.agency_code, Role.REVIEWER, PASSWORD))
    return folder / "live"


def test_a_journey_from_the_queue_to_undoing(credit: Callable[..., Said]):
    queue = credit("queue", "--json").json()
    assert queue["total"] == 1
    (waiting,) = queue["subjects"]
    assert waiting["suggestion"]["subject_id"] == f"uscc:{COMPANY}"
    assert waiting["suggestion"]["likelihood"] == "likely"
    unnamed = waiting["subject_id"]

    refused = credit("link", COMPANY, NAMESAKE, "--by", "rev", "--reason", "同名", "--json")
    assert refused.code == 30
    assert refused.json()["code"] == "identifiers_contradict"

    linked = credit("link", unnamed, COMPANY, "--by", "rev", "--reason", "核对档案", "--json")
    assert linked.code == 0, linked.stdout
    number = linked.json()["number"]
    assert credit("queue", "--json").json()["total"] == 0
    shown = credit("show", unnamed, "--json").json()
    assert shown["end"] == f"uscc:{COMPANY}"
    assert [one["number"] for one in shown["judgements"]] == [number]

    separated = credit("separate", COMPANY, NAMESAKE, *BY, "代码不同", "--json")
    assert separated.json()["verdict"] == "not_same"
    named = credit("show", NAME, "--json").json()["subjects"]
    assert {one["subject_id"]: one["namesakes"] for one in named}[f"uscc:{COMPANY}"] == [f"uscc:{NAMESAKE}"]
    assert "同名不同主体" in credit("show", NAME).stdout

    undone = credit("undo", number, *BY, "核对有误")
    assert "已撤销" in undone.stdout
    own = credit("own", unnamed, *BY, "查无登记", "--json")
    assert own.json()["verdict"] == "own"
    assert "没有待归并的主体" in credit("queue").stdout
    assert "独立主体" in credit("show", unnamed).stdout


def test_unknown_subjects_and_judgements_are_told_in_words(credit: Callable[..., Said]):
    assert credit("show", "none:unknown", "--json").code == 50
    assert credit("show", "没有这个名称", "--json").json()["code"] == "subject_not_found"
    assert credit("undo", 999, *BY, "x").code == 50
