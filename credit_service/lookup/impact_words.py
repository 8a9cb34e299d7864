"""A comparison in words: sentences, numbers as people read them, and the documented JSON object.

Natural persons appear as one count for each list and list type, and never a small one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from credit_service.domain.score import POINT
from credit_service.lookup.impact_scores import BANDS
from credit_service.lookup.impact_types import SMALL, CategoryShift, Example, Flow, FlowLine, Impact, RulebookMark

SCOPE = (
    "比较的是系统提出的建议。建议不是列入：草案采用后，每一次列入仍须告知、听取陈述申辩并由另一人决定。"
    "奖惩措施、办理时限、移出和修复的条件、信息目录的改动不改变建议，不在比较之内，用 credit rules diff 逐条查看。"
    "比较没有保存任何评分和建议。"
)
"""What a comparison is about, and what not."""


def say_points(points: int | None) -> str:
    """Return points of 10⁻⁴ as a decimal number; a score that is not there is a dash."""
    if points is None:
        return "—"
    whole, rest = divmod(abs(points), POINT)
    fraction = f"{rest:04d}".rstrip("0")
    return ("−" if points < 0 else "") + f"{whole}" + (f".{fraction}" if fraction else "")


def say_persons(number: int) -> str:
    """Return a count of natural persons; a small one is only called small."""
    return f"少于{SMALL}" if 0 < number < SMALL else f"{number:,}"


def summarise(impact: Impact) -> tuple[str, ...]:
    """Return what a reader should know first, in sentences."""
    if not impact.records:
        lines = ["数据仓库中还没有记录，比较不出任何变化；请先归集数据。"]
    elif impact.is_same:
        lines = [f"在{impact.as_of}这一天，草案与现行规则完全相同，没有任何变化。"]
    else:
        lines = [_summarise_list(line) for line in impact.organisations]
        if impact.whole is not None:
            lines.append(_summarise_scores(impact.whole))
    if impact.later:
        lines.append(
            f"草案中尚未施行、本次没有比较的版本：{'、'.join(impact.later)}。要看它们的影响，请改用施行后的日期。"
        )
    for resting in impact.resting:
        what = "名单类型" if resting.is_list_type else "规则"
        persons = f"、自然人{say_persons(resting.persons)}人" if resting.persons else ""
        lines.append(
            f"草案删去了{what}“{resting.rule.text or resting.rule.rule}”，"
            f"现在榜的组织{resting.organisations}家{persons}以它为依据。"
        )
    if impact.case_faults:
        lines.append(f"草案的规则与它自己的{len(impact.case_faults)}处案例不符，采用前必须更正。")
    return tuple(lines)


def _summarise_list(line: FlowLine) -> str:
    flow = line.flow
    if not flow.moved:
        return f"{line.label}：没有进出，建议列入的仍为{flow.before:,}家。"
    change = f"建议列入的由{flow.before:,}家变为{flow.after:,}家"
    return f"{line.label}：新增{flow.entering:,}家，移出{flow.leaving:,}家；{change}。"


def _summarise_scores(whole: CategoryShift) -> str:
    if not whole.moved:
        return f"综合评分：{whole.scored:,}家的得分都没有变化。"
    text = f"综合评分：{whole.scored:,}家中{whole.moved:,}家的得分有变化"
    if whole.lowest:
        text += f"，最多降{say_points(-whole.lowest)}分"
    if whole.highest:
        text += f"，最多升{say_points(whole.highest)}分"
    return text + f"；等级变差{whole.worse:,}家，变好{whole.better:,}家。"


def to_json(impact: Impact) -> dict[str, object]:
    """Return the documented JSON object of ``credit rules impact``."""
    return {
        "as_of": impact.as_of.isoformat(),
        "known_at": impact.known_at.isoformat(),
        "same": impact.is_same,
        "before": _mark(impact.before),
        "after": _mark(impact.after),
        "records": impact.records,
        "subjects": impact.subjects,
        "scored": impact.scored,
        "summary": list(summarise(impact)),
        "lists": {line.key: tell_flow(line.flow) for line in impact.organisations},
        "persons": {line.key: tell_persons(line.flow) for line in impact.persons},
        "person_types": [
            {"list_kind": line.list_kind.value, "list_type": line.key, "name": line.label, **tell_persons(line.flow)}
            for line in impact.person_types
        ],
        "by": {
            dimension.name: {"title": dimension.title, "note": dimension.note, "lines": _lines(dimension.lines)}
            for dimension in impact.dimensions
        },
        "grades": list(impact.grades),
        "scores": [_shift(shift) for shift in impact.shifts],
        "examples": [_example(example) for example in impact.examples],
        "resting": [
            {
                "rule": resting.rule.rule,
                "is_list_type": resting.is_list_type,
                "organisations": resting.organisations,
                "persons": _tell(resting.persons),
            }
            for resting in impact.resting
        ],
        "case_faults": [asdict(fault) for fault in impact.case_faults],
        "later": list(impact.later),
    }


def _mark(mark: RulebookMark) -> dict[str, object]:
    return {"hash": mark.hash, "versions": dict(mark.versions)}


def tell_flow(flow: Flow) -> dict[str, int]:
    """Return a flow of organisations as plain numbers."""
    return {
        "before": flow.before,
        "after": flow.after,
        "entering": flow.entering,
        "leaving": flow.leaving,
        "staying": flow.staying,
    }


def tell_persons(flow: Flow) -> dict[str, int | None]:
    """Return a flow of natural persons; None stands for a number too small to be told."""
    return {"entering": _tell(flow.entering), "leaving": _tell(flow.leaving), "staying": _tell(flow.staying)}


def _tell(persons: int) -> int | None:
    """Return a count of natural persons, or None where it is too small to be told."""
    return None if 0 < persons < SMALL else persons


def _lines(lines: Iterable[FlowLine]) -> list[dict[str, object]]:
    return [
        {"list_kind": line.list_kind.value, "key": line.key, "label": line.label, **tell_flow(line.flow)}
        for line in lines
    ]


def _shift(shift: CategoryShift) -> dict[str, object]:
    return {
        "category": shift.category,
        "name": shift.name,
        "scored": shift.scored,
        "moved": shift.moved,
        "better": shift.better,
        "worse": shift.worse,
        "lowest_points": shift.lowest,
        "highest_points": shift.highest,
        "bands": dict(zip(BANDS, shift.bands, strict=True)),
        "moves": [asdict(move) for move in shift.moves],
    }


def _example(example: Example) -> dict[str, object]:
    return {**asdict(example), "list_kind": example.list_kind.value, "code": example.code}
