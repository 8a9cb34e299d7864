"""The issue for machines: ``bulletin.json``, with every field and ISO dates.

Before this module stands a complete `Bulletin`; after it canonical bytes: sorted keys, UTF-8, one trailing newline.
Withheld subjects are counted by list and reason and never told apart. It deliberately shortens and formats nothing.
"""

from __future__ import annotations

import json
from collections import Counter

from credit_service.domain.bulletin import Bulletin, BulletinEntry

FORMAT = "credit-bulletin/1"


def render_json(bulletin: Bulletin) -> bytes:
    """Return ``bulletin.json``."""
    return to_canonical_json(to_document(bulletin))


def to_canonical_json(document: object) -> bytes:
    """Return a document as bytes that are the same for the same content."""
    return (json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def to_document(bulletin: Bulletin) -> dict[str, object]:
    """Return the documented JSON object of an issue.

    **Shape**: ``red`` and ``black`` hold one object per entry with the names of `BulletinEntry`; ``left`` one per
    subject that left; ``withheld`` one per list and reason, with a count.

    ``correction`` is there only in an issue rendered anew because entries left.

    **Units**: ``…_on`` are dates in Asia/Shanghai, ``issued_at`` is UTC; ``until_on`` null means no end.
    """
    withheld = Counter((entry.list_kind, entry.reason) for entry in bulletin.withheld)
    return {
        **({"correction": bulletin.correction} if bulletin.correction else {}),
        "format": FORMAT,
        "bulletin_id": bulletin.bulletin_id,
        "title": bulletin.title,
        "period": {
            "code": bulletin.period.code,
            "label": bulletin.period.label,
            "from_on": bulletin.period.from_on.isoformat(),
            "until_on": bulletin.period.until_on.isoformat(),
        },
        "serial": bulletin.serial,
        "issuer": bulletin.issuer,
        "cut_off_on": bulletin.cut_off_on.isoformat(),
        "issued_at": bulletin.issued_at.isoformat(),
        "rulebook": bulletin.rulebook,
        "objection_channel": bulletin.objection_channel,
        "public_url": bulletin.public_url,
        "batches": bulletin.batches,
        "records": bulletin.records,
        "counts": {
            "red": len(bulletin.red),
            "black": len(bulletin.black),
            "left": len(bulletin.left),
            "withheld": len(bulletin.withheld),
        },
        "categories": [
            {"number": c.number, "name": c.name, "records": c.records, "subjects": c.subjects} for c in bulletin.counts
        ],
        "red": [to_entry_object(entry) for entry in bulletin.red],
        "black": [to_entry_object(entry) for entry in bulletin.black],
        "left": [
            {
                "case_id": e.case_id,
                "list_kind": e.list_kind,
                "name": e.name,
                "end_kind": e.end_kind,
                "ended_on": e.ended_on.isoformat(),
            }
            for e in bulletin.left
        ],
        "withheld": [
            {"list_kind": kind, "reason": reason, "count": count} for (kind, reason), count in sorted(withheld.items())
        ],
        "measures": [
            {"list_kind": kind, "name": name, "content": content, "basis": basis}
            for kind, name, content, basis in bulletin.measures
        ],
    }


def to_entry_object(entry: BulletinEntry) -> dict[str, object]:
    """Return one entry as JSON; ``identifier_code`` is null where there is none to show."""
    return {
        "case_id": entry.case_id,
        "list_kind": entry.list_kind,
        "list_type_name": entry.list_type_name,
        "name": entry.name,
        "subject_kind": entry.subject_kind,
        "identifier_code": entry.identifier_code or None,
        "category_name": entry.category_name,
        "fact": entry.fact,
        "basis": entry.basis,
        "document_no": entry.document_no,
        "authority_name": entry.authority_name,
        "decided_on": entry.decided_on.isoformat(),
        "until_on": entry.until_on.isoformat() if entry.until_on else None,
        "measures": list(entry.measures),
    }
