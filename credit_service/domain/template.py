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
    PERIOD = "period"
    """A day, a month, a quarter or a year; becomes its last day, the earliest on which all of it has passed."""

    @property
    def is_code(self) -> bool:
        """Whether it identifies a subject: such a cell must stay text, or a spreadsheet spoils it."""
        return self in {
            CellType.USCC,
            CellType.ORG_CODE,
            CellType.REGISTRATION,
            CellType.PERSON_ID,
            CellType.SUBJECT_CODE,
        }

    @property
    def is_money(self) -> bool:
        """Whether it is a sum of money."""
        return self in {CellType.MONEY_WAN, CellType.MONEY_YUAN}


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
    positive_when: Condition | None = None
    """A sum that must be more than nothing (罚款 was imposed, so its amount is no zero)."""
    remarks: tuple[tuple[str, str], ...] = ()
    """(slug of a choice, what to say about a row that has it)."""
    width: int | None = None
    choices: tuple[tuple[str, str], ...] = ()
    """(as written, slug) pairs; several spellings may share a slug."""
    minimum: int | None = None
    maximum: int | None = None
    personal: bool = False
    """The value is masked in every report and never leaves the raw file in clear."""
    note: str = ""
    same_as: str = ""
    """In an edition: the header of the template's own column that this one is."""
    forms: tuple[str, ...] = ()
    """Patterns of which a document number should fit one; none: any number will do."""
    doubtful_above_fen: int | None = None
    """From this sum on, the row is marked: 元 may have been written for 万元."""
    misspellings: tuple[str, ...] = ()
    """Names that differ from the column's own by a known misspelling; the weakest of its names."""


@dataclass(frozen=True)
class KindWhen:
    """Rows in which ``column`` has this value are of another kind than the template's (红黑名单标志, 履约状态)."""

    column: str
    value: str
    record_kind: str
    catalogue_class: str


@dataclass(frozen=True)
class DateOrder:
    """``earlier`` must not be after ``later``."""

    earlier: str
    later: str


@dataclass(frozen=True)
class Template:
    """One kind of upload, in one of the column sets it is sent in.

    The column sets of other years and offices are its ``editions``: templates with the same ``template_id`` whose
    columns mostly are the first set's under other names. Permissions, counts and stored records know the id alone.
    """

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
    kind_when: tuple[KindWhen, ...] = ()
    organisation_endings: tuple[str, ...] = ()
    """Where neither a column nor a code tells the kind of subject: a name that ends in one of these is an
    organisation's, any other a person's, so that no person is taken for an organisation."""
    is_undated: bool = False
    """The lists of this kind name no day of decision; the day of receipt stands for it, and the row is marked."""
    edition: str = ""
    editions: tuple[Template, ...] = ()
    source: str = ""
    status: str = "unconfirmed"
    notes: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        """The id, and the edition where it is not the first: ``penalty_org``, ``penalty_org.department_2019``."""
        return f"{self.template_id}.{self.edition}" if self.edition else self.template_id

    @property
    def catalogue_classes(self) -> frozenset[str]:
        """Every class of the catalogue that a row may belong to."""
        return frozenset({self.catalogue_class, *(when.catalogue_class for when in self.kind_when)})

    def column(self, header: str) -> Column:
        """Return the column with this header.

        Raises:
            KeyError: No column has it; the template is wrong, not the file.
        """
        for column in self.columns:
            if column.header == header:
                return column
        raise KeyError(header)
