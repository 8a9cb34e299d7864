"""Signing in and out, and what protects forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from credit_service.domain.agency import Role
from credit_service.web.app import create_app

if TYPE_CHECKING:
    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")


def test_right_password_leads_to_the_own_desk(empty_world: World):
    for role, desk in ((Role.SUBMITTER, "/department"), (Role.DECIDER, "/review"), (Role.ANALYST, "/analyst")):
        answer = empty_world.sign_in(empty_world.new_client(), f"test-{role.value}", empty_world.passwords[role])
        assert (answer.status_code, answer.headers["location"]) == (303, desk)


def test_cookie_is_kept_from_scripts_and_other_sites(empty_world: World):
    client = empty_world.new_client()
    answer = empty_world.sign_in(client, "test-submitter", empty_world.passwords[Role.SUBMITTER])
    cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("credit_sign_in"))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_cookie_is_secure_under_https(empty_world: World):
    client = empty_world.new_client()
    client.base_url = "https://testserver"
    client.headers["Origin"] = "https://testserver"
    answer = empty_world.sign_in(client, "test-submitter", empty_world.passwords[Role.SUBMITTER])
    assert all("Secure" in line for line in answer.headers.get_list("set-cookie") if "Max-Age=0" not in line)


def test_each_sign_in_gets_a_new_token(empty_world: World):
    tokens = set()
    for _ in range(2):
        client = empty_world.new_client()
        empty_world.sign_in(client, "test-auditor", empty_world.passwords[Role.AUDITOR])
        tokens.add(client.cookies["credit_sign_in"])
    assert len(tokens) == 2


def test_wrong_password_says_what_to_do_and_not_which_was_wrong(empty_world: World):
    known = empty_world.sign_in(empty_world.new_client(), "test-publisher", "wrong")
    unknown = empty_world.sign_in(empty_world.new_client(), "nobody", "wrong")
    assert known.status_code == unknown.status_code == 401
    assert "登录名或密码不正确" in known.text
    assert "登录名或密码不正确" in unknown.text


def test_sign_in_without_the_forms_token_is_refused(empty_world: World):
    client = empty_world.new_client()
    client.get("/sign-in")
    form = {"account_id": "test-submitter", "password": empty_world.passwords[Role.SUBMITTER]}
    assert client.post("/sign-in", data=form).status_code == 403


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_sign_in_never_leads_to_another_site(empty_world: World, target: str):
    answer = empty_world.sign_in(
        empty_world.new_client(), "test-decider", empty_world.passwords[Role.DECIDER], next=target
    )
    assert answer.headers["location"] == "/review"


def test_sign_in_leads_back_to_where_one_wanted(empty_world: World):
    client = empty_world.new_client()
    sent = client.get("/analyst")
    assert sent.headers["location"] == "/sign-in?next=/analyst"
    answer = empty_world.sign_in(client, "test-analyst", empty_world.passwords[Role.ANALYST], next="/analyst")
    assert answer.headers["location"] == "/analyst"


def test_sign_out_ends_the_sign_in_on_the_server_too(empty_world: World):
    client = empty_world.new_client()
    empty_world.sign_in(client, "test-publisher", empty_world.passwords[Role.PUBLISHER])
    stolen = client.cookies["credit_sign_in"]
    assert client.post("/sign-out", data={"csrf": empty_world.token(client, "/")}).status_code == 303
    thief = empty_world.new_client()
    thief.cookies["credit_sign_in"] = stolen
    assert thief.get("/review").status_code == 303


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (Role.SUBMITTER, "/department/batches"),
        (Role.REVIEWER, "/review/cases/C1/acts"),
        (Role.ANALYST, "/analyst"),
        (Role.ANALYST, "/analyst/result.csv"),
        (Role.AUDITOR, "/sign-out"),
    ],
)
def test_forms_without_or_with_a_foreign_token_are_refused(empty_world: World, role: Role, path: str):
    client = empty_world.client(role)
    other = empty_world.token(empty_world.client(Role.ADMINISTRATOR))
    for form in ({}, {"csrf": "x"}, {"csrf": other}):
        files = {"file": ("a.csv", b"a,b", "text/csv")} if path.endswith("batches") else None
        answer = client.post(path, data=form, files=files)
        assert answer.status_code == 403
        assert "表单校验未通过" in answer.text


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil.example"])
def test_posts_from_another_site_are_refused(empty_world: World, origin: str):
    client = empty_world.client(Role.ANALYST)
    form = {"csrf": empty_world.token(client), "sql": "SELECT 1"}
    answer = client.post("/analyst", data=form, headers={"Origin": origin})
    assert answer.status_code == 403
    assert "不是从本网站的页面发出的" in answer.text


def test_a_refused_origin_still_gets_the_security_headers(empty_world: World):
    answer = empty_world.client(None).post("/sign-in", headers={"Origin": "https://evil.example"})
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_too_many_tries_from_one_address_are_slowed(empty_world: World):
    world = type(empty_world)(
        empty_world.service, {}, empty_world.agencies, "", app=_new_app(empty_world), worker=empty_world.worker
    )
    client = world.new_client()
    statuses = {world.sign_in(client, f"nobody-{number}", "wrong").status_code for number in range(21)}
    assert 429 in statuses


def _new_app(world: World):
    return create_app(world.service)
