"""Beside the second chapter: listings taken over from another authority end when theirs does.

Before it the warehouse knows which records still stand; after it every taken-over case that rests on none of them any
more is closed. The authority withdrew or corrected its listing away; ours has nothing left to rest on.
"""

from __future__ import annotations

from collections.abc import Iterable

from credit_service.domain.listing import Act, ActKind, Case
from credit_service.listing.transitions import apply_act
from credit_service.pipeline.decide import STANDING, procedure_terms
from credit_service.pipeline.joint_measures import measures_end
from credit_service.pipeline.office import Office
from credit_service.warehouse.connection import Session


def end_with_source(office: Office, session: Session) -> int:
    """Close taken-over cases none of whose records stands any more; return how many."""
    with office.ledger.reading() as uow:
        taken_over = [case for case in uow.cases.list_standing() if case.taken_over_on is not None]
    standing = _find_standing(session, {record for case in taken_over for record in case.record_ids})
    over = [case for case in taken_over if not standing.intersection(case.record_ids)]
    return sum(_end(office, case) for case in over)


def _find_standing(session: Session, record_ids: Iterable[str]) -> frozenset[str]:
    wanted = sorted(record_ids)
    if not wanted:
        return frozenset()
    frame = session.run_query(
        "SELECT record_id FROM current_records WHERE list_contains($wanted, record_id)", {"wanted": wanted}
    )
    return frozenset(frame["record_id"])


def _end(office: Office, case: Case) -> bool:
    law = office.law_of_today()
    act = Act(
        ActKind.SOURCE_END,
        "calendar",
        law.day,
        office.now(),
        reason="认定机关的列入信息已撤回或更正",
        rulebook=law.adopted,
    )
    with office.ledger.unit_of_work() as uow:
        current = uow.cases.get(case.case_id)
        if current.state not in STANDING:
            return False
        moved = apply_act(current, act, procedure_terms(law.rulebook, current), law.is_workday)
        uow.cases.save(moved, act)
        measures_end(uow, moved, law.day, law.rulebook, law.is_workday)
        uow.audit.append(act.actor_id, "case.source_end", case.case_id, act.at, {"from": current.state.value})
        uow.commit()
    return True
