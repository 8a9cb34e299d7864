"""The normalised fact: one act of dishonesty or honour, as an agency reported it.

Frames and tables of records have exactly the columns of `RECORD_FIELDS`, in this order; `normalise.build_records`
states them as a Polars schema, ``warehouse/schema`` as a table, and a test holds the three equal.
"""

from __future__ import annotations

from enum import IntFlag, StrEnum


class RecordKind(StrEnum):
    """What kind of fact a record states."""

    PENALTY = "penalty"
    LICENCE = "licence"
    SERIOUS_LIST = "serious_list"
    JUDGMENT_DEFAULT = "judgment_default"
    WAGE_ARREARS = "wage_arrears"
    TAX_SERIOUS = "tax_serious"
    ABNORMAL_OPERATION = "abnormal_operation"
    BROKEN_COMMITMENT = "broken_commitment"
    HONOUR = "honour"
    TAX_A = "tax_a"
    SECTOR_GRADE = "sector_grade"
    COMMITMENT = "commitment"

    @property
    def is_information_only(self) -> bool:
        """Whether it is kept for reference: no published rule names it, so it has no severity and no points."""
        return self in {RecordKind.SECTOR_GRADE, RecordKind.COMMITMENT}

    @property
    def label(self) -> str:
        """Chinese name."""
        return {
            "penalty": "行政处罚",
            "licence": "行政许可",
            "serious_list": "严重失信主体名单",
            "judgment_default": "失信被执行人",
            "wage_arrears": "拖欠农民工工资",
            "tax_serious": "重大税收违法失信主体",
            "abnormal_operation": "经营异常名录",
            "broken_commitment": "违背信用承诺",
            "honour": "守信荣誉",
            "tax_a": "纳税信用A级",
            "sector_grade": "行业信用评价结果",
            "commitment": "信用承诺",
        }[self.value]


class PenaltyKind(IntFlag):
    """Kinds of administrative penalty, as bits of ``penalty_mask``. Source: 行政处罚法 Art. 9."""

    WARNING = 1
    CIRCULAR = 2
    FINE = 4
    CONFISCATION = 8
    SUSPENSION = 16
    """暂扣许可证件"""
    DOWNGRADE = 32
    """降低资质等级"""
    REVOCATION = 64
    """吊销许可证件、执照"""
    RESTRICTION = 128
    """限制开展生产经营活动、限制从业"""
    CLOSURE = 256
    """责令停产停业、责令关闭"""
    DETENTION = 512
    OTHER = 1024


class Severity(StrEnum):
    """Severity of a dishonest act. Source: 国办发〔2025〕22号; 国家发展改革委令第36号."""

    MINOR = "minor"
    GENERAL = "general"
    SERIOUS = "serious"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"minor": "轻微", "general": "一般", "serious": "严重"}[self.value]


RECORD_FIELDS: tuple[tuple[str, str], ...] = (
    ("record_id", "text"),  # <batch_id>-<row>: the same file always gives the same ids
    ("batch_id", "text"),
    ("row", "int"),  # the row the clerk sees
    ("sheet", "text"),
    ("agency_code", "text"),  # who submitted
    ("template", "text"),
    ("kind", "text"),  # RecordKind
    ("catalogue_class", "text"),  # C01 …, rules/catalogue
    ("act_key", "text"),  # the same act of the same subject, reported again, has the same key
    ("subject_id", "text"),
    ("subject_kind", "text"),  # SubjectKind
    ("subject_name", "text"),  # masked for persons
    ("identifier_kind", "text"),
    ("identifier_code", "text?"),  # null for persons
    ("region_code", "text?"),  # six digits, GB/T 2260
    ("representative_key", "text?"),  # keyed hash of the legal representative's name, for matching only
    ("topic", "text"),  # 违法行为类型, list type, honour's name: what the category is found from
    ("document_no", "text"),
    ("fact", "text"),
    ("basis", "text"),
    ("outcome", "text"),
    ("authority_name", "text"),
    ("authority_code", "text?"),
    ("penalty_mask", "int"),  # PenaltyKind bits, 0 where none
    ("fine_fen", "int"),
    ("confiscated_fen", "int"),
    ("amount_fen", "int"),  # arrears, unpaid duty …; 0 where none
    ("honour_level", "text"),  # national provincial city county none
    ("simple_procedure", "bool"),
    ("decided_on", "date"),
    ("ends_on", "date?"),  # end of validity of the act, licence, listing or honour; null: open
    ("repaired_on", "date?"),
    ("revoked_on", "date?"),
    ("consent", "bool"),  # a person's recorded consent to publication
    ("consent_no", "text"),
    ("share_scope", "text"),  # public; internal or authorised where the sender marked it so: then never published
    ("is_minor", "bool"),  # under 18 on decided_on
    ("adult_on", "date?"),  # persons: the 18th birthday, so that publication day can be checked without the birth date
    ("learned_at", "instant"),
    ("visible_at", "instant?"),  # since when it holds; null: it only repeats what stands
    ("superseded_at", "instant?"),
)
