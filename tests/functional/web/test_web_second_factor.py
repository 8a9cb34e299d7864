"""Password first, then the code: enrolling, signing in, replays, recovery, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from credit_service.bootstrap import Service, build_service
from credit_service.domain.agency import Role
from credit_service.domain.sign_in import SecondFactorRule, SignInPolicy
from credit_service.settings import Settings
from credit_service.web.app import create_app
from credit_service.web.dependencies import Throttle, Throttles
from tests.functional.web.people import MovedClock, People, to_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.web.conftest import World

WRONG = "wrong-phrase-again"
pytestmark = pytest.mark.xdist_group("web")


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, open_doors: Callable[[Service], World]) -> People:
    clock = MovedClock()
    home = tmp_path_factory.mktemp("second-factor") / "home"
    return People(open_doors(build_service(Settings(home=home), clock)), clock)


@pytest.fixture
def strict(people: People) -> People:
    """The same service where the roles in charge must have a second factor."""
    service = people.world.service
    office = replace(service.office, sign_in=SignInPolicy(SecondFactorRule.REQUIRED))
    app = create_app(replace(service, office=office))
    app.state.throttles = Throttles(sign_ins=Throttle("1000/minute"))
    return People(replace(people.world, app=app, signed_in={}), people.clock, people.numbers)


def test_who_is_enrolled_signs_in_with_password_and_code(people: People):
    person = people.add()
    codes = person.enrol()
    assert len(codes) == 10
    people.clock.go(minutes=1)
    browser = people.world.new_client()
    first = person.sign_in(browser=browser)
    assert (first.status_code, first.headers["location"]) == (303, "/sign-in/code")
    assert "credit_sign_in" not in browser.cookies
    assert browser.get("/review").status_code == 303, "the first proof alone opens nothing"
    second = person.give_code(browser=browser)
    assert (second.status_code, second.headers["location"]) == (303, "/review")
    assert browser.get("/review").status_code == 200
    assert "密码和动态码" in to_text(browser.get("/account"))


def test_a_code_is_good_once_for_enrolling_and_signing_in_alike(people: People):
    person = people.add()
    person.enrol()
    browser = people.world.new_client()
    person.sign_in(browser=browser)
    refused = person.give_code(browser=browser)
    assert refused.status_code == 401, "the code that confirmed the enrolment is used up"
    assert "已经用过" in to_text(refused)
    people.clock.go(seconds=30)
    used = person.code()
    assert person.give_code(used, browser).status_code == 303
    other = people.world.new_client()
    person.sign_in(browser=other)
    assert person.give_code(used, other).status_code == 401
    assert "credit_sign_in" not in other.cookies


def test_a_recovery_code_is_good_once_and_counted(people: People):
    person = people.add()
    codes = person.enrol()
    for number, status in ((0, 303), (0, 401), (1, 303)):
        browser = people.world.new_client()
        person.sign_in(browser=browser)
        typed = codes[number].lower().replace("-", " ")
        assert person.give_code(typed, browser).status_code == status
    assert "恢复码还剩 8 个" in to_text(browser.get("/account"))


def test_wrong_codes_make_the_name_wait_and_end_the_attempt(people: People):
    person = people.add()
    person.enrol()
    browser = people.world.new_client()
    person.sign_in(browser=browser)
    assert [person.give_code("000000", browser).status_code for _ in range(4)] == [401, 401, 401, 429]
    people.clock.go(seconds=31)
    assert person.give_code("000000", browser).status_code == 401
    people.clock.go(seconds=61)
    over = person.give_code("000000", browser)
    assert "重新开始" in to_text(over), "the fifth wrong code ends the attempt"
    assert browser.get("/sign-in/code").headers["location"] == "/sign-in"
    assert person.sign_in(browser=browser).status_code == 429, "and the name waits, whatever is typed"
    assert people.audit("sign_in.code_refused")[:5] == [("anonymous", person.name)] * 5
    people.clock.go(minutes=5)
    person.sign_in(browser=browser)
    assert person.give_code(browser=browser).status_code == 303


def test_the_second_form_without_a_first_proof_begins_at_the_beginning(people: People):
    browser = people.world.new_client()
    assert browser.get("/sign-in/code").headers["location"] == "/sign-in"
    form = {"csrf": people.world.token(browser, "/sign-in"), "code": "123456"}
    answer = browser.post("/sign-in/code", data=form)
    assert answer.status_code == 401
    assert "重新开始" in to_text(answer)


def test_the_first_proof_is_waited_for_five_minutes(people: People):
    person = people.add()
    person.enrol()
    browser = people.world.new_client()
    person.sign_in(browser=browser)
    token = people.world.token(browser, "/sign-in/code")
    people.clock.go(minutes=5, seconds=1)
    assert browser.get("/sign-in/code").headers["location"] == "/sign-in"
    assert browser.post("/sign-in/code", data={"csrf": token, "code": person.code()}).status_code == 401


def test_a_wrong_password_looks_the_same_with_and_without_an_authenticator(people: People):
    enrolled, plain = people.add(), people.add()
    enrolled.enrol()
    texts = set()
    for person in (enrolled, plain):
        answer = person.sign_in(WRONG, people.world.new_client())
        texts.add((answer.status_code, to_text(answer)))
    assert len(texts) == 1


def test_enrolling_ends_other_sign_ins_and_needs_the_password(people: People):
    person = people.add()
    other = people.world.new_client()
    person.sign_in(browser=other)
    assert person.post("/account/second-factor/begin", password=WRONG).status_code == 422
    person.enrol()
    assert other.get("/account").status_code == 303
    assert person.browser.get("/account").status_code == 200
    assert person.post("/account/second-factor/begin", password=person.password).status_code == 409


def test_a_wrong_first_code_puts_nothing_in_force(people: People):
    person = people.add()
    person.post("/account/second-factor/begin", password=person.password)
    answer = person.post("/account/second-factor/confirm", code="000000")
    assert "还没有绑定" in to_text(answer)
    assert person.sign_in(browser=people.world.new_client()).headers["location"] == "/review"


def test_the_secret_is_in_no_address_and_not_kept_by_the_browser(people: People):
    person = people.add()
    answer = person.post("/account/second-factor/begin", password=person.password)
    assert answer.headers["location"] == "/account/second-factor"
    page = person.browser.get("/account/second-factor")
    assert page.headers["cache-control"] == "no-store"
    assert 'class="qr"' in page.text


def test_it_is_given_up_with_password_and_a_fresh_code_only(people: People):
    person = people.add()
    codes = person.enrol()
    remove = "/account/second-factor/remove"
    assert person.post(remove, password=WRONG, code=person.code(1)).status_code == 422
    assert person.post(remove, password=person.password, code=person.code()).status_code == 401, "used at enrolling"
    people.clock.go(seconds=45)
    assert person.post(remove, password=person.password, code=codes[0]).status_code == 401, "no recovery code"
    people.clock.go(hours=25)
    person.browser = people.world.new_client()
    person.sign_in()
    person.give_code()
    assert person.post(remove, password=person.password, code=person.code(1)).status_code == 303
    assert person.sign_in(browser=people.world.new_client()).headers["location"] == "/review"
    assert people.audit("second_factor.given_up")[0] == (person.name, person.name)


def test_roles_in_charge_are_advised_and_others_are_not(people: People):
    decider, clerk = people.add(Role.DECIDER), people.add(Role.SUBMITTER)
    assert "应绑定动态码" in to_text(decider.browser.get("/review"))
    assert "应绑定动态码" not in to_text(clerk.browser.get("/department"))
    decider.enrol()
    assert "应绑定动态码" not in to_text(decider.browser.get("/review"))


def test_where_it_is_required_nothing_else_is_open_before(strict: People):
    person = strict.add(Role.DECIDER)
    assert person.browser.get("/review").headers["location"] == "/account/second-factor"
    assert person.browser.get("/review", headers={"HX-Request": "true"}).headers["hx-redirect"] == (
        "/account/second-factor"
    )
    refused = person.post("/review/subjects/none:1/judgements", verdict="own")
    assert refused.status_code == 403
    assert "绑定动态码" in to_text(refused)
    person.enrol()
    assert person.browser.get("/review").status_code == 200
    assert strict.add(Role.SUBMITTER).browser.get("/department").status_code == 200
