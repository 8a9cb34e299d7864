"""The administrator's desk: accounts, agencies and keys, what may not be done, and what stays written down."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from credit_service.bootstrap import Service, build_service
from credit_service.domain.agency import Role
from credit_service.errors import LastAdministrator
from credit_service.pipeline.account_acts import CONSOLE, change_role, disable_account
from credit_service.settings import Settings
from tests.functional.web.people import PHRASE, MovedClock, People, Person, to_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.functional.web.conftest import World

NEW_CODE, FREE_CODE = "11990101990199991J", "11990101990199983P"
pytestmark = pytest.mark.xdist_group("web")


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, open_doors: Callable[[Service], World]) -> People:
    clock = MovedClock()
    home = tmp_path_factory.mktemp("admin") / "home"
    return People(open_doors(build_service(Settings(home=home), clock)), clock)


@pytest.fixture(scope="module")
def boss(people: People) -> Person:
    return people.add(Role.ADMINISTRATOR)


@pytest.fixture(autouse=True)
def awake(people: People, boss: Person):
    """Let a minute pass, and the administrator sign in anew where that is needed."""
    people.clock.go(minutes=1)
    if boss.browser.get("/admin").status_code != 200:
        boss.browser = people.world.new_client()
        boss.sign_in()


def on(person: Person, act: str) -> str:
    return f"/admin/accounts/{person.name}/{act}"


def test_an_account_is_opened_with_a_password_shown_once(people: People, boss: Person):
    form = {
        "account_id": "zhang-san",
        "display_name": "张三",
        "agency_code": people.world.agencies[1],
        "role": "reviewer",
    }
    page = boss.post("/admin/accounts", **form)
    assert page.headers["cache-control"] == "no-store"
    password = re.search(r"初始密码（只显示这一次）：<span class=\"code\">([a-z0-9-]+)", page.text).group(1)
    shown = boss.browser.get("/admin/accounts/zhang-san")
    assert password not in shown.text
    assert "初始密码" in to_text(shown)
    browser = people.world.new_client()
    assert people.world.sign_in(browser, "zhang-san", password).headers["location"] == "/account/password"
    assert people.audit("account.added")[0] == (boss.name, "zhang-san")


@pytest.mark.parametrize(
    ("changes", "why", "status"),
    [
        ({"account_id": "test-auditor"}, "已被使用", 409),
        ({"account_id": "system"}, "保留", 409),
        ({"account_id": "two words"}, "空格", 422),
        ({"account_id": ""}, "不能为空", 422),
        ({"role": "king"}, "没有选择角色", 422),
        ({"agency_code": "11X"}, "没有代码为", 422),
    ],
)
def test_an_account_is_not_opened_and_what_was_typed_is_kept(
    people: People, boss: Person, changes: dict[str, str], why: str, status: int
):
    form = {"account_id": "li-si", "display_name": "李四", "agency_code": people.world.agencies[0], "role": "auditor"}
    answer = boss.post("/admin/accounts", **(form | changes))
    assert answer.status_code == status
    assert why in to_text(answer)
    assert 'value="李四"' in answer.text


def test_a_role_changes_with_its_history(people: People, boss: Person):
    person = people.add(Role.SUBMITTER)
    assert boss.post(on(person, "role"), role="reviewer", reason="轮岗").status_code == 303
    page = to_text(boss.browser.get(f"/admin/accounts/{person.name}"))
    assert "报送人员 → 审核人员" in page
    assert "轮岗" in page
    assert person.browser.get("/department").status_code == 303, "the sign-in under the old role is over"
    person.sign_in()
    assert person.browser.get("/review").status_code == 200
    assert boss.post(on(person, "role"), role="reviewer").status_code == 409


def test_an_account_is_disabled_and_comes_back(people: People, boss: Person):
    person = people.add()
    boss.post(on(person, "disable"), reason="离岗")
    assert person.browser.get("/account").status_code == 303
    assert person.sign_in(browser=people.world.new_client()).status_code == 401
    assert boss.post(on(person, "disable")).status_code == 409
    boss.post(on(person, "enable"), reason="返岗")
    assert person.sign_in(browser=people.world.new_client()).status_code == 303


def test_a_reset_password_asks_for_the_administrators_own(people: People, boss: Person):
    person = people.add()
    assert boss.post(on(person, "reset-password"), reason="忘记").status_code == 422
    page = boss.post(on(person, "reset-password"), reason="忘记", own_password=PHRASE)
    password = re.search(r"<span class=\"code\">([a-z0-9-]{23})", page.text).group(1)
    assert person.sign_in(browser=people.world.new_client()).status_code == 401
    people.clock.go(minutes=1)
    assert person.sign_in(password, people.world.new_client()).headers["location"] == "/account/password"


def test_password_and_factor_are_for_two_administrators(people: People, boss: Person):
    person, second = people.add(), people.add(Role.ADMINISTRATOR)
    person.enrol()
    own = {"reason": "手机丢失", "own_password": PHRASE}
    assert boss.post(on(person, "reset-password"), **own).status_code == 200
    refused = boss.post(on(person, "remove-factor"), **own)
    assert refused.status_code == 403
    assert "一个人就能以他人名义办理" in to_text(refused)
    assert second.post(on(person, "remove-factor"), **own).status_code == 303
    assert second.post(on(person, "remove-factor"), **own).status_code == 409


@pytest.mark.parametrize("act", ["role", "disable", "enable", "reset-password", "remove-factor", "unlock", "unlink"])
def test_nobody_does_it_to_the_own_account(people: People, boss: Person, act: str):
    answer = boss.post(on(boss, act), role="auditor", reason="自己", own_password=PHRASE)
    assert answer.status_code == 403
    assert "不能对自己的账号办理" in to_text(answer)
    assert "这是您自己的账号" in to_text(boss.browser.get(f"/admin/accounts/{boss.name}"))


def test_the_last_administrator_stays_and_the_desk_says_that_there_are_few(
    tmp_path, open_doors: Callable[[Service], World]
):
    clock = MovedClock()
    alone = People(open_doors(build_service(Settings(home=tmp_path / "home"), clock)), clock)
    only, office = "test-administrator", alone.world.service.office
    client = alone.world.client(Role.ADMINISTRATOR)
    assert "少于两名" in to_text(client.get("/admin"))
    second = alone.add(Role.ADMINISTRATOR)
    assert "少于两名" not in to_text(client.get("/admin"))
    change_role(office, CONSOLE, only, Role.AUDITOR, "轮岗")
    for act in (
        lambda: change_role(office, CONSOLE, second.name, Role.AUDITOR, ""),
        lambda: disable_account(office, CONSOLE, second.name, ""),
    ):
        with pytest.raises(LastAdministrator):
            act()
    page = to_text(second.browser.get(f"/admin/accounts/{second.name}"))
    assert "这是您自己的账号" in page


def test_unknown_accounts_agencies_and_tables_are_not_found(boss: Person):
    for path in ("accounts/nobody", "agencies/11X", "tables/keys", "tables/..%2Fdistrict"):
        assert boss.browser.get(f"/admin/{path}").status_code == 404
    assert boss.post("/admin/accounts/nobody/disable", reason="x").status_code == 404
    assert boss.post("/admin/keys/K0/revoke").status_code == 404


def test_an_agency_is_added_and_changed_and_the_audit_tells_both(people: People, boss: Person):
    form = {
        "code": NEW_CODE.lower(),
        "name": "测试局（新）",
        "short_name": "新局",
        "templates": ["red_org", "penalty_org"],
    }
    added = boss.post("/admin/agencies", **form, authorities=f"{people.world.agencies[0]}\n")
    assert added.headers["location"] == f"/admin/agencies/{NEW_CODE}?done=added"
    assert boss.post("/admin/agencies", **form).status_code == 409
    changed = boss.post(
        f"/admin/agencies/{NEW_CODE}",
        name="测试局",
        short_name="新局",
        region_code="990101",
        templates="red_org",
        authorities="*",
    )
    assert changed.status_code == 303
    with people.world.service.office.ledger.reading() as uow:
        agency = uow.agencies.get(NEW_CODE)
    assert (agency.name, agency.templates, agency.authorities) == ("测试局", ("red_org",), ("*",))
    page = to_text(boss.browser.get(f"/admin/agencies/{NEW_CODE}"))
    assert "修改单位" in page
    assert people.audit("agency.changed")[0] == (boss.name, NEW_CODE)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"code": "119901019901999910"}, "不是有效的统一社会信用代码"),
        ({"name": " ", "short_name": " "}, "不能为空"),
        ({"region_code": "99"}, "6位数字"),
        ({"templates": "no_such"}, "no_such"),
        ({"authorities": "11X"}, "11X"),
    ],
)
def test_a_faulty_agency_is_refused_with_its_reason(boss: Person, changes: dict[str, str], why: str):
    answer = boss.post("/admin/agencies", **({"code": FREE_CODE, "name": "某局", "short_name": "某"} | changes))
    assert answer.status_code == 422
    assert why in to_text(answer)


def test_a_key_is_shown_once_works_and_is_ended(people: People, boss: Person):
    assert boss.post("/admin/keys", agency_code=people.world.agencies[0]).status_code == 422, "no scope chosen"
    page = boss.post("/admin/keys", agency_code=people.world.agencies[0], scopes=["bulletins"])
    secret = re.search(r"ck_[\w-]+", page.text).group(0)
    key_id = re.search(r"密钥 (K[0-9A-F]+)（只显示这一次）", page.text).group(1)
    assert secret not in boss.browser.get("/admin/keys").text
    client = people.world.new_client()
    bearer = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/bulletins", headers=bearer).status_code == 200
    assert boss.post(f"/admin/keys/{key_id}/revoke").status_code == 303
    assert client.get("/api/v1/bulletins", headers=bearer).status_code == 401
    assert people.audit("key.revoked")[0] == (boss.name, key_id)


def test_an_auditor_looks_at_everything_and_changes_nothing(people: People, boss: Person):
    auditor = people.add(Role.AUDITOR)
    for path in (
        "",
        "/accounts",
        f"/accounts/{boss.name}",
        "/agencies",
        f"/agencies/{people.world.agencies[0]}",
        "/keys",
    ):
        page = auditor.browser.get(f"/admin{path}")
        assert page.status_code == 200
        main = page.text.partition("<main")[2]
        assert '<form method="post"' not in main
    assert auditor.post(on(boss, "disable"), reason="x").status_code == 403


def test_reference_tables_and_the_audit_are_read(boss: Person):
    assert "检查项目的名称" in to_text(boss.browser.get("/admin/tables"))
    table = to_text(boss.browser.get("/admin/tables/check_rules"))
    assert "必填项为空" in table
    assert "核验通过" in to_text(boss.browser.get("/admin/audit?verify=true"))
    only = to_text(boss.browser.get(f"/admin/audit?object={boss.name}"))
    assert "开设账号" in only
    assert "没有这个对象" in to_text(boss.browser.get("/admin/audit?object=nothing"))


def test_who_waits_is_told_at_the_desk_and_let_go_on(people: People, boss: Person):
    person = people.add(signed_in=False)
    for _ in range(3):
        person.sign_in("wrong-phrase-again")
    assert person.name in to_text(boss.browser.get("/admin"))
    assert boss.post(on(person, "unlock"), reason="本人来电").status_code == 303
    assert person.sign_in().status_code == 303
