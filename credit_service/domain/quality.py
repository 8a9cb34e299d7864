"""The quality of what departments report: what is counted, what is owed, and how a share is worked out.

Before it `warehouse.measure_quality` has counted the rows of each batch and `lookup.quality` has summed them by
department and month; after it tables and pages. It is arithmetic only and knows no store.

Definitions (months are months of *receipt* in Asia/Shanghai; batches count that were stored, also where they were
corrected or withdrawn later; refused and held batches are listed beside, never mixed in):

=========  ==========================================  ==========================================================
Measure    Numerator                                   Denominator
=========  ==========================================  ==========================================================
合规率     rows accepted                               rows sent (without blank rows)
及时率     first reports that kept their term          first reports that have a term and whose term can be told
迟报       first reports that missed their term        the same as 及时率, so 及时 + 迟报 = 有时限要求
错报       records that no longer hold, because a      rows accepted
           later batch reported other facts or they
           were withdrawn, and records found wrong by
           an upheld objection; counted in the month
           of the *original* report
重复       rows refused as repeating a row of the      rows sent
           same file, and rows accepted that only
           repeat what already stands
空报       batches with a known header and no row      —
未报       duties of the month without any batch       duties that fell due in the month
=========  ==========================================  ==========================================================

A *first report* is an accepted row that is neither a repetition nor the correction of a report that stands: whoever
corrects in May what was reported in time in March is not late. A row has a term where `domain.duty` says so for its
template and its decision was made on or after the day the term began. A later batch that only adds that a record
was repaired or revoked tells what happened since and makes no record wrong.

Shares are exact fractions; `Share.permyriad` rounds half up to 0.01 %, but never to 100 % or 0 % what is not.

Source: 发改办财金〔2018〕424号 (7 working days); the words 合规率, 及时率, 迟报, 错报, 重复 are those of
evaluations of 双公示 (unconfirmed).
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from fractions import Fraction

WHOLE = 10_000
"""100 % in permyriads."""

LATE_BANDS: tuple[tuple[int, int | None], ...] = ((1, 3), (4, 7), (8, 20), (21, None))
"""Bands of working days late that tables show, both ends included; None is open."""


@dataclass(frozen=True)
class Share:
    """A part of a whole, exact."""

    part: int
    whole: int

    @property
    def fraction(self) -> Fraction | None:
        """The exact share, or None where there is nothing to share."""
        return Fraction(self.part, self.whole) if self.whole else None

    @property
    def permyriad(self) -> int | None:
        """The share in 1/100 of a percent, rounded half up; all and nothing are said only where it is true."""
        if not self.whole:
            return None
        rounded = (2 * self.part * WHOLE + self.whole) // (2 * self.whole)
        if self.part < self.whole:
            rounded = min(rounded, WHOLE - 1)
        return max(rounded, 1) if self.part else 0

    @property
    def label(self) -> str:
        """As tables show it: 98.50%; a dash where there is nothing to share."""
        value = self.permyriad
        return "—" if value is None else f"{value // 100}.{value % 100:02d}%"


@dataclass(frozen=True)
class QualityCounts:
    """What one department reported in one month, or the sum of several."""

    batches: int = 0
    """Batches that count; those withdrawn later are among them."""
    withdrawn: int = 0
    refused: int = 0
    """Files refused as a whole (整批退回)."""
    held: int = 0
    """Batches that wait for a person's confirmation."""
    nil_reports: int = 0
    sent: int = 0
    accepted: int = 0
    termed: int = 0
    on_time: int = 0
    late: int = 0
    late_by_band: tuple[int, int, int, int] = (0, 0, 0, 0)
    worst_late_days: int = 0
    untimed: int = 0
    """First reports with a term that nobody can tell, because the calendar of a year is not known."""
    replaced: int = 0
    recalled: int = 0
    """Records withdrawn by the department."""
    contested: int = 0
    """Records that an upheld objection found wrong; they are in neither of the two."""
    repeated_in_file: int = 0
    echoes: int = 0

    def __add__(self, other: QualityCounts) -> QualityCounts:
        """Return both together."""
        bands = tuple(mine + theirs for mine, theirs in zip(self.late_by_band, other.late_by_band, strict=True))
        added = {
            name: getattr(self, name) + getattr(other, name)
            for name in self.__dataclass_fields__
            if name not in {"late_by_band", "worst_late_days"}
        }
        worst = max(self.worst_late_days, other.worst_late_days)
        return QualityCounts(**added, late_by_band=bands, worst_late_days=worst)  # type: ignore[arg-type] # four bands

    @property
    def rejected(self) -> int:
        """Rows refused."""
        return self.sent - self.accepted

    @property
    def wrong(self) -> int:
        """错报."""
        return self.replaced + self.recalled + self.contested

    @property
    def repeated(self) -> int:
        """重复."""
        return self.repeated_in_file + self.echoes

    @property
    def compliance(self) -> Share:
        """合规率."""
        return Share(self.accepted, self.sent)

    @property
    def timeliness(self) -> Share:
        """及时率."""
        return Share(self.on_time, self.termed)

    @property
    def wrong_share(self) -> Share:
        """错报率."""
        return Share(self.wrong, self.accepted)

    @property
    def repeated_share(self) -> Share:
        """重复率."""
        return Share(self.repeated, self.sent)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all came in."""
        return not any(any(value) if isinstance(value, tuple) else value for value in astuple(self))
