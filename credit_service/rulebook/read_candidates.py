"""Reader of the rules that propose candidates.

Before it lie ``rules/candidates`` and the grades of the scoring rule; after it conditions as nodes. A candidate is a
proposal to people, never a listing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from credit_service.domain.score import ListKind
from credit_service.errors import UnknownIndicator
from credit_service.rulebook.faults import FaultLog, RuleFault, suggest
from credit_service.rulebook.fields import JUDGED_SCOPE, Scope, standing_scope, subject_scope
from credit_service.rulebook.read_scoring import read_condition
from credit_service.rulebook.read_terms import find_repeats, read_rows
from credit_service.rulebook.rule_types import (
    CandidateRule,
    Candidates,
    CandidateScope,
    Count,
    NearMissRule,
    list_entries,
)
from credit_service.rulebook.section import Section
from credit_service.rulebook.versions import RuleVersion, read_entry

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


def read_candidates(version: RuleVersion, grades: Sequence[str], log: FaultLog) -> Candidates:
    """Return the counts and candidate rules in order; ``grades`` are those of the scoring rule in force."""

    def read_count(part: Section) -> Count:
        name = part.text("id")
        if not _NAME.fullmatch(name) or name in taken:
            part.refuse("id", f"计数名“{name}”不可用或与已有字段同名", "请用小写字母和下划线另取一名。")
        return Count(name, read_condition(part, "when", JUDGED_SCOPE), read_entry(part, version))

    taken = subject_scope(grades, ()).names | JUDGED_SCOPE.names
    counts = read_rows(version.section.sections("counts"), read_count, log)
    scopes = {
        CandidateScope.CATEGORY: standing_scope(grades),
        CandidateScope.WHOLE: standing_scope(grades),
        CandidateScope.SUBJECT: subject_scope(grades, [count.name for count in counts]),
    }
    rules = read_rows(version.section.sections("rules"), lambda part: _read_rule(part, version, scopes), log)
    found = Candidates(counts, rules, _read_near_miss(version))
    find_repeats(list_entries(counts, rules), log)
    _check_unless(found, log)
    return found


def _read_rule(part: Section, version: RuleVersion, scopes: dict[CandidateScope, Scope]) -> CandidateRule:
    scope = CandidateScope(part.choice("scope", set(CandidateScope)))
    names = scopes.get(scope)
    if names is None and part.has("when"):
        part.refuse("when", "scope为record的规则只写supports，不写when")
    return CandidateRule(
        list_kind=ListKind(part.choice("list_kind", set(ListKind))),
        scope=scope,
        when=read_condition(part, "when", names) if names else None,
        supports=read_condition(part, "supports", JUDGED_SCOPE),
        unless=part.texts("unless", ()),
        entry=read_entry(part, version),
    )


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
                log.add(
                    RuleFault(rule.entry.file, rule.entry.line, UnknownIndicator.code, message, suggest(name, known))
                )
        earlier.append(rule)
