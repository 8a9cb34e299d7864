"""The own account: passwords, initial ones, sign-ins that end, and waits that grow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from credit_service.bootstrap import Service, build_service
from credit_service.domain.agency import Role
from credit_service.domain.sign_in import PAUSES
from credit_service.pipeline.account_acts import CONSOLE, change_role, disable_account, reset_password, unlock_account
from credit_service.settings import Settings
from tests.functional.web.people import PHRASE, MovedClock, People, to_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.web.conftest import World

BETTER, WRONG = "four green horses", "wrong-phrase-again"
pytestmark = pytest.mark.xdist_group("web")


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, open_doors: Callable[[Service], World]) -> People:
    clock = MovedClock()
    home = tmp_path_factory.mktemp("account") / "home"
    return People(open_doors(build_service(Settings(home=home), clock)), clock)


@pytest.fixture(autouse=True)
def later(people: People):
    """Let a day pass after each test, so that refused sign-ins of one are not those of the next."""
    yield
    people.clock.go(hours=25)


def test_an_initial_password_is_good_for_choosing_another_only(people: People):
    person = people.add(Role.REVIEWER, signed_in=False, is_initial=True)
    assert person.sign_in().headers["location"] == "/account/password"
    assert person.browser.get("/review").headers["location"] == "/account/password"
    assert person.post("/review/rules/impact").status_code == 403
    assert "初始密码" in to_text(person.browser.get("/account/password"))
    done = person.post("/account/password", current=PHRASE, new=BETTER, again=BETTER)
    assert done.headers["location"] == "/account?done=password"
    assert person.browser.get("/review").status_code == 200
    assert person.sign_in(PHRASE, people.world.new_client()).status_code == 401
    assert person.sign_in(BETTER, people.world.new_client()).headers["location"] == "/review"


@pytest.mark.parametrize(
    ("current", "new", "again", "why"),
    [
        (WRONG, BETTER, BETTER, "您的密码不正确"),
        ("", BETTER, BETTER, "没有输入您自己的密码"),
        (PHRASE, BETTER, WRONG, "不一样"),
        (PHRASE, "short", "short", "至少12个字符"),
        (PHRASE, "qwertyuiop2026", "qwertyuiop2026", "常见密码"),
        (PHRASE, PHRASE, PHRASE, "与现在的密码相同"),
    ],
)
def test_a_password_is_not_changed_and_told_why(people: People, current: str, new: str, again: str, why: str):
    person = people.add()
    answer = person.post("/account/password", current=current, new=new, again=again)
    assert answer.status_code == 422
    assert why in to_text(answer)
    assert new not in answer.text
    assert person.sign_in(browser=people.world.new_client()).status_code == 303


def test_changing_the_password_ends_every_other_sign_in_and_renews_this_one(people: People):
    person = people.add()
    other = people.world.new_client()
    person.sign_in(browser=other)
    old = person.browser.cookies["credit_sign_in"]
    person.post("/account/password", current=PHRASE, new=BETTER, again=BETTER)
    assert person.browser.cookies["credit_sign_in"] != old
    assert person.browser.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
    stolen = people.world.new_client()
    stolen.cookies["credit_sign_in"] = old
    assert stolen.get("/account").status_code == 303


def test_a_stolen_sign_in_is_no_way_to_guess_the_password(people: People):
    person = people.add()
    statuses = [
        person.post("/account/password", current=f"{WRONG}{n}", new=BETTER, again=BETTER).status_code for n in range(4)
    ]
    assert statuses == [422, 422, 422, 429]
    assert people.audit("password.refused")[:3] == [(person.name, person.name)] * 3


@pytest.mark.parametrize("act", [disable_account, reset_password, change_role])
def test_sign_ins_end_with_what_is_done_to_the_account(people: People, act: Callable[..., object]):
    person = people.add()
    more = (Role.REVIEWER,) if act is change_role else ()
    act(people.world.service.office, CONSOLE, person.name, *more, "测试")
    assert person.browser.get("/account").status_code == 303


def test_a_sign_in_unused_for_half_an_hour_is_over(people: People):
    person = people.add()
    for _ in range(4):
        people.clock.go(minutes=20)
        assert person.browser.get("/account").status_code == 200
    people.clock.go(minutes=30)
    assert person.browser.get("/account").status_code == 303


def test_what_a_page_asks_by_itself_does_not_keep_a_sign_in(people: People):
    person = people.add()
    for _ in range(2):
        people.clock.go(minutes=14)
        assert person.browser.get("/account", headers={"HX-Request": "true"}).status_code == 200
    people.clock.go(minutes=3)
    assert person.browser.get("/account").status_code == 303


def test_a_sign_in_is_over_after_eight_hours_however_much_it_is_used(people: People):
    person = people.add()
    for _ in range(23):
        people.clock.go(minutes=20)
        assert person.browser.get("/account").status_code == 200
    people.clock.go(minutes=20)
    assert person.browser.get("/account").status_code == 303


def test_one_sees_the_own_sign_ins_and_ends_one_or_all_others(people: People):
    person = people.add()
    browsers = [people.world.new_client() for _ in range(3)]
    for browser in browsers:
        browser.headers["User-Agent"] = "Testfox/1.0"
        person.sign_in(browser=browser)
    page = to_text(person.browser.get("/account"))
    assert page.count("Testfox/1.0") == 3
    assert page.count("当前") >= 1
    with people.world.service.office.ledger.reading() as uow:
        ids = [one.session_id for one in uow.sessions.list_of(person.name) if one.visitor.client == "Testfox/1.0"]
    assert person.post(f"/account/sessions/{ids[0]}/end").headers["location"] == "/account?done=ended"
    assert sum(browser.get("/account").status_code == 303 for browser in browsers) == 1
    person.post("/account/sessions/end-others")
    assert all(browser.get("/account").status_code == 303 for browser in browsers)
    assert person.browser.get("/account").status_code == 200


def test_nobody_ends_anothers_sign_in(people: People):
    mine, other = people.add(), people.add()
    with people.world.service.office.ledger.reading() as uow:
        theirs = uow.sessions.list_of(other.name)[0].session_id
    assert mine.post(f"/account/sessions/{theirs}/end").headers["location"] == "/account?done=gone"
    assert other.browser.get("/account").status_code == 200


@pytest.mark.parametrize("known", [True, False])
def test_a_name_waits_longer_and_longer_whether_it_is_known_or_not(people: People, known: bool):  # noqa: FBT001
    person = people.add(signed_in=False)
    if not known:
        person.name = "nobody-of-this-name"
    for count in range(1, len(PAUSES)):
        assert person.sign_in(WRONG).status_code == 401
        if PAUSES[count]:
            waits = person.sign_in()
            assert waits.status_code == 429, "the right password waits too"
            assert int(waits.headers["retry-after"]) <= PAUSES[count] + 1
            people.clock.go(seconds=PAUSES[count])
    answer = person.sign_in()
    assert answer.status_code == (303 if known else 401)


def test_who_got_in_begins_anew_and_who_is_unlocked_too(people: People):
    person = people.add(signed_in=False)
    for _ in range(2):
        person.sign_in(WRONG)
    person.sign_in()
    assert [person.sign_in(WRONG, people.world.new_client()).status_code for _ in range(4)] == [401, 401, 401, 429]
    assert unlock_account(people.world.service.office, CONSOLE, person.name, "本人来电") == 3
    assert person.sign_in(browser=people.world.new_client()).status_code == 303


def test_an_address_that_is_refused_too_often_waits_for_all_names(people: People):
    person = people.add(signed_in=False)
    with people.world.service.office.ledger.unit_of_work() as uow:
        for number in range(60):
            uow.sign_in_failures.add(f"guess-{number}", "testclient", people.clock.now())
        uow.commit()
    answer = person.sign_in()
    assert answer.status_code == 429
    assert "网络地址" in to_text(answer)
    people.clock.go(minutes=16)
    assert person.sign_in().status_code == 303
