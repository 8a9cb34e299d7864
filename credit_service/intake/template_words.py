"""What a template's data say, in a clerk's words: type, width, unit, conditions, how to mend a mistake.

Before this module comes a template; after it the workbook to fill in and the page for clerks. It decides nothing and
knows no file format.
"""

from __future__ import annotations

from typing import Final

from credit_service.domain.template import CellType, Column, Condition, Template

TYPES: Final = {
    CellType.TEXT: "文字",
    CellType.USCC: "18位统一社会信用代码，文本格式",
    CellType.ORG_CODE: "9位组织机构代码，文本格式，连字符可有可无",
    CellType.REGISTRATION: "15位工商注册号，文本格式",
    CellType.PERSON_ID: "18位公民身份号码，文本格式；其他证件照原文填写",
    CellType.SUBJECT_CODE: "组织填统一社会信用代码、注册号或组织机构代码，自然人填身份证号，文本格式",
    CellType.DATE: "日期，例如2026/9/1",
    CellType.PERIOD: "日期或期间，例如2026/9/1、2026年9月、2026年第3季度",
    CellType.MONEY_WAN: "金额，单位万元，最多6位小数，只填数字",
    CellType.MONEY_YUAN: "金额，单位元，最多2位小数，只填数字",
    CellType.ENUM: "从下拉列表中选一项",
    CellType.ENUM_SET: "从代码表中选一项或几项，用分号隔开",
    CellType.YEAR: "四位年份",
    CellType.BOOLEAN: "是或否",
    CellType.INTEGER: "整数",
}
REMEDIES: Final = {
    CellType.USCC: "校验不符时请照营业执照（证书）原件核对，注意0和O、1和I；变成科学计数的请重新录入。",
    CellType.ORG_CODE: "校验不符时请照证书原件核对。",
    CellType.REGISTRATION: "校验不符时请照营业执照原件核对；变成科学计数的请重新录入。",
    CellType.PERSON_ID: "校验不符时请照证件原件核对；变成科学计数的请重新录入。",
    CellType.SUBJECT_CODE: "校验不符时请照证照原件核对；变成科学计数的请重新录入。",
    CellType.DATE: "只有年月的、两位年份的不收，请填完整的年月日；没有期限的填2099/12/31。",
    CellType.PERIOD: "只填期间的，按该期间的最后一日记载。",
    CellType.MONEY_WAN: "请按决定书换算成万元；金额是元的，可把表头的单位改成“(元)”。",
    CellType.MONEY_YUAN: "请按文书填写；金额是万元的，可把表头的单位改成“(万元)”。",
    CellType.ENUM: "填了别的内容会退回，请改成代码表里的写法。",
    CellType.ENUM_SET: "填了别的内容会退回，请改成代码表里的写法。",
}
MANY: Final = 12
"""More choices than this are not listed in a note; they stand in the code table."""


def describe_duty(column: Column) -> str:
    """Return whether a column must be filled: 必填, 视情况必填 or 选填."""
    if column.required:
        return "必填"
    return "视情况必填" if column.required_when is not None else "选填"


def describe_type(column: Column) -> str:
    """Return what belongs into a cell, with its width."""
    width = f"，最多{column.width}个字" if column.width is not None and column.type is CellType.TEXT else ""
    limits = ""
    if column.minimum is not None and column.maximum is not None and not column.type.is_money:
        limits = f"，在{column.minimum}至{column.maximum}之间"
    elif column.maximum is not None:
        limits = f"，不超过{column.maximum}"
    return f"{TYPES[column.type]}{width}{limits}"


def describe_choices(column: Column) -> str:
    """Return the first spelling of every choice."""
    return "、".join(first_labels(column).values())


def first_labels(column: Column) -> dict[str, str]:
    """Return slug → first spelling of the column's choices."""
    first: dict[str, str] = {}
    for written, slug in column.choices:
        first.setdefault(slug, written)
    return first


def describe_column(template: Template, column: Column) -> str:
    """Return all a clerk needs to know of one column, a sentence a line."""
    lines = [f"{describe_duty(column)}。{describe_type(column)}。"]
    if column.choices:
        labels = first_labels(column)
        lines.append(f"可填：{describe_choices(column)}。" if len(labels) <= MANY else "可填的内容见工作表“代码表”。")
    for when, duty in (
        (column.required_when, "必填"),
        (column.forbidden_when, "留空"),
        (column.positive_when, "大于0"),
    ):
        if when is not None:
            lines.append(f"“{when.column}”为{_values(template, when)}时{duty}。")
    if column.note:
        lines.append(column.note if column.note.endswith("。") else f"{column.note}。")
    if column.personal:
        lines.append("涉及个人信息：报告中掩码显示，公示时不出现。")
    remedy = REMEDIES.get(column.type)
    return "\n".join([*lines, remedy] if remedy else lines)


def _values(template: Template, when: Condition) -> str:
    labels = first_labels(template.column(when.column))
    return "、".join(f"“{labels[value]}”" for value in when.values)


def describe_template(template: Template) -> list[str]:
    """Return the lines over the list of columns."""
    lines = [
        "第2行是虚构的示例，照样填写即可；报送前请删除示例行。从第2行起每行一条，不要合并单元格，不要改表头。",
        "代码、文号、身份证号所在的列已设为文本格式；从别处粘贴时请选“只粘贴数值”，以免变成科学计数。",
    ]
    lines += [f"{'、'.join(group)}：至少填一项。" for group in template.any_of]
    if template.unique_by:
        lines.append(f"同一文件中{'、'.join(template.unique_by)}都相同的行视为重复。")
    for order in template.date_orders:
        lines.append(f"“{order.later}”不得早于“{order.earlier}”。")
    if template.not_future:
        lines.append(f"{'、'.join(template.not_future)}不得晚于今天。")
    lines += list(template.notes)
    certainty = "已核对" if template.status == "confirmed" else "未经书面核对"
    return [*lines, f"依据：{template.source}（{certainty}）。"]
