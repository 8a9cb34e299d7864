"""Does a batch as a whole look wrong? Limits from a data file, compared with the batch and with its own history.

Before this module `profile` has counted a batch and the ledger gives the profiles of earlier ones; after it the
pipeline holds a batch that looks wrong until a person confirms it. It judges counts, never single rows, and it refuses
nothing by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from statistics import median
from typing import Any, Final

import yaml

from credit_service.domain.batch import Unusual
from credit_service.errors import RuleSyntax
from credit_service.intake.profile import BatchProfile

STATUSES: Final = frozenset({"confirmed", "unconfirmed"})
TYPE_FAULTS: Final = {
    "date-format": "date",
    "enum": "choice",
    "number-format": "number",
    "number-range": "number",
    "amount-format": "amount",
    "amount-decimals": "amount",
    "uscc-format": "code",
    "uscc-check-digit": "code",
    "org-code-format": "code",
    "org-code-check-digit": "code",
    "registration-format": "code",
    "registration-check-digit": "code",
    "person-id-format": "code",
    "person-id-check-digit": "code",
}
"""Rules that say a cell is of another kind than its column, and the kind of the column they speak of."""


@dataclass(frozen=True)
class Limits:
    """The limits for one agency and template.

    **Units**: ``_ratio`` a share or a multiple, ``_rows`` and ``_floor`` rows. Source and status of each value are in
    the data file.
    """

    min_history: int
    rows_low_ratio: float
    rows_high_ratio: float
    rows_floor: int
    rejected_min_rows: int
    rejected_ratio: float
    filled_min_rows: int
    filled_before_ratio: float
    filled_now_ratio: float
    shifted_min_rows: int
    shifted_ratio: float


@dataclass(frozen=True)
class Thresholds:
    """All limits of ``data/reference/thresholds.yaml``; an agency's value counts before a template's."""

    default: Limits
    templates: Mapping[str, Mapping[str, float]]
    agencies: Mapping[str, Mapping[str, float]]

    def limits_for(self, template_id: str, agency_code: str) -> Limits:
        """Return the limits that hold for an agency's batches of a template."""
        changes = {**self.templates.get(template_id, {}), **self.agencies.get(agency_code, {})}
        return replace(self.default, **changes)  # type: ignore[arg-type] # every value was read by `_read_values`.


def load_thresholds(path: Path) -> Thresholds:
    """Return the limits of a data file.

    Raises:
        RuleSyntax: The file cannot be read, names an unknown limit, or leaves out a source or a status.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        default = _read_values(raw["default"], "default")
        return Thresholds(
            default=Limits(**default),  # type: ignore[arg-type] # every value was read by `_read_values`.
            templates={str(key): _read_values(item, str(key)) for key, item in (raw.get("templates") or {}).items()},
            agencies={str(key): _read_values(item, str(key)) for key, item in (raw.get("agencies") or {}).items()},
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"界限文件 {path.name} 有误：{error}"
        raise RuleSyntax(message, remedy="请按文件开头的说明改正后重试。", file=path.name) from error


def judge_batch(profile: BatchProfile, history: Sequence[BatchProfile], limits: Limits) -> tuple[Unusual, ...]:
    """Return why a batch looks wrong as a whole; empty where it does not.

    Args:
        profile: The batch.
        history: Profiles of the agency's earlier stored batches of the same template, in any order. A corrected copy
            is judged without history (an empty sequence): it may well hold only the mended rows.
        limits: What `Thresholds.limits_for` gives.
    """
    shifted = tuple(_find_shifted(profile, limits))
    return (
        *_judge_rows(profile, history, limits),
        *shifted,
        *_judge_rejected(profile, limits, is_shifted=bool(shifted)),
        *_judge_filled(profile, history, limits),
    )


def _judge_rows(profile: BatchProfile, history: Sequence[BatchProfile], limits: Limits) -> Iterator[Unusual]:
    """An empty table is no fault: it is how a department declares that there was nothing to report."""
    if len(history) < limits.min_history or not profile.sent:
        return
    usual = median(earlier.sent for earlier in history)
    told = f"本批有{profile.sent}行数据，此前{len(history)}个批次的中位数是{usual:g}行"
    if usual >= limits.rows_floor and profile.sent < usual * limits.rows_low_ratio:
        remedy = "请核对文件是否只导出了一部分；确实只有这些的，请说明原因后确认入库。"
        yield Unusual("rows-far-below", f"{told}，不到平常的{limits.rows_low_ratio:g}倍。", remedy)
    if profile.sent >= limits.rows_floor and profile.sent > usual * limits.rows_high_ratio:
        remedy = "请核对是否把历史数据或别的单位的数据一起报来；确实有这么多的，请说明原因后确认入库。"
        yield Unusual("rows-far-above", f"{told}，超过平常的{limits.rows_high_ratio:g}倍。", remedy)


def _judge_rejected(profile: BatchProfile, limits: Limits, *, is_shifted: bool) -> Iterator[Unusual]:
    """Not told beside a shifted column, which explains it."""
    if is_shifted or profile.sent < limits.rejected_min_rows:
        return
    share = profile.rejected / profile.sent
    if share > limits.rejected_ratio:
        message = (
            f"{profile.sent}行数据中有{profile.rejected}行不合格（{share:.0%}），超过{limits.rejected_ratio:.0%}。"
        )
        remedy = "请按报告改正后重新报送；确需先收合格的行的，请说明原因后确认入库。"
        yield Unusual("rejected-share", message, remedy)


def _judge_filled(profile: BatchProfile, history: Sequence[BatchProfile], limits: Limits) -> Iterator[Unusual]:
    if len(history) < limits.min_history or profile.accepted < limits.filled_min_rows:
        return
    for header in profile.filled:
        earlier = [ratio for one in history if (ratio := one.filled_ratio(header)) is not None]
        now = profile.filled_ratio(header)
        if now is None or len(earlier) < limits.min_history:
            continue
        usual = median(earlier)
        if usual >= limits.filled_before_ratio and now < limits.filled_now_ratio:
            message = f"“{header}”一列此前的填写率是{usual:.0%}，本批只有{now:.0%}。"
            remedy = f"请核对“{header}”是否漏填、改了列名或者没有导出；确实没有的，请说明原因后确认入库。"
            yield Unusual("filled-share", message, remedy)


def _find_shifted(profile: BatchProfile, limits: Limits) -> Iterator[Unusual]:
    """Look for neighbouring columns whose cells are nearly all of another kind.

    One such column, or two of the same kind, is rather a wrong way of writing; from two of different kinds, or three,
    it is the cells that stand in the wrong place. Columns of running text in between cannot show a fault and do not
    part neighbours; a typed column without faults does.
    """
    if profile.sent < limits.shifted_min_rows:
        return
    run: list[str] = []
    for header in (*profile.filled, None):
        count, is_typed = (0, True) if header is None else (_type_faults(profile, header), header in profile.typed)
        if header is not None and count >= profile.sent * limits.shifted_ratio:
            run.append(header)
        elif is_typed or count:
            if _is_shift(profile, run):
                yield _to_shift(profile, run)
            run = []


def _is_shift(profile: BatchProfile, run: Sequence[str]) -> bool:
    kinds = {TYPE_FAULTS[rule] for header in run for rule in profile.faults[header] if rule in TYPE_FAULTS}
    return len(run) >= 3 or (len(run) == 2 and len(kinds) > 1)


def _to_shift(profile: BatchProfile, run: Sequence[str]) -> Unusual:
    named = "、".join(f"“{header}”（{_type_faults(profile, header)}行）" for header in run)
    message = f"{profile.sent}行数据中，相邻的{len(run)}列几乎每行都填着别的内容：{named}，可能是整列错位。"
    remedy = f"请从“{run[0]}”的左侧开始核对列名与内容是否对齐，例如是否多了或少了一列。"
    return Unusual("column-shifted", message, remedy)


def _type_faults(profile: BatchProfile, header: str) -> int:
    return sum(count for rule, count in profile.faults.get(header, {}).items() if rule in TYPE_FAULTS)


def _read_values(raw: Mapping[str, Any], where: str) -> dict[str, float]:
    """Return the limits of one group, after its source and status were seen to be there.

    Raises:
        ValueError: A limit is unknown or no number above zero, or source or status is missing.
    """
    if not raw.get("source") or raw.get("status") not in STATUSES:
        message = f"“{where}”要写明 source 和 status（confirmed 或 unconfirmed）"
        raise ValueError(message)
    kinds = {field.name: field.type for field in fields(Limits)}
    values: dict[str, float] = {}
    for name, value in raw.items():
        if name in {"source", "status"}:
            continue
        if name not in kinds or isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            message = f"“{where}”的“{name}: {value}”不是已知的界限，或者不是大于0的数"
            raise ValueError(message)
        values[name] = int(value) if kinds[name] == "int" else float(value)
    return values
