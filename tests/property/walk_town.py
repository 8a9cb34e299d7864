"""A town for the walk through the whole service: its people, its subjects, the files they are reported in, and time.

Everything goes through the functions of `pipeline` on real stores. In a crash the machine stops at a chosen step; the
service is then built anew on the same home, as after a power cut.
"""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from integration.adoption_world import copy_rules
from integration.batch_desk import uscc
from integration.resolution_world import MovingClock
from starlette.testclient import TestClient

from credit_service.bootstrap import Service, build_service
from credit_service.domain.agency import Actor, Role
from credit_service.domain.identifier import person_id_check
from credit_service.lookup import bulletins as shown_bulletins
from credit_service.pipeline import publish as publishing
from credit_service.pipeline.accounts import NewAccount, add_account, add_key
from credit_service.pipeline.ingest import Submission, ingest_file
from credit_service.pipeline.rebuild import reconcile
from credit_service.registry.cases import Cases
from credit_service.registry.traces import Audit
from credit_service.registry.unit_of_work import UnitOfWork
from credit_service.settings import Settings
from credit_service.warehouse import snapshot
from credit_service.web.app import create_app
from credit_service.web.dependencies import Throttle, Throttles

START = datetime(2026, 9, 30, 1, 30, tzinfo=UTC)
CIVIL, REFORM = "119901019901000186", "119901019901000261"
COURT, MARKET = "11990101990100050H", "11990101990100034U"
REVIEWER = Actor("reviewer", "审核", CIVIL, Role.REVIEWER)
SECOND_REVIEWER = Actor("reviewer2", "审核二", REFORM, Role.REVIEWER)
DECIDER = Actor("decider", "决定", REFORM, Role.DECIDER)
SECOND_DECIDER = Actor("decider2", "决定二", MARKET, Role.DECIDER)
JUDGE = Actor("judge", "法院决定", COURT, Role.DECIDER)
COURT_CLERK = Actor("court-clerk", "法院审核", COURT, Role.REVIEWER)
PUBLISHER = Actor("publisher", "发布", REFORM, Role.PUBLISHER)
SENDERS = {
    code: Actor(f"sender-{name}", "报送", code, Role.SUBMITTER)
    for name, code in (("civil", CIVIL), ("court", COURT), ("market", MARKET))
}
PEOPLE = (
    REVIEWER,
    SECOND_REVIEWER,
    DECIDER,
    SECOND_DECIDER,
    JUDGE,
    COURT_CLERK,
    PUBLISHER,
    *SENDERS.values(),
)
OFFICIALS = PEOPLE[:6]
DEADLINES = "deadlines/henan/2019/deadlines.csv"
TOWN = "示范区走查"
"""Every organisation's name begins so, and none of an agency."""


class Crash(BaseException):
    """The machine stopped; nothing that is caught in the service may catch it."""


@dataclass(frozen=True)
class Somebody:
    """A subject: an organisation, or a person with a date of birth."""

    number: int
    born_on: date | None = None

    @property
    def code(self) -> str:
        if self.born_on is None:
            return uscc(self.number)
        body = f"999999{self.born_on:%Y%m%d}{self.number % 1000:03d}"
        return body + person_id_check(body)

    @property
    def name(self) -> str:
        if self.born_on is None:
            return f"{TOWN}第{self.number:04d}商贸有限公司（测试）"
        return f"欧阳{chr(0x5B50 + self.number)}{chr(0x5D00 + self.number)}"


ORGANISATIONS = tuple(Somebody(7700 + number) for number in range(16))
ADULTS = tuple(Somebody(20 + number, date(1980, 1, 1 + number)) for number in range(5))
CHILD = Somebody(40, date(2012, 5, 5))
ALMOST_ADULT = Somebody(41, date(2008, 12, 24))
"""Comes of age while the walk goes on."""
EVERYBODY = (*ORGANISATIONS, *ADULTS, CHILD, ALMOST_ADULT)


@dataclass
class Town:
    """A service on a home, with a clock that is moved by hand."""

    settings: Settings
    clock: MovingClock
    folder: Path
    service: Service = field(init=False)
    client: TestClient = field(init=False)
    key: str = ""
    sent: int = 0

    def __post_init__(self) -> None:
        self.service = build_service(self.settings, self.clock)

    @property
    def office(self):
        return self.service.office

    @property
    def today(self) -> date:
        return self.office.today()

    def settle(self) -> None:
        """Let people and the key in."""
        for person in PEOPLE:
            new = NewAccount(person.actor_id, person.name, person.agency_code, person.role, "correct-horse-9")
            add_account(self.office, new)
        self.key = add_key(self.office, REFORM, ("checks", "bulletins")).secret

    def open_doors(self, client: TestClient | None = None) -> None:
        """Open the doors; an application made before is used again, as making one costs a second."""
        if client is None:
            app = create_app(self.service)
            endless = {name: Throttle("100000/second") for name in ("searches", "calls", "guesses")}
            app.state.throttles = Throttles(**endless)
            client = TestClient(app)
        self.client = client
        self.client.app.state.service = self.service
        shown_bulletins._render.cache_clear()

    def restart(self) -> None:
        """Stop the service and start it anew, as `credit serve` does with its worker."""
        self.office.ledger.close()
        self.service = build_service(self.settings, self.clock)
        reconcile(self.office)
        self.open_doors(self.client)

    def pass_days(self, days: int) -> None:
        self.clock.instant += timedelta(days=days)

    def set_statement_days(self, days: int) -> None:
        """Write another statement period into the rules on disk."""
        path = self.settings.rules / DEADLINES
        text = path.read_text(encoding="utf-8")
        changed = re.sub(r"(?m)^(statement_workdays,[^,]*),\d+,", rf"\g<1>,{days},", text)
        path.write_text(changed, encoding="utf-8")

    # Files

    def send(self, agency: str, rows: Sequence[dict[str, str]], name: str) -> None:
        self.sent += 1
        self.clock.move()
        path = self.folder / f"{name}{self.today:%m%d}-{self.sent}.csv"
        with path.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        outcome = ingest_file(self.office, Submission(path, path.name, agency, SENDERS[agency].actor_id))
        assert outcome.batch.rejected == 0, outcome

    def send_defaulters(self, *who: Somebody, on: date | None = None) -> None:
        """The court's list: organisations and persons."""
        on = on or self.today - timedelta(days=20)
        begun_on = on - timedelta(days=60)
        self.send(
            COURT,
            [
                {
                    "姓名或名称": one.name,
                    "被执行人类别": "自然人" if one.born_on else "法人及非法人组织",
                    "身份证号码/组织机构代码": one.code,
                    "法定代表人或负责人": "",
                    "执行法院": "测试市示范区人民法院（测试）",
                    "省份": "测试省",
                    "执行依据文号": f"（{begun_on.year}）测9901民初{one.number}{self.sent:03d}号",
                    "立案时间": begun_on.isoformat(),
                    "案号": f"（{begun_on.year}）测9901执{one.number}{self.sent:03d}号",
                    "做出执行依据单位": "测试市示范区人民法院（测试）",
                    "生效法律文书确定的义务": "支付货款及逾期利息（测试数据）",
                    "被执行人的履行情况": "全部未履行",
                    "失信被执行人行为具体情形": "有履行能力而拒不履行生效法律文书确定义务",
                    "发布时间": on.isoformat(),
                    "已履行部分": "",
                    "未履行部分": "",
                }
                for one in who
            ],
            "失信被执行人名单",
        )

    def send_honours(self, *who: Somebody) -> None:
        """The civility office's list of organisations."""
        on = self.today - timedelta(days=10)
        self.send(
            CIVIL,
            [
                {
                    "统一社会信用代码": one.code,
                    "荣誉名称": "文明单位",
                    "认定文号": f"示文明〔{on.year}〕{one.number}{self.sent:03d}号",
                    "荣誉等级": "区级",
                    "机构名称": one.name,
                    "认定日期": on.isoformat(),
                    "认定部门全称": "文明办",
                    "荣誉内容": "区级文明单位",
                }
                for one in who
            ],
            "红名单",
        )

    def send_stars(self, *who: Somebody, consent: bool = True) -> None:
        """Persons who are honoured, with or without their consent to be shown."""
        on = self.today - timedelta(days=10)
        self.send(
            CIVIL,
            [
                {
                    "身份证号": one.code,
                    "姓名": one.name,
                    "荣誉名称": "诚信之星",
                    "认定文号": f"示文明〔{on.year}〕{one.number}{self.sent:03d}号",
                    "荣誉等级": "区县级",
                    "认定日期": on.isoformat(),
                    "认定部门全称": "测试市示范区精神文明建设委员会办公室（测试）",
                    "荣誉内容": "授予“诚信之星”称号（测试数据）",
                    "备注": "",
                    "本人同意公示(是/否)": "是" if consent else "否",
                    "同意书编号": f"TY{one.number}-{self.sent}" if consent else "",
                }
                for one in who
            ],
            "诚信之星",
        )


@contextmanager
def stopping(point: str, count: int) -> Iterator[None]:
    """Let the machine stop at the count-th time it comes to a step of a transaction, or between two of them."""
    owner, name, is_after = POINTS[point]
    real: Callable[..., object] = getattr(owner, name)
    left = [count]

    def step(*arguments: object, **named: object) -> object:
        left[0] -= 1
        if left[0] == 0 and not is_after:
            raise Crash
        done = real(*arguments, **named)
        if left[0] == 0:
            raise Crash
        return done

    with patch.object(owner, name, step):
        yield


POINTS: dict[str, tuple[object, str, bool]] = {
    "before_commit": (UnitOfWork, "commit", False),
    "after_commit": (UnitOfWork, "commit", True),
    "in_audit": (Audit, "append", False),
    "after_case": (Cases, "save", True),
    "in_snapshot": (snapshot, "_put_in_place", False),
    "after_snapshot": (snapshot, "_put_in_place", True),
    "before_rename": (publishing, "release_bulletin", False),
    "after_rename": (publishing, "release_bulletin", True),
}


def found_town(folder: Path, ledger_url: str | None = None) -> Town:
    """Return a town on its first day, its rules founded."""
    rules = copy_rules(folder)
    settings = Settings(home=folder / "live", rules=rules, ledger_url=ledger_url)
    town = Town(settings, MovingClock(START), folder)
    town.settle()
    town.open_doors()
    return town


def copy_home(source: Path, target: Path) -> None:
    """Put a home where another was: what is kept of rules in memory is known by its place."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
