"""A service with rules of its own on disk, people who adopt them, and penalties sent to it on days one chooses."""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from credit_service.bootstrap import Service, build_service
from credit_service.domain.adoption import Adoption
from credit_service.domain.agency import Actor, Role
from credit_service.pipeline.adopt import ProposalRequest, confirm_rulebook, propose_rulebook
from credit_service.pipeline.agencies import list_agencies
from credit_service.pipeline.ingest import Submission, ingest_file
from credit_service.settings import Settings

from .resolution_world import HEADERS, ROW, MovingClock, company_code

ROOT = Path(__file__).resolve().parents[2]
START = datetime(2026, 9, 30, 1, 30, tzinfo=UTC)
TODAY = date(2026, 9, 30)
HOME = "11990101990100034U"
REVIEWER = Actor("reviewer", "审核人员", HOME, Role.REVIEWER)
DECIDER = Actor("decider", "决定人员", HOME, Role.DECIDER)
OTHER_DECIDER = Actor("decider2", "决定人员", HOME, Role.DECIDER)
CLERK = Actor("clerk", "报送人员", HOME, Role.SUBMITTER)
EVENTS = "scoring/points/2026.1/events.csv"
SENDER = "市场监管局"


@dataclass(frozen=True)
class Penalty:
    """One row: of which company, under which number, decided when, of which kind."""

    company: int
    number: int
    decided_on: date = date(2026, 8, 1)
    kind: str = "警告"

    def cells(self) -> dict[str, str]:
        day = self.decided_on.isoformat()
        own = {
            HEADERS["name"]: f"测试第{self.company}有限公司（测试）",
            HEADERS["uscc"]: company_code(self.company),
            HEADERS["registration"]: "",
            HEADERS["led_by"]: "张测试甲",
            HEADERS["document"]: f"示市监罚〔2026〕{self.number}号",
            "处罚类别1": self.kind,
            "处罚结果": self.kind,
            "处罚决定日期": day,
            "数据更新时间戳": f"{day} 10:00:00",
        }
        return ROW | own


@dataclass
class AdoptionWorld:
    """The service, its clock, its rules on disk and where files are written."""

    service: Service
    clock: MovingClock
    rules: Path
    folder: Path
    agency_code: str
    sent: int = 0

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace text in a rule file on disk."""
        text = (self.rules / path).read_text(encoding="utf-8")
        assert old in text
        (self.rules / path).write_text(text.replace(old, new), encoding="utf-8")

    def set_points(self, points: int) -> None:
        """Make a penalty of the lowest severity cost so many points, in the version on disk."""
        lines = (self.rules / EVENTS).read_text(encoding="utf-8").splitlines()
        changed = [
            ",".join([*line.split(",")[:4], str(points), *line.split(",")[5:]])
            if line.startswith("points.penalty.minor,")
            else line
            for line in lines
        ]
        (self.rules / EVENTS).write_text("\n".join(changed) + "\n", encoding="utf-8")

    def adopt(self, from_on: date, *accepted: str) -> Adoption:
        """Propose what is on disk, accepting edits, and confirm it as a second person."""
        proposed = propose_rulebook(
            self.service.office, ProposalRequest(REVIEWER, from_on, "市信用办〔2026〕8号", accepted)
        )
        return confirm_rulebook(self.service.office, proposed.adoption.rulebook, DECIDER)

    def ingest(self, *penalties: Penalty, corrects: str | None = None) -> str:
        """Send penalties as one file; return the batch."""
        self.sent += 1
        path = self.folder / f"行政处罚{self.sent}.csv"
        rows = [penalty.cells() for penalty in penalties]
        with path.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        submission = Submission(path, path.name, self.agency_code, CLERK.actor_id)
        if corrects is not None:
            submission = replace(submission, corrects=corrects)
        outcome = ingest_file(self.service.office, submission)
        assert outcome.batch.accepted == len(penalties), outcome
        return outcome.batch.batch_id

    def points(self, run_id: str) -> dict[int, int]:
        """Return the points of the whole of each company in a run, by its number, in 10⁻⁴."""
        with self.service.office.warehouse.open() as session:
            frame = session.run_query(
                "SELECT subject_id, points FROM scores WHERE run_id = $run AND category = 0", {"run": run_id}
            )
        return {int(subject.split(":")[1][8:16]): points for subject, points in frame.iter_rows()}

    def rows(self, run_id: str) -> dict[str, list[tuple[object, ...]]]:
        """Return every row a run stored, without its id."""
        with self.service.office.warehouse.open() as session:
            return {
                table: session.run_query(
                    f"SELECT * EXCLUDE (run_id) FROM {table} WHERE run_id = $run ORDER BY ALL", {"run": run_id}
                ).rows()
                for table in ("scores", "reasons", "candidates", "near_misses")
            }

    def move(self, days: int = 0, minutes: int = 1) -> None:
        """Let time pass."""
        self.clock.instant += timedelta(days=days, minutes=minutes)


def copy_rules(folder: Path) -> Path:
    """Return a copy of the shipped rules without their worked cases, which other rules would contradict."""
    target = folder / "rules"
    shutil.copytree(ROOT / "rules", target, ignore=shutil.ignore_patterns("cases.yaml", "cases", "*.sql"))
    return target


def open_adoption_world(folder: Path, rules: Path | None = None) -> AdoptionWorld:
    """Return a world on its first day, its rules founded."""
    clock = MovingClock(START)
    rules = rules or copy_rules(folder)
    service = build_service(Settings(home=folder / "live", rules=rules), clock)
    agency = next(one for one in list_agencies(service.office) if one.short_name == SENDER)
    return AdoptionWorld(service, clock, rules, folder, agency.agency_code)
