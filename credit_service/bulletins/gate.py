"""The last door: an issue is released whole and lawful, or not at all.

Before this module stand a bulletin and its rendered bytes; after it nothing but permission. Every check runs, and the
refusal lists all that failed. Whether an entry may be shown is asked again here, of the cases themselves and not of
`select`; what leaked is looked for in the bytes, not in what was meant to be in them. Its messages name cases and
files, never a subject. It deliberately mends nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date

from credit_service.bulletins.completeness import is_minor_case, missing_steps
from credit_service.bulletins.gate_files import GateFailure, check_files
from credit_service.bulletins.gate_leaks import Forbidden, check_leaks
from credit_service.domain.bulletin import Bulletin, BulletinEntry
from credit_service.domain.listing import Case, is_effective
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.errors import GateRefused, RedactionIncomplete

LONGEST_MESSAGE = 10
"""How many failures the message spells out; the attribute ``failures`` has all of them."""


@dataclass(frozen=True)
class GateTerms:
    """What the gate holds an issue against.

    ``cases`` are all cases that stand or stood, shown or not; ``measures`` the catalogue (names, and slugs where
    entries carry slugs). ``secrets`` are full names and numbers of persons by case id, from the vault: those of shown
    consented entries are permitted, all others must be in no file. ``acts_on`` as in `select.Selection`.
    """

    cases: tuple[Case, ...]
    publish_on: date
    measures: frozenset[str]
    secrets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    acts_on: Mapping[str, date] = field(default_factory=dict)


def check_gate(bulletin: Bulletin, files: Mapping[str, bytes], terms: GateTerms) -> None:
    """Let an issue pass or refuse it.

    Checked: every form is there with the same entries; title, number and period are printed; every entry has a case
    that is effective and complete, by a second person's decision; persons only as the law permits, minors never; no
    subject on both lists; measures from the catalogue; no withheld subject, citizen number or telephone in any file;
    the page loads nothing and no table holds a formula.

    Raises:
        RedactionIncomplete: Something that must be withheld is in the files (``failures`` lists everything else too).
        GateRefused: Any other check failed; ``failures`` lists all as ``{check, case_id, message}``.
    """
    leaks = check_leaks(bulletin, files, _forbidden(bulletin, terms))
    others = [*check_files(bulletin, files), *_check_entries(bulletin, terms), *_check_lists(bulletin, terms)]
    failures = [*leaks, *others]
    if not failures:
        return
    told = "；".join(failure.message for failure in failures[:LONGEST_MESSAGE])
    rest = f"；另有{len(failures) - LONGEST_MESSAGE}项" if len(failures) > LONGEST_MESSAGE else ""
    message = f"公告 {bulletin.bulletin_id} 有{len(failures)}项检查未通过，没有发布任何内容：{told}{rest}。"
    kind = RedactionIncomplete if leaks else GateRefused
    raise kind(
        message,
        remedy="请逐项处理后重新发布；涉及案件的，请在审核页面补全材料或改正。",
        bulletin_id=bulletin.bulletin_id,
        failures=[asdict(failure) for failure in failures],
    )


def _check_entries(bulletin: Bulletin, terms: GateTerms) -> Iterator[GateFailure]:
    """Yield what is wrong with single entries."""
    cases = {case.case_id: case for case in terms.cases}
    for kind, entries in ((ListKind.RED, bulletin.red), (ListKind.BLACK, bulletin.black)):
        for entry in entries:
            case = cases.get(entry.case_id)
            if case is None:
                yield GateFailure("case", entry.case_id, f"条目 {entry.case_id} 没有对应的案件")
                continue
            if case.list_kind is not kind or entry.list_kind != kind.value:
                yield GateFailure("list", entry.case_id, f"案件 {entry.case_id} 不属于所在名单")
            for message in (*_faults_of_case(case, bulletin, terms), *_faults_of_entry(entry, case, terms)):
                yield GateFailure("entry", entry.case_id, f"案件 {entry.case_id} {message}")


def _faults_of_case(case: Case, bulletin: Bulletin, terms: GateTerms) -> Iterator[str]:
    """Yield why a case may not be shown."""
    if not is_effective(case, bulletin.cut_off_on) or not is_effective(case, terms.publish_on):
        yield "不在有效期内"
    if case.marked_on is not None and case.published_on is None:
        yield "有未办结的异议，不得新公示"
    missing = missing_steps(case)
    if missing:
        yield f"缺少{'、'.join(missing)}"
    act_on = terms.acts_on.get(case.case_id)
    if is_minor_case(case, (act_on, case.proposed_on, case.decided_on, terms.publish_on)):
        yield "涉及未成年人，或者无法核实已满十八周岁"
    if case.subject_kind is SubjectKind.PERSON and case.list_kind is ListKind.RED and not case.consent_no.strip():
        yield "没有本人同意公示的记录"


def _faults_of_entry(entry: BulletinEntry, case: Case, terms: GateTerms) -> Iterator[str]:
    """Yield where an entry shows more, less or other than its case."""
    person = case.subject_kind is SubjectKind.PERSON
    if entry.subject_kind != case.subject_kind.value:
        yield "主体类别与案件不符"
    if person and entry.identifier_code:
        yield "公示了自然人的证件号码"
    if person and case.list_kind is ListKind.BLACK and "*" not in entry.name:
        yield "公示了自然人的全名"
    if not person and entry.name.split() != case.subject_name.split():
        yield "主体名称与案件不符"
    if not entry.name or not entry.basis:
        yield "缺少名称或依据"
    unknown = [measure for measure in entry.measures if measure not in terms.measures]
    if unknown:
        yield f"措施“{'、'.join(unknown)}”不在措施清单之内"


def _check_lists(bulletin: Bulletin, terms: GateTerms) -> Iterator[GateFailure]:
    """Yield what is wrong with the lists as a whole."""
    subjects = {case.case_id: case.subject_id for case in terms.cases}
    shown = [entry.case_id for entry in (*bulletin.red, *bulletin.black)]
    for case_id, times in Counter(shown).items():
        if times > 1:
            yield GateFailure("double", case_id, f"案件 {case_id} 出现{times}次")
    black = {subjects.get(entry.case_id) for entry in bulletin.black} - {None}
    black_codes = {entry.identifier_code for entry in bulletin.black} - {""}
    for entry in bulletin.red:
        if subjects.get(entry.case_id) in black or entry.identifier_code in black_codes:
            yield GateFailure("both_lists", entry.case_id, f"案件 {entry.case_id} 的主体同时在红榜和黑榜")
    for withheld in bulletin.withheld:
        if withheld.case_id in shown:
            yield GateFailure("withheld", withheld.case_id, f"案件 {withheld.case_id} 既列为不予公示，又出现在名单")
    for _, name, _, basis in bulletin.measures:
        if name not in terms.measures or not basis.strip():
            yield GateFailure("measure", "", f"措施“{name}”不在措施清单之内，或者没有依据")
    yield from _check_left(bulletin, terms)


def _check_left(bulletin: Bulletin, terms: GateTerms) -> Iterator[GateFailure]:
    """Yield what is wrong with those who left: only published organisations that really left are named."""
    cases = {case.case_id: case for case in terms.cases}
    for entry in bulletin.left:
        case = cases.get(entry.case_id)
        if case is None or case.published_on is None or case.subject_kind is SubjectKind.PERSON:
            yield GateFailure("left", entry.case_id, f"移出名单中的案件 {entry.case_id} 不应列名")
        elif is_effective(case, bulletin.cut_off_on):
            yield GateFailure("left", entry.case_id, f"移出名单中的案件 {entry.case_id} 仍在有效期内")


def _forbidden(bulletin: Bulletin, terms: GateTerms) -> tuple[Forbidden, ...]:
    """Return every text that must be in no file, with the case it belongs to.

    A person's full name and numbers from the vault, except the name of a shown consented entry; names and codes of
    organisations that are neither shown nor named as having left.
    """
    names = {entry.case_id: entry.name for entry in (*bulletin.red, *bulletin.black)}
    names |= {entry.case_id: entry.name for entry in bulletin.left}
    shown_subjects = {case.subject_id for case in terms.cases if case.case_id in names}
    found: list[Forbidden] = []
    for case in terms.cases:
        allowed = names.get(case.case_id, "")
        secrets = (text.strip() for text in terms.secrets.get(case.case_id, ()))
        found += [Forbidden(case.case_id, text) for text in secrets if len(text) > 1 and text != allowed]
        if case.subject_kind is not SubjectKind.PERSON and case.subject_id not in shown_subjects:
            texts = (case.subject_name, case.identifier_code or "")
            found += [Forbidden(case.case_id, text) for text in texts if len(text.strip()) >= 4]
    return tuple(found)
