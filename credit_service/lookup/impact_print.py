"""A comparison as a PDF: what the template is told, in the words of the page and the table."""

from __future__ import annotations

from pathlib import Path

from credit_service.bulletins.render_impact import render_impact_pdf
from credit_service.domain.clock import SHANGHAI
from credit_service.lookup.impact_page import to_title
from credit_service.lookup.impact_scores import BANDS
from credit_service.lookup.impact_types import LISTS, SMALL, Dimension, Example, FlowLine, Impact
from credit_service.lookup.impact_words import SCOPE, say_points, tell_flow, tell_persons, to_json


def print_impact(impact: Impact, district: str, templates_dir: Path) -> bytes:
    """Return the comparison as PDF.

    Args:
        impact: The comparison.
        district: Whose rules they are.
        templates_dir: The publication templates.

    Raises:
        TemplateFault: No Chinese font is found, or the template has a fault.
    """
    people = [(line.label, line) for line in impact.persons]
    people += [(f"其中 {line.label}", line) for line in impact.person_types]
    content = {
        **to_json(impact),
        "title": to_title(impact),
        "district": district,
        "scope": SCOPE,
        "small": SMALL,
        "known": f"{impact.known_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        "organisations": [_tell(line) for line in impact.organisations],
        "people": [{"label": label, **tell_persons(line.flow)} for label, line in people],
        "dimensions": [_tell_dimension(dimension) for dimension in impact.dimensions],
        # Named values are put in the order of their names; the bands have an order of their own.
        "bands": list(zip(BANDS, impact.whole.bands, strict=True)) if impact.whole else [],
        "told": [_tell_example(example) for example in impact.examples],
    }
    return render_impact_pdf(content, [example.subject_id for example in impact.examples], templates_dir)


def _tell(line: FlowLine) -> dict[str, object]:
    return {"label": line.label, **tell_flow(line.flow)}


def _tell_dimension(dimension: Dimension) -> dict[str, object]:
    groups = [
        {"title": kind.label, "rows": [_tell(line) for line in dimension.of_list(kind) if line.flow.moved]}
        for kind in LISTS
    ]
    return {
        "title": dimension.title,
        "note": dimension.note,
        "groups": [group for group in groups if group["rows"]],
    }


def _tell_example(example: Example) -> dict[str, object]:
    side = "草案提出" if example.enters else "现行规则提出、草案不再提出"
    lines = []
    if example.asked_before != example.asked_after:
        lines.append(f"现行条件：{example.asked_before or '没有这条规则'}")
        lines.append(f"草案条件：{example.asked_after or '没有这条规则'}")
    for pair in example.scores:
        before = f"{say_points(pair.points_before)} {pair.grade_before or ''}".strip()
        lines.append(f"{pair.name}得分：{before} → {say_points(pair.points_after)} {pair.grade_after or ''}".strip())
    for record in example.records:
        lines.append(
            f"{record.decided_on} {record.kind}：{say_points(record.points_before)}分（{record.rule_before.text}）→ "
            f"{say_points(record.points_after)}分（{record.rule_after.text}）"
        )
    return {
        "subject_id": example.subject_id,
        "way": "新增" if example.enters else "移出",
        "name": example.name,
        "code": example.code or "无代码",
        "list_type": example.list_type,
        "category": example.category,
        "said": f"{side}：{example.rule.text}（{example.rule.source}）",
        "lines": lines,
    }
