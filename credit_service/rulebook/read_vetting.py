"""Reader of the vetting rule: awards, conditions on records and on listings, consent and minors.

Before it lies ``rules/vetting`` and the terms of the day; after it a typed rule that cannot go further than the law: a
natural person is held against nothing but lists of authorities, and a listing that was not served bars nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from credit_service.domain.record import RecordKind
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.domain.vetting import Effect, Stage
from credit_service.errors import RuleSyntax, UnknownIndicator
from credit_service.rulebook.faults import FaultLog, RuleFault, suggest, to_place
from credit_service.rulebook.read_conditions import read_condition
from credit_service.rulebook.read_terms import find_repeats, read_rows
from credit_service.rulebook.rule_types import Deadline, KindRule, RuleEntry, list_entries
from credit_service.rulebook.section import Section
from credit_service.rulebook.versions import RuleVersion, read_entry
from credit_service.rulebook.vetting_types import (
    STATUTORY,
    VETTING_SCOPE,
    Award,
    ListingCondition,
    Vetting,
    VettingCondition,
)

_MONTHS = {"months": 1, "years": 12}


class _Head(NamedTuple):
    """What conditions on records and on listings have in common."""

    name: str
    subjects: tuple[str, ...]
    awards: tuple[str, ...]
    effect: Effect
    entry: RuleEntry


def read_vetting(version: RuleVersion, terms: Iterable[Deadline], log: FaultLog) -> Vetting:
    """Return the vetting rule; ``terms`` are those in force, of which conditions may name one of months or years.

    Raises:
        Refusal: Consent or minors are missing, or no award takes what no word fits.
    """
    section = version.section
    awards = read_rows(section.sections("awards"), lambda part: _read_award(part, version), log)
    known = [award.id for award in awards]
    months = {term.key: term.value * _MONTHS[term.unit] for term in terms if term.unit in _MONTHS}
    conditions = read_rows(
        section.sections("conditions"), lambda part: _read_condition(part, version, known, months), log
    )
    listings = read_rows(section.sections("listings"), lambda part: _read_listing(part, version, known), log)
    consent, minors = section.section("consent"), section.section("minors")
    rule = Vetting(awards, conditions, listings, read_entry(consent, version), read_entry(minors, version))
    for part in (consent, minors):
        part.finish()
    find_repeats(list_entries(conditions, listings, awards), log)
    if sum(not award.words for award in awards) != 1:
        section.refuse("awards", "应当恰有一个奖项的words为空，收其余的荣誉")
    return rule


def check_vetted_kinds(rule: Vetting, kinds: Iterable[KindRule], files: Mapping[str, str], log: FaultLog) -> None:
    """Note conditions about kinds of record that no rule counts as adverse: they could never hold."""
    adverse = {kind.kind for kind in kinds if kind.role.value == "adverse"}
    places = (to_place(files["vetting"]), to_place(files["scoring"]))
    for condition in rule.conditions:
        odd = [kind for kind in condition.kinds if kind not in adverse]
        if odd:
            message = f"“{condition.entry.rule_id}”的{'、'.join(odd)}不是失信记录，条件永远不会成立"
            remedy = "请对照scoring类规则的kinds表（role为adverse的）。"
            log.add(RuleFault(files["vetting"], condition.entry.line, RuleSyntax.code, message, remedy, after=places))


def _read_award(part: Section, version: RuleVersion) -> Award:
    entry = read_entry(part, version)
    return Award(
        id=entry.rule_id,
        name=part.text("name"),
        words=part.texts("words", ()),
        subjects=part.texts("subjects", allowed=set(SubjectKind)),
        entry=entry,
    )


def _read_head(part: Section, version: RuleVersion, awards: Iterable[str]) -> _Head:
    return _Head(
        name=part.text("name"),
        subjects=part.texts("subjects", allowed=set(SubjectKind)),
        awards=part.texts("awards", (), known=tuple(awards)),
        effect=Effect(part.choice("effect", set(Effect))),
        entry=read_entry(part, version),
    )


def _read_condition(
    part: Section, version: RuleVersion, awards: Iterable[str], months: Mapping[str, int]
) -> VettingCondition:
    kinds = part.texts("kinds", allowed=set(RecordKind))
    head = _read_head(part, version, awards)
    if SubjectKind.PERSON in head.subjects and not set(kinds) <= STATUTORY:
        message = f"“{head.entry.rule_id}”及于自然人，而{'、'.join(sorted(set(kinds) - STATUTORY))}不是法定名单"
        part.refuse("subjects", message, "请写 subjects: [organisation, individual_business]。")
    within = part.text("within", "")
    if within and within not in months:
        message = f"没有名为“{within}”的以月或年计的期限"
        part.refuse("within", message, suggest(within, months), UnknownIndicator.code)
    return VettingCondition(
        name=head.name,
        kinds=kinds,
        when=read_condition(part, "when", VETTING_SCOPE) if part.has("when") else None,
        months=months[within] if within else None,
        subjects=head.subjects,
        awards=head.awards,
        effect=head.effect,
        entry=head.entry,
    )


def _read_listing(part: Section, version: RuleVersion, awards: Iterable[str]) -> ListingCondition:
    head = _read_head(part, version, awards)
    list_kind = ListKind(part.choice("list_kind", {ListKind.BLACK, ListKind.WATCH}))
    stage = Stage(part.choice("stage", set(Stage)))
    if stage is Stage.OPEN and head.effect is Effect.BAR:
        message = f"“{head.entry.rule_id}”：决定尚未送达的，不得据以限制评选"
        part.refuse("effect", message, "请写 effect: note。国办发〔2020〕49号。")
    if SubjectKind.PERSON in head.subjects and (list_kind is not ListKind.BLACK or stage is not Stage.EFFECTIVE):
        message = f"“{head.entry.rule_id}”：自然人只看已送达的严重失信主体名单"
        part.refuse("subjects", message, "请写 subjects: [organisation, individual_business]。")
    return ListingCondition(head.name, list_kind, stage, head.subjects, head.awards, head.effect, head.entry)
