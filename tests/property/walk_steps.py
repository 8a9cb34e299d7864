"""What people of the town do: each act as its pipeline function takes it, and the proper way from a proposal on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from property.walk_town import (
    ADULTS,
    ALMOST_ADULT,
    CHILD,
    COURT,
    COURT_CLERK,
    DEADLINES,
    DECIDER,
    JUDGE,
    OFFICIALS,
    ORGANISATIONS,
    PUBLISHER,
    REVIEWER,
    SENDERS,
    Crash,
    Somebody,
    Town,
    stopping,
)

from credit_service.domain.agency import Actor
from credit_service.domain.listing import Act, ActKind, Case
from credit_service.domain.objection import (
    Channel,
    Objection,
    ObjectionActKind,
    ObjectionTarget,
    ObjectorKind,
    ObjectorWords,
)
from credit_service.domain.repair import Applicant, Paper, Repair, RepairActKind, RepairChannel, RepairState
from credit_service.domain.score import ListKind
from credit_service.listing.objections import next_objection_acts
from credit_service.listing.transitions import next_acts
from credit_service.pipeline.adopt import ProposalRequest, confirm_rulebook, propose_rulebook
from credit_service.pipeline.assess import assess
from credit_service.pipeline.batch_life import withdraw_record
from credit_service.pipeline.decide import ROLE_OF_ACT, ActRequest, perform_act
from credit_service.pipeline.objections import ROLE_OF_OBJECTION_ACT, ObjectionRequest, perform_objection_act
from credit_service.pipeline.publish import publish
from credit_service.pipeline.receive_objections import NewObjection, receive_objection
from credit_service.pipeline.repair_papers import HandedPaper
from credit_service.pipeline.repairs import Application, RepairRequest, apply_for_repair, perform_repair_act
from credit_service.pipeline.standins import NewDelegation, give_delegation
from credit_service.registry.receipt_codes import make_delivery_code

K, R = ObjectionActKind, RepairActKind
CLERKS = tuple(SENDERS.values())
PDF = b"%PDF-1.7 " + "测试证明".encode()
PAPERS = (HandedPaper(Paper.DUTY_PROOF, PDF), HandedPaper(Paper.COMMITMENT, PDF + b"1"))
OPINION = HandedPaper(Paper.AUTHORITY_PAPER, PDF + b"2")
DECISIONS = frozenset({ActKind.DECIDE, ActKind.DECLINE, ActKind.TAKE_OVER})
WAY = (
    ActKind.TAKE_UP,
    ActKind.DRAFT_NOTICE,
    ActKind.SERVE_NOTICE,
    ActKind.HEAR,
    ActKind.DECIDE,
    ActKind.SERVE_DECISION,
)
WAY_OF_REPAIR = {
    RepairState.APPLIED: R.FORWARD,
    RepairState.FORWARDED: R.ACCEPT,
    RepairState.ACCEPTED: R.CHECK,
    RepairState.CHECKED: R.GRANT,
}


class Steps:
    """Things that are done in a town."""

    def __init__(self, town: Town) -> None:
        self.town = town

    def cases(self) -> list[Case]:
        with self.town.office.ledger.reading() as uow:
            return sorted(uow.cases.list_all(), key=lambda case: case.case_id)

    def acts(self) -> dict[str, list[Act]]:
        with self.town.office.ledger.reading() as uow:
            return uow.acts.list_by_case()

    def case_of(self, who: Somebody, kind: ListKind) -> Case:
        """Return the newest case about somebody."""
        hashed = [case for case in self.cases() if case.list_kind is kind and self.is_about(case, who)]
        return max(hashed, key=lambda case: (case.proposed_on, case.case_id))

    def is_about(self, case: Case, who: Somebody) -> bool:
        if who.born_on is None:
            return case.identifier_code == who.code
        with self.town.office.ledger.reading() as uow:
            person = uow.persons.get(case.subject_id) if case.subject_id.startswith("psn:") else None
        return person is not None and person.id_number == who.code

    def assess(self) -> None:
        self.town.clock.move()
        assess(self.town.office, self.town.today)

    def act(self, case_id: str, kind: ActKind, actor: Actor, **more: object) -> Case:
        self.town.clock.move()
        papers = {"document_no": f"示信〔2026〕{case_id[1:6]}号", "reason": "理由", "evidence": "凭证"}
        ground = {"ground": "court"} if kind is ActKind.SUSPEND else {}
        return perform_act(self.town.office, ActRequest(case_id, kind, actor, **{**papers, **ground, **more}))

    def actor_for(self, case: Case, kind: ActKind) -> Actor:
        """Return somebody who may do it, as far as the case alone tells."""
        roles = ROLE_OF_ACT.get(kind, frozenset())
        able = [one for one in OFFICIALS if one.role in roles]
        if kind in DECISIONS:
            able = [one for one in able if one.agency_code != case.source_agency]
        in_charge = [one for one in able if one.actor_id == case.reviewer_id]
        if kind is ActKind.HAND_OVER:
            able = [one for one in able if one not in in_charge]
            in_charge = []
        return (in_charge or able or [REVIEWER])[0]

    def go(self, case: Case, kind: ActKind) -> Case:
        """Do an act on the first day it may be done."""
        step = next((one for one in next_acts(case) if one.kind is kind), None)
        if step is not None and step.earliest_on is not None and step.earliest_on > self.town.today:
            self.town.pass_days((step.earliest_on - self.town.today).days)
        return self.act(case.case_id, kind, self.actor_for(case, kind))

    def list_fully(self, *cases: Case) -> None:
        """Take proposals through every gate up to the service of the decision."""
        for kind in WAY:
            for case in cases:
                self.go(self.get(case.case_id), kind)

    def take_over(self, *cases: Case) -> None:
        for case in cases:
            self.go(self.get(case.case_id), ActKind.TAKE_UP)
            self.go(self.get(case.case_id), ActKind.TAKE_OVER)

    def get(self, case_id: str) -> Case:
        with self.town.office.ledger.reading() as uow:
            return uow.cases.get(case_id)

    def publish(self, period: str) -> None:
        self.town.clock.move()
        publish(self.town.office, period, PUBLISHER)

    # Objections

    def object_to(self, case: Case, **changes: object) -> Objection:
        self.town.clock.move()
        new = NewObjection(
            target=ObjectionTarget.CASE,
            target_id=case.case_id,
            objector=ObjectorKind.SUBJECT,
            channel=Channel.PAGE,
            words=ObjectorWords("王小明", "13800138000", "不是事实"),
            delivery_code=make_delivery_code(self.town.office.keys, case.case_id),
        )
        return receive_objection(self.town.office, replace(new, **changes)).objection

    def objections(self) -> list[Objection]:
        with self.town.office.ledger.reading() as uow:
            return sorted(uow.objections.list_filtered(), key=lambda one: one.number)

    def go_on_with(self, objection: Objection, kind: K, **papers: object) -> Objection:
        """Do an act on an objection with all its papers."""
        self.town.clock.move()
        with self.town.office.ledger.reading() as uow:
            done = {one.actor_id for one in uow.objections.list_acts(objection.number)}
        able = [one for one in (*OFFICIALS, *CLERKS) if one.role in ROLE_OF_OBJECTION_ACT[kind]]
        if kind in {K.VERIFY, K.CORRECT}:
            able = [one for one in CLERKS if one.agency_code in objection.source_agencies] or able
        if kind in {K.UPHOLD, K.REJECT, K.REFUSE}:
            able = [one for one in able if one.actor_id not in done] or able
        full = ObjectionRequest(
            objection.number,
            kind,
            able[0],
            document_no="示信异决〔2026〕1号",
            reason="经核查",
            evidence="调取案卷",
            redress="可以依法申请行政复议",
            to_agency=objection.source_agencies[0] if objection.source_agencies else "",
            verdict="wrong",
        )
        if kind is K.UPHOLD:
            full = replace(full, remedy="withdraw", listing="revoke", wrong_records=objection.record_ids[:1])
        return perform_objection_act(self.town.office, replace(full, **papers))

    def next_of(self, objection: Objection) -> list[K]:
        return [one.kind for one in next_objection_acts(objection, self.town.today)]

    # Repairs

    def repairs(self) -> list[Repair]:
        with self.town.office.ledger.reading() as uow:
            return sorted(uow.repairs.list_filtered(), key=lambda one: (one.applied_at, one.repair_id))

    def apply(self, case: Case, code: str = "") -> Repair:
        self.town.clock.move()
        who = Applicant("王小明", "13800000000", "已全部履行")
        form = Application(case.case_id, code or case.identifier_code or "", who, RepairChannel.PUBLIC, PAPERS)
        return apply_for_repair(self.town.office, form).repair

    def go_on_with_repair(self, repair: Repair, kind: R, *papers: HandedPaper) -> Repair:
        self.town.clock.move()
        decides = kind in {R.GRANT, R.REFUSE}
        actor = JUDGE if decides else REVIEWER if kind is R.FORWARD else COURT_CLERK
        request = RepairRequest(
            repair.repair_id,
            kind,
            actor,
            document_no="示修〔2026〕1号",
            reason="已履行",
            finding="属实",
            ground="conditions" if kind is R.REFUSE else "",
            to_agency=COURT,
            papers=papers,
        )
        return perform_repair_act(self.town.office, request)

    def repair_fully(self, case: Case) -> None:
        repair = self.apply(case)
        for kind in WAY_OF_REPAIR.values():
            repair = self.go_on_with_repair(repair, kind)

    # Rules and stand-ins

    def change_rules(self, days: int, from_on: date) -> None:
        """Adopt rules with another statement period, as two persons do."""
        self.town.clock.move()
        self.town.set_statement_days(days)
        request = ProposalRequest(REVIEWER, from_on, "市信用办〔2026〕8号", (DEADLINES,))
        proposed = propose_rulebook(self.town.office, request)
        self.town.clock.move()
        confirm_rulebook(self.town.office, proposed.adoption.rulebook, DECIDER)

    def stand_in(self, holder: Actor, other: Actor, days: int) -> None:
        self.town.clock.move()
        new = NewDelegation(
            holder.actor_id, other.actor_id, self.town.today, self.town.today + timedelta(days=days), "出差"
        )
        give_delegation(self.town.office, new, holder)

    def take_back(self, record_id: str) -> None:
        """Take a record back as the agency that sent it."""
        self.town.clock.move()
        with self.town.office.ledger.reading() as uow:
            agency = uow.batches.get(record_id.partition("-")[0]).agency_code
        withdraw_record(self.town.office, record_id, SENDERS[agency], "报送有误")


def play_prelude(town: Town, look: Callable[[], object]) -> None:
    """Go once to every far state: listed by both ways, published, repaired, cleared, suspended and run out."""
    steps = Steps(town)
    black, red = ListKind.BLACK, ListKind.RED
    town.send_defaulters(ORGANISATIONS[0], on=date(2024, 11, 10))
    town.send_defaulters(*ORGANISATIONS[1:5], ADULTS[0], CHILD, ALMOST_ADULT)
    town.send_honours(*ORGANISATIONS[5:9])
    town.send_stars(ADULTS[1], ADULTS[2], CHILD)
    town.send_stars(ADULTS[3], consent=False)
    steps.assess()
    look()
    over = (*ORGANISATIONS[:3], ORGANISATIONS[4], ADULTS[0])
    steps.take_over(*(steps.case_of(who, black) for who in over))
    look()
    honoured = [steps.case_of(who, red) for who in (*ORGANISATIONS[5:8], ADULTS[1])]
    steps.list_fully(steps.case_of(ORGANISATIONS[3], black), *honoured)
    look()
    steps.publish("2026Q3")
    look()
    steps.repair_fully(steps.case_of(ORGANISATIONS[1], black))
    look()
    objection = steps.object_to(steps.case_of(ORGANISATIONS[2], black))
    look()
    steps.go_on_with(steps.go_on_with(objection, K.ACCEPT), K.UPHOLD)
    look()
    town.send_defaulters(ORGANISATIONS[5])
    steps.assess()
    steps.take_over(steps.case_of(ORGANISATIONS[5], black))
    look()
    steps.act(steps.case_of(ORGANISATIONS[4], black).case_id, ActKind.SUSPEND, DECIDER)
    look()
    steps.change_rules(7, town.today + timedelta(days=1))
    town.pass_days(40)
    look()
    steps.assess()
    look()


def stop_everywhere(town: Town, look: Callable[[], object]) -> list[str]:
    """Stop the machine once at each point, look, and do what did not happen; return where it stopped."""
    steps = Steps(town)
    black, red = ListKind.BLACK, ListKind.RED
    stopped: list[str] = []

    def stop(point: str, step: Callable[[], object], count: int = 1) -> None:
        try:
            with stopping(point, count):
                step()
        except Crash:
            stopped.append(point)
        town.restart()
        look()

    defaulters = ORGANISATIONS[9:13]
    stop("after_commit", lambda: town.send_defaulters(*defaulters))
    stop("in_snapshot", steps.assess)
    stop("after_snapshot", steps.assess)
    cases = [steps.case_of(who, black) for who in defaulters]
    for case in cases:
        steps.go(case, ActKind.TAKE_UP)
    for point, case in zip(("before_commit", "in_audit", "after_case", "after_commit"), cases, strict=True):
        stop(point, lambda case=case: steps.go(steps.get(case.case_id), ActKind.TAKE_OVER))
        if steps.get(case.case_id).taken_over_on is None:
            steps.go(steps.get(case.case_id), ActKind.TAKE_OVER)
    # The second act of two in one transaction: a red listing is suspended by a black one, or neither is.
    town.send_defaulters(ORGANISATIONS[6])
    steps.assess()
    case = steps.go(steps.case_of(ORGANISATIONS[6], black), ActKind.TAKE_UP)
    stop("after_case", lambda: steps.go(steps.get(case.case_id), ActKind.TAKE_OVER), 2)
    assert steps.get(case.case_id).taken_over_on is None
    assert steps.case_of(ORGANISATIONS[6], red).suspended_on is None
    stop("before_rename", lambda: steps.publish("2026-10"))
    stop("after_rename", lambda: steps.publish("2026-10"))
    steps.publish("2026-10")
    look()
    repair = steps.apply(cases[0])
    for kind in (R.FORWARD, R.ACCEPT, R.CHECK):
        repair = steps.go_on_with_repair(repair, kind)
    stop("after_commit", lambda: steps.go_on_with_repair(repair, R.GRANT))
    objection = steps.go_on_with(steps.object_to(cases[1]), K.ACCEPT)
    stop("in_audit", lambda: steps.go_on_with(objection, K.UPHOLD), 3)
    stop("after_commit", lambda: steps.go_on_with(objection, K.UPHOLD))
    assert steps.get(cases[0].case_id).end_kind == "repair"
    assert steps.get(cases[1].case_id).end_kind == "revoke"
    return stopped
