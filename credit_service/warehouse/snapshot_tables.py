"""What analysts get to see: the tables of a snapshot, column by column.

The rows of each table are selected by ``views/<name>.sql``; this module says what they mean, in Chinese, because
analysts read it. Nothing here is about a natural person, counts of at least five apart. `sql_guard` lets queries name
these tables and no others.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

import polars as pl

LISTING_SCHEMA = pl.Schema(
    {
        "case_id": pl.String(),
        "subject_id": pl.String(),
        "name": pl.String(),
        "code": pl.String(),
        "list_kind": pl.String(),
        "list_type": pl.String(),
        "category": pl.Int64(),
        "decided_on": pl.Date(),
        "until_on": pl.Date(),
        "published_on": pl.Date(),
    }
)
"""The frame of decided, effective listings that the ledger's keeper hands in; organisations and businesses only."""


@dataclass(frozen=True)
class SnapshotColumn:
    """One column: its name, DuckDB type and meaning."""

    name: str
    type: str
    comment: str


@dataclass(frozen=True)
class SnapshotTable:
    """One table of the snapshot."""

    name: str
    comment: str
    columns: tuple[SnapshotColumn, ...]

    @property
    def query(self) -> str:
        """The SELECT over the warehouse that fills it."""
        return resources.files("credit_service.warehouse").joinpath("views", f"{self.name}.sql").read_text("utf-8")


def _table(name: str, comment: str, columns: str) -> SnapshotTable:
    lines = [line.split(maxsplit=2) for line in columns.strip().splitlines()]
    return SnapshotTable(name, comment, tuple(SnapshotColumn(*line) for line in lines))


SNAPSHOT_TABLES = (
    _table(
        "subjects_public",
        "信用主体（法人、非法人组织和个体工商户，不含自然人）",
        """
        subject_id VARCHAR 主体标识
        code VARCHAR 统一社会信用代码、注册号或组织机构代码
        name VARCHAR 名称
        kind VARCHAR 类别：organisation法人和非法人组织，individual_business个体工商户
        region_code VARCHAR 行政区划代码（6位）
        """,
    ),
    _table(
        "records_public",
        "现行有效的信用记录（仅法人和非法人组织，不含事实、依据等文字）",
        """
        record_id VARCHAR 记录编号（批次-行号）
        subject_id VARCHAR 主体标识
        kind VARCHAR 记录类型，如penalty行政处罚、honour守信荣誉
        category INTEGER 最近一次评价所归的专项治理事项；未作为依据的记录为空
        severity VARCHAR 失信严重程度：minor轻微，general一般，serious严重；未作为依据的记录为空
        topic VARCHAR 违法行为类型、名单类型或荣誉名称
        document_no VARCHAR 文号
        decided_on DATE 决定日期
        ends_on DATE 有效期截止；无期限的为空
        authority VARCHAR 作出决定的机关
        fine_yuan DECIMAL(22,2) 罚款金额（元）
        agency_code VARCHAR 报送单位的统一社会信用代码
        batch_id VARCHAR 批次编号
        """,
    ),
    _table(
        "scores",
        "最近一次评价的得分（仅组织；自然人不评分）",
        """
        run_id VARCHAR 评价编号
        as_of DATE 评价基准日
        subject_id VARCHAR 主体标识
        category INTEGER 专项治理事项；0为综合
        points DECIMAL(25,4) 得分
        grade VARCHAR 等级
        records BIGINT 计入的记录数
        veto BOOLEAN 是否触发一票否决
        """,
    ),
    _table(
        "listings",
        "已决定且仍有效的红黑名单（不含自然人）",
        """
        case_id VARCHAR 案件编号
        subject_id VARCHAR 主体标识
        name VARCHAR 名称
        code VARCHAR 代码
        list_kind VARCHAR 名单：red红名单，black严重失信主体名单，watch重点关注名单
        list_type VARCHAR 名单类型
        category BIGINT 专项治理事项
        decided_on DATE 决定日期
        until_on DATE 有效期至
        published_on DATE 公示日期
        """,
    ),
    _table(
        "batches",
        "各批次的行数（涉及1至4名自然人的批次不显示行数）",
        """
        batch_id VARCHAR 批次编号
        agency_code VARCHAR 报送单位的统一社会信用代码
        template VARCHAR 模板
        rows BIGINT 数据行数
        accepted BIGINT 合格行数
        rejected BIGINT 不合格行数
        blank BIGINT 空行数
        stored_on DATE 入库日期（世界时）
        """,
    ),
    _table(
        "faults",
        "各批次按校验规则统计的问题数",
        """
        batch_id VARCHAR 批次编号
        agency_code VARCHAR 报送单位的统一社会信用代码
        rule VARCHAR 校验规则
        severity VARCHAR 级别：error错误，warning警告，note提示
        findings BIGINT 问题数
        """,
    ),
    _table(
        "person_counts",
        "自然人记录的人数（按类型和月份，少于5人的不显示，不含未成年人）",
        """
        kind VARCHAR 记录类型
        month DATE 决定日期所在月份的第一天
        persons BIGINT 人数
        """,
    ),
    _table(
        "assessment",
        "最近一次评价",
        """
        run_id VARCHAR 评价编号
        as_of DATE 评价基准日
        rulebook VARCHAR 规则集的哈希值
        """,
    ),
)
TABLE_NAMES = frozenset(table.name for table in SNAPSHOT_TABLES)
