"""One issue as the plain strings every printed form shows, in the order of the outline.

Before this module stands a complete `Bulletin`; after it the page, the PDF and the workbook, which therefore say the
same. It deliberately knows no mark-up and leaves out what no reader needs: case numbers of withheld subjects.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from credit_service.bulletins.wording import Wording, fill_sentence
from credit_service.domain.bulletin import Bulletin, BulletinEntry, LeftEntry
from credit_service.domain.clock import legal_day
from credit_service.domain.subject import SubjectKind

NO_CODE = "—"


@dataclass(frozen=True)
class EntryLine:
    """One entry as text; ``code`` is a dash where the subject has no public code."""

    number: str
    case_id: str
    name: str
    subject_kind: str
    code: str
    list_type: str
    category: str
    fact: str
    basis: str
    document_no: str
    authority: str
    decided_on: str
    until_on: str
    measures: str


@dataclass(frozen=True)
class Outline:
    """All text of one issue.

    ``counts`` lines are (category, records, subjects, share of the largest in per mille); ``withheld`` lines (list,
    reason, number); ``left`` lines (number, name, list, how, when); ``measures`` lines (list, name, content, basis).
    """

    bulletin_id: str
    title: str
    title_lines: tuple[str, ...]
    issuer: str
    period: str
    serial: str
    cut_off: str
    issued: str
    headings: dict[str, str]
    notes: dict[str, str]
    empty: str
    overview: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]
    counts: tuple[tuple[str, str, str, int], ...]
    red: tuple[EntryLine, ...]
    black: tuple[EntryLine, ...]
    left: tuple[tuple[str, str, str, str, str], ...]
    withheld: tuple[tuple[str, str, str], ...]
    measures: tuple[tuple[str, str, str, str], ...]
    objection_channel: tuple[str, ...]
    page_url: str
    rulebook: str
    correction: str = ""
    """Of an issue rendered anew; it also opens the overview."""


def page_url(public_url: str, bulletin_id: str) -> str:
    """Return the public address of an issue's page below the service's address."""
    return f"{public_url.rstrip('/')}/bulletins/{bulletin_id}"


def format_title(wording: Wording, district: str, period_label: str, serial: int) -> str:
    """Return the title of an issue: 测试市示范区诚信“红黑榜”（2026年第三季度 总第1期）."""
    return fill_sentence(wording.title, {"district": district, "period": period_label, "serial": serial})


def format_day(day: date | None) -> str:
    """Return 2026年9月5日, or 长期 where there is no end. Source: GB/T 9704-2012 (no leading zeros)."""
    return "长期" if day is None else f"{day.year}年{day.month}月{day.day}日"


def to_outline(bulletin: Bulletin, wording: Wording) -> Outline:
    """Return the text of an issue.

    Raises:
        TemplateFault: A sentence of the wording names something unknown.
    """
    red = tuple(_to_line(number, entry) for number, entry in enumerate(bulletin.red, 1))
    black = tuple(_to_line(number, entry) for number, entry in enumerate(bulletin.black, 1))
    values = _sentence_values(bulletin)
    return Outline(
        bulletin_id=bulletin.bulletin_id,
        title=bulletin.title,
        title_lines=break_title(bulletin.title),
        issuer=bulletin.issuer,
        period=bulletin.period.label,
        serial=str(bulletin.serial),
        cut_off=format_day(bulletin.cut_off_on),
        issued=format_day(legal_day(bulletin.issued_at)),
        headings=dict(wording.headings),
        notes=dict(wording.notes),
        empty=wording.empty,
        overview=(
            *([bulletin.correction] if bulletin.correction else []),
            *(
                fill_sentence(sentence, values)
                for sentence in wording.overview
                if bulletin.withheld or "$withheld" not in sentence
            ),
        ),
        figures=(
            ("守信激励对象", str(len(red))),
            ("严重失信主体", str(len(black))),
            ("移出名单", str(len(bulletin.left))),
            ("依法不予公示", str(len(bulletin.withheld))),
        ),
        counts=_count_lines(bulletin),
        red=red,
        black=black,
        left=tuple(_to_left_line(number, entry, wording) for number, entry in enumerate(bulletin.left, 1)),
        withheld=count_withheld(bulletin, wording),
        measures=tuple(
            (wording.list_kinds.get(kind, kind), name, content, basis)
            for kind, name, content, basis in bulletin.measures
        ),
        objection_channel=tuple(line.strip() for line in bulletin.objection_channel.splitlines() if line.strip()),
        page_url=page_url(bulletin.public_url, bulletin.bulletin_id),
        rulebook=bulletin.rulebook,
        correction=bulletin.correction,
    )


def count_withheld(bulletin: Bulletin, wording: Wording) -> tuple[tuple[str, str, str], ...]:
    """Return (list, reason, number) of what is withheld: counts only, never which."""
    counter = Counter((entry.list_kind, entry.reason) for entry in bulletin.withheld)
    ordered = sorted(counter.items(), key=lambda item: (item[0][0] != "red", item[0][1]))
    return tuple((wording.list_kinds.get(kind, kind), reason, str(count)) for (kind, reason), count in ordered)


def _sentence_values(bulletin: Bulletin) -> dict[str, object]:
    """Return what the sentences of the wording may name."""
    period = bulletin.period
    return {
        "issuer": bulletin.issuer,
        "title": bulletin.title,
        "period": bulletin.period.label,
        "serial": bulletin.serial,
        "cut_off": format_day(bulletin.cut_off_on),
        "issued": format_day(legal_day(bulletin.issued_at)),
        "from": format_day(period.from_on),
        "until": format_day(period.until_on),
        "red": len(bulletin.red),
        "black": len(bulletin.black),
        "red_new": sum(period.from_on <= entry.decided_on <= bulletin.cut_off_on for entry in bulletin.red),
        "black_new": sum(period.from_on <= entry.decided_on <= bulletin.cut_off_on for entry in bulletin.black),
        "left": len(bulletin.left),
        "withheld": len(bulletin.withheld),
        "batches": bulletin.batches,
        "records": bulletin.records,
        "rulebook": bulletin.rulebook,
    }


def _to_line(number: int, entry: BulletinEntry) -> EntryLine:
    """Return one entry as text."""
    return EntryLine(
        number=str(number),
        case_id=entry.case_id,
        name=entry.name,
        subject_kind=SubjectKind(entry.subject_kind).label,
        code=entry.identifier_code or NO_CODE,
        list_type=entry.list_type_name,
        category=entry.category_name,
        fact=entry.fact,
        basis=entry.basis,
        document_no=entry.document_no,
        authority=entry.authority_name,
        decided_on=format_day(entry.decided_on),
        until_on=format_day(entry.until_on),
        measures="、".join(entry.measures),
    )


def _to_left_line(number: int, entry: LeftEntry, wording: Wording) -> tuple[str, str, str, str, str]:
    """Return one line of the list of those who left."""
    list_kind, end_kind = wording.list_kinds[entry.list_kind], wording.end_kinds[entry.end_kind]
    return str(number), entry.name, list_kind, end_kind, format_day(entry.ended_on)


def _count_lines(bulletin: Bulletin) -> tuple[tuple[str, str, str, int], ...]:
    """Return the categories that hold records, most records first, with the length of their bar in per mille."""
    filled = sorted((count for count in bulletin.counts if count.records), key=lambda c: (-c.records, c.number))
    largest = max((count.records for count in filled), default=1)
    return tuple(
        (count.name, str(count.records), str(count.subjects), max(count.records * 1000 // largest, 4))
        for count in filled
    )


def break_title(title: str) -> tuple[str, ...]:
    """Return the title in two lines, broken before its bracket, as official documents set it."""
    head, bracket, tail = title.partition("（")
    return (head, bracket + tail) if bracket and head else (title,)
