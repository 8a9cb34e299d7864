"""A district in which the demo was played, and the people who deal with objections in it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from credit_service.bootstrap import Service, build_service, to_places
from credit_service.domain.agency import Actor, Role
from credit_service.domain.clock import FixedClock
from credit_service.domain.listing import Case, CaseFilter, CaseState
from credit_service.domain.objection import (
    Channel,
    Objection,
    ObjectionActKind,
    ObjectionTarget,
    ObjectorKind,
    ObjectorWords,
)
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.pipeline.accounts import NewAccount, add_account, as_actor
from credit_service.pipeline.agencies import list_agencies
from credit_service.pipeline.demo import play_demo
from credit_service.pipeline.evidence import HandedIn
from credit_service.pipeline.objections import ObjectionRequest, perform_objection_act
from credit_service.pipeline.office import Office
from credit_service.pipeline.receive_objections import NewObjection, ReceivedObjection, receive_objection
from credit_service.registry.receipt_codes import make_delivery_code
from credit_service.settings import Settings

START = date(2026, 10, 28)
"""A Wednesday after the demo's bulletin came out."""
NAME, PHONE, CLAIM = "王小明（测试）", "13800138000", "处罚已被复议机关撤销，见附件。张某某知情。"
PDF = HandedIn("王小明身份证.pdf", b"%PDF-1.7 test")


def play(home: Path) -> None:
    """Play the demo in a home."""
    settings = Settings(home=home)
    play_demo(to_places(settings), lambda: build_service(settings).office, lambda _line: None)


@dataclass
class ObjectionWorld:
    """A service at a day that goes on, with one clerk for each part."""

    service: Service
    today: date = START
    people: dict[str, Actor] = field(default_factory=dict)

    @property
    def office(self) -> Office:
        clock = FixedClock(datetime.combine(self.today, time(3), UTC))
        return replace(self.service.office, clock=clock)

    @property
    def room(self):
        return replace(self.service.reading_room, clock=self.office.clock)

    def case(self, kind: ListKind = ListKind.BLACK, state: CaseState = CaseState.PUBLISHED) -> Case:
        """Return a case about an organisation; a listing rests on one record only."""
        with self.office.ledger.reading() as uow:
            return next(
                one
                for one in uow.cases.list_filtered(CaseFilter(kind, state))
                if one.subject_kind is SubjectKind.ORGANISATION and (kind is ListKind.WATCH or len(one.record_ids) == 1)
            )

    def stored_case(self, case_id: str) -> Case:
        with self.office.ledger.reading() as uow:
            return uow.cases.get(case_id)

    def stored(self, number: str) -> Objection:
        with self.office.ledger.reading() as uow:
            return uow.objections.get(number)

    def new(self, case: Case, **changes: object) -> NewObjection:
        plain = NewObjection(
            target=ObjectionTarget.CASE,
            target_id=case.case_id,
            objector=ObjectorKind.SUBJECT,
            channel=Channel.PAGE,
            words=ObjectorWords(NAME, PHONE, CLAIM),
            delivery_code=make_delivery_code(self.office.keys, case.case_id),
        )
        return replace(plain, **changes)

    def receive(self, case: Case, **changes: object) -> ReceivedObjection:
        return receive_objection(self.office, self.new(case, **changes))

    def receive_about_record(self, case: Case, **changes: object) -> ReceivedObjection:
        at_desk = {
            "target": ObjectionTarget.RECORD,
            "target_id": case.record_ids[0],
            "channel": Channel.DESK,
            "actor": self.people["clerk"],
        }
        return self.receive(case, **{**at_desk, **changes})

    def act(self, number: str, kind: ObjectionActKind, who: str = "", **papers: object) -> Objection:
        """Do an act with all its papers, some of them changed."""
        office = self.office
        objection = self.stored(number)
        decides = kind in {ObjectionActKind.UPHOLD, ObjectionActKind.REJECT, ObjectionActKind.REFUSE}
        actor = self.people[who or ("decider" if decides else "clerk")]
        full = ObjectionRequest(
            number,
            kind,
            actor,
            document_no="示信异决〔2026〕1号",
            reason="经核查",
            evidence="调取原案卷核对",
            redress="可以依法申请行政复议或者提起行政诉讼",
            to_agency=objection.source_agencies[0] if objection.source_agencies else "",
            verdict="wrong",
        )
        if kind is ObjectionActKind.UPHOLD:
            full = replace(full, remedy="withdraw", listing="revoke", wrong_records=objection.record_ids[:1])
        return perform_objection_act(office, replace(full, **papers))

    def decide(self, number: str, kind: ObjectionActKind, **papers: object) -> Objection:
        """Accept and decide without asking anybody."""
        self.act(number, ObjectionActKind.ACCEPT)
        return self.act(number, kind, **papers)

    def pass_days(self, days: int) -> None:
        self.today += timedelta(days=days)


def open_world(home: Path) -> ObjectionWorld:
    """Return the world of a home in which the demo was played."""
    service = build_service(Settings(home=home), FixedClock(datetime.combine(START, time(3), UTC)))
    world = ObjectionWorld(service)
    sources = {agency.agency_code for agency in list_agencies(service.office)}
    with service.office.ledger.reading() as uow:
        sending = {batch.agency_code for batch in uow.batches.list_newest(None, 100)}
    # The credit office is a department that sent nothing itself.
    office_code = sorted(sources - sending)[0] if sources - sending else sorted(sources)[0]
    for name, role, agency in (
        ("clerk", Role.REVIEWER, office_code),
        ("clerk2", Role.REVIEWER, office_code),
        ("decider", Role.DECIDER, office_code),
        ("decider2", Role.DECIDER, office_code),
        *((f"source-{number}", Role.SUBMITTER, code) for number, code in enumerate(sorted(sending))),
        *((f"source-decider-{number}", Role.DECIDER, code) for number, code in enumerate(sorted(sending))),
    ):
        account = add_account(service.office, NewAccount(name, name, agency, role, "correct-horse-battery"))
        world.people[name] = as_actor(account)
    return world
