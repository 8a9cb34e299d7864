"""An upload template: what a department's file of one kind looks like.

Templates are data (``data/reference/templates/*.yaml``); `intake.templates` reads them into these classes, `intake`
recognises and checks with them, `normalise` maps their columns to record fields.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class CellType(StrEnum):
    """How a cell is read."""

    TEXT = "text"
    USCC = "uscc"
    ORG_CODE = "org_code"
    REGISTRATION = "registration"
    PERSON_ID = "person_id"
    SUBJECT_CODE = "subject_code"
    """A code of any kind of subject (统一社会信用代码, 注册号, 组织机构代码, 身份证号), told apart by form."""
    DATE = "date"
    MONEY_WAN = "money_wan"
    """万元 as written; becomes whole fen."""
    MONEY_YUAN = "money_yuan"
    """元 as written; becomes whole fen."""
    ENUM = "enum"
    ENUM_SET = "enum_set"
    """Several choices joined by ; 、 or ，."""
    YEAR = "year"
    BOOLEAN = "boolean"
    INTEGER = "integer"


@dataclass(frozen=True)
class Condition:
    """``column`` has one of ``values`` (of an enum set: contains one); used for conditional requirements."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """One column of a template.

    ``field`` names the record field it feeds (see `domain.record.RECORD_FIELDS`) or a special target of
    `normalise.build_records` (``subject_name``, ``uscc_code`` …); an empty string means read, checked and kept only in
    the raw file.
    """

    header: str
    type: CellType
    field: str = ""
    code: str = ""
    aliases: tuple[str, ...] = ()
    required: bool = False
    required_when: Condition | None = None
    forbidden_when: Condition | None = None
    width: int | None = None
    choices: tuple[tuple[str, str], ...] = ()
    """(as written, slug) pairs; several spellings may share a slug."""
    minimum: int | None = None
    maximum: int | None = None
    personal: bool = False
    """The value is masked in every report and never leaves the raw file in clear."""
    note: str = ""


@dataclass(frozen=True)
class DateOrder:
    """``earlier`` must not be after ``later``."""

    earlier: str
    later: str


@dataclass(frozen=True)
class Template:
    """One kind of upload."""

    template_id: str
    title: str
    record_kind: str
    catalogue_class: str
    subject_kind: str | None
    """Fixed kind of subject, or None where a column says it."""
    columns: tuple[Column, ...]
    any_of: tuple[tuple[str, ...], ...] = ()
    """Each group of headers of which at least one must be filled."""
    date_orders: tuple[DateOrder, ...] = ()
    not_future: tuple[str, ...] = ()
    unique_by: tuple[str, ...] = ()
    """Headers that together identify a row inside a file."""
    constants: tuple[tuple[str, str], ...] = ()
    """Record fields with one value for every row of this template."""
    source: str = ""
    status: str = "unconfirmed"
    notes: tuple[str, ...] = field(default=())

    def column(self, header: str) -> Column:
        """Return the column with this header.

        Raises:
            KeyError: No column has it; the template is wrong, not the file.
        """
        for column in self.columns:
            if column.header == header:
                return column
        raise KeyError(header)
