"""No form of any page is taken without the token of the sign-in it is sent with, and every refusal is written down.

The table is the application's own: a route added tomorrow is held by these tests tomorrow.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fastapi.routing import iter_route_contexts

from credit_service.bootstrap import build_service
from credit_service.domain.agency import Role
from credit_service.settings import Settings
from credit_service.web.app import create_app
from credit_service.web.dependencies import Throttle
from tests.functional.web.test_web_access import ELSEWHERE, TABLE

if TYPE_CHECKING:
    from httpx2 import Response
    from starlette.testclient import TestClient

    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")

# Before there is a sign-in the token is tied to a cookie of the form; test_web_sign_in.py holds those two.
BEFORE_SIGN_IN = {"/sign-in", "/sign-in/code"}
# Whoever uses these has no sign-in: a number with its code is all they go by. Their own tests hold them.
WITHOUT_SIGN_IN = {path for _, path in ELSEWHERE if path.startswith("/objections")} | {
    path for method, path in TABLE if method == "POST" and path.startswith("/repair/")
}
POSTS = [
    *sorted({path for method, path in TABLE if method == "POST" and not path.startswith("/api/")} - WITHOUT_SIGN_IN),
    "/sign-out",
]
STATE = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture(scope="module")
def posted(empty_world: World) -> World:
    return empty_world


def begin_minute(world: World) -> None:
    """Forget how many refusals were written down in this minute, for only some of many are."""
    throttles = world.app.state.throttles
    world.app.state.throttles = replace(throttles, refused_forms=Throttle("30/minute"))


def _send(client: TestClient, path: str, token: str | None, **headers: str) -> Response:
    url = re.sub(r"\{\w+\}", "unknown", path)
    form = {} if token is None else {"csrf": token}
    files = {"file": ("a.csv", b"a,b", "text/csv")} if path.endswith("/batches") else None
    return client.post(url, data=form, files=files, headers=headers)


def _role(path: str) -> Role:
    """Return a role that may use a form; administrators last, for theirs are looked at by all."""
    let_in = TABLE.get(("POST", path), frozenset(Role))
    return next(role for role in Role if role in let_in)


def _refused(world: World) -> list[tuple[str, str, object]]:
    with world.service.office.ledger.reading() as uow:
        return [
            (e.actor_id, e.object_id, e.detail["why"])
            for e in uow.audit.list_newest(2000)
            if e.action == "form.refused"
        ]


def test_the_tables_posts_are_all_the_posts_there_are(posted: World):
    routes = {route.path for route in iter_route_contexts(posted.app.routes) if (route.methods or set()) & STATE}
    assert {path for path in routes if not path.startswith("/api/")} == set(POSTS) | BEFORE_SIGN_IN | WITHOUT_SIGN_IN


@pytest.mark.parametrize("path", POSTS)
def test_a_form_without_the_token_of_its_sign_in_is_refused_and_noted(posted: World, path: str):
    role = _role(path)
    client, stranger = posted.client(role), posted.client(Role.AUDITOR if role is not Role.AUDITOR else Role.ANALYST)
    own, foreign = posted.token(client), posted.token(stranger)
    assert own != foreign
    begin_minute(posted)
    before = len(_refused(posted))
    for token in (None, "", "x", foreign, own[:-1], own + "x"):
        answer = _send(client, path, token)
        assert answer.status_code == 403, token
        assert "表单校验未通过" in answer.text
    noted = _refused(posted)
    assert len(noted) - before == 6
    assert set(noted[:6]) == {(f"test-{role.value}", path, "token")}


@pytest.mark.parametrize("path", POSTS)
def test_the_right_token_under_another_sign_in_is_refused(posted: World, path: str):
    role = _role(path)
    token = posted.token(posted.client(role))
    other = posted.client(next(one for one in Role if one is not role))
    assert _send(other, path, token).status_code == 403


@pytest.mark.parametrize("path", POSTS)
def test_a_form_is_not_taken_without_or_after_a_sign_in(posted: World, path: str):
    client = posted.new_client()
    assert _send(client, path, "x").status_code == 401
    role = _role(path)
    posted.sign_in(client, f"test-{role.value}", posted.passwords[role])
    token, cookie = posted.token(client), client.cookies["credit_sign_in"]
    assert client.post("/sign-out", data={"csrf": token}).status_code == 303
    client.cookies["credit_sign_in"] = cookie
    assert _send(client, path, token).status_code == 401, "a replay after signing out"


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_a_form_from_another_site_is_refused_even_with_the_token(posted: World, path: str, origin: str):
    client = posted.client(_role(path))
    answer = _send(client, path, posted.token(client), Origin=origin)
    assert answer.status_code == 403
    assert "不是从本网站的页面发出的" in answer.text


def test_a_post_from_another_site_under_a_sign_in_is_noted(posted: World):
    begin_minute(posted)
    client = posted.client(Role.PUBLISHER)
    _send(client, "/sign-out", posted.token(client), Origin="https://evil.example")
    assert _refused(posted)[0] == ("test-publisher", "form", "origin")
    count = len(_refused(posted))
    _send(posted.new_client(), "/sign-out", "x", Origin="https://evil.example")
    assert len(_refused(posted)) == count, "nobody without a sign-in fills the audit"


def test_the_audit_is_not_filled_by_one_account(posted: World):
    begin_minute(posted)
    client = posted.client(Role.ANALYST)
    before = len(_refused(posted))
    for _ in range(40):
        assert _send(client, "/analyst", "x").status_code == 403
    assert len(_refused(posted)) - before == 30


def test_no_page_changes_anything_by_being_read(tmp_path: Path):
    app = create_app(build_service(Settings(home=tmp_path / "home")))
    acts = ("/end", "/remove", "/revoke", "/disable", "/discard", "/withdraw", "/undo", "/reset-password", "/sign-out")
    read = {route.path for route in iter_route_contexts(app.routes) if "GET" in (route.methods or set())}
    assert not [path for path in read if path.endswith(acts)]
