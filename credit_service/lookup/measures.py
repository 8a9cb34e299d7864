"""The loop of joint measures as people look at it: what an agency owes, and what does not agree anywhere.

Before it lie tasks and feedback in the ledger; after it pages, commands and workbooks. Judging is in `measures`; here
names are put to codes. Natural persons are shown as their case shows them, masked. It changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from credit_service.domain.agency import Agency
from credit_service.domain.listing import Case
from credit_service.domain.measure import FeedbackKind, Measure, MeasureUse, Nature, StrayReport, TaskState
from credit_service.errors import TaskNotFound
from credit_service.listing.deadlines import add_months, build_workdays
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.measures.feedback import list_possible
from credit_service.measures.reconcile import AgencyTally, Finding, FindingKind, Reconciliation, list_known, reconcile
from credit_service.measures.remind import Reminder, Urgency, remind
from credit_service.measures.terms import MeasureTerms, to_terms
from credit_service.registry.unit_of_work import UnitOfWork


class Shown(StrEnum):
    """Which tasks of an agency are shown."""

    TODO = "todo"
    RUNNING = "running"
    CLOSED = "closed"
    ALL = "all"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"todo": "待办", "running": "执行中", "closed": "已办结", "all": "全部"}[self.value]


_SHOWN = {
    Shown.TODO: frozenset({TaskState.ASKED, TaskState.ACCEPTED, TaskState.LIFTING}),
    Shown.RUNNING: frozenset({TaskState.ACTIVE}),
    Shown.CLOSED: frozenset({TaskState.NOT_APPLICABLE, TaskState.LIFTED}),
    Shown.ALL: frozenset(TaskState),
}


@dataclass(frozen=True)
class MeasureItem:
    """One task with everything a clerk needs to see of it."""

    use: MeasureUse
    case: Case
    measure: Measure | None
    """The catalogue's entry; None where the catalogue in force has none any more."""
    agency: Agency
    state: TaskState
    state_label: str
    reminder: Reminder
    possible: tuple[FeedbackKind, ...]

    @property
    def task_id(self) -> str:
        """Number of the task."""
        return self.use.task.task_id if self.use.task else ""

    @property
    def name(self) -> str:
        """Chinese name of the measure."""
        return self.measure.name if self.measure else self.use.owed.measure

    @property
    def nature_label(self) -> str:
        """Chinese name of its nature."""
        nature = self.use.owed.nature
        return Nature(nature).label if nature else "—"


@dataclass(frozen=True)
class MeasureDesk:
    """The tasks of one agency, or of all, on a day."""

    day: date
    items: tuple[MeasureItem, ...]
    """The chosen ones, the most urgent first, then by due day."""
    counts: dict[Shown, int]
    urgent: dict[Urgency, int]
    """Of those to do."""
    reconciliation: Reconciliation
    strays: tuple[StrayReport, ...]
    agencies: dict[str, Agency]
    catalogue: tuple[Measure, ...]


@dataclass(frozen=True)
class FindingLine:
    """One finding with its names."""

    finding: Finding
    measure_name: str
    agency_name: str
    subject_name: str
    """Masked for persons; empty where no case is known."""


@dataclass(frozen=True)
class OfficeBoard:
    """The credit office's view of a day."""

    day: date
    known_at: datetime
    reconciliation: Reconciliation
    lines: tuple[FindingLine, ...]
    tallies: tuple[tuple[AgencyTally, str, dict[Urgency, int]], ...]
    """(numbers, name, how urgent) of each agency, the most findings first."""
    urgent: dict[Urgency, int]
    states: dict[TaskState, int]
    shared_only: int
    """Measures of the market that run: information only."""
    agencies: dict[str, Agency]

    @property
    def kinds(self) -> tuple[tuple[FindingKind, int], ...]:
        """The kinds of findings there are, the most urgent first, with how many of each."""
        counted = ((kind, sum(line.finding.kind is kind for line in self.lines)) for kind in FindingKind)
        return tuple((kind, number) for kind, number in counted if number)

    def select(self, agency_code: str | None, kind: FindingKind | None) -> tuple[FindingLine, ...]:
        """Return the findings of an agency (empty: nobody named) and of a kind; None does not restrict."""
        return tuple(
            line
            for line in self.lines
            if agency_code in {None, line.finding.agency_code} and kind in {None, line.finding.kind}
        )


def find_kind(value: str) -> FindingKind | None:
    """Return a kind of finding by its name, or None."""
    return next((kind for kind in FindingKind if kind.value == value), None)


def get_measure_desk(room: ReadingRoom, agency_code: str | None, shown: Shown = Shown.TODO) -> MeasureDesk:
    """Return what an agency (None: all of them) was asked, today.

    Raises:
        UnknownAgency: The agency is not registered.
    """
    today = _today(room)
    day, terms = today.day, today.terms
    with room.ledger.reading() as uow:
        if agency_code is not None:
            uow.agencies.get(agency_code)
        uses = uow.measure_tasks.list_uses(agency_code)
        strays = uow.measure_strays.list_all(agency_code)
        items = _to_items(uow, [use for use in uses if use.task], today, _SHOWN[shown])
        agencies = {agency.agency_code: agency for agency in uow.agencies.list_all()}
    states = [use.state_on(day) for use in uses]
    counts = {kind: sum(state in wanted for state in states) for kind, wanted in _SHOWN.items()}
    reminders = [remind(use, day, terms) for use in uses if use.task]
    return MeasureDesk(
        day=day,
        items=items,
        counts=counts,
        urgent=_count_urgent(reminders),
        reconciliation=reconcile(uses, strays, day, terms),
        strays=tuple(strays),
        agencies=agencies,
        catalogue=today.catalogue,
    )


def get_measure_item(room: ReadingRoom, task_id: str, agency_code: str | None) -> MeasureItem:
    """Return one task; a foreign one is as unknown as one that does not exist.

    Raises:
        TaskNotFound: None has this number, or it is another agency's.
    """
    today = _today(room)
    with room.ledger.reading() as uow:
        use = uow.measure_tasks.get_use(task_id)
        if agency_code is not None and (use.task is None or use.task.agency_code != agency_code):
            message = f"没有编号为“{task_id}”的措施任务。"
            raise TaskNotFound(message, remedy="请从本单位“应执行的措施”中选择。")
        (item,) = _to_items(uow, [use], today, frozenset(TaskState))
    return item


def list_owed(
    room: ReadingRoom, agency_code: str, after: str, limit: int
) -> tuple[tuple[MeasureItem, ...], str | None]:
    """Return one page of an agency's open tasks by number, and the last number where more follow.

    Open is what is still to be answered, applied or lifted.
    """
    today = _today(room)
    day = today.day
    with room.ledger.reading() as uow:
        uses = [use for use in uow.measure_tasks.list_uses(agency_code) if use.task and use.task.task_id > after]
        wanted = _SHOWN[Shown.TODO] | _SHOWN[Shown.RUNNING]
        uses = [use for use in uses if use.state_on(day) in wanted]
        uses.sort(key=lambda use: use.task.task_id if use.task else "")
        items = _to_items(uow, uses[:limit], today, wanted)
    ordered = tuple(sorted(items, key=lambda item: item.task_id))
    return ordered, ordered[-1].task_id if len(uses) > limit else None


def get_office_board(room: ReadingRoom, day: date | None = None) -> OfficeBoard:
    """Return what does not agree on a day (today by default), by agency, as known at its end."""
    as_of = day or room.today()
    terms, catalogue = _terms(room, as_of), room.rulebook(as_of).measures
    names = {measure.slug: measure.name for measure in catalogue}
    with room.ledger.reading() as uow:
        uses = uow.measure_tasks.list_uses()
        strays = uow.measure_strays.list_all()
        found = reconcile(uses, strays, as_of, terms)
        agencies = {agency.agency_code: agency for agency in uow.agencies.list_all()}
        cases = _find_cases(uow, (finding.case_id for finding in found.findings))
    known = list_known(uses, as_of)
    reminders = [remind(use, as_of, terms) for use in known if use.task]
    states = [use.state_on(as_of) for use in known]
    return OfficeBoard(
        day=as_of,
        known_at=room.clock.now(),
        reconciliation=found,
        lines=tuple(
            FindingLine(
                finding=one,
                measure_name=names.get(one.measure, one.measure),
                agency_name=_agency_name(agencies, one.agency_code),
                subject_name=cases[one.case_id].subject_name if one.case_id in cases else "",
            )
            for one in found.findings
        ),
        tallies=_rank(found.agencies, agencies, reminders),
        urgent=_count_urgent(reminders),
        states={state: states.count(state) for state in TaskState},
        shared_only=sum(use.owed.nature == Nature.MARKET and use.owed.is_running(as_of) for use in known),
        agencies=agencies,
    )


def _rank(
    tallies: Sequence[AgencyTally], agencies: dict[str, Agency], reminders: Sequence[Reminder]
) -> tuple[tuple[AgencyTally, str, dict[Urgency, int]], ...]:
    urgent: dict[str, list[Reminder]] = {}
    for one in reminders:
        if one.use.task is not None:
            urgent.setdefault(one.use.task.agency_code, []).append(one)
    ranked = sorted(tallies, key=lambda one: (-one.found, -one.asked, one.agency_code))
    return tuple(
        (one, _agency_name(agencies, one.agency_code), _count_urgent(urgent.get(one.agency_code, []))) for one in ranked
    )


@dataclass(frozen=True)
class _Today:
    """A day with the rules tasks are judged by on it."""

    day: date
    terms: MeasureTerms
    catalogue: tuple[Measure, ...]


def _today(room: ReadingRoom) -> _Today:
    day = room.today()
    return _Today(day, _terms(room, day), room.rulebook(day).measures)


def _to_items(
    uow: UnitOfWork, uses: Sequence[MeasureUse], today: _Today, wanted: frozenset[TaskState]
) -> tuple[MeasureItem, ...]:
    day, terms = today.day, today.terms
    chosen = [(use, state) for use in uses if (state := use.state_on(day)) is not None and state in wanted]
    cases = _find_cases(uow, (use.owed.case_id for use, _ in chosen))
    by_slug = {measure.slug: measure for measure in today.catalogue}
    agencies = {agency.agency_code: agency for agency in uow.agencies.list_all()}
    items = [
        MeasureItem(
            use=use,
            case=cases[use.owed.case_id],
            measure=by_slug.get(use.owed.measure),
            agency=agencies[use.task.agency_code],
            state=state,
            state_label=use.label_on(day),
            reminder=remind(use, day, terms),
            possible=tuple(list_possible(use, state)),
        )
        for use, state in chosen
        if use.task is not None
    ]
    order = tuple(Urgency)
    far = date.max
    return tuple(
        sorted(
            items,
            key=lambda item: (order.index(item.reminder.urgency), item.reminder.due_on or far, item.task_id),
        )
    )


def _find_cases(uow: UnitOfWork, case_ids: Iterable[str]) -> dict[str, Case]:
    found = {}
    for case_id in set(case_ids):
        case = uow.cases.find(case_id)
        if case is not None:
            found[case_id] = case
    return found


def _count_urgent(reminders: Sequence[Reminder]) -> dict[Urgency, int]:
    told = [one.urgency for one in reminders if one.due_on is not None]
    return {urgency: told.count(urgency) for urgency in Urgency}


def _agency_name(agencies: dict[str, Agency], code: str) -> str:
    if not code:
        return "未明确执行单位"
    return agencies[code].short_name if code in agencies else code


def _terms(room: ReadingRoom, day: date) -> MeasureTerms:
    rulebook = room.rulebook(day)
    return to_terms(rulebook.deadlines, build_workdays(rulebook.holiday_overrides), add_months)


@dataclass(frozen=True)
class BodyLine:
    """One measure that somebody carries out, with an agency named for it, or none."""

    measure: str
    measure_name: str
    nature: str
    agency_code: str
    """Empty where nobody is named."""
    agency_name: str
    reason: str


def list_bodies(room: ReadingRoom) -> tuple[BodyLine, ...]:
    """Return who carries out what, in the order of the catalogue; what nobody carries out is told too."""
    catalogue = [one for one in room.rulebook(room.today()).measures if one.nature != Nature.MARKET]
    with room.ledger.reading() as uow:
        named = uow.measure_bodies.list_all()
        agencies = {agency.agency_code: agency for agency in uow.agencies.list_all()}
    lines = []
    for measure in catalogue:
        own = [body for body in named if body.measure == measure.slug]
        lines += [
            BodyLine(
                measure=measure.slug,
                measure_name=measure.name,
                nature=measure.nature,
                agency_code=body.agency_code,
                agency_name=_agency_name(agencies, body.agency_code),
                reason=body.reason,
            )
            for body in own
        ] or [BodyLine(measure.slug, measure.name, measure.nature, "", "", "")]
    return tuple(lines)
