"""What a listing brings begins with it and ends with it: measures owed and the tasks that agencies are asked to do.

`decide` calls `measures_begin` where a listing takes effect or is resumed, and `measures_end` where it ends or is
suspended, inside its own transaction. Nothing here commits.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

from credit_service.domain.clock import IsWorkday
from credit_service.domain.listing import Case, CaseState
from credit_service.domain.measure import MeasureBody, MeasureOwed, MeasureTask, MeasureUse, TaskState
from credit_service.errors import RuleSyntax, UnknownAgency, UnknownIndicator
from credit_service.listing.deadlines import add_months
from credit_service.measures.ask import ask_agencies
from credit_service.measures.assign import assign_measures
from credit_service.measures.terms import MeasureTerms, to_terms
from credit_service.pipeline.office import Office
from credit_service.registry.unit_of_work import UnitOfWork
from credit_service.rulebook.schema import Rulebook


def measure_terms(rulebook: Rulebook, is_workday: IsWorkday) -> MeasureTerms:
    """Return the terms joint measures move under; a rulebook of an earlier time may set none."""
    return to_terms(rulebook.deadlines, is_workday, add_months)


def measures_begin(uow: UnitOfWork, case: Case, rulebook: Rulebook, today: date, is_workday: IsWorkday) -> None:
    """Write down what a listing brings and ask the agencies; of a resumed one, let it run again and ask anew.

    Args:
        uow: The transaction of the act; the moved case is already saved in it.
        case: A listing whose decision was served.
        rulebook: The rules of the day.
        today: The day agencies are asked on.
        is_workday: The calendar.

    Raises:
        DecisionError: The listing may bring nothing, or not this much; nothing was written.
    """
    if uow.measures.list_for_case(case.case_id):
        uow.measures.resume(case.case_id)
    else:
        slugs = rulebook.list_type(case.list_type).measures
        uow.measures.add(assign_measures(case, rulebook.measures, slugs, rulebook.proportions))
    owed = uow.measures.list_for_case(case.case_id)
    _ask(uow, owed, uow.measure_tasks.list_for_case(case.case_id), today, measure_terms(rulebook, is_workday))


def measures_end(uow: UnitOfWork, case: Case, on: date, rulebook: Rulebook, is_workday: IsWorkday) -> None:
    """End what a listing brought where it ended, suspend it where it is suspended; ask the agencies to lift it.

    Raises:
        IllegalTransition: The ledger does not allow it.
    """
    if case.state is CaseState.ENDED:
        uow.measures.end(case.case_id, on)
    else:
        uow.measures.suspend(case.case_id, on)
    terms = measure_terms(rulebook, is_workday)
    for use in uow.measure_tasks.list_uses(case_id=case.case_id):
        if use.task is not None and use.task.state is TaskState.LIFTING and use.task.lift_due_on is None:
            uow.measure_tasks.ask_lift(with_lift(use, terms))


def with_lift(use: MeasureUse, terms: MeasureTerms) -> MeasureTask:
    """Return a task whose measure may not be applied any more, asked to be lifted from its first day on.

    The term for it runs from that day, also where a term that was over is written down later.
    """
    task, removed_on = use.task, use.removed_on
    if task is None or removed_on is None:
        message = "a measure without task or end cannot be lifted"
        raise ValueError(message)
    asked_on = task.lift_asked_on or max(removed_on, task.asked_on)
    return replace(task, state=TaskState.LIFTING, lift_asked_on=asked_on, lift_due_on=terms.lift_due_on(removed_on))


def _ask(
    uow: UnitOfWork,
    owed: Iterable[MeasureOwed],
    earlier: Iterable[MeasureTask],
    today: date,
    terms: MeasureTerms,
) -> int:
    tasks = ask_agencies(owed, uow.measure_bodies.by_measure(), earlier, today, terms)
    uow.measure_tasks.add(tasks)
    return len(tasks)


def ask_missing(uow: UnitOfWork, today: date, terms: MeasureTerms) -> int:
    """Ask the agencies named by now for every running measure they were not asked for; return how many tasks."""
    uses = uow.measure_tasks.list_uses()
    owed = {(use.owed.case_id, use.owed.measure): use.owed for use in uses}
    return _ask(uow, owed.values(), (use.task for use in uses if use.task), today, terms)


def name_body(office: Office, measure: str, agency_code: str, reason: str, by: str) -> int:
    """Name an agency as executing body of a measure; return how many tasks it was asked at once.

    Raises:
        UnknownIndicator: The measure is not in the catalogue, or only shares information.
        UnknownAgency: The agency is not registered.
        IllegalTransition: It is named already.
        EvidenceMissing: No reason was given.
    """
    today = office.today()
    rulebook = office.rulebook(today)
    known = next((one for one in rulebook.measures if one.slug == measure), None)
    if known is None or known.nature == "market":
        message = f"措施“{measure}”不在措施清单中，或者只共享信息，不能登记执行单位。"
        raise UnknownIndicator(message, remedy="请核对 rules/measures/ 中的措施代号。")
    with office.ledger.unit_of_work() as uow:
        uow.agencies.get(agency_code)
        uow.measure_bodies.add(MeasureBody(measure, agency_code, reason.strip(), by, office.now()))
        asked = ask_missing(uow, today, measure_terms(rulebook, office.is_workday()))
        detail = {"measure": measure, "asked": asked}
        uow.audit.append(by, "measure.body_named", agency_code, office.now(), detail)
        uow.commit()
    return asked


def drop_body(office: Office, measure: str, agency_code: str, by: str) -> None:
    """End that an agency carries out a measure; what it was asked before stays with it.

    Raises:
        UnknownAgency: It is not named for this measure.
    """
    with office.ledger.unit_of_work() as uow:
        if not uow.measure_bodies.end(measure, agency_code, by, office.now()):
            message = f"单位{agency_code}没有登记为措施“{measure}”的执行单位。"
            raise UnknownAgency(message, remedy="请用 credit measures bodies 核对。")
        uow.audit.append(by, "measure.body_dropped", agency_code, office.now(), {"measure": measure})
        uow.commit()


def seed_bodies(office: Office) -> None:
    """Fill an empty table of executing bodies from ``data/reference/measure_bodies.csv``; ask for what runs already.

    Raises:
        RuleSyntax: The file names an agency that is not registered.
    """
    with office.ledger.reading() as uow:
        if uow.measure_bodies.has_any():
            return
        known = {agency.agency_code for agency in uow.agencies.list_all()}
    rows = _read_bodies(office.places.reference / "measure_bodies.csv")
    # A district with departments of its own fills the table in itself.
    rows = [row for row in rows if row["agency_code"] in known]
    if not rows:
        return
    today = office.today()
    rulebook = office.rulebook(today)
    with office.ledger.unit_of_work() as uow:
        for row in rows:
            uow.measure_bodies.add(
                MeasureBody(row["measure"], row["agency_code"], row["reason"], "installer", office.now())
            )
        ask_missing(uow, today, measure_terms(rulebook, office.is_workday()))
        uow.audit.append("installer", "measure.bodies_seeded", "measure_body", office.now(), {"bodies": len(rows)})
        uow.commit()


def _read_bodies(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    if rows and set(rows[0]) != {"measure", "agency_code", "reason"}:
        message = f"{path.name} 的表头应为 measure,agency_code,reason。"
        raise RuleSyntax(message, remedy="请改正表头。", file=path.name)
    return rows
