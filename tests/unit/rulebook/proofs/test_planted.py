"""Every kind of fault a proof can find, planted in a copy of the rules: it is found, in its file, line and code."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import pytest

from credit_service.errors import RuleNotMonotone
from credit_service.rulebook.check import check_rules
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.load import build_rulebook, load_rulebook
from credit_service.rulebook.versions import find_in_force, find_versions

DAY = date(2026, 9, 30)
SCORING = "scoring/points/2026.1/rule.yaml"
EVENTS = "scoring/points/2026.1/events.csv"
KINDS = "scoring/points/2026.1/kinds.csv"
LISTS = "lists/list_types/2026.1/rule.yaml"
ACCEPTS = "lists/list_types/2026.1/accepts.csv"
LIST_BOUNDS = "lists/list_types/2026.1/bounds.csv"
SEVERITY = "severity/levels/2025.1/rule.yaml"
CANDIDATES = "candidates/proposals/2026.1/rule.yaml"
MEASURES = "measures/joint_measures/2024.1/measures.csv"
WORDS = "categories/classification/2026.1/keywords.csv"
WORD_KINDS = "categories/classification/2026.1/kinds.csv"
WORD_RULE = "categories/classification/2026.1/rule.yaml"
ORDER36 = "publicity/terms/order36/rule.yaml"
BOUNDS36 = "publicity/terms/order36/bounds.csv"

NEVER, WRONG_WAY, OUTSIDE = "rule_unreachable", "rule_not_monotone", "rule_outside_bounds"
OVERLAP, TANGLED = "rule_overlap", "rule_unproved"


class Planted(NamedTuple):
    """A fault put into a rule file: what is replaced, where the fault is said to be, and how."""

    title: str
    file: str
    old: str
    new: str
    code: str
    at: str
    """Text on the line the fault must be said at."""
    words: str
    said_in: str = ""
    """File of that line, where it is another one."""


PLANTED = (
    # Severity.
    Planted(
        "severity: contradicts itself",
        SEVERITY,
        "when: kind = abnormal_operation",
        "when: kind = abnormal_operation AND kind = penalty",
        NEVER,
        "- id: severity.abnormal",
        "自相矛盾",
    ),
    Planted(
        "severity: numbers that contradict",
        SEVERITY,
        "fine_fen >= 100000000",
        "fine_fen >= 100000000 AND fine_fen < 100000000",
        NEVER,
        "- id: severity.huge_fine",
        "自相矛盾",
    ),
    Planted(
        "severity: of records that have none",
        SEVERITY,
        "when: kind = broken_commitment",
        "when: kind = honour",
        NEVER,
        "- id: severity.commitment",
        "没有这样的记录",
    ),
    Planted(
        "severity: wholly behind an earlier rule",
        SEVERITY,
        "when: kind = penalty AND simple_procedure",
        "when: kind = penalty AND simple_procedure AND penalty_revocation",
        NEVER,
        "- id: severity.simple_procedure",
        "“severity.rights_removed”（第",
    ),
    Planted(
        "severity: behind a smaller amount",
        SEVERITY,
        "when: kind = penalty AND simple_procedure",
        "when: kind = penalty AND NOT simple_procedure AND fine_fen > 200000000",
        NEVER,
        "- id: severity.simple_procedure",
        "“severity.huge_fine”（第",
    ),
    Planted(
        "severity: behind two earlier rules together",
        SEVERITY,
        "when: kind = penalty AND simple_procedure",
        "when: kind IN (abnormal_operation, broken_commitment)",
        NEVER,
        "- id: severity.simple_procedure",
        "合起来",
    ),
    Planted(
        "severity: nothing left for the default",
        SEVERITY,
        "when: kind = penalty AND simple_procedure",
        "when: kind = penalty",
        NEVER,
        "id: severity.ordinary",
        "永远不会适用",
    ),
    Planted(
        "severity: a larger fine is the lighter case",
        SEVERITY,
        "fine_fen >= 100000000",
        "fine_fen < 100000000",
        WRONG_WAY,
        "id: severity.ordinary",
        "事实更重，分级反而更轻",
    ),
    Planted(
        "severity: a further penalty is the lighter case",
        SEVERITY,
        "penalty_restriction OR penalty_downgrade)\n    severity: serious",
        "penalty_restriction OR penalty_downgrade)\n    severity: minor",
        WRONG_WAY,
        "- id: severity.rights_removed",
        "事实更重，分级反而更轻",
    ),
    Planted(
        "severity: money against money is the lighter case",
        SEVERITY,
        "when: kind = penalty AND simple_procedure",
        "when: kind = penalty AND fine_fen > confiscated_fen",
        WRONG_WAY,
        "- id: severity.simple_procedure",
        "事实更重，分级反而更轻",
    ),
    Planted(
        "severity: the ordinary procedure is the lighter case",
        SEVERITY,
        "when: kind = penalty AND simple_procedure\n    severity: minor",
        "when: kind = penalty AND simple_procedure\n    severity: serious",
        WRONG_WAY,
        "- id: severity.warning_only",
        "改为NOT simple_procedure后",
    ),
    Planted(
        "severity: without a repair it is the lighter case",
        SEVERITY,
        "when: kind = penalty AND simple_procedure\n    severity: minor",
        "when: kind = penalty AND repaired_on <= as_of\n    severity: serious",
        WRONG_WAY,
        "- id: severity.warning_only",
        "改为repaired_on IS NULL后",
    ),
    # Exclusions.
    Planted(
        "exclusion: contradicts itself",
        SCORING,
        "when: kind = licence",
        "when: subject_kind = person AND subject_kind = organisation",
        NEVER,
        "- {id: exclude.licence",
        "自相矛盾",
    ),
    Planted(
        "exclusion: wholly behind an earlier one",
        SCORING,
        "when: subject_kind = person AND simple_procedure",
        "when: kind = licence AND simple_procedure",
        NEVER,
        "- {id: exclude.person_simple",
        "“exclude.licence”（第",
    ),
    Planted(
        "exclusion: days no record has both of",
        SCORING,
        "when: active_until < as_of",
        "when: active_until < as_of AND max_until <= as_of",
        NEVER,
        "- {id: exclude.ended",
        "永远不会适用",
    ),
    Planted(
        "exclusion: dates that contradict",
        SCORING,
        "when: revoked_on <= as_of",
        'when: "revoked_on <= as_of AND days(revoked_on, as_of) < 0"',
        NEVER,
        "- {id: exclude.revoked",
        "自相矛盾",
    ),
    Planted(
        "exclusion: months and years that contradict",
        SCORING,
        "when: revoked_on <= as_of",
        'when: "months(revoked_on, as_of) >= 24 AND months(revoked_on, as_of) < 12"',
        NEVER,
        "- {id: exclude.revoked",
        "自相矛盾",
    ),
    Planted(
        "exclusion: leaves nothing of a kind",
        SCORING,
        "when: kind = licence",
        'when: "kind IN (licence, honour)"',
        NEVER,
        "- {id: exclude.licence",
        "守信荣誉一律不计分",
    ),
    Planted(
        "exclusion: spares the larger fine",
        SCORING,
        "when: kind = licence",
        "when: kind = licence OR fine_fen >= 500000000",
        WRONG_WAY,
        "- {id: exclude.licence",
        "反而不计分",
    ),
    Planted(
        "exclusion: spares the worse severity",
        SCORING,
        "when: kind = licence",
        "when: kind = licence OR severity = serious",
        WRONG_WAY,
        "- {id: exclude.licence",
        "反而不计分",
    ),
    Planted(
        "exclusion: spares what is published longer",
        SCORING,
        "when: max_until <= as_of",
        "when: max_until > as_of",
        WRONG_WAY,
        "- {id: exclude.expired",
        "反而不计分",
    ),
    Planted(
        "exclusion: too tangled to prove",
        SCORING,
        "when: revoked_on <= as_of",
        "when: decided_on < ends_on AND ends_on < repaired_on AND repaired_on < revoked_on"
        " AND revoked_on < active_until AND active_until < max_until AND max_until < min_until",
        TANGLED,
        "- {id: exclude.licence",
        "情形过多",
    ),
    Planted(
        "exclusion: spares what was not repaired",
        SCORING,
        "when: kind = licence",
        "when: kind = licence OR repaired_on IS NULL",
        WRONG_WAY,
        "- {id: exclude.licence",
        "改为repaired_on IS NULL后",
    ),
    # Points, grades, caps, kinds.
    Planted(
        "points: serious costs less than general",
        EVENTS,
        "points.penalty.serious,penalty,serious,,-15",
        "points.penalty.serious,penalty,serious,,-3",
        WRONG_WAY,
        "points.penalty.serious",
        "减分反而更少",
    ),
    Planted(
        "points: a lower honour earns more",
        EVENTS,
        "points.honour.national,honour,,national,5",
        "points.honour.national,honour,,national,2",
        WRONG_WAY,
        "points.honour.provincial",
        "加分反而更多",
    ),
    Planted(
        "points: two rows for one case",
        EVENTS,
        "points.penalty.general,penalty,general,,-5,行政处罚（一般）,L1,unconfirmed,\n",
        "points.penalty.general,penalty,general,,-5,行政处罚（一般）,L1,unconfirmed,\n"
        "points.penalty.again,penalty,general,,-6,行政处罚（一般）,L1,unconfirmed,\n",
        OVERLAP,
        "points.penalty.again",
        "恰好一行",
    ),
    Planted(
        "points: none for a case",
        EVENTS,
        "points.penalty.general,penalty,general,,-5,行政处罚（一般）,L1,unconfirmed,\n",
        "",
        "rule_syntax",
        "kind.penalty",
        "恰好一行",
        KINDS,
    ),
    Planted(
        "points: a row for what is not scored",
        EVENTS,
        "points.tax_a,tax_a,,*,5,纳税信用A级,L1,unconfirmed,\n",
        "points.tax_a,tax_a,,*,5,纳税信用A级,L1,unconfirmed,\npoints.licence,licence,,*,0,许可,L1,unconfirmed,\n",
        NEVER,
        "points.licence",
        "没有这样的记录计分",
    ),
    Planted("cap: below zero", SCORING, 'max: "5"', 'max: "-5"', WRONG_WAY, "- {id: cap.tax_a", "有荣誉反而减分"),
    Planted(
        "cap: of no kind",
        KINDS,
        "kind.tax_a,tax_a,honour,open,false,24,24,tax_a",
        "kind.tax_a,tax_a,honour,open,false,24,24,honour",
        NEVER,
        "- {id: cap.tax_a",
        "没有记录种类属于",
        SCORING,
    ),
    Planted(
        "kind: an honour with a veto",
        KINDS,
        "kind.honour,honour,honour,open,false",
        "kind.honour,honour,honour,open,true",
        WRONG_WAY,
        "kind.honour",
        "一票否决",
    ),
    Planted(
        "kind: a term longer than its cap",
        KINDS,
        "kind.tax_a,tax_a,honour,open,false,24,24",
        "kind.tax_a,tax_a,honour,open,false,36,24",
        NEVER,
        "kind.tax_a",
        "永远用不到",
    ),
    Planted(
        "kind: a term where publicity counts",
        KINDS,
        "kind.penalty,penalty,adverse,publicity,false,,",
        "kind.penalty,penalty,adverse,publicity,false,12,",
        NEVER,
        "kind.penalty",
        "永远用不到",
    ),
    Planted("grade: above every score", SCORING, 'min: "90"', 'min: "125"', NEVER, "- {id: grade.A", "永远达不到"),
    Planted(
        "grade: better letter below",
        SCORING,
        'grade: B, min: "75", text: 基本诚信, law: L2, status: unconfirmed}\n  - {id: grade.C, grade: C, min',
        'grade: C, min: "75", text: 基本诚信, law: L2, status: unconfirmed}\n  - {id: grade.C, grade: B, min',
        WRONG_WAY,
        "- {id: grade.C",
        "字母次序",
    ),
    # Classification.
    Planted(
        "word: behind a shorter one",
        WORDS,
        "word.telecom_fraud.1,telecom_fraud,电信网络诈骗",
        "word.telecom_fraud.1,telecom_fraud,诈骗",
        NEVER,
        "word.telecom_fraud.2",
        "“word.telecom_fraud.1”（第2行）",
    ),
    Planted(
        "word: twice, for another item",
        WORDS,
        "word.fake_lottery.2,fake_lottery,彩票",
        "word.fake_lottery.2,fake_lottery,网络诈骗",
        NEVER,
        "word.fake_lottery.2",
        "而且归入另一事项“telecom_fraud”",
    ),
    Planted(
        "kind of an item: twice",
        WORD_KINDS,
        "class.tax_serious,tax_serious,tax_invoice_fraud",
        "class.tax_serious,wage_arrears,tax_invoice_fraud",
        OVERLAP,
        "class.tax_serious",
        "永远轮不到",
    ),
    Planted(
        "searched fact: of a kind that is not searched",
        WORD_RULE,
        "search_fact: [serious_list]",
        "search_fact: [serious_list, tax_serious]",
        NEVER,
        "class.tax_serious",
        "search_fact",
        WORD_KINDS,
    ),
    # Publicity.
    Planted(
        "publicity: longer than the law",
        ORDER36,
        "min_months: 3, max_months: 12",
        "min_months: 3, max_months: 24",
        OUTSIDE,
        "- {id: publicity.general",
        "超过法定的12个月",
    ),
    Planted(
        "publicity: shorter than the law",
        ORDER36,
        "min_months: 3, max_months: 12",
        "min_months: 1, max_months: 12",
        OUTSIDE,
        "- {id: publicity.general",
        "少于法定的3个月",
    ),
    Planted(
        "publicity: repair opens later than the law",
        ORDER36,
        "min_months: 3, max_months: 12",
        "min_months: 6, max_months: 12",
        OUTSIDE,
        "- {id: publicity.general",
        "推迟了申请修复的时间",
    ),
    Planted(
        "publicity: shorter for the worse case",
        ORDER36,
        "min_months: 12, max_months: 36",
        "min_months: 2, max_months: 6",
        WRONG_WAY,
        "- {id: publicity.serious",
        "短于",
    ),
    Planted(
        "publicity: bounds missing",
        BOUNDS36,
        "bounds.publicity.minor,minor,",
        "bounds.publicity.minor,minr,",
        OUTSIDE,
        "- {id: publicity.minor",
        "没有写明法定上下限",
        ORDER36,
    ),
    Planted(
        "publicity: bounds of nothing",
        BOUNDS36,
        "bounds.publicity.minor,minor,",
        "bounds.publicity.minor,minr,",
        NEVER,
        "bounds.publicity.minor",
        "没有“minr”",
    ),
    Planted(
        "publicity: bounds twice",
        BOUNDS36,
        "bounds.publicity.general,general,",
        "bounds.publicity.general,minor,",
        OVERLAP,
        "bounds.publicity.general",
        "已在第2行写明",
    ),
    Planted(
        "publicity: bounds that contradict",
        BOUNDS36,
        "bounds.publicity.general,general,3,3,,12",
        "bounds.publicity.general,general,13,13,,12",
        OUTSIDE,
        "bounds.publicity.general",
        "自相矛盾",
    ),
    # Lists and measures.
    Planted(
        "list: longer than the law",
        LISTS,
        "    term_months: 36\n    max_term_months: 36\n",
        "    term_months: 48\n    max_term_months: 48\n",
        OUTSIDE,
        "- id: samr_serious",
        "最长期限48个月，超过法定的36个月",
    ),
    Planted(
        "list: usual term longer than the law",
        LISTS,
        "    term_months: 24\n    max_term_months: 60\n",
        "    term_months: 36\n    max_term_months: 60\n",
        OUTSIDE,
        "- id: judgment_default",
        "通常期限36个月，超过法定的24个月",
    ),
    Planted(
        "list: exit later than the law",
        LISTS,
        "    min_months: 6\n",
        "    min_months: 12\n",
        OUTSIDE,
        "- id: tax_serious",
        "推迟了",
    ),
    Planted(
        "acceptance: behind a shorter word",
        ACCEPTS,
        "accept.listed_fake,samr_serious,serious_list,,假冒伪劣",
        "accept.listed_fake,samr_serious,serious_list,,假冒食品",
        NEVER,
        "accept.listed_fake",
        "“accept.listed_food”（第",
    ),
    Planted(
        "acceptance: two lists for one case",
        ACCEPTS,
        "accept.tax_a,",
        "accept.listed_again,wage_arrears,serious_list,,,wage45,unconfirmed,\naccept.tax_a,",
        OVERLAP,
        "accept.listed_again",
        "“accept.listed_other”（第",
    ),
    Planted(
        "acceptance: a penalty for a list without items",
        ACCEPTS,
        "accept.tax_penalty,tax_serious,penalty",
        "accept.tax_penalty,procurement_serious,penalty",
        NEVER,
        "accept.tax_penalty",
        "不属于任何专项治理事项",
    ),
    Planted(
        "acceptance: an honour for the black list",
        ACCEPTS,
        "accept.tax_penalty,tax_serious,penalty",
        "accept.tax_penalty,tax_serious,honour",
        WRONG_WAY,
        "accept.tax_penalty",
        "以守信荣誉支持列入严重失信主体名单",
    ),
    Planted(
        "acceptance: a penalty for the red list",
        ACCEPTS,
        "accept.contract,contract_honour,honour",
        "accept.contract,contract_honour,penalty",
        WRONG_WAY,
        "accept.contract",
        "以行政处罚支持列入守信激励对象",
    ),
    Planted(
        "list: nobody can be proposed for it",
        ACCEPTS,
        "accept.transport,transport_typical,",
        "accept.transport,honour,",
        NEVER,
        "- id: transport_typical",
        "没有任何记录可以支持",
        LISTS,
    ),
    Planted(
        "list: two for one item",
        LISTS,
        "categories: [tax_invoice_fraud]",
        "categories: [tax_invoice_fraud, fake_drugs]",
        OVERLAP,
        "- id: tax_serious",
        "同属“fake_drugs”",
    ),
    Planted(
        "measure: twice",
        LISTS,
        "measures: [exit_ban, key_supervision",
        "measures: [exit_ban, exit_ban, key_supervision",
        OVERLAP,
        "- id: tax_serious",
        "重复",
    ),
    Planted(
        "measure: of another ground",
        LISTS,
        "measures: [exit_ban, key_supervision",
        "measures: [exit_ban, schooling_limit, key_supervision",
        OUTSIDE,
        "- id: tax_serious",
        "过惩不相当",
    ),
    Planted(
        "measure: takes rights from the watched",
        MEASURES,
        "key_supervision,纳入重点监管范围,management",
        "key_supervision,纳入重点监管范围,reduces_rights",
        OUTSIDE,
        "- id: watch",
        "过惩不相当",
        LISTS,
    ),
    # Candidates: reach.
    Planted(
        "candidate: supports contradict",
        CANDIDATES,
        "supports: is_listing AND is_usable",
        "supports: is_listing AND is_usable AND kind = penalty",
        NEVER,
        "- id: candidate.black.listed",
        "supports自相矛盾",
    ),
    Planted(
        "candidate: supports only what does not count",
        CANDIDATES,
        "supports: is_listing AND is_usable",
        "supports: is_listing AND is_usable AND revoked_on <= as_of",
        NEVER,
        "- id: candidate.black.listed",
        "supports自相矛盾",
    ),
    Planted(
        "candidate: no list takes what supports it",
        CANDIDATES,
        "supports: is_scored AND is_usable AND severity = serious AND NOT is_listing",
        "supports: is_scored AND is_usable AND kind = broken_commitment",
        NEVER,
        "- id: candidate.black.grade",
        "名单类型受理",
    ),
    Planted(
        "candidate: a grade with other points",
        CANDIDATES,
        "when: grade = D",
        "when: grade = D AND points > 1000000 AND NOT veto",
        NEVER,
        "- id: candidate.black.grade",
        "when自相矛盾",
    ),
    Planted(
        "candidate: a count that its own records contradict",
        CANDIDATES,
        "scope: whole\n    when: grade IN (C, D)",
        "scope: whole\n    when: grade IN (C, D) AND open_adverse = 0",
        NEVER,
        "- id: candidate.watch.whole",
        "与supports所要求的记录矛盾",
    ),
    Planted(
        "candidate: proposed by an earlier rule anyway",
        CANDIDATES,
        "supports: is_scored AND is_usable AND is_adverse\n    unless: [candidate.black.listed,",
        "supports: is_listing AND is_usable\n    unless: [candidate.black.listed,",
        NEVER,
        "- id: candidate.watch.category",
        "unless中的“candidate.black.listed”",
    ),
    Planted(
        "count: used by no rule",
        CANDIDATES,
        "AND recent_fines = 0 AND active_listings = 0",
        "AND recent_fines = 0",
        NEVER,
        "- id: active_listings",
        "没有任何规则使用",
    ),
    Planted(
        "count: of no record",
        CANDIDATES,
        "when: is_adverse AND is_usable",
        "when: is_adverse AND is_honour",
        NEVER,
        "- id: open_adverse",
        "永远为空",
    ),
    # Candidates: the right way.
    Planted(
        "candidate: black and watch at once",
        CANDIDATES,
        "unless: [candidate.black.listed, candidate.black.grade]\n",
        "unless: [candidate.black.listed]\n",
        OVERLAP,
        "- id: candidate.watch.category",
        "同时列入两种名单",
    ),
    Planted(
        "candidate: a worse grade ends it",
        CANDIDATES,
        "scope: category\n    when: grade IN (C, D)",
        "scope: category\n    when: grade = C",
        WRONG_WAY,
        "- id: candidate.watch.category",
        "反而不再建议",
    ),
    Planted(
        "candidate: fewer points end it",
        CANDIDATES,
        "when: grade = D",
        "when: grade = D AND points >= 100000",
        WRONG_WAY,
        "- id: candidate.black.grade",
        "反而不再建议",
    ),
    Planted(
        "candidate: a fine makes red",
        CANDIDATES,
        "AND recent_fines = 0",
        "AND recent_fines >= 1",
        WRONG_WAY,
        "- id: candidate.red.organisation",
        "事实更重，反而引起建议",
    ),
    Planted(
        "candidate: an honour makes watched",
        CANDIDATES,
        "scope: whole\n    when: grade IN (C, D)",
        "scope: whole\n    when: grade IN (C, D) OR records >= 100",
        WRONG_WAY,
        "- id: candidate.watch.whole",
        "新增荣誉，反而引起建议",
    ),
    Planted(
        "candidate: supported by an honour",
        CANDIDATES,
        "supports: is_scored AND is_usable AND is_adverse\n    unless: [candidate.black.listed,",
        "supports: is_scored AND is_usable\n    unless: [candidate.black.listed,",
        WRONG_WAY,
        "- id: candidate.watch.category",
        "支持列入重点关注名单",
    ),
    Planted(
        "candidate: red by dishonesty",
        CANDIDATES,
        "supports: is_honour AND is_usable\n",
        "supports: is_usable AND NOT is_honour\n",
        WRONG_WAY,
        "- id: candidate.red.organisation",
        "支持列入守信激励对象",
    ),
    Planted(
        "candidate: a larger fine does not support",
        CANDIDATES,
        "severity = serious AND NOT is_listing",
        "severity = serious AND NOT is_listing AND fine_fen < 100000000",
        WRONG_WAY,
        "- id: candidate.black.grade",
        "事实更重的记录反而不支持建议",
    ),
    Planted(
        "candidate: only the lighter severity supports",
        CANDIDATES,
        "severity = serious AND NOT is_listing",
        "severity = general AND NOT is_listing",
        WRONG_WAY,
        "- id: candidate.black.grade",
        "事实更重的记录反而不支持建议",
    ),
    Planted(
        "candidate: only what will be repaired supports",
        CANDIDATES,
        "severity = serious AND NOT is_listing",
        "severity = serious AND NOT is_listing AND repaired_on > as_of",
        WRONG_WAY,
        "- id: candidate.black.grade",
        "事实更重的记录反而不支持建议",
    ),
    Planted(
        "count: a larger fine does not count",
        CANDIDATES,
        "kind = penalty AND is_usable\n      AND (penalty_fine",
        "kind = penalty AND is_usable AND fine_fen < 5000000\n      AND (penalty_fine",
        WRONG_WAY,
        "- id: recent_fines",
        "事实更重的记录反而不计",
    ),
)


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.title)
def test_a_planted_fault_is_found_in_its_line(rules_dir, spoil, planted):
    spoil(planted.file, planted.old, planted.new)
    said_in = planted.said_in or planted.file
    lines = (rules_dir / said_in).read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, start=1) if planted.at in text)
    log = FaultLog()
    build_rulebook(find_in_force(find_versions(rules_dir, log), DAY), DAY, None, log)
    said = [fault for fault in log.faults if planted.words in fault.message]
    assert (f"rules/{said_in}", line, planted.code) in {(f.file, f.line, f.code) for f in said}, log.faults
    assert all(fault.remedy for fault in said)


def test_a_rulebook_with_a_proved_fault_is_neither_loaded_nor_passed(rules_dir, spoil):
    planted = next(planted for planted in PLANTED if planted.title == "points: serious costs less than general")
    spoil(planted.file, planted.old, planted.new)
    assert [fault.code for fault in check_rules(rules_dir).faults] == [WRONG_WAY]
    with pytest.raises(RuleNotMonotone) as refusal:
        load_rulebook(rules_dir, DAY)
    assert "points.penalty.serious" in refusal.value.message
    assert refusal.value.attributes["line"] == 4


def test_the_faults_of_one_day_do_not_hide_those_of_another(rules_dir, spoil):
    """Order 58 was in force until 2026-03-31 and Order 36 is since; both are proved in one check."""
    spoil(ORDER36, "min_months: 3, max_months: 12", "min_months: 3, max_months: 24")
    spoil("publicity/terms/order58/rule.yaml", "min_months: 3, max_months: 36", "min_months: 3, max_months: 48")
    files = {fault.file for fault in check_rules(rules_dir).faults if fault.code == OUTSIDE}
    assert files == {"rules/publicity/terms/order36/rule.yaml", "rules/publicity/terms/order58/rule.yaml"}
