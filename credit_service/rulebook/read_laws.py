"""Reader of the laws a rule file rests on: title, article, words, address, and when they were last looked up.

Before it lies the ``laws`` of a rule.yaml, after it `rule_types.Law`. An excerpt may carry the SHA-256 of its text, so
that nobody changes the words of a law by accident; when a law is due to be looked up again is asked in `law_checks`.
"""

from __future__ import annotations

import re
from hashlib import sha256

from credit_service.errors import RuleWithoutSource
from credit_service.rulebook.rule_types import STATUSES, Law
from credit_service.rulebook.section import Section

_SHA256 = re.compile(r"[0-9a-f]{64}")
_ADDRESS = re.compile(r"https?://[^\s\"'<>]{4,500}")


def read_laws(section: Section) -> dict[str, Law]:
    """Return the laws of a rule file by the names its rules call them.

    Raises:
        Refusal: There are none, one has no title, or an excerpt is not the text its hash was taken of.
    """
    section.need("laws", "规则没有写明来源", "请列出laws。", RuleWithoutSource.code)
    laws: dict[str, Law] = {}
    for name, part in section.named_sections("laws").items():
        part.need("title", f"来源“{name}”没有写明名称", "请填写title。", RuleWithoutSource.code)
        laws[name] = Law(
            title=part.text("title"),
            article=part.text("article", ""),
            url=part.matching("url", _ADDRESS, "以http://或https://开头的网址", ""),
            status=part.choice("status", STATUSES),
            excerpt=part.text("excerpt", ""),
            sha256=part.matching("sha256", _SHA256, "六十四位小写十六进制的SHA-256", ""),
            checked_on=part.optional_day("checked_on"),
            check_again_months=part.optional_integer("check_again_months", 1, 120),
            check_again_on=part.optional_day("check_again_on"),
        )
        _check(part, laws[name])
        part.finish()
    return laws


def hash_excerpt(excerpt: str) -> str:
    """Return the SHA-256 of an excerpt's text, UTF-8, without spaces at either end, as 64 hexadecimal digits."""
    return sha256(excerpt.strip().encode()).hexdigest()


def _check(part: Section, law: Law) -> None:
    if law.sha256 and not law.excerpt:
        part.refuse("sha256", "写了sha256，却没有写excerpt（摘录原文）", "请写明excerpt，或者删除sha256。")
    if law.sha256 and law.sha256 != hash_excerpt(law.excerpt):
        message = "摘录原文与sha256不符：原文被改动过，或者sha256不是这段文字的"
        part.refuse("excerpt", message, f"请核对原文；确认无误后把sha256改为 {hash_excerpt(law.excerpt)}。")
    if law.check_again_months is not None and law.check_again_on is not None:
        part.refuse("check_again_on", "check_again_months与check_again_on只能写一项", "请删除其一。")
    if law.check_again_months is not None and law.checked_on is None:
        part.refuse("check_again_months", "写了check_again_months，却没有写checked_on", "请写明最近一次核对的日期。")
    if law.checked_on and law.check_again_on and law.check_again_on <= law.checked_on:
        part.refuse("check_again_on", "再次核对的日期应当晚于最近一次核对的日期（checked_on）")
