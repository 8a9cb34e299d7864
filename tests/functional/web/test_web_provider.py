"""Signing in by way of an identity provider, and every forged, replayed or misdirected answer refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from joserfc.jwk import RSAKey

from credit_service.bootstrap import Service, build_service, read_sign_in_policy
from credit_service.domain.agency import Actor, Role
from credit_service.errors import AccountActRefused, OwnAccount, SettingsFaulty
from credit_service.pipeline.account_acts import CONSOLE, disable_account, link_identity, unlink_identity
from credit_service.settings import Settings
from tests.functional.web import identity_provider as forged
from tests.functional.web.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, served, unspoiled
from tests.functional.web.people import MovedClock, People, Person, to_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from httpx2 import Response
    from starlette.testclient import TestClient

    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    with served(MovedClock()) as opened:
        yield opened


@pytest.fixture(scope="module")
def people(
    tmp_path_factory: pytest.TempPathFactory, open_doors: Callable[[Service], World], provider: IdentityProvider
) -> People:
    settings = Settings(
        home=tmp_path_factory.mktemp("provider") / "home",
        public_url="http://testserver",
        oidc_issuer=provider.url,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=CLIENT_SECRET,
    )
    return People(open_doors(build_service(settings, provider.clock)), provider.clock)


@pytest.fixture(autouse=True)
def honest(provider: IdentityProvider) -> Iterator[None]:
    """Begin each test with a provider that tells the truth, and an address that was not refused lately."""
    yield
    provider.spoil, provider.sign, provider.is_down, provider.subject = unspoiled, None, False, "person-1"
    provider.clock.go(minutes=20)


@pytest.fixture
def linked(people: People, provider: IdentityProvider) -> Person:
    person = people.add(Role.DECIDER, signed_in=False)
    provider.subject = f"sub-of-{person.name}"
    link_identity(people.world.service.office, CONSOLE, person.name, provider.subject)
    return person


def leave(browser: TestClient, next_path: str = "") -> str:
    answer = browser.get("/sign-in/provider", params={"next": next_path} if next_path else {})
    assert answer.status_code == 303, to_text(answer)
    return answer.headers["location"]


def come_back(browser: TestClient, provider: IdentityProvider, next_path: str = "") -> Response:
    return browser.get("/sign-in/provider/return", params=provider.authorise(leave(browser, next_path)))


def refused(people: People, answer: Response, why: str, status: int = 403) -> None:
    """Hold that nobody was let in, that the reason is told, and that the audit knows."""
    assert answer.status_code == status
    assert why in to_text(answer)
    assert not any("credit_sign_in" in line for line in answer.headers.get_list("set-cookie"))
    assert people.audit("sign_in.provider_refused")[0] == ("anonymous", "account")


def test_a_linked_person_comes_in_and_goes_where_wanted(people: People, provider: IdentityProvider, linked: Person):
    assert "用统一身份认证登录" in to_text(linked.browser.get("/sign-in"))
    answer = come_back(linked.browser, provider, "/review/subjects")
    assert (answer.status_code, answer.headers["location"]) == (303, "/review/subjects")
    assert linked.browser.get("/review").status_code == 200
    assert "统一身份认证" in to_text(linked.browser.get("/account"))
    read = provider.asked.count("/keys")
    come_back(people.world.new_client(), provider)
    assert provider.asked.count("/keys") == read, "keys are read once an hour"


def test_a_password_still_opens_the_same_account(linked: Person):
    assert linked.sign_in().status_code == 303


def test_a_code_is_still_wanted_from_who_has_an_authenticator(
    people: People, provider: IdentityProvider, linked: Person
):
    linked.sign_in()
    linked.enrol()
    people.clock.go(minutes=1)
    linked.browser = people.world.new_client()
    answer = come_back(linked.browser, provider)
    assert answer.headers["location"] == "/sign-in/code"
    assert linked.browser.get("/review").status_code == 303
    assert linked.give_code().status_code == 303
    assert "统一身份认证和动态码" in to_text(linked.browser.get("/account"))


def test_nobody_is_made_or_guessed(people: People, provider: IdentityProvider):
    named = people.add(signed_in=False)
    provider.subject = named.name
    before = people.world.service.office.ledger
    with before.reading() as uow:
        accounts = len(uow.accounts.list_all())
    answer = come_back(people.world.new_client(), provider)
    refused(people, answer, "还没有关联")
    assert named.name in to_text(answer), "the own identifier is told, so that it can be linked"
    with before.reading() as uow:
        assert len(uow.accounts.list_all()) == accounts


def test_a_disabled_account_and_an_ended_link_stay_out(people: People, provider: IdentityProvider, linked: Person):
    office = people.world.service.office
    disable_account(office, CONSOLE, linked.name, "离岗")
    refused(people, come_back(people.world.new_client(), provider), "已停用")
    other = people.add(signed_in=False)
    provider.subject = f"sub-of-{other.name}"
    link_identity(office, CONSOLE, other.name, provider.subject)
    unlink_identity(office, CONSOLE, other.name, "调离")
    refused(people, come_back(people.world.new_client(), provider), "还没有关联")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        ({"nonce": "another"}, "不是为这次登录签发的"),
        ({"nonce": None}, "签发者、受众或有效期不符"),
        ({"aud": "another-system"}, "签发者、受众或有效期不符"),
        ({"aud": [CLIENT_ID, "another-system"]}, "是签发给别的系统的"),
        ({"azp": "another-system"}, "是签发给别的系统的"),
        ({"iss": "https://evil.example"}, "签发者、受众或有效期不符"),
        ({"sub": ""}, "签发者、受众或有效期不符"),
        ({"sub": "x" * 300}, "没有有效的身份标识"),
        ({"exp": None}, "签发者、受众或有效期不符"),
    ],
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(
    people: People, provider: IdentityProvider, linked: Person, spoil: dict[str, Any], why: str
):
    provider.spoil = lambda claims: {name: value for name, value in (claims | spoil).items() if value is not None}
    refused(people, come_back(linked.browser, provider), why)


@pytest.mark.parametrize(("name", "minutes"), [("exp", -2), ("iat", -11), ("iat", 5), ("nbf", 5)])
def test_a_token_of_another_time_is_refused(
    people: People, provider: IdentityProvider, linked: Person, name: str, minutes: int
):
    at = int((provider.clock.now() + timedelta(minutes=minutes)).timestamp())
    provider.spoil = lambda claims: claims | {name: at}
    refused(people, come_back(linked.browser, provider), "统一身份认证返回的凭证无效")


@pytest.mark.parametrize(
    "sign",
    [
        forged.unsigned,
        forged.signed_with_secret,
        forged.signed_with_public_key,
        forged.signed_by_stranger,
        forged.altered,
        lambda _provider, _claims: "not.a.token",
        lambda _provider, _claims: "",
    ],
    ids=["none", "secret", "public-key-as-secret", "stranger", "altered", "rubbish", "missing"],
)
def test_a_token_without_the_providers_signature_is_refused(
    people: People, provider: IdentityProvider, linked: Person, sign: Callable[..., str]
):
    provider.sign = sign
    refused(people, come_back(linked.browser, provider), "统一身份认证")


def test_a_state_is_good_once(people: People, provider: IdentityProvider, linked: Person):
    address = leave(linked.browser)
    verifier = linked.browser.cookies["credit_provider"]
    back = provider.authorise(address)
    assert linked.browser.get("/sign-in/provider/return", params=back).status_code == 303
    again = people.world.new_client()
    again.cookies["credit_provider"] = verifier
    refused(people, again.get("/sign-in/provider/return", params=back), "已经用过")
    fresh = back | provider.authorise(address)
    refused(people, again.get("/sign-in/provider/return", params=fresh), "已经用过")


def test_another_browser_cannot_finish_what_this_one_began(people: People, provider: IdentityProvider, linked: Person):
    back = provider.authorise(leave(linked.browser))
    stranger = people.world.new_client()
    refused(people, stranger.get("/sign-in/provider/return", params=back), "不是从这个浏览器开始的")
    refused(people, linked.browser.get("/sign-in/provider/return", params=back), "已经用过")


def test_an_attempt_is_waited_for_ten_minutes(people: People, provider: IdentityProvider, linked: Person):
    back = provider.authorise(leave(linked.browser))
    provider.clock.go(minutes=10, seconds=1)
    refused(people, linked.browser.get("/sign-in/provider/return", params=back), "已超时")


@pytest.mark.parametrize("back", [{}, {"state": "made-up", "code": "x"}, {"code": "x"}])
def test_what_was_not_begun_here_is_refused(people: People, provider: IdentityProvider, back: dict[str, str]):
    assert provider.url
    refused(people, people.world.new_client().get("/sign-in/provider/return", params=back), "不是从本网站开始的")


def test_a_refusal_by_the_provider_is_told(people: People, provider: IdentityProvider, linked: Person):
    state = provider.authorise(leave(linked.browser))["state"]
    answer = linked.browser.get("/sign-in/provider/return", params={"state": state, "error": "access_denied"})
    refused(people, answer, "您取消了登录")


def test_a_code_of_another_attempt_is_refused(people: People, provider: IdentityProvider, linked: Person):
    first = provider.authorise(leave(people.world.new_client()))
    second = provider.authorise(leave(linked.browser))
    mixed = {"state": second["state"], "code": first["code"]}
    refused(people, linked.browser.get("/sign-in/provider/return", params=mixed), "不接受这次登录")


def test_new_keys_of_the_provider_are_read_when_a_token_names_one(
    people: People, provider: IdentityProvider, linked: Person
):
    assert come_back(linked.browser, provider).status_code == 303
    provider.key = RSAKey.generate_key(2048, {"kid": f"key-{linked.name}", "use": "sig", "alg": "RS256"})
    assert come_back(people.world.new_client(), provider).status_code == 303


def test_a_provider_that_is_down_leaves_passwords_working(people: People, provider: IdentityProvider, linked: Person):
    provider.clock.go(hours=2)
    provider.is_down = True
    answer = linked.browser.get("/sign-in/provider")
    assert answer.status_code == 503
    assert linked.sign_in().status_code == 303


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example"])
def test_the_way_back_never_leads_elsewhere(provider: IdentityProvider, linked: Person, target: str):
    assert come_back(linked.browser, provider, target).headers["location"] == "/review"


def test_a_link_is_one_person_one_account_and_never_ones_own(
    people: People, provider: IdentityProvider, linked: Person
):
    office = people.world.service.office
    other = people.add(Role.ADMINISTRATOR, signed_in=False)
    with pytest.raises(AccountActRefused):
        link_identity(office, CONSOLE, other.name, f"sub-of-{linked.name}")
    with pytest.raises(OwnAccount):
        link_identity(office, Actor(other.name, "", "", Role.ADMINISTRATOR), other.name, "sub-9")
    assert provider.url


@pytest.mark.parametrize("missing", ["oidc_issuer", "oidc_client_id", "oidc_client_secret"])
def test_settings_that_belong_together_are_set_together(missing: str):
    given = {"oidc_issuer": "https://id.example", "oidc_client_id": "a", "oidc_client_secret": "b"}
    with pytest.raises(SettingsFaulty):
        read_sign_in_policy(Settings(**{name: value for name, value in given.items() if name != missing}))
    with pytest.raises(SettingsFaulty):
        read_sign_in_policy(Settings(second_factor="perhaps"))


def test_without_settings_there_is_no_button_and_no_way(first_day: World):
    client = first_day.new_client()
    assert "统一身份认证登录" not in client.get("/sign-in").text
    assert client.get("/sign-in/provider").status_code == 403
