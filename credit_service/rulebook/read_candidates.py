"""Reader of the rules that propose candidates.

Before it lie ``rules/candidates`` and the grades of the scoring rule; after it conditions as nodes. A candidate is a
proposal to people, never a listing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.errors import UnknownIndicator
from credit_service.rulebook.aggregates import Aggregate, AggregateKind
from credit_service.rulebook.candidate_types import (
    CandidateRule,
    Candidates,
    CandidateScope,
    Count,
    NearMissRule,
    Per,
)
from credit_service.rulebook.faults import FaultLog, RuleFault, suggest
from credit_service.rulebook.fields import JUDGED_SCOPE, Scope, standing_scope, subject_scope
from credit_service.rulebook.nodes import Condition, ConditionFault, Every, Field, Member, Within, list_fields
from credit_service.rulebook.read_conditions import read_condition, read_operand, read_undated, read_window
from credit_service.rulebook.read_terms import find_repeats, read_rows
from credit_service.rulebook.rule_types import list_entries
from credit_service.rulebook.section import Section
from credit_service.rulebook.versions import RuleVersion, read_entry

_NAME = re.compile(r"(?!current_|session_)[a-z][a-z0-9]*(_[a-z0-9]+)+")
"""Of two words at least, so that no name is a word of any engine's SQL."""
_COLUMNS = frozenset({"subject_id", "record_id", "batch_id", "act_key", "whole_veto", "listed_text", "list_type"})


def read_candidates(version: RuleVersion, grades: Sequence[str], log: FaultLog) -> Candidates:
    """Return the counts and candidate rules in order; ``grades`` are those of the scoring rule in force."""
    taken = subject_scope(grades, ()).names | standing_scope(grades).names | JUDGED_SCOPE.names | _COLUMNS
    counts = read_rows(version.section.sections("counts"), lambda part: _read_count(part, version, taken), log)
    own = [count.spec for count in counts if count.per is Per.SUBJECT]
    in_category = [count.spec for count in counts if count.per is Per.CATEGORY]
    scopes = {
        CandidateScope.CATEGORY: standing_scope(grades, in_category),
        CandidateScope.WHOLE: standing_scope(grades, own),
        CandidateScope.SUBJECT: subject_scope(grades, own),
    }
    rules = read_rows(version.section.sections("rules"), lambda part: _read_rule(part, version, scopes), log)
    found = Candidates(counts, rules, _read_near_miss(version))
    find_repeats(list_entries(counts, rules), log)
    _check_unless(found, log)
    return found


def _read_count(part: Section, version: RuleVersion, taken: frozenset[str]) -> Count:
    name = part.text("id")
    if not _NAME.fullmatch(name) or name in taken:
        part.refuse("id", f"计数名“{name}”不可用或与已有字段同名", "请用两个以上小写词以下划线相连，另取一名。")
    when = read_window(part, read_condition(part, "when", JUDGED_SCOPE), JUDGED_SCOPE)
    kind = AggregateKind(part.choice("take", set(AggregateKind), AggregateKind.COUNT.value))
    of = read_operand(part, "of", JUDGED_SCOPE) if part.has("of") else None
    per = Per(part.choice("per", set(Per), Per.SUBJECT.value))
    try:
        Aggregate(kind, when, of)
    except ConditionFault as fault:
        part.refuse("of" if part.has("of") else "take", fault.message, fault.remedy)
    return Count(name, when, read_undated(part, version), kind, of, per)


def _read_rule(part: Section, version: RuleVersion, scopes: dict[CandidateScope, Scope]) -> CandidateRule:
    scope = CandidateScope(part.choice("scope", set(CandidateScope)))
    names = scopes.get(scope)
    if names is None and part.has("when"):
        part.refuse("when", "scope为record的规则只写supports，不写when")
    rule = CandidateRule(
        list_kind=ListKind(part.choice("list_kind", set(ListKind))),
        scope=scope,
        when=read_condition(part, "when", names) if names else None,
        supports=read_condition(part, "supports", JUDGED_SCOPE),
        unless=part.texts("unless", ()),
        entry=read_entry(part, version),
        subjects=_read_subjects(part),
    )
    _check_no_composite(part, rule)
    return replace(rule, supports=_touching(rule)) if rule.subjects else rule


def _read_subjects(part: Section) -> tuple[str, ...]:
    subjects = part.texts("subjects", ())
    for word in subjects:
        if word not in set(SubjectKind):
            part.refuse("subjects", f"主体类别“{word}”不存在", suggest(word, set(SubjectKind)), UnknownIndicator.code)
    return subjects


def _check_no_composite(part: Section, rule: CandidateRule) -> None:
    """A rule that looks at a score may not touch natural persons, who have none. Source: ADR 0004."""
    names = {spec.name for spec in list_fields(rule.when)} if rule.when else set()
    on_score = rule.scope in {CandidateScope.CATEGORY, CandidateScope.WHOLE}
    on_whole = rule.scope is CandidateScope.SUBJECT and bool(names & {"whole_grade", "whole_points"})
    persons = SubjectKind.PERSON in rule.subjects or (on_whole and not rule.subjects)
    if (on_score or on_whole) and persons:
        message = f"规则“{rule.entry.rule_id}”看评分或等级，不得及于自然人：自然人不评分"
        part.refuse("subjects", message, "请写 subjects: [organisation, individual_business]。")


def _touching(rule: CandidateRule) -> Condition:
    spec = next(spec for spec in JUDGED_SCOPE.fields if spec.name == "subject_kind")
    touched = Within(Field(spec), tuple(Member(kind, spec) for kind in rule.subjects))
    return Every((touched, *(rule.supports.items if isinstance(rule.supports, Every) else (rule.supports,))))


def _read_near_miss(version: RuleVersion) -> NearMissRule | None:
    if not version.section.has("near_miss"):
        return None
    part = version.section.section("near_miss")
    margin = part.points("margin")
    if margin <= 0:
        part.refuse("margin", "margin应当大于零", "不需要提示的，请删除near_miss一节。")
    rule = NearMissRule(margin, read_entry(part, version))
    part.finish()
    return rule


def _check_unless(candidates: Candidates, log: FaultLog) -> None:
    """Red must exclude black and watch, and a rule can only look back at earlier ones."""
    earlier: list[CandidateRule] = []
    for rule in candidates.rules:
        known = [other.entry.rule_id for other in earlier]
        for name in rule.unless:
            if name not in known:
                message = f"unless中的“{name}”不是排在前面的规则"
                place = (rule.entry.file, rule.entry.line)
                log.add(RuleFault(*place, UnknownIndicator.code, message, suggest(name, known), name))
        earlier.append(rule)
