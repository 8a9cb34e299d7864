"""``credit papers`` from outside: draft, issue, list, get, void, refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from integration.paper_world import AUTHORITY, PaperWorld, open_world
from typer.testing import CliRunner

from credit_service.cli.app import app
from credit_service.cli.output import exit_code
from credit_service.domain.agency import Role
from credit_service.errors import CreditServiceError
from credit_service.pipeline.accounts import NewAccount, add_account

PASSWORD = "correct-horse-battery"  # noqa: S105 - of an account that lives as long as this test


@dataclass(frozen=True)
class Said:
    code: int
    stdout: str

    def json(self) -> dict[str, object]:
        return json.loads(self.stdout)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> PaperWorld:
    made = open_world(tmp_path_factory.mktemp("cli") / "home")
    for role in (Role.REVIEWER, Role.DECIDER):
        add_account(made.office, NewAccount(role.value, role.label, AUTHORITY, role, PASSWORD))
    return made


@pytest.fixture
def credit(world: PaperWorld) -> Callable[..., Said]:
    def run(*arguments: object) -> Said:
        environment = {"CREDIT_HOME": str(world.office.places.home), "CREDIT_PASSWORD": PASSWORD}
        done = CliRunner().invoke(app, ["papers", *map(str, arguments)], env=environment)
        if isinstance(done.exception, CreditServiceError):
            return Said(exit_code(done.exception), json.dumps(done.exception.to_dict()))
        assert done.exit_code == 0, done.output
        return Said(0, done.stdout)

    return run


def test_a_paper_from_draft_to_void(world, credit, tmp_path: Path):
    case_id = world.add(world.case()).case_id
    assert "还没有出具过文书" in credit("list").stdout
    draft = tmp_path / "draft.pdf"
    told = credit("draft", case_id, "decline", "--by", "decider", "--to", draft, "--json").json()
    assert draft.read_bytes()[:5] == b"%PDF-"
    assert "不予列入" in told["title"]
    assert credit("list", "--json").json() == {"papers": []}
    paper = credit("issue", case_id, "decline", "--by", "decider", "--reason", "事实不成立", "--json").json()
    assert paper["state"] == "issued"
    assert paper["document_no"].endswith("1号")
    assert len(paper["pdf_sha256"]) == 64
    target = tmp_path / "paper.docx"
    credit("get", paper["paper_id"], "--by", "reviewer", "--to", target)
    assert target.read_bytes()[:2] == b"PK"
    receipt = credit("receipt", paper["paper_id"], "--by", "reviewer", "--json").json()
    assert receipt["object_id"] == paper["paper_id"]
    voided = credit("void", paper["paper_id"], "--by", "decider", "--reason", "有误", "--json").json()
    assert (voided["state"], voided["void_reason"]) == ("voided", "有误")
    listed = credit("list", "--case", case_id, "--json").json()["papers"]
    assert [one["kind"] for one in listed] == ["decline", "receipt"]
    assert paper["document_no"] in credit("list").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("issue", "{case}", "decision", "--by", "decider"), 30, "illegal_transition"),
        (("issue", "{case}", "decline", "--by", "decider"), 30, "paper_incomplete"),
        (("issue", "{case}", "decline", "--by", "reviewer", "--reason", "有"), 60, "scope_denied"),
        (("issue", "C-none", "decline", "--by", "decider"), 30, "case_not_found"),
        (("draft", "{case}", "decline", "--by", "decider", "--to", "paper.txt"), 30, "evidence_missing"),
        (("get", "W-none", "--by", "decider", "--to", "paper.pdf"), 50, "paper_not_found"),
        (("list", "--case", "C-none"), 30, "case_not_found"),
    ],
)
def test_what_is_refused_says_why(world, credit, arguments, code, error):
    case_id = world.add(world.case()).case_id
    answer = credit(*(part.format(case=case_id) for part in arguments))
    assert (answer.code, answer.json()["code"]) == (code, error)
