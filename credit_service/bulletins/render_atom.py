"""Atom (RFC 4287): one entry for an issue, and the feed of all releases.

Before this module stand a `Bulletin`, or the releases found on disk; after it bytes of XML. Nothing of a subject is in
a feed: readers keep copies of feeds, and what was repaired must not live on there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET  # Writing only: nothing foreign is parsed here.

from credit_service.bulletins.outline import page_url
from credit_service.domain.bulletin import Bulletin, Release
from credit_service.domain.clock import legal_day

ATOM = "http://www.w3.org/2005/Atom"
FEED_TITLE = "诚信“红黑榜”公告"
ENCLOSURES = (("bulletin.pdf", "application/pdf"), ("entries.csv", "text/csv"), ("bulletin.json", "application/json"))


@dataclass(frozen=True)
class _Item:
    """What an entry of the feed says."""

    bulletin_id: str
    title: str
    issued_at: datetime
    summary: str


def render_entry(bulletin: Bulletin) -> bytes:
    """Return ``entry.atom``: the issue as an Atom entry document."""
    summary = (
        f"守信激励对象{len(bulletin.red)}个，严重失信主体{len(bulletin.black)}个，移出名单{len(bulletin.left)}个。"
        + bulletin.correction
    )
    entry = _to_entry(_Item(bulletin.bulletin_id, bulletin.title, bulletin.issued_at, summary), bulletin.public_url)
    entry.set("xmlns", ATOM)
    author = ET.SubElement(entry, "author")
    ET.SubElement(author, "name").text = bulletin.issuer
    return _to_bytes(entry)


def render_feed(releases: Iterable[Release], public_url: str, issuer: str = FEED_TITLE) -> bytes:
    """Return the feed of releases, newest first.

    ``public_url`` is the address of the service; ``issuer`` the author the standard asks for.
    """
    ordered = sorted(releases, key=lambda release: (release.issued_at, release.bulletin_id), reverse=True)
    feed = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "zh-CN"})
    root = public_url.rstrip("/")
    ET.SubElement(feed, "id").text = f"tag:{_host(public_url)},2026:bulletins"
    ET.SubElement(feed, "title").text = FEED_TITLE
    ET.SubElement(feed, "updated").text = _instant(
        ordered[0].issued_at if ordered else datetime(2026, 1, 1, tzinfo=UTC)
    )
    author = ET.SubElement(feed, "author")
    ET.SubElement(author, "name").text = issuer
    ET.SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": f"{root}/feed.atom"})
    ET.SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": f"{root}/bulletins"})
    for release in ordered:
        summary = f"{legal_day(release.issued_at).isoformat()} 发布，共{len(release.case_ids)}个条目。"
        feed.append(_to_entry(_Item(release.bulletin_id, release.title, release.issued_at, summary), public_url))
    return _to_bytes(feed)


def _to_entry(item: _Item, public_url: str) -> ET.Element:
    """Return one entry element."""
    address = page_url(public_url, item.bulletin_id)
    entry = ET.Element("entry")
    day = legal_day(item.issued_at).isoformat()
    ET.SubElement(entry, "id").text = f"tag:{_host(public_url)},{day}:bulletins/{item.bulletin_id}"
    ET.SubElement(entry, "title").text = item.title
    ET.SubElement(entry, "updated").text = _instant(item.issued_at)
    ET.SubElement(entry, "published").text = _instant(item.issued_at)
    ET.SubElement(entry, "summary").text = item.summary
    ET.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": address})
    for name, media_type in ENCLOSURES:
        ET.SubElement(entry, "link", {"rel": "related", "type": media_type, "href": f"{address}/files/{name}"})
    return entry


def _host(public_url: str) -> str:
    """Return the host of an address, for ids that stay the same when paths change (RFC 4151)."""
    return urlsplit(public_url).hostname or "localhost"


def _instant(instant: datetime) -> str:
    """Return an instant in RFC 3339, UTC, whole seconds."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _to_bytes(element: ET.Element) -> bytes:
    """Return an element as a document with declaration."""
    ET.indent(element)
    body: str = ET.tostring(element, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'.encode()
