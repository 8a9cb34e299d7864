"""The nominees of a vetting: out of a department's file, or everybody whose honour stands.

Before it lies a file, checked row by row exactly as a batch is (`intake`), or the warehouse; after it one frame of
nominees with the award each is vetted for, and the faulty rows with place, reason and remedy. Nothing is stored.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import polars as pl

from credit_service.domain.batch import ReceivedFile
from credit_service.domain.vetting import VettingCounts
from credit_service.errors import AwardUnknown, TooManyNominees, UnreadableFile
from credit_service.intake.findings import no_findings
from credit_service.intake.read_batch import CheckContext, open_batch
from credit_service.intake.receive import receive_file
from credit_service.normalise.nominees import NOMINEE_SCHEMA, build_nominees, list_own_columns
from credit_service.pipeline.check_batch import Progress
from credit_service.pipeline.office import Office
from credit_service.rulebook.compile_vetting import CompiledVetting
from credit_service.rulebook.vetting_types import Award, Vetting
from credit_service.warehouse.run_query import AssessmentRun
from credit_service.warehouse.session import Session
from credit_service.warehouse.vet import find_honoured

MOST_NOMINEES = 100_000
HONOUR_COLUMNS = ("名称", "类别", "统一社会信用代码/证件号码", "荣誉名称", "认定文号", "认定部门", "认定日期")
"""The own columns of a re-check of standing honours."""


@dataclass(frozen=True)
class VettingRequest:
    """Who wants to know about which nominees, for what award, as at which day, and why."""

    award: str
    """Id or name of the award; empty for a re-check, where each honour says it."""
    as_of: date
    agency_code: str
    actor_id: str
    purpose: str
    """The department's own words or file number; kept with every look-up."""
    source: Path | None = None
    file_name: str = ""


@dataclass(frozen=True)
class NomineeRows:
    """Nominees as the warehouse can be asked about them.

    **Shape**: ``frame`` is `normalise.nominees.NOMINEE_SCHEMA` and ``award``; ``findings`` is
    `intake.findings.FINDING_SCHEMA`.
    """

    frame: pl.DataFrame
    person_names: dict[int, str] = field(repr=False)
    findings: pl.DataFrame
    columns: tuple[str, ...]
    received: int
    faulty: int
    blank: int
    sha256: str
    """Of the file; empty where there is none."""

    def count(self, passed: int, failed: int, unclear: int) -> VettingCounts:
        """Return the counts once every nominee has a verdict."""
        persons = self.frame.filter(pl.col("subject_kind") == "person").height
        return VettingCounts(self.received, passed, failed, unclear, self.faulty, self.blank, persons)


def get_award(vetting: Vetting, wanted: str) -> Award:
    """Return an award by its id or name.

    Raises:
        AwardUnknown: There is none.
    """
    found = vetting.find_award(wanted.strip())
    if found is None:
        names = "、".join(award.name for award in vetting.awards)
        message = f"审查规则中没有奖项“{wanted}”。"
        raise AwardUnknown(message, remedy=f"可选：{names}。")
    return found


def read_nominees(
    office: Office, request: VettingRequest, award: Award, now: datetime, progress: Progress | None = None
) -> NomineeRows:
    """Read and check a department's file of nominees.

    Raises:
        SubmissionError: The file as a whole cannot be taken; the leaf says why.
        TooManyNominees: It has more than a hundred thousand rows.
    """
    with office.ledger.reading() as uow:
        agency = uow.agencies.get(request.agency_code)
    rules = office.rulebook(office.today(), now)
    context = CheckContext(
        agency=agency,
        today=office.today(),
        catalogue=rules.catalogue_classes,
        forbidden=tuple(rules.forbidden_topics),
        forbidden_columns=tuple(rules.forbidden_columns),
    )
    frames: list[pl.DataFrame] = []
    findings = [no_findings()]
    names: dict[int, str] = {}
    rows = faulty = blank = taken = 0
    columns: tuple[str, ...] = ()
    # The file is gone after the block: of a list of nominees nothing stays but the answer.
    with tempfile.TemporaryDirectory(prefix="vetting-") as folder:
        received = _open_file(request, Path(folder))
        reading = open_batch(received, office.nominee_templates(), context)
        for chunk in reading.chunks():
            rows, faulty, blank = rows + chunk.rows, faulty + chunk.rejected, blank + chunk.blank
            _check_size(rows)
            built = build_nominees(chunk.accepted, reading.template, office.keys.hash_key, taken)
            columns = columns or list_own_columns(chunk.accepted, reading.template)
            taken += built.frame.height
            frames.append(built.frame)
            names |= built.person_names
            findings.append(chunk.findings)
            if progress is not None:
                progress(rows, reading.estimated_rows)
    frame = pl.concat(frames) if frames else pl.DataFrame(schema=NOMINEE_SCHEMA)
    return NomineeRows(
        frame=frame.with_columns(award=pl.lit(award.id)),
        person_names=names,
        findings=pl.concat(findings),
        columns=columns,
        received=rows,
        faulty=faulty,
        blank=blank,
        sha256=received.sha256,
    )


def list_honoured(session: Session, run: AssessmentRun, compiled: CompiledVetting, vetting: Vetting) -> NomineeRows:
    """Return everybody whose honour stands on the day of a run, once per honour, with the award its name belongs to."""
    found = find_honoured(session, run, compiled)
    honours = found["honour"].unique().to_list()
    awards = {honour: vetting.name_award(honour).id for honour in honours}
    labels = {"organisation": "法人及非法人组织", "individual_business": "个体工商户", "person": "自然人"}
    shown = (
        pl.col("subject_name"),
        pl.col("subject_kind").replace(labels),
        pl.col("code"),
        pl.col("honour"),
        pl.col("document_no"),
        pl.col("authority_name"),
        pl.col("decided_on").cast(pl.String),
    )
    frame = found.with_columns(
        own=pl.concat_list(column.fill_null("") for column in shown),
        award=pl.col("honour").replace_strict(awards, return_dtype=pl.String),
    )
    frame = frame.select(*NOMINEE_SCHEMA.names(), "award").cast(dict(NOMINEE_SCHEMA))  # type: ignore[arg-type]
    return NomineeRows(frame, {}, no_findings(), HONOUR_COLUMNS, frame.height, 0, 0, "")


def _open_file(request: VettingRequest, folder: Path) -> ReceivedFile:
    if request.source is None:
        message = "没有选择推荐名单文件。"
        raise UnreadableFile(message, remedy="请选择一个XLSX、CSV或JSON文件。")
    received = receive_file(request.source, request.file_name, folder)
    if received.kind == "zip":
        message = "推荐名单不能是压缩包。"
        raise UnreadableFile(message, remedy="请解压后逐个文件审查。")
    return received


def _check_size(rows: int) -> None:
    if rows > MOST_NOMINEES:
        message = f"推荐名单超过{MOST_NOMINEES:,}行。"
        raise TooManyNominees(message, remedy="请拆成几个文件，分别审查。")
