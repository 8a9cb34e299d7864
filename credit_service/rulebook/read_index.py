"""Reader of the governance index rule: parts, terms by kind of record, floors.

Before it lies ``rules/governance_index``, after it a typed rule that cannot reward what is worse: a part of good counts
must rise with them, a part of bad ones must fall.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

from credit_service.domain.governance import SpanKind
from credit_service.domain.record import RecordKind
from credit_service.domain.score import POINT
from credit_service.errors import RuleSyntax, UnknownIndicator
from credit_service.rulebook.faults import FaultLog, RuleFault, suggest, to_place
from credit_service.rulebook.fields import RECORD_SCOPE
from credit_service.rulebook.governance_index import BETTER, WHOLES, WORSE, Amount, GovernanceIndex, IndexPart, KindTerm
from credit_service.rulebook.read_conditions import read_condition
from credit_service.rulebook.read_terms import find_repeats, read_rows
from credit_service.rulebook.rule_types import Exclusion, KindRule, Role
from credit_service.rulebook.section import Section
from credit_service.rulebook.versions import RuleVersion, read_entry


def read_index(version: RuleVersion, log: FaultLog) -> GovernanceIndex:
    """Return the rule of the governance index.

    Raises:
        Refusal: The rounding, the floors or the public's limits are missing or are ones the engine does not have.
    """
    section = version.section
    _read_arithmetic(section)
    floors, public, repeat = section.section("floors"), section.section("public"), section.section("repeat")
    subjects, weight = floors.section("subjects"), floors.section("weight")
    rule = GovernanceIndex(
        parts=read_rows(section.sections("parts"), lambda part: _read_part(part, version), log),
        kinds=read_rows(version.table("kinds", log), lambda row: _read_kind(row, version), log),
        leave_out=read_rows(section.sections("leave_out"), lambda part: _read_exclusion(part, version), log),
        repeat=Amount(repeat.integer("days", 1, 36_600), read_entry(repeat, version)),
        least_subjects=Amount(subjects.integer("min", 2, 10_000), read_entry(subjects, version)),
        least_weight=Amount(weight.points("min"), read_entry(weight, version)),
        public=Amount(public.integer("fewer_than", 2, 10_000), read_entry(public, version)),
        public_step=public.integer("round_to", 2, 10_000),
    )
    for part in (subjects, weight, floors, public, repeat):
        part.finish()
    # A part that could not be read is told of already, and its weight is missing for that reason.
    if len(rule.parts) == len(section.sections("parts")):
        _check_weights(rule, section)
    find_repeats(rule.entries, log)
    return rule


def check_index_kinds(
    rule: GovernanceIndex, kinds: Iterable[KindRule], files: Mapping[str, str], log: FaultLog
) -> None:
    """Check that every kind of adverse record, and no other, has one term; ``files`` as for `cross_check`."""
    adverse = sorted(kind.kind for kind in kinds if kind.role is Role.ADVERSE)
    named = sorted(term.kind for term in rule.kinds)
    if named != adverse:
        odd = sorted({*named, *adverse} - ({*named} & {*adverse})) or [a for a, b in pairwise(named) if a == b]
        message = f"kinds表应当恰好列出每一种失信记录一次，不符的有：{'、'.join(odd)}"
        remedy = "请对照scoring类规则的kinds表（role为adverse的）。"
        file, places = files["governance_index"], (to_place(files["governance_index"]), to_place(files["scoring"]))
        log.add(RuleFault(file, 1, RuleSyntax.code, message, remedy, after=places))


def _read_arithmetic(section: Section) -> None:
    """Read the arithmetic, which a rule must name although the engine has one of each."""
    section.choice("unit", {"0.0001"})
    section.choice("missing_part", {"redistribute"})
    rounding = section.section("rounding")
    rounding.choice("mode", {"half_up"})
    rounding.choice("at", {"part_and_index"})
    rounding.finish()


def _read_part(part: Section, version: RuleVersion) -> IndexPart:
    read = IndexPart(
        name=part.text("name"),
        numerator=_read_counts(part, "numerator", BETTER | WORSE),
        denominator=_read_counts(part, "denominator", WHOLES),
        zero_at=_read_ratios(part, "zero_at"),
        full_at=_read_ratios(part, "full_at"),
        weight=part.points("weight"),
        entry=read_entry(part, version),
    )
    if not 0 < read.weight <= POINT:
        part.refuse("weight", "权重应当大于0、不大于1")
    rises = {name in BETTER for name in read.numerator}
    if len(rises) != 1:
        part.refuse("numerator", "一个部分不能把越多越好的数和越少越好的数加在一起", "请拆成两个部分。")
    for kind in SpanKind:
        zero, full = read.zero_at[kind], read.full_at[kind]
        if zero == full or (full > zero) not in rises:
            message = "方向不对：" + (
                "越多越好的，full_at应当大于zero_at" if True in rises else "越少越好的，full_at应当小于zero_at"
            )
            part.refuse("full_at", f"{message}（{kind.label}）")
    return read


def _read_counts(part: Section, key: str, allowed: Iterable[str]) -> tuple[str, ...]:
    names = part.texts(key)
    known = sorted(allowed)
    for name in names:
        if name not in known:
            remedy = suggest(name, known) or f"可用：{'、'.join(known)}。"
            part.refuse(key, f"“{name}”不能用在{key}中", remedy, UnknownIndicator.code)
    if not names or len(set(names)) != len(names):
        part.refuse(key, f"字段“{key}”应当至少有一个数，且不重复")
    return names


def _read_ratios(part: Section, key: str) -> Mapping[SpanKind, int]:
    """Return the ratio for each length of period; every one is named, so that none is forgotten."""
    by_kind = part.section(key)
    ratios = {kind: by_kind.points(kind.value) for kind in SpanKind}
    by_kind.finish()
    return ratios


def _read_kind(row: Section, version: RuleVersion) -> KindTerm:
    return KindTerm(
        kind=row.choice("kind", set(RecordKind)),
        ends_mended=row.flag("ends_mended"),
        overdue_days=row.integer("overdue_days", 1, 36_600),
        entry=read_entry(row, version),
    )


def _read_exclusion(part: Section, version: RuleVersion) -> Exclusion:
    return Exclusion(read_condition(part, "when", RECORD_SCOPE), read_entry(part, version))


def _check_weights(rule: GovernanceIndex, section: Section) -> None:
    total = sum(part.weight for part in rule.parts)
    if total != POINT:
        section.refuse("parts", f"各部分权重之和应当为1，现为{total / POINT:.4f}")
    if not 0 <= rule.least_weight.value <= POINT:
        section.refuse("floors", "权重下限应当在0和1之间")
