"""What the public is told of the governance: counts by item, coarse enough that nobody can be found in them.

Before it `governance` has counted; after it the public page. The rule (``governance.public``) says below which number
a count is only “fewer than”, and to which multiple the others are rounded. There are no totals, no months, no
departments and no regions, because differences between tables would tell what one table hides; and only what was known
when the day began counts, so that the page changes once a day and asking it twice tells nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from threading import Lock

from credit_service.domain.bulletin import Period
from credit_service.domain.governance import GovernanceCounts, SpanKind, back_to, period_of, shift_period
from credit_service.domain.score import POINT, ListKind
from credit_service.errors import PeriodUnknown
from credit_service.lookup.governance import GovernanceBoard, end_of_day, get_governance_board, has_rules
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.rulebook.governance_index import GovernanceIndex

PUBLIC_QUARTERS = 4
"""Quarters the public can look at: those that are over, newest first."""
_KEPT: OrderedDict[tuple[str, str, str], PublicGovernance] = OrderedDict()
_TURN = Lock()
"""Counting is work; whoever asks for the same page meanwhile waits for the first answer."""


@dataclass(frozen=True)
class CoarseCount:
    """A count as the public may read it."""

    about: int | None
    """A multiple of the rule's step; None: fewer than the rule's limit, nought included."""
    fewer_than: int
    is_withheld: bool = False
    """So few subjects stand behind the whole line that none of its counts is told."""

    @property
    def label(self) -> str:
        """As tables show it."""
        if self.is_withheld:
            return "不公布"
        return f"少于{self.fewer_than}" if self.about is None else f"约{self.about:,}"


@dataclass(frozen=True)
class PublicLine:
    """One item."""

    number: int
    name: str
    new: CoarseCount
    closing: CoarseCount
    settled: CoarseCount
    """已整改、已修复."""
    listed: CoarseCount
    """Listings on the list of serious dishonesty that took effect."""
    index: int | None
    """Whole points; None where the rule gives none."""


@dataclass(frozen=True)
class PublicGovernance:
    """One quarter as the public may see it."""

    period: Period
    periods: tuple[Period, ...]
    """The quarters that can be looked at, newest first."""
    lines: tuple[PublicLine, ...]
    rule: GovernanceIndex


def get_public_governance(room: ReadingRoom, period: Period | None = None) -> PublicGovernance:
    """Return a quarter that is over, by item; by default the newest.

    Raises:
        PeriodUnknown: The quarter is not among those the public can look at.
    """
    offered = list_public_quarters(room)
    if not offered:
        message = "还没有可以公布的季度。"
        raise PeriodUnknown(message, remedy="规则生效后的第一个季度结束之后，这里公布治理情况。")
    chosen = period or offered[0]
    if chosen not in offered:
        message = f"没有公布{chosen.label}的治理情况。"
        remedy = f"可以查看{offered[-1].label}至{offered[0].label}。"
        raise PeriodUnknown(message, remedy=remedy)
    known_at = end_of_day(room.today() - timedelta(days=1))
    key = (chosen.code, known_at.isoformat(), str(room.places.home))
    with _TURN:
        if key not in _KEPT:
            board = get_governance_board(room, chosen, known_at=known_at)
            _KEPT[key] = _to_public(board, offered)
            while len(_KEPT) > 2 * PUBLIC_QUARTERS:
                _KEPT.popitem(last=False)
        return _KEPT[key]


def list_public_quarters(room: ReadingRoom) -> tuple[Period, ...]:
    """Return the quarters that were over when the day began, newest first, as far back as there were rules."""
    last = shift_period(period_of(room.today(), SpanKind.QUARTER), -1)
    return tuple(one for one in reversed(back_to(last, PUBLIC_QUARTERS)) if has_rules(room, one.until_on))


def coarsen(count: int, rule: GovernanceIndex) -> CoarseCount:
    """Return a count as the rule lets the public read it: the nearest multiple, half up."""
    least, step = rule.public.value, rule.public_step
    if count < least:
        return CoarseCount(None, least)
    return CoarseCount((2 * count + step) // (2 * step) * step, least)


def _to_public(board: GovernanceBoard, offered: tuple[Period, ...]) -> PublicGovernance:
    by_number = {line.key[0]: line for line in board.lines}
    lines = []
    for item in board.items:
        line = by_number[str(item.number)]
        counts = line.counts
        told = partial(_tell, counts, board.rule)
        lines.append(
            PublicLine(
                number=item.number,
                name=item.name,
                new=told(counts.new),
                closing=told(counts.closing),
                settled=told(counts.mended + counts.repaired),
                listed=told(counts.entered(ListKind.BLACK)),
                index=_whole(line.now.index.points),
            )
        )
    return PublicGovernance(board.period, offered, tuple(lines), board.rule)


def _tell(counts: GovernanceCounts, rule: GovernanceIndex, count: int) -> CoarseCount:
    if counts.subjects < rule.least_subjects.value:
        return CoarseCount(None, rule.public.value, is_withheld=True)
    return coarsen(count, rule)


def _whole(points: int | None) -> int | None:
    return None if points is None else (2 * points + POINT) // (2 * POINT)
