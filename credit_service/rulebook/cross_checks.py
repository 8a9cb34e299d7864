"""Checks that need several rules at once: does everything that is named exist, and is nothing left without an answer.

Before them is a rulebook read without looking sideways; faults go to the log. `load` refuses a rulebook with one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from credit_service.domain.record import RecordKind, Severity
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.errors import RuleOutsideBounds, RuleSyntax, UnknownIndicator
from credit_service.rulebook.arithmetic import MILLION
from credit_service.rulebook.faults import FaultLog, RuleFault, suggest, to_place
from credit_service.rulebook.fields import MOST_RECORDS
from credit_service.rulebook.nodes import INT64_MAX
from credit_service.rulebook.rule_types import Counting, ListType, Role, RuleEntry
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.scoring_checks import check_events


def cross_check(rulebook: Rulebook, files: Mapping[str, str], log: FaultLog) -> None:
    """Check what depends on several files; ``files`` names the rule.yaml of each kind, for faults of a whole file."""
    _check_list_references(rulebook, log)
    _check_proportions(rulebook, log)
    _check_acceptances(rulebook, files, log)
    _check_kinds(rulebook, files["scoring"], log)
    check_events(rulebook.scoring, log)
    _check_size(rulebook, files["scoring"], log)
    _check_watch(rulebook, files["lists"], log)
    _check_exclusion_of_red(rulebook, log)


def _check_list_references(rulebook: Rulebook, log: FaultLog) -> None:
    measures = {measure.slug: measure for measure in rulebook.measures}
    for list_type in rulebook.list_types:
        for slug in list_type.measures:
            if slug not in measures:
                _unknown(log, list_type.entry, f"措施“{slug}”不在措施清单中", suggest(slug, measures), slug)
            elif not _fits(list_type, measures[slug].nature, measures[slug].list_kinds):
                _unknown(log, list_type.entry, f"措施“{slug}”不适用于{list_type.list_kind.label}", "")


def _check_proportions(rulebook: Rulebook, log: FaultLog) -> None:
    """A black list is for serious dishonesty: what follows from it must be within what that severity bears."""
    measures = {measure.slug: measure for measure in rulebook.measures}
    allowed = next((one for one in rulebook.proportions if one.severity == Severity.SERIOUS.value), None)
    if allowed is None:
        return
    for list_type in rulebook.list_types:
        if list_type.list_kind is not ListKind.BLACK:
            continue
        counted = [measures[slug] for slug in list_type.measures if slug in measures]
        counted = [measure for measure in counted if measure.nature != "market"]
        if len(counted) > allowed.most:
            message = f"采取{len(counted)}项措施，超过规则规定的最多{allowed.most}项"
            _refuse(log, list_type.entry, message, f"应当过惩相当，请减少措施，或者修改“{allowed.entry.rule_id}”。")
        for measure in counted:
            if measure.nature not in allowed.natures:
                message = f"措施“{measure.name}”的性质不在“{allowed.entry.rule_id}”允许之列"
                _refuse(log, list_type.entry, message, "应当过惩相当，请不采取该措施。")


def check_categories(rulebook: Rulebook, known: Collection[str], log: FaultLog) -> None:
    """Check that every special-governance item that is named is in some edition.

    A rulebook of one edition may name items of another (they count as 综合 there), so this needs every edition.
    """
    words, scoring = rulebook.classification, rulebook.scoring
    named = [(row.category, row.entry) for row in words.kinds]
    named += [(row.category, row.entry) for row in words.keywords]
    named += [(event.category, event.entry) for event in scoring.events]
    named += [(cap.category, cap.entry) for cap in scoring.category_caps]
    for slug, entry in named:
        # Points and caps without an item are for every item.
        if slug and slug not in known:
            _unknown(log, entry, f"专项治理事项“{slug}”不存在", suggest(slug, known), slug)
    for list_type in rulebook.list_types:
        for slug in sorted(set(list_type.categories) - set(known)):
            _unknown(log, list_type.entry, f"专项治理事项“{slug}”不存在", suggest(slug, known), slug)


def _fits(list_type: ListType, nature: str, kinds: tuple[str, ...]) -> bool:
    incentive = nature == "incentive"
    return incentive is (list_type.list_kind is ListKind.RED) and (not kinds or list_type.list_kind.value in kinds)


def _check_acceptances(rulebook: Rulebook, files: Mapping[str, str], log: FaultLog) -> None:
    """Every listing or honour must find a list type, whatever its topic: a record without one would vanish."""
    known = {list_type.id: list_type for list_type in rulebook.list_types}
    for row in rulebook.acceptances:
        if row.list_type not in known:
            missing = row.list_type
            _unknown(log, row.entry, f"名单类型“{missing}”不存在", suggest(missing, known), missing)
    for rule in rulebook.scoring.kinds:
        if not rule.veto and rule.role is not Role.HONOUR:
            continue
        wanted = ListKind.BLACK if rule.veto else ListKind.RED
        for subject_kind in SubjectKind:
            open_rows = [
                row
                for row in rulebook.acceptances
                if row.kind == rule.kind
                and row.subject_kind in {"", subject_kind}
                and not row.keyword
                and row.list_type in known
                and known[row.list_type].list_kind is wanted
            ]
            if not open_rows:
                message = f"{RecordKind(rule.kind).label}（{subject_kind.label}）没有不限关键词的名单类型"
                # What is missing has no line; the last row about such records is where it belongs.
                own = [row.entry for row in rulebook.acceptances if row.kind == rule.kind]
                place = (own[-1].file, own[-1].line) if own else (files["lists"], 1)
                after = (to_place(files["lists"]), to_place(files["scoring"]))
                remedy = "请在accepts表中补一行关键词为空的规则。"
                log.add(RuleFault(*place, RuleSyntax.code, message, remedy, after=after))


def _check_kinds(rulebook: Rulebook, file: str, log: FaultLog) -> None:
    counts = Counter(rule.kind for rule in rulebook.scoring.kinds)
    groups = {cap.group for cap in rulebook.scoring.caps}
    for kind in RecordKind:
        # Kinds for reference only may be named as neutral, and need not be: what no rule names is not scored.
        if counts[kind] != 1 and not (kind.is_information_only and counts[kind] == 0):
            message = f"{kind.label}（{kind}）在kinds表中应当有且只有一行，现有{counts[kind]}行"
            own = [rule.entry for rule in rulebook.scoring.kinds if rule.kind == kind]
            place = (own[-1].file, own[-1].line) if own else (file, 1)
            after = () if counts[kind] else (to_place(file),)
            log.add(RuleFault(*place, RuleSyntax.code, message, "请补齐缺少的一行，或者删除多余的。", after=after))
    for rule in rulebook.scoring.kinds:
        if (rule.role is Role.HONOUR) is not (rule.cap_group in groups):
            _unknown(
                log,
                rule.entry,
                f"“{rule.kind}”的上限组“{rule.cap_group}”不当",
                "荣誉须属于caps中的一组，其他种类留空。",
                rule.cap_group,
            )
        if rule.counting is Counting.PUBLICITY and rule.role is not Role.ADVERSE:
            _unknown(log, rule.entry, f"“{rule.kind}”不是失信记录，没有公示期", "counting请写open。")
    for row in rulebook.classification.kinds:
        if counts and row.kind not in {rule.kind for rule in rulebook.scoring.kinds if rule.role is Role.ADVERSE}:
            message = f"“{row.kind}”不是失信记录，不归入专项治理事项"
            after = () if counts[row.kind] else (to_place(file),)
            log.add(RuleFault(row.entry.file, row.entry.line, UnknownIndicator.code, message, after=after))


def _check_size(rulebook: Rulebook, file: str, log: FaultLog) -> None:
    """Prove that no intermediate of scoring leaves 64 bits; two of three engines would wrap in silence."""
    events = sorted(rulebook.scoring.events, key=lambda event: abs(event.points))
    largest = abs(events[-1].points) if events else 0
    product_bound = largest * MILLION + rulebook.scoring.arithmetic.rounding.addend(MILLION)
    sum_bound = largest * MOST_RECORDS + max(abs(rulebook.scoring.base), abs(rulebook.scoring.cap))
    if max(product_bound, sum_bound) > INT64_MAX:
        message = f"分值过大：中间结果可达{max(product_bound, sum_bound)}，超出64位整数"
        place = (events[-1].entry.file, events[-1].entry.line) if events else (file, 1)
        log.add(RuleFault(*place, RuleSyntax.code, message, "请减小events表中的分值。"))


def _check_watch(rulebook: Rulebook, file: str, log: FaultLog) -> None:
    watch = [list_type for list_type in rulebook.list_types if list_type.list_kind is ListKind.WATCH]
    if len(watch) != 1:
        message = f"重点关注名单应当有且只有一类，现有{len(watch)}类"
        place = (watch[-1].entry.file, watch[-1].entry.line) if watch else (file, 1)
        after = () if watch else (to_place(file),)
        log.add(RuleFault(*place, RuleSyntax.code, message, "请补上一类，或者删除多余的。", after=after))


def _check_exclusion_of_red(rulebook: Rulebook, log: FaultLog) -> None:
    """Red and black or watch exclude each other: each red rule looks back at every adverse rule that could meet it."""
    adverse = [rule for rule in rulebook.candidates.rules if rule.list_kind is not ListKind.RED]
    for rule in rulebook.candidates.rules:
        missing = {other.entry.rule_id for other in adverse} - set(rule.unless)
        if rule.list_kind is ListKind.RED and missing:
            names = "、".join(sorted(missing))
            message = f"红名单规则“{rule.entry.rule_id}”的unless缺少：{names}"
            remedy = "红名单与黑名单、重点关注名单互斥，请逐一列出。"
            log.add(RuleFault(rule.entry.file, rule.entry.line, RuleSyntax.code, message, remedy))


def _refuse(log: FaultLog, entry: RuleEntry, message: str, remedy: str) -> None:
    log.add(RuleFault(entry.file, entry.line, RuleOutsideBounds.code, message, remedy))


def _unknown(log: FaultLog, entry: RuleEntry, message: str, remedy: str, missing: str = "") -> None:
    log.add(RuleFault(entry.file, entry.line, UnknownIndicator.code, message, remedy, missing))
