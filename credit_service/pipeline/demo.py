"""The demo: the main job end to end on the committed samples, under a fixed clock, with invented people.

It plays on an empty home, or on one that an earlier demo left (marked by a file); real live state is never touched.
"""

from __future__ import annotations

import csv
import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path

from credit_service.domain.agency import Actor, Role
from credit_service.domain.clock import SHANGHAI, FixedClock, add_workdays
from credit_service.domain.listing import ActKind, Case
from credit_service.domain.places import Places
from credit_service.domain.score import ListKind
from credit_service.errors import CreditServiceError, HomeOccupied
from credit_service.pipeline.accounts import NewAccount, add_account, add_key, as_actor
from credit_service.pipeline.agencies import list_agencies
from credit_service.pipeline.assess import AssessOutcome, assess
from credit_service.pipeline.decide import ActRequest, perform_act
from credit_service.pipeline.ingest import IngestOutcome, Submission, ingest_file
from credit_service.pipeline.office import Office
from credit_service.pipeline.publish import PublishOutcome, publish
from credit_service.pipeline.serving import is_served

AS_OF = date(2026, 9, 30)
PERIOD = "2026Q3"
MARKER = "这是演示数据.txt"
OpenOffice = Callable[[], Office]
Tell = Callable[[str], None]


@dataclass(frozen=True)
class DemoOutcome:
    """What the demo did, for people and programs."""

    files: tuple[tuple[str, str, int, int, int], ...]
    """(file, template, rows, accepted, rejected)"""
    assessment: AssessOutcome
    lists: tuple[tuple[str, int, int, int], ...]
    """(list, candidates, listed, declined)"""
    refusal: str
    """What the first attempt to skip a gate was told."""
    published: PublishOutcome
    accounts: tuple[tuple[str, str, str], ...]
    """(account, role, password); the passwords are random and shown once."""
    key: str

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object of ``credit demo``."""
        fields = ("file", "template", "rows", "accepted", "rejected")
        return {
            "files": [dict(zip(fields, row, strict=True)) for row in self.files],
            "assessment": self.assessment.to_dict(),
            "lists": [dict(zip(("list", "candidates", "listed", "declined"), row, strict=True)) for row in self.lists],
            "refusal": self.refusal,
            "bulletin": self.published.to_dict(),
            "accounts": [dict(zip(("account_id", "role", "password"), row, strict=True)) for row in self.accounts],
            "api_key": self.key,
            "open": "make serve → http://127.0.0.1:8000",
        }


def play_demo(places: Places, open_office: OpenOffice, tell: Tell) -> DemoOutcome:
    """Play the whole story.

    Args:
        places: Where things lie.
        open_office: Builds the office once the home is clear.
        tell: Called with one line per step.

    Raises:
        HomeOccupied: The home holds live state that no demo made.
    """
    _clear(places, open_office)
    office = _at(open_office(), AS_OF)
    _mark(places)
    tell(f"一、报送与校验（{AS_OF}）")
    files = tuple(_ingest_samples(office, tell))
    tell(f"二、评价（基准日 {AS_OF}）")
    office = _at(office, AS_OF, 120)
    assessment = assess(office, AS_OF)
    candidates = "，".join(f"{kind.label} {assessment.candidates[kind.value]}" for kind in ListKind)
    tell(f"  记录 {assessment.records}，主体 {assessment.subjects}，评分 {assessment.scores}；建议：{candidates}")
    tell("三、认定：告知 → 送达 → 陈述申辩 → 第二人决定 → 送达")
    accounts = _open_accounts(office)
    walk = _Walk(office, {role: actor for role, actor, _ in accounts})
    lists = tuple(walk.decide_all(assessment.proposed, tell))
    tell("四、公告")
    published = publish(_at(office, walk.publish_on), PERIOD, walk.actors[Role.PUBLISHER])
    tell(f"  {published.release.title}：红榜 {published.red}，黑榜 {published.black}，依法不公开 {published.withheld}")
    key = add_key(office, list_agencies(office)[0].agency_code, ("checks", "bulletins"))
    passwords = tuple((actor.actor_id, role.label, password) for role, actor, password in accounts)
    return DemoOutcome(files, assessment, lists, walk.refusal, published, passwords, key.secret)


class _Walk:
    """Walks cases through the gates on the days the law's terms give."""

    def __init__(self, office: Office, actors: dict[Role, Actor]) -> None:
        self._office = office
        self._is_workday = office.is_workday()
        self.actors = actors
        self.refusal = ""
        self.publish_on = AS_OF

    def decide_all(self, cases: Sequence[Case], tell: Tell) -> list[tuple[str, int, int, int]]:
        """Decide every red and black case; watch cases stay open for review on the desk."""
        rows = []
        for kind in ListKind:
            of_kind = [case for case in cases if case.list_kind is kind]
            decided: Counter[str] = Counter()
            for place, case in enumerate(of_kind):
                if kind is ListKind.WATCH:
                    break
                # The last black case is heard and declined, so that the demo shows both outcomes.
                decline = kind is ListKind.BLACK and place == len(of_kind) - 1 and place > 0
                self._walk(case, decline=decline)
                decided["declined" if decline else "listed"] += 1
            rows.append((kind.label, len(of_kind), decided["listed"], decided["declined"]))
            tell(f"  {kind.label}：建议 {len(of_kind)}，决定列入 {decided['listed']}，不予列入 {decided['declined']}")
        tell(f"  越过程序的尝试被拒绝：{self.refusal}")
        return rows

    def _walk(self, case: Case, *, decline: bool) -> None:
        reviewer, decider = self.actors[Role.REVIEWER], self.actors[Role.DECIDER]
        noticed_on = self._workday(AS_OF, 1)
        served_on = self._workday(noticed_on, 1)
        number = case.case_id[1:7]
        if case.list_kind is ListKind.BLACK and not self.refusal:
            self.refusal = self._try_to_skip(case, decider, noticed_on)
        self._act(ActRequest(case.case_id, ActKind.DRAFT_NOTICE, reviewer, noticed_on, f"示信告〔2026〕{number}号"))
        served = self._act(
            ActRequest(case.case_id, ActKind.SERVE_NOTICE, reviewer, served_on, evidence="邮政EMS签收回执（测试）")
        )
        heard_on = self._workday(served.statement_until_on or served_on, 1)
        decided_on = self._workday(heard_on, 1)
        note = "主体提出已全部履行并提交凭证，意见成立（测试）" if decline else "期满未提出意见（测试）"
        self._act(ActRequest(case.case_id, ActKind.HEAR, reviewer, heard_on, evidence=note))
        if decline:
            self._act(ActRequest(case.case_id, ActKind.DECLINE, decider, decided_on, reason="陈述申辩意见成立"))
            return
        number = f"示信决〔2026〕{number}号"
        decide = ActRequest(case.case_id, ActKind.DECIDE, decider, decided_on, number, "事实清楚，依据充分，程序合法")
        self._act(decide)
        decision_served_on = self._workday(decided_on, 1)
        proof = "直接送达回证（测试）"
        self._act(ActRequest(case.case_id, ActKind.SERVE_DECISION, reviewer, decision_served_on, evidence=proof))
        self.publish_on = max(self.publish_on, self._workday(decision_served_on, 1))

    def _try_to_skip(self, case: Case, decider: Actor, day: date) -> str:
        try:
            self._act(ActRequest(case.case_id, ActKind.DECIDE, decider, day, "示信决〔2026〕0号", "试图越过告知程序"))
        except CreditServiceError as fault:
            return str(fault)
        message = "a decision without notice went through"
        raise AssertionError(message)

    def _act(self, request: ActRequest) -> Case:
        return perform_act(_at(self._office, request.on or AS_OF), request)

    def _workday(self, day: date, count: int) -> date:
        return add_workdays(day, count, self._is_workday)


def _at(office: Office, day: date, minute: int = 0) -> Office:
    return replace(office, clock=FixedClock(datetime.combine(day, time(8 + minute // 60, minute % 60), SHANGHAI)))


def _ingest_samples(office: Office, tell: Tell) -> list[tuple[str, str, int, int, int]]:
    rows = []
    with (office.places.samples / "manifest.csv").open(encoding="utf-8-sig", newline="") as lines:
        # Each file comes a minute after the one before, so that a correction is later than what it corrects.
        for minute, entry in enumerate(csv.DictReader(lines)):
            outcome = _ingest(_at(office, AS_OF, minute), office.places.samples / entry["file"], entry["agency_code"])
            batch = outcome.batch
            tell(f"  {batch.file_name}：收到 {batch.rows} 行，合格 {batch.accepted}，不合格 {batch.rejected}")
            rows.append((batch.file_name, outcome.template_title, batch.rows, batch.accepted, batch.rejected))
    return rows


def _ingest(office: Office, path: Path, agency_code: str) -> IngestOutcome:
    return ingest_file(office, Submission(path, path.name, agency_code, "demo"))


def _open_accounts(office: Office) -> tuple[tuple[Role, Actor, str], ...]:
    first, second = list_agencies(office)[:2]
    opened = []
    # Nobody decides alone on what their own agency sent, so the decider belongs to another one.
    agency_of = {Role.DECIDER: second.agency_code}
    for role in Role:
        password = secrets.token_urlsafe(12)
        name = f"演示{role.label}"
        agency_code = agency_of.get(role, first.agency_code)
        account = add_account(office, NewAccount(f"demo-{role.value}", name, agency_code, role, password))
        opened.append((role, as_actor(account), password))
    return tuple(opened)


def _clear(places: Places, open_office: OpenOffice) -> None:
    """Remove what an earlier demo left, and the empty stores that a command without data made.

    Raises:
        HomeOccupied: Something is there that no demo made.
    """
    if is_served(places):
        message = f"{places.home} 正由 credit serve 使用，演示不会在服务运行时清空它。"
        raise HomeOccupied(message, remedy="请先停止服务，或另设 CREDIT_HOME 指向一个空目录。")
    for folder in (places.home, places.issued):
        if not folder.exists() or not any(folder.iterdir()):
            continue
        is_demo = (folder / MARKER).is_file()
        if not is_demo and not (folder == places.home and _is_untouched(places, open_office)):
            message = f"{folder} 中已有运行数据，演示不会覆盖它。"
            raise HomeOccupied(message, remedy="请另设 CREDIT_HOME 指向一个空目录，再运行演示。")
        shutil.rmtree(folder)


def _is_untouched(places: Places, open_office: OpenOffice) -> bool:
    """Return whether nobody has received, registered or decided anything in a home yet."""
    if places.warehouse.exists() or any(places.inbox.glob("*/*")):
        return False
    try:
        with open_office().ledger.reading() as uow:
            return not (uow.batches.list_newest(None, 1) or uow.accounts.list_all() or uow.keys.list_all())
    except CreditServiceError:
        return False


def _mark(places: Places) -> None:
    for folder in (places.home, places.issued):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARKER).write_text("本目录由 credit demo 生成，再次演示时会被清空。\n", encoding="utf-8")
