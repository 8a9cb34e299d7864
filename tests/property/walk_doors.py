"""Looking at the town from outside, through every door, with a judgement of its own of who may be seen.

What may be seen is worked out here from the acts on a case alone, not from what the case says of itself; then every
page, answer, file, the feed and the analysts' copy is held against it.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from openpyxl import load_workbook
from property.walk_steps import Steps
from property.walk_town import EVERYBODY, ORGANISATIONS, TOWN, Somebody, Town
from pypdf import PdfReader

from credit_service.domain.listing import Act, ActKind, Case, CaseState
from credit_service.domain.measure import TaskState
from credit_service.domain.objection import ObjectionActKind
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.lookup.query import run_sql
from credit_service.pipeline.standing import check_standing
from credit_service.warehouse.snapshot import find_snapshot

A = ActKind
ENDS = frozenset({A.EXPIRE, A.REPAIR, A.REVOKE, A.SOURCE_END})
OBJECTION_ENDS = frozenset(
    {ObjectionActKind.UPHOLD, ObjectionActKind.REJECT, ObjectionActKind.REFUSE, ObjectionActKind.WITHDRAW}
)
PENDING = "异议处理中"
ASKED = frozenset({TaskState.ASKED, TaskState.ACCEPTED, TaskState.ACTIVE})


@dataclass(frozen=True)
class Seen:
    """One case as its acts alone make it."""

    case: Case
    acts: tuple[Act, ...]
    is_marked: bool

    def first(self, kind: A) -> Act | None:
        return next((act for act in self.acts if act.kind is kind), None)

    def holds(self, day: date) -> bool:
        """Whether the listing has effect on a day."""
        kinds = [act.kind for act in self.acts]
        resting = [kind for kind in kinds if kind in {A.SUSPEND, A.RESUME}]
        is_served = A.SERVE_DECISION in kinds or A.TAKE_OVER in kinds
        is_over = bool(ENDS.intersection(kinds)) or (
            self.case.max_until_on is not None and day > self.case.max_until_on
        )
        return is_served and not is_over and resting[-1:] != [A.SUSPEND]

    def is_shown(self, day: date) -> bool:
        """Whether the public may see it on a page of its own."""
        return self.holds(day) and self.first(A.PUBLISH) is not None and self.case.list_kind is not ListKind.WATCH

    @property
    def is_person(self) -> bool:
        return self.case.subject_kind is SubjectKind.PERSON

    def hold_due_process(self) -> None:
        """A listing rests on basis, notice, hearing, a decision by a second person and its service."""
        assert self.case.list_basis.strip()
        over, decided = self.first(A.TAKE_OVER), self.first(A.DECIDE)
        if over is not None:
            charge = [act for act in self.acts if act.kind in {A.TAKE_UP, A.HAND_OVER}]
            assert charge
            assert not charge[-1].persons & over.persons
            assert over.evidence
            assert self.case.source_decision_no
            return
        notice, served, heard = (self.first(kind) for kind in (A.DRAFT_NOTICE, A.SERVE_NOTICE, A.HEAR))
        told = self.first(A.SERVE_DECISION)
        assert notice and served and heard and decided and told
        assert notice.document_no and served.evidence and decided.document_no and told.evidence
        assert notice.on <= served.on < heard.on <= decided.on <= told.on
        # Five working days are never less than seven days.
        assert heard.on - served.on >= timedelta(days=8)
        assert not notice.persons & decided.persons

    def hold_for_a_person(self, day: date) -> None:
        """Nobody under age, and nobody without consent on the red list, is anywhere near a list."""
        assert self.case.adult_on is not None
        assert self.case.adult_on <= day
        if self.case.list_kind is ListKind.RED:
            assert self.case.consent_no


class Doors:
    """The doors of a town, looked through from outside."""

    def __init__(self, town: Town, steps: Steps) -> None:
        self.town, self.steps = town, steps
        self.anchor: tuple[int, str] | None = None
        self.told: object = None

    def see(self) -> list[Seen]:
        """Return every case with its acts and whether an objection to it is open."""
        acts = self.steps.acts()
        with self.town.office.ledger.reading() as uow:
            open_ones = [
                one.number
                for one in self.steps.objections()
                if not OBJECTION_ENDS.intersection(act.kind for act in uow.objections.list_acts(one.number))
            ]
            marked = {case_id for number in open_ones for case_id in uow.objections.list_marked_cases(number)}
        return [Seen(case, tuple(acts[case.case_id]), case.case_id in marked) for case in self.steps.cases()]

    def look(self) -> list[Seen]:
        """Hold what is cheap to hold, after every step."""
        seen = self.see()
        self.hold_law(seen)
        self.hold_trail(seen)
        self.hold_measures(seen)
        self.hold_marks(seen)
        self.hold_pages(seen)
        self.hold_answers(seen)
        self.hold_issues(seen)
        self.hold_copy(seen)
        return seen

    def look_everywhere(self) -> None:
        """Hold all of it, each form of each issue and the recomputed standing as well."""
        seen = self.look()
        self.hold_files(seen)
        check = check_standing(self.town.office)
        assert check.cases == len(seen)
        assert (check.unknown, check.differing) == ((), ())

    # The law

    def hold_law(self, seen: list[Seen]) -> None:
        today = self.town.today
        for one in seen:
            kinds = {act.kind for act in one.acts}
            if kinds & {A.SERVE_DECISION, A.TAKE_OVER}:
                one.hold_due_process()
                if one.is_person:
                    one.hold_for_a_person(next(act.on for act in one.acts if act.kind in {A.DECIDE, A.TAKE_OVER}))
            if A.PUBLISH in kinds:
                assert kinds & {A.SERVE_DECISION, A.TAKE_OVER}
                assert one.case.list_kind is not ListKind.WATCH
            assert (one.case.state is CaseState.ENDED) is bool(kinds & ENDS)
        red = {one.case.subject_id for one in seen if one.case.list_kind is ListKind.RED and one.holds(today)}
        black = {one.case.subject_id for one in seen if one.case.list_kind is not ListKind.RED and one.holds(today)}
        assert not red & black

    def hold_trail(self, seen: list[Seen]) -> None:
        """Every act is in the trail, and the trail is whole and only grows."""
        with self.town.office.ledger.reading() as uow:
            check = uow.audit.verify(self.anchor)
            entries = Counter((entry.action, entry.object_id) for entry in uow.audit.list_newest(100_000))
            objection_acts = {
                one.number: Counter(act.kind.value for act in uow.objections.list_acts(one.number))
                for one in self.steps.objections()
            }
            repair_acts = {
                one.repair_id: Counter(act.kind.value for act in uow.repairs.list_acts(one.repair_id))
                for one in self.steps.repairs()
            }
        assert check.broken_at is None
        self.anchor = (check.entries, check.head)
        for one in seen:
            done = Counter(act.kind for act in one.acts)
            for kind, count in done.items():
                if kind is A.PUBLISH:
                    assert entries["bulletin.released", one.case.bulletin_id] == 1
                elif kind is not A.PROPOSE:
                    assert entries[f"case.{kind.value}", one.case.case_id] == count, (kind, count)
        for name, acts in (("objection", objection_acts), ("repair", repair_acts)):
            for number, counts in acts.items():
                for kind, count in counts.items():
                    assert entries[f"{name}.{kind}", number] == count, (name, kind)

    def hold_measures(self, seen: list[Seen]) -> None:
        """What is owed or asked of agencies stands on a listing that holds, and a listing that holds brings it."""
        today = self.town.today
        holding = {one.case.case_id for one in seen if one.holds(today)}
        owing = set()
        with self.town.office.ledger.reading() as uow:
            running = {owed.case_id for owed in uow.measures.list_running(today)}
            for use in uow.measure_tasks.list_uses():
                owing.add(use.owed.case_id)
                term = use.owed.until_on
                is_asked = use.task is not None and use.task.state in ASKED
                if is_asked and not (term is not None and today > term):
                    assert use.owed.case_id in holding, use
        assert running <= holding
        black = {one.case.case_id for one in seen if one.case.list_kind is ListKind.BLACK} & holding
        assert black <= running, "a listing in force brings nothing"
        assert owing >= running

    def hold_marks(self, seen: list[Seen]) -> None:
        for one in seen:
            if one.case.state not in {CaseState.ENDED, CaseState.DECLINED}:
                assert (one.case.marked_on is not None) is one.is_marked, one.case.case_id

    # The doors

    def hold_pages(self, seen: list[Seen]) -> None:
        """Search and the page of each subject show whom they may, all of them, and nobody else."""
        today, get = self.town.today, self.town.client.get
        shown = [one for one in seen if one.is_shown(today) and not one.is_person]
        found = get("/search", params={"q": TOWN}).text
        listed = re.findall(r'href="/subjects/([0-9A-Z]{18})"', found)
        assert Counter(listed) == Counter(one.case.identifier_code for one in shown)
        known = {one.case.identifier_code for one in seen}
        for who in ORGANISATIONS:
            mine = [one for one in shown if one.case.identifier_code == who.code]
            if who.code not in known:
                continue
            page = get(f"/subjects/{who.code}")
            assert page.status_code == (200 if mine else 404)
            if mine:
                kinds = re.findall(r'<section class="panel is-(red|black|watch)"', page.text)
                assert Counter(kinds) == Counter(one.case.list_kind.value for one in mine)
                assert page.text.count(f">{PENDING}<") == sum(one.is_marked for one in mine)
            else:
                assert who.name not in page.text
        for who in EVERYBODY:
            if who.born_on is not None:
                assert "/subjects/" not in get("/search", params={"q": who.name}).text.partition("<h1>")[2]
                assert get(f"/subjects/{who.code}").status_code == 404
        for path in ("/", "/feed.atom", "/bulletins"):
            answer = get(path)
            assert answer.status_code == 200
            self.hold_names(answer.text, set(), path)

    def hold_answers(self, seen: list[Seen]) -> None:
        """Agencies are told of every listing that holds, of nothing else, with the mark of what is objected to."""
        today = self.town.today
        question = {"identifiers": [who.code for who in EVERYBODY], "purpose": "approval", "case_no": "办1号"}
        headers = {"Authorization": f"Bearer {self.town.key}"}
        answer = self.town.client.post("/api/v1/checks", json=question, headers=headers)
        assert answer.status_code == 200, answer.text
        told = {
            listing["case_id"]: listing["objection"] is not None
            for result in answer.json()["results"]
            for listing in result["listings"]
        }
        assert told == {one.case.case_id: one.is_marked for one in seen if one.holds(today)}

    def hold_issues(self, seen: list[Seen]) -> None:
        """The page of each issue names who still holds, marks what is objected to, and tells who left."""
        today = self.town.today
        by_id = {one.case.case_id: one for one in seen}
        with self.town.office.ledger.reading() as uow:
            releases = uow.publications.list_all()
        for release in releases:
            page = self.town.client.get(f"/bulletins/{release.bulletin_id}")
            assert page.status_code == 200
            entries = re.findall(r"/objections\?bulletin=[^&]+&amp;case=(C[0-9A-F]{12})", page.text)
            standing = [by_id[case_id] for case_id in release.case_ids if by_id[case_id].holds(today)]
            assert Counter(entries) == Counter(one.case.case_id for one in standing)
            assert page.text.count(f'<span class="badge is-warning">{PENDING}</span>') == sum(
                one.is_marked for one in standing
            )
            for one in standing:
                assert one.first(A.PUBLISH) is not None
            self.hold_names(page.text, self.names_allowed(seen, release.bulletin_id), release.bulletin_id)

    def names_allowed(self, seen: list[Seen], bulletin_id: str) -> set[Somebody]:
        """Return who may be named by an issue today: its entries that hold, and who left a list (but not wrongly)."""
        today = self.town.today
        with self.town.office.ledger.reading() as uow:
            release = uow.publications.get(bulletin_id)
            cleared = uow.objections.list_cleared_cases()
        allowed = set()
        for one in seen:
            is_entry = one.case.case_id in release.case_ids and one.holds(today)
            was_shown = one.first(A.PUBLISH) is not None and one.case.published_on is not None
            has_left = was_shown and not one.holds(today) and not one.is_person and one.case.case_id not in cleared
            # Who left is told of by a later issue than the one that showed them, and until it comes out by none.
            has_left = has_left and one.case.bulletin_id != bulletin_id
            if is_entry or has_left:
                allowed |= {who for who in EVERYBODY if self.steps.is_about(one.case, who)}
        return allowed

    def hold_names(self, text: str, allowed: set[Somebody], place: str) -> None:
        for who in EVERYBODY:
            if who not in allowed:
                assert who.name not in text, (place, who)
                assert who.code not in text, (place, who)

    def hold_copy(self, seen: list[Seen]) -> None:
        """What analysts are told has no person, no listing that is over or rests, and no repaired record."""
        today = self.town.today
        holding = {one.case.case_id for one in seen if one.holds(today) and not one.is_person}
        repaired = {record for one in seen if one.first(A.REPAIR) for record in one.case.record_ids}
        copy = find_snapshot(self.town.office.places.snapshots)
        if copy is None or (copy, holding, repaired) == self.told:
            return
        told: dict[str, set[str]] = {"listing": set(), "record": set(), "person": set()}
        for part, number in run_sql(self.town.service.reading_room, _COPY).rows:
            told[part].add(number)
        assert told["listing"] <= holding
        assert not told["record"] & repaired
        assert told["record"]
        assert not told["person"]
        self.told = copy, holding, repaired

    def hold_files(self, seen: list[Seen]) -> None:
        """Every form of every issue names nobody it may not name, and everybody it must."""
        today = self.town.today
        by_id = {one.case.case_id: one for one in seen}
        with self.town.office.ledger.reading() as uow:
            releases = uow.publications.list_all()
        for release in releases:
            allowed = self.names_allowed(seen, release.bulletin_id)
            standing = [by_id[case_id].case for case_id in release.case_ids if by_id[case_id].holds(today)]
            for file in release.files:
                answer = self.town.client.get(f"/bulletins/{release.bulletin_id}/files/{file.name}")
                assert answer.status_code == 200, (file.name, answer.text)
                text = read_text(file.name, answer.content)
                self.hold_names(text, allowed, f"{release.bulletin_id}/{file.name}")
                if file.name in {"bulletin.xlsx", "entries.csv", "bulletin.json", "index.html", "bulletin.pdf"}:
                    for case in standing:
                        assert case.identifier_code is None or case.identifier_code in text, file.name


_COPY = """
SELECT 'listing', case_id FROM listings UNION ALL SELECT 'record', record_id FROM main.records_public
UNION ALL SELECT 'person', subject_id FROM subjects_public WHERE subject_id LIKE 'psn:%'
UNION ALL SELECT 'person', subject_id FROM listings WHERE subject_id LIKE 'psn:%'
"""


def read_text(name: str, content: bytes) -> str:
    """Return what a reader finds in a file, without the breaks of lines."""
    if name.endswith(".pdf"):
        return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))
    if name.endswith(".xlsx"):
        book = load_workbook(io.BytesIO(content), read_only=True)
        rows = (row for sheet in book for row in sheet.iter_rows(values_only=True))
        return "\n".join(str(cell) for row in rows for cell in row if cell is not None)
    return content.decode("utf-8-sig")
