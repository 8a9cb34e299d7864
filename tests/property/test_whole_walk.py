"""Random people, files, days, crashes and rules on the whole service: whatever happens, nobody is wronged in public.

The machine drives the service through its pipeline on real stores, each example on a copy of a home in which every far
state was reached once. After every step it looks from outside through every door (`walk_doors`), and holds who is seen
there against what the acts on each case alone allow.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import ClassVar, TypeVar

import pytest
import sqlalchemy as sa
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from integration.resolution_world import MovingClock
from property.examples import examples as choose
from property.walk_doors import Doors
from property.walk_steps import OPINION, WAY_OF_REPAIR, K, R, Steps, play_prelude, stop_everywhere
from property.walk_town import (
    ADULTS,
    CHILD,
    OFFICIALS,
    ORGANISATIONS,
    POINTS,
    Crash,
    Town,
    copy_home,
    found_town,
    stopping,
)
from sqlalchemy.engine import make_url

from credit_service.domain.listing import ActKind, CaseState
from credit_service.domain.objection import ObjectionState
from credit_service.domain.score import ListKind
from credit_service.errors import (
    AccessError,
    DecisionError,
    GateRefused,
    LedgerConflict,
    LookupFailure,
    PublicationError,
    RedactionIncomplete,
    RulebookError,
    SubmissionError,
)
from credit_service.listing.transitions import next_acts
from credit_service.pipeline.consent import withdraw_consent
from credit_service.pipeline.decide import STANDING
from credit_service.settings import Settings

REFUSALS = (AccessError, DecisionError, LedgerConflict, LookupFailure, PublicationError, RulebookError, SubmissionError)
F = TypeVar("F", bound=Callable[..., None])
POINT = st.sampled_from(("", "", "", *POINTS))
SOON = st.integers(1, 3)


ANY_STEP: list[tuple[str, st.SearchStrategy[dict[str, object]]]] = []
"""Every kind of step with what is drawn for it; what is there twice comes twice as often."""


STRIDE = 13
"""No divisor of any number of steps."""


def walks(times: int = 1, **drawn: st.SearchStrategy[object]) -> Callable[[F], F]:
    """Note a method as a kind of step, with what is drawn for it."""

    def note(method: F) -> F:
        ANY_STEP.extend([(method.__name__, st.fixed_dictionaries(drawn))] * times)
        return method

    return note


class Walk(RuleBasedStateMachine):
    """A town in which anything may happen."""

    open_home: ClassVar[Callable[[], Town]]
    done: ClassVar[Counter[str]]
    states: ClassVar[set[object]]

    @initialize()
    def open(self) -> None:
        self.gone = 0
        self.town = self.open_home()
        self.steps = Steps(self.town)
        self.doors = Doors(self.town, self.steps)

    def attempt(self, name: str, step: Callable[[], object], point: str = "", count: int = 1) -> None:
        """Do something that may be refused, or in which the machine may stop; then nothing is half done."""
        try:
            if point:
                with stopping(point, count):
                    step()
            else:
                step()
        except RedactionIncomplete:
            raise
        except GateRefused as fault:
            assert "没有可以公示的条目" in fault.message, fault
        except REFUSALS:
            self.done[f"{name}: refused"] += 1
            return
        except Crash:
            self.done[f"crash: {point}"] += 1
            self.town.restart()
            return
        self.done[name] += 1

    # People

    @walks(
        who=st.lists(st.sampled_from((*ORGANISATIONS[3:], *ADULTS, CHILD)), min_size=1, max_size=3, unique=True),
        point=POINT,
        count=SOON,
    )
    def a_court_sends(self, who, point: str, count: int) -> None:
        self.attempt("send", lambda: self.town.send_defaulters(*who), point, count)

    @walks(who=st.lists(st.sampled_from(ORGANISATIONS[3:]), min_size=1, max_size=3, unique=True))
    def honours_are_sent(self, who) -> None:
        self.attempt("send", lambda: self.town.send_honours(*who))

    @walks(who=st.sampled_from((*ADULTS, CHILD)), consent=st.booleans())
    def stars_are_sent(self, who, consent: bool) -> None:  # noqa: FBT001 -- drawn
        self.attempt("send", lambda: self.town.send_stars(who, consent=consent))

    @walks(point=POINT, count=SOON)
    def assess(self, point: str, count: int) -> None:
        self.attempt("assess", self.steps.assess, point, count)

    @walks(times=3, who=st.sampled_from(ORGANISATIONS[7:]), wait=st.booleans())
    def somebody_is_listed(self, who, wait: bool) -> None:  # noqa: FBT001 -- drawn
        """From the court's file to the served decision, by either way, on a new day."""
        self.town.pass_days(1)
        self.attempt("send", lambda: self.town.send_defaulters(who))
        self.attempt("assess", self.steps.assess)
        found = [one for one in self.open_cases() if one.state is CaseState.PROPOSED]
        mine = [one for one in found if one.identifier_code == who.code] or found
        if mine:
            self.attempt("list", lambda: (self.steps.list_fully if wait else self.steps.take_over)(mine[0]))

    def open_cases(self):
        return [one for one in self.steps.cases() if one.state not in {CaseState.ENDED, CaseState.DECLINED}]

    @walks(times=5, pick=st.integers(0), steps=st.integers(1, 6), last=st.integers(0, 9), point=POINT, count=SOON)
    def a_case_goes_on(self, pick: int, steps: int, last: int, point: str, count: int) -> None:
        """Some steps of the way, the last of them any that may follow; the machine may stop in the last."""
        found = self.open_cases()
        case = self.one_of(found, pick)
        for place in range(steps):
            following = [one.kind for one in next_acts(case) if one.kind not in UNASKED]
            if not following:
                return
            is_last = place == steps - 1
            kind = following[last % len(following) if is_last else 0]
            self.attempt(
                kind.value, lambda case=case, kind=kind: self.steps.go(case, kind), point if is_last else "", count
            )
            case = self.steps.get(case.case_id)

    @walks(
        times=2,
        pick=st.integers(0),
        kind=st.sampled_from(ActKind),
        actor=st.sampled_from(OFFICIALS),
        days=st.integers(-20, 3),
        papers=st.fixed_dictionaries(
            {name: st.sampled_from(("", "号1")) for name in ("document_no", "reason", "evidence")}
        ),
        instead=st.sampled_from(("", *(one.actor_id for one in OFFICIALS))),
    )
    def anything_is_tried(self, pick: int, kind: ActKind, actor, days: int, papers, instead: str) -> None:  # noqa: PLR0917 -- drawn
        cases = self.steps.cases()
        case_id, on = self.one_of(cases, pick).case_id, self.town.today + timedelta(days=days)
        self.attempt("try", lambda: self.steps.act(case_id, kind, actor, on=on, for_id=instead, **papers))

    @walks(times=2, months=st.booleans(), point=POINT)
    def publish(self, months: bool, point: str) -> None:  # noqa: FBT001 -- drawn
        before = self.town.today.replace(day=1) - timedelta(days=1)
        quarter = self.town.today.replace(day=1) - timedelta(days=32 * ((self.town.today.month - 1) % 3) + 1)
        period = f"{before:%Y-%m}" if months else f"{quarter.year}Q{(quarter.month - 1) // 3 + 1}"
        self.attempt("publish", lambda: self.steps.publish(period), point)

    @walks(times=2, pick=st.integers(0), point=POINT, count=SOON)
    def somebody_objects(self, pick: int, point: str, count: int) -> None:
        found = self.open_cases()
        self.attempt("object", lambda: self.steps.object_to(self.one_of(found, pick)), point, count)

    @walks(times=3, pick=st.integers(0), last=st.integers(0, 9), keep=st.booleans(), point=POINT, count=SOON)
    def an_objection_goes_on(self, pick: int, last: int, keep: bool, point: str, count: int) -> None:  # noqa: FBT001 -- drawn
        found = [one for one in self.steps.objections() if one.is_open]
        if not found:
            return
        objection = self.one_of(found, pick)
        following = self.steps.next_of(objection)
        kind = following[last % len(following)]
        kept = {"remedy": "none", "listing": "revoke", "wrong_records": ()} if keep and kind is K.UPHOLD else {}
        self.attempt(f"objection {kind.value}", lambda: self.steps.go_on_with(objection, kind, **kept), point, count)

    @walks(times=2, pick=st.integers(0), whose=st.sampled_from(ORGANISATIONS), point=POINT)
    def somebody_applies_for_repair(self, pick: int, whose, point: str) -> None:
        found = [one for one in self.open_cases() if one.state in STANDING] or self.open_cases()
        case = self.one_of(found, pick)
        code = case.identifier_code or whose.code
        self.attempt("apply", lambda: self.steps.apply(case, code), point)

    @walks(
        times=3,
        pick=st.integers(0),
        steps=st.integers(1, 4),
        anything=st.sampled_from((None, None, *R)),
        point=POINT,
        count=SOON,
    )
    def a_repair_goes_on(self, pick: int, steps: int, anything: R | None, point: str, count: int) -> None:
        found = self.open_repairs()
        if not found:
            return
        repair = self.one_of(found, pick)
        for _ in range(steps):
            kind = anything or WAY_OF_REPAIR.get(repair.state)
            if kind is None:
                return
            self.attempt(
                f"repair {kind.value}",
                lambda repair=repair, kind=kind: self.steps.go_on_with_repair(repair, kind, OPINION),
                point,
                count,
            )
            repair = next(one for one in self.steps.repairs() if one.repair_id == repair.repair_id)

    def open_repairs(self):
        return [one for one in self.steps.repairs() if one.closed_on is None]

    @walks(pick=st.integers(0), point=POINT)
    def a_record_is_taken_back(self, pick: int, point: str) -> None:
        found = sorted({record for case in self.steps.cases() for record in case.record_ids})
        self.attempt("take back", lambda: self.steps.take_back(self.one_of(found, pick)), point)

    @walks(pick=st.integers(0))
    def a_consent_is_taken_back(self, pick: int) -> None:
        found = [one for one in self.open_cases() if one.consent_no]
        if found:
            case = self.one_of(found, pick)
            actor = self.steps.actor_for(case, ActKind.REVOKE)
            self.attempt("consent back", lambda: withdraw_consent(self.town.office, case.case_id, actor, "函1号"))

    @walks(pair=st.permutations(OFFICIALS), days=st.integers(0, 20))
    def somebody_stands_in(self, pair, days: int) -> None:
        self.attempt("stand in", lambda: self.steps.stand_in(pair[0], pair[1], days))

    # The world

    @walks(times=2, days=st.sampled_from((1, 1, 3, 10, 33, 100, 400)))
    def days_pass(self, days: int) -> None:
        self.town.pass_days(days)

    @walks()
    def the_service_is_started_anew(self) -> None:
        self.town.restart()

    @walks(days=st.sampled_from((5, 7)), wait=st.integers(0, 5), point=POINT)
    def rules_change(self, days: int, wait: int, point: str) -> None:
        from_on = self.town.today + timedelta(days=wait)
        self.attempt("rules", lambda: self.steps.change_rules(days, from_on), point)

    @rule(choice=st.integers(0), data=st.data())
    def go_on(self, choice: int, data: st.DataObject) -> None:
        """Do anything at all: one rule, that goes on by a stride, so that few examples still mix everything."""
        self.gone += 1
        name, drawn = ANY_STEP[(choice + self.gone * STRIDE) % len(ANY_STEP)]
        getattr(self, name)(**data.draw(drawn, label=name))

    def one_of(self, found, pick: int):
        """Return another one each time, also where nothing but the simplest is drawn."""
        return found[(pick + self.gone * STRIDE) % len(found)]

    # What must hold

    @invariant()
    def nobody_is_wronged(self) -> None:
        for one in self.doors.look():
            self.states |= {(one.case.list_kind, one.case.state, one.case.end_kind)}
            if one.holds(self.town.today) or one.case.suspended_on:
                self.states |= {(one.case.list_kind, "suspended" if one.case.suspended_on else "holds", one.is_person)}

    def teardown(self) -> None:
        if hasattr(self, "doors"):
            self.states |= {one.state for one in self.steps.objections()}
            self.doors.look_everywhere()
            self.town.office.ledger.close()


UNASKED = frozenset({ActKind.PUBLISH, ActKind.EXPIRE, ActKind.REPAIR, ActKind.MARK_OBJECTION, ActKind.CLEAR_OBJECTION})
"""Done by their own procedures, which the machine goes through."""


FAR: frozenset[object] = frozenset(
    {
        *((ListKind.BLACK, CaseState.ENDED, kind) for kind in ("repair", "revoke", "expire")),
        *((kind, CaseState.PUBLISHED, None) for kind in (ListKind.BLACK, ListKind.RED)),
        *((kind, "holds", False) for kind in (ListKind.BLACK, ListKind.RED)),
        *((kind, "suspended", False) for kind in (ListKind.BLACK, ListKind.RED)),
        *((kind, "holds", True) for kind in (ListKind.BLACK, ListKind.RED)),
        ObjectionState.UPHELD,
    }
)
"""What is surely there after the prelude and is looked at in every example."""


class Stores:
    """One home after the prelude, and a copy of it for each example at the same place."""

    def __init__(self, folder: Path, server: sa.Engine | None = None) -> None:
        self.folder, self.server, self.client = folder, server, None
        self.names = [f"credit_walk_{uuid.uuid4().hex[:12]}" for _ in range(2 if server else 0)]
        if server is not None:
            self.execute(f"CREATE DATABASE {self.names[0]}")

    def url(self, place: int) -> str | None:
        if self.server is None:
            return None
        return self.server.url.set(database=self.names[place]).render_as_string(hide_password=False)

    def execute(self, statement: str) -> None:
        with self.server.connect() as connection:
            connection.execute(sa.text(statement))

    def prepare(self) -> Counter[str]:
        """Play the prelude, looking after every part of it; return how far it came."""
        town = found_town(self.folder, self.url(0))
        doors = Doors(town, Steps(town))
        play_prelude(town, doors.look)
        assert set(stop_everywhere(town, doors.look)) == set(POINTS)
        doors.look_everywhere()
        ends = Counter(f"{one.case.list_kind}: {one.case.end_kind}" for one in doors.see() if one.case.end_kind)
        ends["suspended red"] = sum(
            one.case.list_kind is ListKind.RED and one.case.suspended_on is not None for one in doors.see()
        )
        ends["published"] = sum(one.is_shown(town.today) for one in doors.see())
        town.office.ledger.close()
        shutil.copytree(self.folder / "live", self.folder / "kept")
        shutil.copytree(self.folder / "rules", self.folder / "kept-rules")
        self.client, self.key, self.now = town.client, town.key, town.clock.instant
        return ends

    def open(self) -> Town:
        """Return a town in which nothing has happened since the prelude."""
        copy_home(self.folder / "kept", self.folder / "live")
        copy_home(self.folder / "kept-rules", self.folder / "rules")
        if self.server is not None:
            self.execute(f"DROP DATABASE IF EXISTS {self.names[1]} WITH (FORCE)")
            self.execute(f"CREATE DATABASE {self.names[1]} TEMPLATE {self.names[0]}")
        home = Settings(home=self.folder / "live", rules=self.folder / "rules", ledger_url=self.url(1))
        town = Town(home, MovingClock(self.now), self.folder, key=self.key, sent=100)
        town.open_doors(self.client)
        return town

    def close(self) -> None:
        for name in self.names:
            self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def run(folder: Path, server: sa.Engine | None, examples: int, steps: int, kinds: int) -> None:
    stores = Stores(folder, server)

    class Bound(Walk):
        open_home = stores.open
        done: ClassVar[Counter[str]] = Counter()
        states: ClassVar[set[object]] = set()

    Bound.TestCase.settings = settings(
        max_examples=examples,
        stateful_step_count=steps,
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
        database=None,
    )
    try:
        ends = stores.prepare()
        assert ends >= Counter(
            {"black: repair": 1, "black: revoke": 1, "black: expire": 1, "suspended red": 1, "published": 4}
        )
        Bound.TestCase().runTest()
    finally:
        stores.close()
    # A machine that never gets far proves nothing.
    effective = sum(count for name, count in Bound.done.items() if not name.endswith("refused"))
    assert effective >= 2 * examples, Bound.done
    assert len(Bound.done) >= kinds, Bound.done
    assert Bound.states >= FAR, FAR - Bound.states


def test_nobody_is_ever_wronged_on_sqlite(tmp_path: Path):
    run(tmp_path, None, choose(3, 10), 25, kinds=6)


@pytest.mark.postgresql
def test_nobody_is_ever_wronged_on_postgresql(tmp_path: Path):
    address = os.environ.get("CREDIT_TEST_POSTGRESQL_URL")
    if not address:
        pytest.skip("no PostgreSQL server named in CREDIT_TEST_POSTGRESQL_URL")
    server = sa.create_engine(make_url(address), isolation_level="AUTOCOMMIT")
    try:
        run(tmp_path, server, choose(1, 3), 12, kinds=2)
    finally:
        server.dispose()
