"""The description of the open data: ``datapackage.json`` (Frictionless Data Package 2.0).

Before this module lie the rendered ``entries.csv`` and ``bulletin.json``; after it a document that names their fields,
sizes and hashes, so that a program can read them without asking. The licence comes from ``bulletin.yaml``: it is the
issuer's to set, and unconfirmed until then. It deliberately validates nothing; the gate does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from credit_service.bulletins.outline import page_url
from credit_service.bulletins.render_csv import COLUMNS
from credit_service.bulletins.render_json import to_canonical_json
from credit_service.bulletins.wording import Wording
from credit_service.domain.bulletin import Bulletin

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
CSV_NOTE = (
    "UTF-8（带字节顺序标记），逗号分隔，所有单元格加双引号。单元格首字符为 = + - @ 等时，"
    "为防止电子表格当作公式执行，前面加了一个半角单引号；程序读取时请去掉首位的一个单引号。"
)


def render_datapackage(bulletin: Bulletin, wording: Wording, files: Mapping[str, bytes]) -> bytes:
    """Return ``datapackage.json`` for the rendered ``entries.csv`` and ``bulletin.json``."""
    table = files["entries.csv"]
    document = files["bulletin.json"]
    return to_canonical_json(
        {
            "$schema": PROFILE,
            "name": f"credit-bulletin-{bulletin.bulletin_id.lower()}",
            "id": page_url(bulletin.public_url, bulletin.bulletin_id),
            "title": bulletin.title,
            "description": bulletin.correction + wording.notes["online"],
            "homepage": page_url(bulletin.public_url, bulletin.bulletin_id),
            "version": bulletin.bulletin_id,
            "created": bulletin.issued_at.isoformat(),
            "contributors": [{"title": bulletin.issuer, "roles": ["publisher"]}],
            "licenses": [dict(licence) for licence in wording.licences],
            "keywords": list(wording.keywords),
            "resources": [
                {
                    "name": "entries",
                    "title": "红榜和黑榜条目",
                    "description": CSV_NOTE,
                    "path": "entries.csv",
                    "type": "table",
                    "format": "csv",
                    "mediatype": "text/csv",
                    "encoding": "utf-8",
                    "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "header": True},
                    **_measured(table),
                    "schema": _schema(),
                },
                {
                    "name": "bulletin",
                    "title": "公告全部内容",
                    "path": "bulletin.json",
                    "format": "json",
                    "mediatype": "application/json",
                    "encoding": "utf-8",
                    **_measured(document),
                },
            ],
        }
    )


def _measured(content: bytes) -> dict[str, object]:
    """Return size and hash as the standard writes them."""
    return {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}


def _schema() -> dict[str, object]:
    """Return the table schema of ``entries.csv``; ``key`` is the name of the same value in ``bulletin.json``."""
    required = {"case_id", "list_kind", "list_type_name", "name", "decided_on"}
    fields = [
        {
            "name": column.name,
            "type": column.kind,
            "description": column.description,
            "key": column.key,
            **({"constraints": {"required": True}} if column.key in required else {}),
        }
        for column in COLUMNS
    ]
    return {"fields": fields, "primaryKey": ["案件编号"], "missingValues": [""]}
