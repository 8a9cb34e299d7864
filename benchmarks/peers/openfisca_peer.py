"""OpenFisca-core, whole columns at a time: ``python peers/openfisca_peer.py WAREHOUSE``.

One record is one person of its population. Its integers have 32 bits: what is larger (points times weight) is done in
NumPy beside it, and so are month arithmetic and grouping, which it has not.
"""

from __future__ import annotations

import numpy as np
from contest import AS_OF, compete, open_warehouse
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable
from row_contest import read_rows
from rows import BITS, LISTINGS, MAX_MONTHS, MIN_MONTHS, OPEN_MONTHS, lay_down

KINDS = (
    "penalty", "licence", "serious_list", "judgment_default", "wage_arrears", "tax_serious", "abnormal_operation",
    "broken_commitment", "honour", "tax_a",
)  # fmt: skip
LEVELS = ("national", "provincial", "city", "county", "none")
PERIOD = "2026-09"
FAR = 4_000_000
Record = build_entity(key="record", plural="records", label="", is_person=True)


def define(name: str, of_type: type, formula: object = None) -> type[Variable]:
    """Return a variable by its name, with or without a formula."""
    body = {"value_type": of_type, "entity": Record, "definition_period": DateUnit.MONTH, "label": name}
    return type(name, (Variable,), body if formula is None else {**body, "formula": formula})


def is_kind(record: object, period: object, *kinds: str) -> np.ndarray:
    """Return whether the record is of one of these kinds."""
    return np.isin(record("kind", period), [KINDS.index(kind) for kind in kinds])


def severity(record: object, period: object) -> np.ndarray:
    """Minor 1, general 2, serious 3."""
    mask, fine, simple = record("mask", period), record("fine", period), record("simple", period)
    penalty = is_kind(record, period, "penalty")
    plain = ~((mask & (BITS["fine"] | BITS["confiscation"] | BITS["suspension"] | BITS["other"])) > 0)
    grave = BITS["revocation"] | BITS["restriction"] | BITS["downgrade"] | BITS["closure"] | BITS["detention"]
    return np.select(
        [
            is_kind(record, period, *LISTINGS),
            penalty & ((mask & grave) > 0),
            penalty & ~simple & (fine >= 100_000_000),
            is_kind(record, period, "abnormal_operation", "broken_commitment"),
            penalty & simple,
            penalty & (fine == 0) & (record("confiscated", period) == 0) & plain,
        ],
        [3, 3, 3, 2, 1, 1],
        2,
    )


def points(record: object, period: object) -> np.ndarray:
    """Before decay, in 10⁻⁴."""
    grade = record("severity", period)
    honour = np.array([50_000, 30_000, 20_000, 10_000, 0])[record("level", period)]
    return np.select(
        [
            is_kind(record, period, "penalty"),
            is_kind(record, period, "broken_commitment"),
            is_kind(record, period, "abnormal_operation"),
            is_kind(record, period, "tax_a"),
            is_kind(record, period, "honour"),
        ],
        [
            np.array([0, 10_000, 50_000, 150_000])[grade],
            np.array([0, 20_000, 60_000, 120_000])[grade],
            80_000,
            50_000,
            honour,
        ],
        0,
    )


def usable(record: object, period: object) -> np.ndarray:
    """Whether nothing but its terms can keep it from counting."""
    today = AS_OF.toordinal()
    return (
        ~record("repeated", period)
        & ~is_kind(record, period, "licence")
        & (record("decided", period) <= today)
        & (record("revoked", period) > today)
        & (record("repaired", period) > today)
    )


INPUTS = {"kind": int, "mask": int, "fine": int, "confiscated": int, "level": int, "decided": int, "repaired": int}
INPUTS |= {"revoked": int, "simple": bool, "repeated": bool}


def build_system() -> TaxBenefitSystem:
    """Return the rules as a system."""
    system = TaxBenefitSystem([Record])
    for name, of_type in INPUTS.items():
        system.add_variable(define(name, of_type))
    for formula, of_type in ((severity, int), (points, int), (usable, bool)):
        system.add_variable(define(formula.__name__, of_type, formula))
    return system


def add_months(days: np.ndarray, months: np.ndarray) -> np.ndarray:
    """Return days so many months later, at the latest the last of the month."""
    month = days.astype("datetime64[M]")
    later = month + months
    last = ((later + 1).astype("datetime64[D]") - later.astype("datetime64[D]")).astype(np.int64)
    return later.astype("datetime64[D]") + np.minimum((days - month.astype("datetime64[D]")).astype(np.int64), last - 1)


def to_days(values: list[object], missing: int) -> np.ndarray:
    """Return dates as ordinals."""
    return np.array([missing if value is None else value.toordinal() for value in values], dtype=np.int32)


class Contest:
    """The columns, the simulation, and what comes after it."""

    def __init__(self, rows: list[tuple]) -> None:
        columns = list(zip(*rows, strict=True))
        self.subjects, self.subject = np.unique(np.array(columns[0]), return_inverse=True)
        self.category = np.array(columns[2], dtype=np.int64)
        self.ends = to_days(columns[10], FAR)
        self.columns = {
            "kind": np.array([KINDS.index(kind) for kind in columns[1]], dtype=np.int32),
            "repeated": np.array(columns[3]),
            "mask": np.array(columns[4], dtype=np.int32),
            "fine": np.array(columns[5], dtype=np.int32),
            "confiscated": np.array(columns[6], dtype=np.int32),
            "level": np.array([LEVELS.index(level) for level in columns[7]], dtype=np.int32),
            "simple": np.array(columns[8]),
            "decided": to_days(columns[9], 0),
            "repaired": to_days(columns[11], FAR),
            "revoked": to_days(columns[12], FAR),
        }

    def judge(self) -> tuple[np.ndarray, np.ndarray]:
        """Return which records count, and their points after decay."""
        simulation = SimulationBuilder().build_default_simulation(build_system(), count=len(self.subject))
        for name, column in self.columns.items():
            simulation.set_input(name, PERIOD, column)
        counts = simulation.calculate("usable", PERIOD)
        before = simulation.calculate("points", PERIOD).astype(np.int64)
        return self._settle(counts, before, simulation.calculate("severity", PERIOD))

    def _settle(self, counts: np.ndarray, before: np.ndarray, grade: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        kind, today = self.columns["kind"], np.datetime64(AS_OF)
        epoch = np.datetime64("1970-01-01").astype("datetime64[D]")
        decided = epoch + (self.columns["decided"].astype(np.int64) - 719_163)
        ends = epoch + (self.ends.astype(np.int64) - 719_163)
        published = np.isin(kind, [KINDS.index("penalty"), KINDS.index("broken_commitment")])
        months = np.array([0, *MIN_MONTHS.values()])[grade], np.array([0, *MAX_MONTHS.values()])[grade]
        since, until = add_months(decided, months[0]), add_months(decided, months[1])
        span = np.maximum((until - since).astype(np.int64), 1)
        left = (until - today).astype(np.int64)
        weight = np.where(published & (since < today), left * 1_000_000 // span, 1_000_000)
        for name, (usual, cap) in OPEN_MONTHS.items():
            own = kind == KINDS.index(name)
            named = np.where(self.ends == FAR, add_months(decided, np.full(len(kind), usual)), ends)
            ends = np.where(own, np.minimum(named, add_months(decided, np.full(len(kind), cap))), ends)
        counts = counts & np.where(published, until > today, ends >= today)
        return counts, (before * weight + 500_000) // 1_000_000

    def stand(self) -> list[tuple]:
        """Return the standing of every subject in every category, and as a whole."""
        counts, after = self.judge()
        kind = self.columns["kind"]
        honour, tax = kind == KINDS.index("honour"), kind == KINDS.index("tax_a")
        listing = np.isin(kind, [KINDS.index(one) for one in LISTINGS])
        adverse = ~(honour | tax | (kind == KINDS.index("licence")))
        found: list[tuple] = []
        places = self.subject * 100 + self.category
        for key, is_whole in ((places[adverse & (self.category > 0)], False), (self.subject, True)):
            own = slice(None) if is_whole else adverse & (self.category > 0)
            groups, at = np.unique(key, return_inverse=True)

            def total(
                chosen: np.ndarray, own: object = own, at: np.ndarray = at, size: int = len(groups)
            ) -> np.ndarray:
                weights = np.where(chosen, after, 0)[own]
                return np.round(np.bincount(at, weights=weights, minlength=size)).astype(np.int64)

            score = 1_000_000 - total(counts & adverse)
            if is_whole:
                score += np.minimum(total(counts & honour), 200_000) + np.minimum(total(counts & tax), 50_000)
            records = np.bincount(at, weights=counts[own], minlength=len(groups)).astype(np.int64)
            veto = np.bincount(at, weights=(counts & listing)[own], minlength=len(groups)) > 0
            score = np.clip(score, 0, 1_200_000)
            grade = np.select([veto, score >= 900_000, score >= 750_000, score >= 600_000], ["D", "A", "B", "C"], "D")
            subject = self.subjects[groups if is_whole else groups // 100]
            category = np.zeros(len(groups), dtype=np.int64) if is_whole else groups % 100
            columns = (subject, category, score, grade, records, veto)
            found += zip(*(column.tolist() for column in columns), strict=True)
        return found


def main() -> None:
    """Score, and say so."""
    connection = open_warehouse()
    rows = read_rows(connection)
    contest = Contest(rows)
    compete("OpenFisca-core", connection, lambda: lay_down(connection, contest.stand()), "scored")


if __name__ == "__main__":
    main()
