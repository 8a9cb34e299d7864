"""Beside the story: generated uploads of any size, for trials and benchmarks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from credit_service.errors import UnreadableFile
from credit_service.intake.generate_sample import SampleOrder, write_sample
from credit_service.intake.sample_words import load_words
from credit_service.pipeline.office import Office
from credit_service.pipeline.template_file import get_template

WRITABLE = (".csv", ".xlsx", ".jsonl")
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030")


@dataclass(frozen=True)
class SampleRequest:
    """What to generate."""

    template: str
    target: Path
    rows: int
    seed: int
    fault_percent: int
    encoding: str = "utf-8"


def write_sample_file(
    office: Office, request: SampleRequest, progress: Callable[[int, int], None] | None = None
) -> dict[str, object]:
    """Write a generated file and its expected outcome; return the documented JSON object of ``credit sample``.

    Raises:
        UnknownTemplate: No template has this id.
        UnreadableFile: The target's ending or the encoding is none that can be written.
    """
    template = get_template(office, request.template)
    if request.target.suffix not in WRITABLE:
        message = f"不能写“{request.target.suffix or '无后缀'}”格式的文件。"
        raise UnreadableFile(message, remedy=f"请用后缀 {'、'.join(WRITABLE)} 之一。")
    if request.encoding not in ENCODINGS:
        message = f"不支持编码“{request.encoding}”。"
        raise UnreadableFile(message, remedy=f"请用 {'、'.join(ENCODINGS)} 之一。")
    order = SampleOrder(template, request.rows, request.seed, request.fault_percent / 100)
    summary = write_sample(order, load_words(office.places.reference), request.target, request.encoding)
    if progress is not None:
        progress(request.rows, request.rows)
    return {
        "file": str(summary.path),
        "expected": str(summary.expected_path),
        "template": request.template,
        "rows": summary.rows,
        "accepted": summary.accepted,
        "rejected": summary.rejected,
        "by_rule": summary.by_rule,
        "seed": request.seed,
    }
