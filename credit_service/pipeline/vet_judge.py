"""From what is known of a nominee to its verdict, with every reason: the one place where rows of a vetting are judged.

Before it are nominees, what their records meet and the listings of the ledger; after it one line per nominee, in file
order. A row that is in doubt is never passed: without a code, under another name than its code's, a person under age
or without consent, it comes back as 待核实, with what to do. Persons in doubt are not looked up at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from math import inf
from operator import itemgetter
from typing import Any

import polars as pl

from credit_service.domain.listing import Case, CaseState, is_effective
from credit_service.domain.record import RecordKind
from credit_service.domain.subject import SubjectKind
from credit_service.domain.vetting import Doubt, Effect, Stage, Verdict, VettingReason
from credit_service.normalise.unnamed import spell_name
from credit_service.pipeline.vet_nominees import NomineeRows
from credit_service.rulebook.compile_vetting import get_vetting
from credit_service.rulebook.rule_types import RuleEntry
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.vetting_remedies import RecordOfHit, list_remedies
from credit_service.rulebook.vetting_types import ListingCondition, Vetting
from credit_service.warehouse.vet import VettingFrames

UNCLEAR = "unclear"
CLOSED = frozenset({CaseState.DECLINED, CaseState.ENDED})
SERVED = frozenset({CaseState.DECISION_SERVED, CaseState.PUBLISHED})
OBSTACLES = frozenset(Doubt) - {Doubt.NAME_UNKNOWN}
_SAID: Mapping[Doubt, tuple[str, str, str]] = {
    Doubt.NO_CODE: (
        "没有代码",
        "没有统一社会信用代码，不按名称查询",
        "请补填18位统一社会信用代码（可在国家企业信用信息公示系统查到）后重新审查。",
    ),
    Doubt.NO_NUMBER: (
        "没有证件号码",
        "自然人没有证件号码，不按姓名查询",
        "请经本人同意补填18位公民身份号码后重新审查。",
    ),
    Doubt.NAME_DIFFERS: (
        "名称与代码不符",
        "所填名称与该代码登记的名称不一致",
        "请核对名称和代码；单位已更名的，请附登记机关的变更通知，由审核人员核实。",
    ),
    Doubt.SAME_NAME: (
        "有同名主体的失信记录",
        "库中有同名而没有代码或代码不同的主体，有会影响评选的记录，不能确定是否同一主体",
        "请向登记机关核实；由审核人员在“主体归并”中作出判断后重新审查。",
    ),
    Doubt.MINOR: ("未成年人", "审查日未满十八周岁，或不能确认已成年，不作信用审查", "不需要办理。"),
    Doubt.NO_CONSENT: (
        "没有本人同意",
        "没有本人同意书编号，不得查询其信用信息",
        "请取得本人书面同意并填写编号后重新审查。",
    ),
    Doubt.NOT_ELIGIBLE: ("不属于授予对象", "该奖项不授予这一类主体", "请核对类别和推荐荣誉。"),
    Doubt.OTHER_AWARD: (
        "推荐荣誉不一致",
        "所填推荐荣誉与本次审查的奖项不是同一奖项，条件可能不同",
        "请改正推荐荣誉，或按该奖项另行审查。",
    ),
    Doubt.NAME_UNKNOWN: ("名称未核对", "库中没有该代码的任何信息，名称无从核对", "请推荐单位自行核对名称与代码。"),
}


@dataclass(frozen=True)
class Known:
    """Everything that bears on the nominees of one vetting."""

    frames: VettingFrames
    cases: Mapping[int, Sequence[Case]]
    """By place; those neither declined nor ended."""
    person_names: Mapping[str, str] = field(repr=False)
    """By subject id: as the ledger's vault has them."""
    judged_apart: Mapping[str, frozenset[str]]
    """By subject id: whom the register says it is not."""


def find_doubts(nominees: NomineeRows, vetting: Vetting, award: str, as_of: date) -> dict[int, list[Doubt]]:
    """Return, by place, what keeps a row from being vetted as it stands, before anything is looked up.

    Args:
        nominees: The rows.
        vetting: The rule.
        award: Id of the award of the vetting; empty where each row says its own.
        as_of: The day of the question.
    """
    found: dict[int, list[Doubt]] = {}
    columns = ("place", "subject_kind", "code", "adult_on", "consent_no", "honour", "award", "subject_id")
    for place, kind, code, adult_on, consent, honour, own_award, subject_id in nominees.frame.select(
        columns
    ).iter_rows():
        doubts = []
        if kind == SubjectKind.PERSON.value:
            has_number = bool(code) or not award
            doubts += [] if has_number else [Doubt.NO_NUMBER]
            doubts += [Doubt.MINOR] if has_number and (adult_on is None or adult_on > as_of) else []
            doubts += [] if consent else [Doubt.NO_CONSENT]
        elif not subject_id.startswith(("uscc:", "reg:", "org:")):
            doubts.append(Doubt.NO_CODE)
        chosen = next((one for one in vetting.awards if one.id == own_award), None)
        if chosen is not None and not chosen.takes(SubjectKind(kind)):
            doubts.append(Doubt.NOT_ELIGIBLE)
        if award and honour and vetting.name_award(honour).id != award:
            doubts.append(Doubt.OTHER_AWARD)
        if doubts:
            found[place] = doubts
    return found


def choose_asked(nominees: NomineeRows, doubts: Mapping[int, Sequence[Doubt]]) -> pl.DataFrame:
    """Return the nominees who may be looked up: nobody without a code, and no person in any doubt."""
    barred = [place for place, said in doubts.items() if Doubt.NO_CODE in said]
    in_doubt = pl.col("place").is_in(list(doubts)) & (pl.col("subject_kind") == SubjectKind.PERSON.value)
    # A row without a code is asked about under no id, so that namesakes of its name are not looked for either.
    return nominees.frame.filter(~pl.col("place").is_in(barred) & ~in_doubt)


def judge_lines(
    nominees: NomineeRows, doubts: Mapping[int, list[Doubt]], known: Known, rulebook: Rulebook, agency_code: str
) -> Iterator[dict[str, Any]]:
    """Yield the line of each nominee, in file order.

    **Shape**: ``place row sheet name kind code award verdict own reasons``; the documented JSON object of a line.
    """
    hits = _Hits(known.frames.hits)
    spoken = _spell_names(nominees.frame, known.frames.names)
    twins = _find_twins(known, nominees.frame, spoken)
    for row in nominees.frame.iter_rows(named=True):
        place = row["place"]
        said = [*doubts.get(place, ())]
        if row["subject_kind"] == SubjectKind.PERSON.value:
            said += [] if said else _compare_person(nominees, known, row)
        elif Doubt.NO_CODE not in said:
            said += [*spoken.get(place, ()), *([Doubt.SAME_NAME] if place in twins else [])]
        reasons = [_to_doubt(doubt) for doubt in said if doubt in OBSTACLES]
        is_hidden = row["subject_kind"] == SubjectKind.PERSON.value and bool(reasons)
        if not is_hidden:
            reasons += [_to_reason(rulebook, hit, agency_code) for hit in hits.take(place)]
            reasons += _list_listings(rulebook, row, known.cases.get(place, ()))
        reasons += [_to_doubt(doubt) for doubt in said if doubt not in OBSTACLES]
        yield {
            "place": place,
            "row": row["row"],
            "sheet": row["sheet"],
            "name": row["subject_name"],
            "kind": row["subject_kind"],
            "code": row["code"],
            "award": row["award"],
            "verdict": _decide(reasons).value,
            "own": row["own"],
            "reasons": [reason.to_dict() for reason in reasons],
        }


class _Hits:
    """Hits handed out nominee by nominee, in the order of both; the frame is walked once."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._groups = groupby(frame.iter_rows(named=True), key=itemgetter("place"))
        self._place, self._rows = self._next()

    def take(self, place: int) -> Iterable[Mapping[str, Any]]:
        """Return the hits of a nominee; places asked for only rise."""
        while self._place < place:
            self._place, self._rows = self._next()
        return self._rows if self._place == place else ()

    def _next(self) -> tuple[float, Iterable[Mapping[str, Any]]]:
        return next(self._groups, (inf, ()))


def _decide(reasons: Sequence[VettingReason]) -> Verdict:
    effects = {reason.effect for reason in reasons}
    if UNCLEAR in effects:
        return Verdict.UNCLEAR
    return Verdict.FAILED if Effect.BAR.value in effects else Verdict.PASSED


def _to_doubt(doubt: Doubt) -> VettingReason:
    name, text, remedy = _SAID[doubt]
    effect = UNCLEAR if doubt in OBSTACLES else Effect.NOTE.value
    return VettingReason(f"identity.{doubt.value}", name, effect, text, remedies=(remedy,))


def _spell_names(nominees: pl.DataFrame, names: pl.DataFrame) -> dict[int, list[Doubt]]:
    """Return, by place, whether an organisation's name differs from its code's, or could not be compared."""
    others = nominees.filter(pl.col("subject_kind") != SubjectKind.PERSON.value)
    own = others.select("place", own_name=spell_name(pl.col("subject_name")))
    under = names.select("place", code_name=spell_name(pl.col("subject_name"))).group_by("place").agg("code_name")
    joined = own.join(under, on="place", how="left")
    unknown = joined.filter(pl.col("code_name").is_null())["place"]
    differs = joined.filter(~pl.col("code_name").list.contains(pl.col("own_name")))["place"]
    found = {place: [Doubt.NAME_UNKNOWN] for place in unknown}
    return found | {place: [Doubt.NAME_DIFFERS] for place in differs}


def _find_twins(known: Known, nominees: pl.DataFrame, spoken: Mapping[int, Sequence[Doubt]]) -> frozenset[int]:
    """Return the places of nominees who may be somebody whose records stand under no code, or under another one.

    Who is known by its name under its own code is nobody with another code; whom the register judged apart is not it.
    """
    found = known.frames.twins.join(nominees.select("place", "subject_id"), on="place")
    return frozenset(
        place
        for place, twin, has_code, subject_id in found.iter_rows()
        if twin not in known.judged_apart.get(subject_id, ()) and not (has_code and place not in spoken)
    )


def _compare_person(nominees: NomineeRows, known: Known, row: Mapping[str, Any]) -> list[Doubt]:
    held = known.person_names.get(row["subject_id"])
    told = nominees.person_names.get(row["place"])
    if held is None or told is None:
        return [] if told is None else [Doubt.NAME_UNKNOWN]
    one, other = pl.DataFrame({"name": [held, told]}).select(spell_name(pl.col("name")))["name"]
    return [] if one == other else [Doubt.NAME_DIFFERS]


def _to_reason(rulebook: Rulebook, hit: Mapping[str, Any], agency_code: str) -> VettingReason:
    condition = get_vetting(rulebook).get_condition(hit["rule"])
    entry = condition.entry
    record = RecordOfHit(
        kind=hit["kind"],
        subject_kind=hit["subject_kind"],
        severity=hit["severity"],
        listed_text=hit["listed_text"],
        decided_on=hit["decided_on"],
        min_until=hit["min_until"],
        until_on=hit["until_on"],
    )
    return VettingReason(
        rule=hit["rule"],
        name=condition.name,
        effect=(Effect.BAR if hit["is_bar"] else Effect.NOTE).value,
        text=entry.text,
        law=_cite(entry),
        about=_tell_record(hit, agency_code),
        record_id=hit["record_id"],
        since_on=hit["decided_on"],
        until_on=hit["until_on"],
        remedies=list_remedies(rulebook, record, rulebook.as_of),
    )


def _tell_record(hit: Mapping[str, Any], agency_code: str) -> str:
    """Return a record in words; what its sender shares only by authorisation is not told to another department."""
    parts = [RecordKind(hit["kind"]).label]
    if hit["share_scope"] == "authorised" and hit["agency_code"] != agency_code:
        return f"{parts[0]}（{hit['authority_name']}，授权共享信息，详情请向该单位查询）"
    parts += [part for part in (hit["topic"], hit["document_no"], hit["authority_name"]) if part]
    return "，".join(dict.fromkeys(parts)) + f"，{hit['decided_on']}决定"


def _list_listings(rulebook: Rulebook, row: Mapping[str, Any], cases: Sequence[Case]) -> list[VettingReason]:
    listings = rulebook.vetting.listings if rulebook.vetting else ()
    return [
        _to_listing(rulebook, condition, case)
        for condition in listings
        if condition.is_for(row["award"]) and row["subject_kind"] in condition.subjects
        for case in cases
        if _is_met(condition, case, rulebook.as_of)
    ]


def _is_met(condition: ListingCondition, case: Case, day: date) -> bool:
    """Return whether a listing is what a condition is about: served and in its term, or proposed and not served."""
    if case.list_kind is not condition.list_kind:
        return False
    if condition.stage is Stage.EFFECTIVE:
        return is_effective(case, day)
    return case.state not in CLOSED | SERVED and case.proposed_on <= day


def _to_listing(rulebook: Rulebook, condition: ListingCondition, case: Case) -> VettingReason:
    known = {one.id: one for one in rulebook.list_types}
    list_type = known.get(case.list_type)
    name = list_type.name if list_type else case.list_kind.label
    is_open = condition.stage is Stage.OPEN
    steps = [case.decision_no or "", f"{case.decided_on}决定" if case.decided_on else ""]
    steps += [f"{case.decision_served_on}送达" if case.decision_served_on else ""]
    told = [name, case.state.label, f"{case.proposed_on}提出"] if is_open else [name, case.authority_name, *steps]
    remedies = ["程序尚在进行，可以依法陈述申辩"] if is_open else []
    if not is_open and list_type is not None and list_type.early_exit:
        remedies.append(f"提前移出：{list_type.early_exit}")
    if not is_open and case.max_until_on is not None:
        remedies.append(f"等待期满：{case.max_until_on}为最后一日")
    return VettingReason(
        rule=condition.entry.rule_id,
        name=condition.name,
        effect=condition.effect.value,
        text=condition.entry.text,
        law=_cite(condition.entry),
        about="，".join(part for part in told if part),
        case_id=case.case_id,
        since_on=case.proposed_on if is_open else case.decision_served_on,
        until_on=None if is_open else case.max_until_on,
        remedies=tuple(remedies),
    )


def _cite(entry: RuleEntry) -> str:
    return f"{entry.law.title} {entry.law.article}".strip()
