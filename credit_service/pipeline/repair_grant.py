"""Third chapter, what a granted repair brings with it, all in one transaction of the ledger.

The listing ends (and with it, by a trigger, what is owed of measures), each record gets its mark, and everybody who
used the information is told and owes a receipt. Pages, look-ups, feeds and files ask the ledger, so that publication
and sharing stop with the commit. The warehouse and the analysts' copy are told right after it; whatever stops them, the
next assessment or start tells them again.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, time

from credit_service.domain.clock import SHANGHAI
from credit_service.domain.listing import Act, ActKind
from credit_service.domain.repair import ConsumerNotice, NoticeGround, RecordRepair, Repair, RepairAct
from credit_service.errors import WarehouseBusy
from credit_service.listing.repair_clocks import REMOVAL, find_due
from credit_service.listing.transitions import apply_act
from credit_service.measures.find_bodies import find_bodies
from credit_service.pipeline.decide import follow_up, procedure_terms
from credit_service.pipeline.office import TICK, LawOfDay, Office
from credit_service.pipeline.repair_targets import list_same
from credit_service.pipeline.snapshot import refresh_snapshot
from credit_service.registry.unit_of_work import UnitOfWork
from credit_service.warehouse.repairs import mirror_repairs
from credit_service.warehouse.session import Session


def follow_grant(office: Office, uow: UnitOfWork, law: LawOfDay, moved: Repair, act: RepairAct) -> None:
    """Write a granted application down with everything that follows from it; nothing is committed here.

    Raises:
        DecisionError: The listing cannot be repaired any more.
        LedgerConflict: Somebody else moved application or case first.
    """
    consumers = _find_consumers(uow, moved, act.on)
    if moved.case_id is not None:
        _end_listing(uow, law, moved.case_id, moved.repair_id, act)
    uow.repairs.save(moved, act)
    repaired_at = _instant(office, uow)
    marked = uow.record_repairs.list_marked(moved.record_ids)
    uow.record_repairs.add(
        [
            RecordRepair(record_id, moved.repair_id, act.on, act.document_no, repaired_at)
            for record_id in moved.record_ids
            if record_id not in marked
        ]
    )
    due_on = find_due(act.on, law.rulebook.deadlines[REMOVAL], law.is_workday)
    uow.notices.add(
        [
            ConsumerNotice(f"{moved.repair_id}-{number:02d}", moved.repair_id, code, grounds, act.on, act.at, due_on)
            for number, (code, grounds) in enumerate(sorted(consumers.items()), start=1)
        ]
    )


def share_repairs(office: Office) -> None:
    """Tell the warehouse and the analysts' copy; a busy warehouse loses nothing, the next assessment tells it."""
    with suppress(WarehouseBusy):
        with office.warehouse.open() as session:
            take_over_repairs(office, session)
        refresh_snapshot(office)


def take_over_repairs(office: Office, session: Session) -> bool:
    """Make the warehouse's marks equal to the ledger's; return whether anything was new.

    The ledger is read in a writer's turn: a repair granted before an assessment's instant is committed by then.
    """
    with office.ledger.unit_of_work() as uow:
        marks = uow.record_repairs.list_all()
    return mirror_repairs(session, marks)


def _end_listing(uow: UnitOfWork, law: LawOfDay, case_id: str, repair_id: str, act: RepairAct) -> None:
    case = uow.cases.get(case_id)
    ending = Act(
        kind=ActKind.REPAIR,
        actor_id=act.actor_id,
        on=act.on,
        at=act.at,
        document_no=act.document_no,
        reason=act.reason,
        evidence=f"修复申请{repair_id}：履行义务证明、信用承诺书及核查意见",
        agency_code=act.agency_code,
        for_id=act.for_id,
        rulebook=act.rulebook,
    )
    ended = apply_act(case, ending, procedure_terms(law.rulebook, case), law.is_workday)
    uow.cases.save(ended, ending)
    follow_up(uow, law, case, ended, ending)


def _find_consumers(uow: UnitOfWork, repair: Repair, on: date) -> dict[str, tuple[str, ...]]:
    """Return who used the information, by agency, and how: asked since the decision, or owes measures of it."""
    agencies = uow.agencies.list_all()
    since = repair.since_on or repair.applied_on
    start = datetime.combine(since, time(0), SHANGHAI).astimezone(UTC)
    asked = set(uow.lookups.list_askers(list_same(uow, repair.subject_id), start))
    owed = uow.measures.list_for_case(repair.case_id) if repair.case_id is not None else []
    running = [one.body for one in owed if one.ended_on is None and (one.until_on is None or one.until_on >= on)]
    acting = find_bodies(running, agencies)
    return {
        agency.agency_code: tuple(
            ground.value
            for ground, told in ((NoticeGround.LOOK_UP, asked), (NoticeGround.MEASURE, acting))
            if agency.agency_code in told
        )
        for agency in agencies
        if agency.agency_code in asked | acting
    }


def _instant(office: Office, uow: UnitOfWork) -> datetime:
    """Return now, or just after the newest assessment: what that one knew must not change afterwards."""
    known = uow.runs.find_newest_known()
    return max(office.now(), known + TICK) if known is not None else office.now()
