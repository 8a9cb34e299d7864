"""One column of a template file as `domain.template.Column`.

Before this module comes the mapping of one column; after it `templates` and `template_editions`. Whether the columns of
a template fit together is asked by `template_checks`.
"""

from __future__ import annotations

from typing import Final

from credit_service.domain.template import CellType, Column
from credit_service.intake.template_yaml import to_condition, to_flag, to_mapping, to_whole

SPECIAL_TARGETS: Final = frozenset(
    {
        "subject_name",
        "subject_kind",
        "uscc_code",
        "registration_code",
        "org_code",
        "person_id",
        "person_id_type",
        "other_person_id",
        "subject_code",
        "penalty_kinds",
        "honour_level",
        "consent",
        "consent_no",
        "topic",
        "fact",
        "basis",
        "outcome",
        "document_no",
        "authority_name",
        "authority_code",
        "region_code",
        "legal_representative",
        "decided_on",
        "ends_on",
        "published_until_on",
        "fine_fen",
        "confiscated_fen",
        "amount_fen",
        "year",
        "severity_claimed",
        "repaired_on",
        "status_code",
        "share_scope",
    }
)
COLUMN_KEYS: Final = frozenset(
    {
        "header",
        "type",
        "field",
        "code",
        "aliases",
        "required",
        "required_when",
        "forbidden_when",
        "positive_when",
        "remarks",
        "width",
        "choices",
        "minimum",
        "maximum",
        "personal",
        "note",
    }
)


def to_column(raw: object) -> Column:
    """Return a column.

    Raises:
        TypeError: It is no mapping.
        KeyError: Header or type is missing.
        ValueError: A key or value is unknown.
    """
    fields = to_mapping(raw, COLUMN_KEYS, "列")
    header = fields["header"]
    where = f"列“{header}”"
    target = fields.get("field", "")
    if target and target not in SPECIAL_TARGETS:
        message = f"{where}的 field“{target}”不是已知的去向"
        raise ValueError(message)
    return Column(
        header=header,
        type=CellType(fields["type"]),
        field=target,
        code=fields.get("code", ""),
        aliases=tuple(fields.get("aliases", ())),
        required=to_flag(fields.get("required", "false"), where),
        required_when=to_condition(fields.get("required_when"), where),
        forbidden_when=to_condition(fields.get("forbidden_when"), where),
        positive_when=to_condition(fields.get("positive_when"), where),
        remarks=tuple((str(slug), str(text)) for slug, text in fields.get("remarks", {}).items()),
        width=to_whole(fields.get("width"), where),
        choices=tuple((str(written), str(slug)) for written, slug in fields.get("choices", {}).items()),
        minimum=to_whole(fields.get("minimum"), where),
        maximum=to_whole(fields.get("maximum"), where),
        personal=to_flag(fields.get("personal", "false"), where),
        note=fields.get("note", ""),
    )
