"""One paper's facts without any store: names that say what they are."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from credit_service.bulletins.papers.compose import PaperFacts, compose_paper
from credit_service.bulletins.papers.letterheads import get_letterhead
from credit_service.bulletins.papers.paper_text import Block, PaperText
from credit_service.bulletins.papers.wording import load_paper_wording
from credit_service.domain.paper import PaperKind

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = ROOT / "publications" / "templates"
REFERENCE = ROOT / "data" / "reference"
WORDING = load_paper_wording(TEMPLATES)
_NAMES = set(re.findall(r"\$([a-z_]+)", (TEMPLATES / "papers" / "papers.yaml").read_text("utf-8")))
_ITEM = {
    "records": {
        "authority": "测试市示范区市场监督管理局",
        "decided_on": "2026年3月1日",
        "topic": "销售假药",
        "kind": "行政处罚",
        "document_no": "示市监罚〔2026〕12号",
        "fact": "销售假药三盒",
        "outcome": "罚款十万元。",
    },
    "measures": {
        "name": "限制任职",
        "content": "限制担任高级管理人员",
        "basis": "公司法第一百七十八条",
        "body": "市场监管部门",
    },
    "exits": {"text": "履行处罚决定后申请信用修复", "source": "信用修复管理办法"},
    "materials": {"text": "缴款凭证"},
}


def make_facts(kind: PaperKind = PaperKind.NOTICE, count: int = 2, **values: str) -> PaperFacts:
    """Return facts in which every value says its own name."""
    plain = {name: f"［{name}］" for name in _NAMES if name not in WORDING.phrases}
    named = {"list_name": "市场监督管理严重违法失信名单", "you": "你单位", "party": "示范商贸有限公司（测试）"}
    return PaperFacts(
        kind=kind,
        values={**plain, **named, **values},
        lists={name: [item] * count for name, item in _ITEM.items()},
        keys=("black.public", "black", "administrative", "serious"),
        letterhead=get_letterhead(REFERENCE, "11990101990100034U", ""),
        addressee=values.get("party", named["party"]),
        issued_on="2026年11月2日",
    )


def make_paper(
    kind: PaperKind = PaperKind.NOTICE, number: str | None = "示市监告〔2026〕5号", **values: str
) -> PaperText:
    """Return a paper of these facts."""
    return compose_paper(WORDING, make_facts(kind, **values), number)


def make_long_paper(characters: int) -> PaperText:
    """Return a paper of one long paragraph."""
    return replace(make_paper(), blocks=(Block("text", "字" * characters),))
