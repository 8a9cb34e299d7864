"""The list of what was released: ``manifest.json``.

Before this module lie the bytes of an issue that passed the gate; after it their sizes and hashes, the cases shown, the
rulebook and the counts, in canonical JSON, from which a `Release` is read back. It deliberately signs nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from credit_service.bulletins.render_json import to_canonical_json
from credit_service.domain.bulletin import Bulletin, Release, ReleasedFile

MANIFEST_NAME = "manifest.json"
FORMAT = "credit-bulletin-manifest/1"
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".atom": "application/atom+xml; charset=utf-8",
}


def render_manifest(bulletin: Bulletin, files: Mapping[str, bytes]) -> bytes:
    """Return ``manifest.json`` for the files of an issue."""
    return to_canonical_json(
        {
            "format": FORMAT,
            "bulletin_id": bulletin.bulletin_id,
            "period": bulletin.period.code,
            "serial": bulletin.serial,
            "title": bulletin.title,
            "issuer": bulletin.issuer,
            "cut_off_on": bulletin.cut_off_on.isoformat(),
            "issued_at": bulletin.issued_at.isoformat(),
            "rulebook": bulletin.rulebook,
            "case_ids": [entry.case_id for entry in (*bulletin.red, *bulletin.black)],
            "counts": {
                "red": len(bulletin.red),
                "black": len(bulletin.black),
                "left": len(bulletin.left),
                "withheld": len(bulletin.withheld),
                "batches": bulletin.batches,
                "records": bulletin.records,
            },
            "files": [
                {
                    "name": name,
                    "media_type": find_media_type(name),
                    "size": len(content),
                    "sha256": hashlib.sha256(content).hexdigest(),
                }
                for name, content in sorted(files.items())
            ],
        }
    )


def find_media_type(name: str) -> str:
    """Return the media type of a released file."""
    suffix = name[name.rfind(".") :] if "." in name else ""
    return MEDIA_TYPES.get(suffix, "application/octet-stream")


def to_release(manifest: bytes) -> Release:
    """Return the release a manifest describes.

    Raises:
        ValueError: The bytes are no manifest of this format.
    """
    content = json.loads(manifest)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        message = f"不是格式 {FORMAT} 的发布清单。"
        raise ValueError(message)
    try:
        return Release(
            bulletin_id=content["bulletin_id"],
            period=content["period"],
            serial=content["serial"],
            title=content["title"],
            issued_at=datetime.fromisoformat(content["issued_at"]),
            case_ids=tuple(content["case_ids"]),
            files=tuple(ReleasedFile(f["name"], f["media_type"], f["size"], f["sha256"]) for f in content["files"]),
            manifest_sha256=hashlib.sha256(manifest).hexdigest(),
        )
    except (KeyError, TypeError) as error:
        message = f"发布清单缺少内容：{error}。"
        raise ValueError(message) from error
