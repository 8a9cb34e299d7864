"""``credit rules book``: the public rulebook as files."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from credit_service.bootstrap import find_places
from credit_service.cli.output import USAGE, JsonFlag, err, out, print_json
from credit_service.cli.rules_commands import app
from credit_service.domain.clock import SystemClock, legal_day
from credit_service.lookup.rulebook_book import read_book
from credit_service.lookup.rulebook_print import print_page, print_pdf
from credit_service.lookup.rulebook_types import Book


@app.command("book")
def book(
    pdf: Annotated[Path | None, typer.Option("--pdf", metavar="文件", help="写成 PDF。")] = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="文件", help="写成单独的网页。")] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="日期", help="哪一天适用的规则；默认今天。")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """把规则目录里的规则写成公开的规则书：条文、参数、依据和案例。"""
    if pdf is None and html is None and not as_json:
        err.print("请至少写明 --pdf 或 --html。")
        raise SystemExit(USAGE)
    places = find_places()
    day = as_of.date() if as_of else legal_day(SystemClock().now())
    found = read_book(places.rules, day)
    written: list[Path] = []
    for path, render in ((pdf, print_pdf), (html, print_page)):
        if path is not None:
            path.write_bytes(render(found, places.publication_templates))
            written.append(path)
    if as_json:
        print_json(_to_object(found, day, written))
        return
    out.print(
        f"{day} 适用的规则：{sum(1 for _ in found.rows())} 条，{sum(1 for _ in found.cases())} 个案例，"
        f"{len(found.laws)} 件依据，{found.unconfirmed} 条待确认。"
    )
    for path in written:
        out.print(f"已写入 {path}（{path.stat().st_size} 字节）", markup=False)


def _to_object(found: Book, day: date, written: list[Path]) -> dict[str, object]:
    return {
        "as_of": day.isoformat(),
        "rulebook": found.hash,
        "chapters": [
            {"kind": chapter.slug, "rules": chapter.rule_count(), "cases": chapter.case_count()}
            for chapter in found.chapters
        ],
        "laws": len(found.laws),
        "unconfirmed": found.unconfirmed,
        "files": [str(path) for path in written],
    }
