"""A vetting as a PDF: what the template is told, in the words of the page and the workbook."""

from __future__ import annotations

from credit_service.bulletins.render_vetting import render_vetting_pdf
from credit_service.domain.clock import SHANGHAI
from credit_service.domain.district import District
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.lookup.vetting_report import name_agency
from credit_service.lookup.vetting_words import (
    EFFECT_WORDS,
    NOTES,
    list_counts,
    list_facts,
    say_kind,
    say_reason,
    say_remedies,
    say_span,
    say_verdict,
)
from credit_service.lookup.vettings import KeptVetting, LineQuestion, page_lines

MOST_PRINTED = 500
"""Nominees told one by one; the rest are in the workbook, and the print says so."""


def print_vetting(room: ReadingRoom, kept: KeptVetting, district: District) -> bytes:
    """Return a vetting as PDF: counts, reasons by rule, then nominees that did not pass, then those that did.

    Raises:
        TemplateFault: No Chinese font is found, or the template has a fault.
    """
    receipt = kept.receipt
    made = f"{receipt.known_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    told, total = page_lines(kept, LineQuestion(not_passed=True), MOST_PRINTED, 0)
    passed, _ = page_lines(kept, LineQuestion(passed=True), max(0, MOST_PRINTED - len(told)), 0)
    content = {
        "title": f"{receipt.award_name}推荐对象信用审查报告",
        "issuer": district.issuer,
        "as_of": receipt.as_of.isoformat(),
        "facts": [list(pair) for pair in list_facts(receipt, name_agency(room, kept), made)],
        "counts": [list(pair) for pair in list_counts(receipt)],
        "rules": [[name, EFFECT_WORDS[effect], count] for _, name, effect, count in kept.count_reasons()],
        "told": [
            {
                "key": str(line["place"]),
                "row": line["row"],
                "name": line["name"],
                "kind": say_kind(line["kind"]),
                "code": line["code"] or "没有代码",
                "verdict": say_verdict(line["verdict"]),
                "reasons": [
                    {
                        "text": say_reason(one),
                        "law": one["law"],
                        "span": say_span(one),
                        "remedies": say_remedies(one),
                    }
                    for one in line["reasons"]
                ],
            }
            for line in told
        ],
        "told_total": total,
        "passed": [[line["row"], line["name"], line["code"], _note(line)] for line in passed],
        "passed_total": receipt.counts.passed,
        "notes": list(NOTES),
    }
    return render_vetting_pdf(content, [str(line["place"]) for line in told], room.places.publication_templates)


def _note(line: dict[str, object]) -> str:
    reasons = line["reasons"]
    return "；".join(str(one["name"]) for one in reasons) if isinstance(reasons, list) else ""
