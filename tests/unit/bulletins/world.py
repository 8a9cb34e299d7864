"""The small world the tests of bulletins live in: invented cases, valid generated codes, one issue.

Loaded with `runpy.run_path`, because test modules are no package.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from credit_service.bulletins.gate import GateTerms
from credit_service.bulletins.select import ListTypeNotice, Selected, Selection, select_entries
from credit_service.domain.bulletin import Bulletin, CategoryCount, parse_period
from credit_service.domain.identifier import person_id_check, uscc_check
from credit_service.domain.listing import Case, CaseState
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind

TEMPLATES = Path(__file__).parents[3] / "publications" / "templates"
CUT_OFF = date(2026, 9, 30)
PUBLISH = date(2026, 10, 9)
ISSUED = datetime(2026, 10, 9, 2, 0, tzinfo=UTC)
MEASURES = frozenset({"限制市场或行业准入", "优先提供公共服务便利"})
EVERYBODY = {"publish_organisation": True, "publish_person": True}
ORGANISATIONS = {"publish_organisation": True, "publish_person": False}
PERSONS = {"publish_organisation": False, "publish_person": True}
NOBODY = {"publish_organisation": False, "publish_person": False}
WAGE_BASIS = "《保障农民工工资支付条例》第四十八条"
COURT_BASIS = "法释〔2017〕7号"
LIST_TYPES = {
    "wage_arrears": ListTypeNotice("拖欠农民工工资失信联合惩戒对象", WAGE_BASIS, **ORGANISATIONS),
    "judgment_default": ListTypeNotice("失信被执行人", COURT_BASIS, **EVERYBODY, publication_basis=COURT_BASIS),
    "tax_a": ListTypeNotice("A级纳税人", "《纳税信用管理办法（试行）》第三十二条", **ORGANISATIONS),
    "star_person": ListTypeNotice("诚信之星", "国发〔2016〕33号", **PERSONS),
    "internal": ListTypeNotice("内部名单", "某办法第一条", **NOBODY),
}
CATEGORIES = {0: "综合", 11: "法院判决不执行", 12: "拖欠（农民工）工资"}


def make_code(number: int) -> str:
    """Return a valid unified social credit code of no real organisation."""
    body = f"91990101MA{number:07d}"
    return body + uscc_check(body)


def make_person_number(number: int, born_on: date = date(1990, 1, 1)) -> str:
    """Return a valid citizen number of no real person: the region does not exist."""
    body = f"990101{born_on:%Y%m%d}{number % 1000:03d}"
    return body + person_id_check(body)


def make_case(number: int = 1, **changes: object) -> Case:
    """Return a complete, effective black case of an organisation, with changes."""
    case = Case(
        case_id=f"K{number:04d}",
        subject_id=f"uscc:{make_code(number)}",
        subject_kind=SubjectKind.ORGANISATION,
        subject_name=f"示范区第{number}建筑有限公司（测试）",
        identifier_code=make_code(number),
        list_kind=ListKind.BLACK,
        list_type="wage_arrears",
        list_basis="《保障农民工工资支付条例》第四十八条",
        category=12,
        authority_code="11990101MB0000001X",
        authority_name="示范区人力资源和社会保障局（测试）",
        state=CaseState.DECISION_SERVED,
        rule="lists/wage_arrears",
        rulebook="ab" * 32,
        run_id="R1",
        record_ids=(f"B1-{number:07d}",),
        fact="逾期未支付农民工工资，经责令限期支付仍未支付。",
        severity="serious",
        proposed_on=date(2026, 6, 1),
        drafted_by="reviewer",
        notice_no=f"测告〔2026〕{number}号",
        noticed_on=date(2026, 6, 3),
        notice_served_on=date(2026, 6, 5),
        notice_proof="邮寄回执",
        statement_until_on=date(2026, 6, 12),
        heard_on=date(2026, 6, 15),
        hearing_note="未提出陈述申辩",
        decided_by="decider",
        decision_no=f"测列〔2026〕{number}号",
        decided_on=date(2026, 7, 1),
        decision_reason="事实清楚",
        decision_served_on=date(2026, 7, 3),
        decision_proof="直接送达",
        min_until_on=date(2027, 7, 1),
        max_until_on=date(2029, 6, 30),
    )
    return replace(case, **changes)  # type: ignore[arg-type]


def make_red(number: int = 1, **changes: object) -> Case:
    """Return a complete, effective red case of an organisation, with changes."""
    red = make_case(
        number, list_kind=ListKind.RED, list_type="tax_a", category=0, severity=None, list_basis="办法第三十二条"
    )
    return replace(red, fact="连续三年依法诚信纳税。", **changes)  # type: ignore[arg-type]


def make_star(number: int = 1, **changes: object) -> Case:
    """Return a complete, effective red case of an adult person who consented, with changes."""
    star = make_red(
        number,
        subject_id=f"psn:{number:032x}",
        subject_kind=SubjectKind.PERSON,
        subject_name="测**",
        identifier_code=None,
        list_type="star_person",
        adult_on=date(2008, 1, 1),
        consent_no=f"同意〔2026〕{number}号",
    )
    return replace(star, **changes)  # type: ignore[arg-type]


def make_debtor(number: int = 1, **changes: object) -> Case:
    """Return a complete, effective black case of an adult person on a list that may publish persons, with changes."""
    debtor = make_case(
        number,
        subject_id=f"psn:{number:032x}",
        subject_kind=SubjectKind.PERSON,
        subject_name="欧阳**",
        identifier_code=None,
        list_type="judgment_default",
        category=11,
        adult_on=date(2008, 1, 1),
    )
    return replace(debtor, **changes)  # type: ignore[arg-type]


def select(cases: Sequence[Case], **changes: object) -> Selected:
    """Return what an issue of the third quarter of 2026 selects."""
    terms = Selection(
        period=parse_period("2026Q3"),
        cut_off_on=CUT_OFF,
        publish_on=PUBLISH,
        list_types=LIST_TYPES,
        category_names=CATEGORIES,
    )
    return select_entries(cases, replace(terms, **changes))  # type: ignore[arg-type]


def make_bulletin(cases: Sequence[Case], selected: Selected | None = None, **changes: object) -> Bulletin:
    """Return an issue of the third quarter of 2026."""
    chosen = selected or select(cases)
    bulletin = Bulletin(
        bulletin_id="2026Q3",
        title="测试市示范区诚信“红黑榜”（2026年第三季度 总第1期）",
        period=parse_period("2026Q3"),
        serial=1,
        issuer="测试市示范区社会信用体系建设工作领导小组办公室",
        cut_off_on=CUT_OFF,
        issued_at=ISSUED,
        red=chosen.red,
        black=chosen.black,
        left=chosen.left,
        withheld=chosen.withheld,
        counts=(CategoryCount(12, "拖欠（农民工）工资", 49, 23), CategoryCount(11, "法院判决不执行", 12, 6)),
        batches=12,
        records=1284,
        rulebook="ab" * 32,
        objection_channel="受理单位：测试市示范区发展和改革局（测试）\n电话：000-00000000",
        public_url="http://127.0.0.1:8000",
        measures=(("black", "限制市场或行业准入", "限制参加政府采购。", "《中华人民共和国政府采购法》第七十七条"),),
    )
    return replace(bulletin, **changes)  # type: ignore[arg-type]


def make_terms(cases: Sequence[Case], **changes: object) -> GateTerms:
    """Return what the gate holds an issue against."""
    terms = GateTerms(cases=tuple(cases), publish_on=PUBLISH, measures=MEASURES)
    return replace(terms, **changes)  # type: ignore[arg-type]
