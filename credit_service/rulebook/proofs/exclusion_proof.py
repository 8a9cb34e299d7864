"""Exclusions: each of them takes some record, they do not take all, and a heavier record is not let off."""

from __future__ import annotations

from credit_service.domain.record import RecordKind
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.fields import WINDOW_SCOPE
from credit_service.rulebook.proofs.diagrams import NEVER
from credit_service.rulebook.proofs.finding import (
    INEXACT,
    NOT_MONOTONE,
    UNREACHABLE,
    note_fault,
    note_limit,
    refusing_tangles,
)
from credit_service.rulebook.proofs.first_match import Ordered, find_covering, note_unreachable
from credit_service.rulebook.proofs.ties import (
    LATER,
    build_ground,
    is_kind,
    list_heavier,
    say_windows,
    tie_window,
)
from credit_service.rulebook.proofs.worlds import Worlds, is_rising, say
from credit_service.rulebook.rule_types import Exclusion, Role
from credit_service.rulebook.schema import Rulebook


def prove_exclusions(rulebook: Rulebook, log: FaultLog) -> None:
    """Note exclusions that never apply, that leave nothing of a kind to count, or that spare the heavier fact."""
    scoring = rulebook.scoring
    if not scoring.exclusions:
        return
    with refusing_tangles(log, scoring.exclusions[0].entry, "不计分的条件"):
        windows = say_windows(WINDOW_SCOPE, scoring)
        kinds = {rule.kind: is_kind(WINDOW_SCOPE, "kind", rule.kind) for rule in scoring.kinds}
        conditions = [windows, *kinds.values(), *(exclusion.when for exclusion in scoring.exclusions)]
        worlds = Worlds(WINDOW_SCOPE, conditions, tie_window(scoring), build_ground(rulebook))
        given = worlds.where(windows)
        ordered = [Ordered(exclusion.when, exclusion.entry) for exclusion in scoring.exclusions]
        applied = note_unreachable(ordered, worlds, given, log)
        for rule in scoring.kinds:
            own = worlds.diagrams.both(given, worlds.where(kinds[rule.kind]))
            places = find_covering(own, applied, worlds)
            if rule.role is not Role.NEUTRAL and all(
                worlds.diagrams.without(own, applied[place]) == NEVER for place in places
            ):
                by = scoring.exclusions[places[0]]
                message = f"“{by.entry.rule_id}”使{RecordKind(rule.kind).label}一律不计分，其分值永远用不到"
                note_fault(log, by.entry, UNREACHABLE, message, "请收窄条件，或者在kinds表中把它列为neutral。")
        _note_spared(scoring.exclusions, applied, worlds, given, log)
        if not worlds.exact:
            note_limit(log, scoring.exclusions[0].entry, f"不计分的条件{INEXACT}")


def _note_spared(
    exclusions: tuple[Exclusion, ...], applied: list[int], worlds: Worlds, given: int, log: FaultLog
) -> None:
    counted = given
    for applies in applied:
        counted = worlds.diagrams.without(counted, applies)
    for name, is_step in [*list_heavier(WINDOW_SCOPE), *((name, is_rising(name)) for name in sorted(LATER))]:
        step = worlds.find_step(counted, given, [name], is_step)
        if step is None:
            continue
        by = next(
            exclusion for exclusion, applies in zip(exclusions, applied, strict=True) if worlds.has(applies, step.after)
        )
        message = (
            f"事实更重的记录反而不计分：{say(step.before)}的计分，改为{say({name: step.after[name]})}后按"
            f"“{by.entry.rule_id}”不计分"
        )
        note_fault(log, by.entry, NOT_MONOTONE, message, "请使条件不随事实加重而成立。")
