"""A few subjects whose points can be added up by hand, and drafts of the rules made from the rules as they are."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from credit_service.bootstrap import Service, build_service
from credit_service.domain.clock import FixedClock
from credit_service.domain.record import RECORD_FIELDS, PenaltyKind
from credit_service.settings import Settings
from credit_service.warehouse.one_subject import key_of

RULES = Path(__file__).parents[2] / "rules"
NOW = datetime(2026, 9, 30, 2, tzinfo=UTC)
DAY = date(2026, 9, 30)
LEARNED = datetime(2026, 9, 1)  # noqa: DTZ001 - the warehouse's instants are naive UTC
SENDER = "11990101990100034U"
ONE, TWO, THREE, FOUR = (
    "uscc:914101020000000001",
    "uscc:914402030000000002",
    "reg:410102000000003",
    "uscc:914101020000000004",
)
PERSON, OTHER_PERSON = "psn:ordinary", "psn:other"
BANNED, MINOR_FINE, MAJOR_FINE = "销售假药", 1_000_00, 100_000_000
"""A topic, an ordinary fine (一般, −5), and one beyond a million yuan (严重, −15)."""
_BLANKS: dict[str, object] = {"text": "", "int": 0, "bool": False}


def open_world(home: Path) -> Service:
    """Return a service with these subjects, of whom nobody was assessed yet.

    One has one ordinary fine in 假药: 95 A. Two has three: 85 B. Three, a business, has a serious one in 假药: 85 B.
    Four has two serious ones in 生态环境: 70 C, so 重点关注. A person was listed by a court, another was honoured.
    """
    service = build_service(Settings(home=home), FixedClock(NOW))
    rows = [
        _fine(ONE, "示范区一号药店", BANNED, MINOR_FINE),
        *[_fine(TWO, "示范区<二号>药店", BANNED, MINOR_FINE)] * 3,
        {**_fine(THREE, "示范区三号摊", BANNED, MAJOR_FINE), "subject_kind": "individual_business"},
        _fine(FOUR, "示范区四号化工厂", "环境污染", MAJOR_FINE),
        _fine(FOUR, "示范区四号化工厂", "环境污染", MAJOR_FINE),
        {"kind": "judgment_default", "subject_id": PERSON, "subject_kind": "person", "subject_name": "张*"},
        {
            "kind": "honour",
            "subject_id": OTHER_PERSON,
            "subject_kind": "person",
            "subject_name": "李*",
            "topic": "道德模范",
            "honour_level": "city",
            "consent": True,
            "consent_no": "1",
        },
    ]
    with service.office.warehouse.open() as session:
        for number, row in enumerate(rows, 1):
            known = {
                "record_id": f"B1-{number}",
                "act_key": f"act-{number}",
                "batch_id": "B1",
                "row": number,
                "agency_code": SENDER,
                "decided_on": date(2026, 9, 1),
                "learned_at": LEARNED,
                "visible_at": LEARNED,
                **row,
            }
            values = [known.get(name, _BLANKS.get(kind)) for name, kind in RECORD_FIELDS]
            names = ", ".join(f'"{name}"' for name, _ in RECORD_FIELDS)
            marks = ", ".join("?" for _ in values)
            session.connection.execute(
                f"INSERT INTO records ({names}, subject_key) VALUES ({marks}, {key_of('?')})",
                [*values, known["subject_id"]],
            )
    return service


def _fine(subject_id: str, name: str, topic: str, fine_fen: int) -> dict[str, object]:
    return {
        "kind": "penalty",
        "subject_id": subject_id,
        "subject_kind": "organisation",
        "subject_name": name,
        "topic": topic,
        "penalty_mask": PenaltyKind.FINE.value,
        "fine_fen": fine_fen,
    }


def make_draft(folder: Path, *changes: str) -> Path:
    """Return a copy of the rules with changes by name, without worked cases.

    ``fines``: an ordinary fine takes 14 points. ``only_d``: only D is watched. ``national``: persons are proposed for
    the red list for national honours only. ``no_environment``: the item 生态环境失信 has no words.
    ``renamed``: the rule about those whom an authority has listed has another id.
    """
    rules = Path(shutil.copytree(RULES, folder / "rules", ignore=shutil.ignore_patterns("*.sql")))
    for change in changes:
        _CHANGES[change](rules)
    return rules


def _change_fines(rules: Path) -> None:
    path = next(rules.glob("scoring/points/*/events.csv"))
    _rewrite(path, lambda row: {**row, "points": "-14"} if row["id"] == "points.penalty.general" else row)


def _watch_only_d(rules: Path) -> None:
    path = next(rules.glob("candidates/proposals/*/rule.yaml"))
    text = path.read_text(encoding="utf-8")
    assert text.count("when: grade IN (C, D)") == 2
    path.write_text(text.replace("when: grade IN (C, D)", "when: grade = D"), encoding="utf-8")


def _honour_persons_nationally(rules: Path) -> None:
    path = next(rules.glob("candidates/proposals/*/rule.yaml"))
    text = path.read_text(encoding="utf-8")
    asked = "supports: is_honour AND is_usable AND consent"
    assert text.count(asked) == 1
    path.write_text(text.replace(asked, f"{asked} AND honour_level = national"), encoding="utf-8")


def _rename_listed(rules: Path) -> None:
    path = next(rules.glob("candidates/proposals/*/rule.yaml"))
    text = path.read_text(encoding="utf-8")
    assert "candidate.black.listed" in text
    path.write_text(text.replace("candidate.black.listed", "candidate.black.registered"), encoding="utf-8")


def _drop_environment(rules: Path) -> None:
    path = next(rules.glob("categories/classification/*/keywords.csv"))
    _rewrite(path, lambda row: None if row["category"] == "environment_dishonesty" else row)


def _rewrite(path: Path, change) -> None:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        names = reader.fieldnames or ()
        rows: Iterable[dict[str, str]] = [row for row in map(change, reader) if row is not None]
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, names)
        writer.writeheader()
        writer.writerows(rows)


_CHANGES = {
    "fines": _change_fines,
    "only_d": _watch_only_d,
    "national": _honour_persons_nationally,
    "renamed": _rename_listed,
    "no_environment": _drop_environment,
}
