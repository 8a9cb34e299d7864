"""The honest tables that the hostile files are bent from."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from credit_service.domain.identifier import org_code_check, uscc_check
from credit_service.domain.template import Template
from credit_service.intake.templates import load_templates

TEMPLATES = Path(__file__).parents[2] / "data" / "reference" / "templates"
CODE = "行政相对人代码_1(统一社会信用代码)"
DECIDED = "处罚决定日期"
FINE = "罚款金额(万元)"
REMARK = "备注"
NAME = "行政相对人名称"


@lru_cache(maxsize=1)
def templates() -> tuple[Template, ...]:
    return load_templates(TEMPLATES)


@lru_cache(maxsize=32)
def headers(template_id: str) -> tuple[str, ...]:
    return tuple(c.header for c in next(t for t in templates() if t.template_id == template_id).columns)


def make_uscc(serial: int, head: str = "91990101") -> str:
    """Return a valid code of a division that does not exist."""
    body = f"{serial:08d}"
    return (code := head + body + org_code_check(body)) + uscc_check(code)


def penalty(serial: int, **changes: str) -> list[str]:
    """Return the cells of a correct row of penalty_org; ``changes`` are given by header."""
    authority = make_uscc(1, "11990101")
    row = dict.fromkeys(headers("penalty_org"), "")
    row |= {
        NAME: f"测试市第{serial}食品有限公司",
        "行政相对人类别": "法人及非法人组织",
        CODE: make_uscc(serial),
        "法定代表人": "张测试",
        "行政处罚决定书文号": f"测市监罚〔2026〕{serial}号",
        "违法行为类型": "生产经营不合格食品",
        "违法事实": "经抽检，菌落总数超标。",
        "处罚依据": "《中华人民共和国食品安全法》第一百二十四条",
        "处罚类别": "罚款",
        "处罚内容": "罚款5000元",
        FINE: "0.5",
        DECIDED: "2026/09/01",
        "处罚有效期": "2099/12/31",
        "公示截止期": "2027/09/01",
        "处罚机关": "测试市市场监督管理局（测试）",
        "处罚机关统一社会信用代码": authority,
        "数据来源单位": "测试市市场监督管理局（测试）",
        "数据来源单位统一社会信用代码": authority,
    }
    return list((row | changes).values())


def penalties(count: int = 3, first: int = 1, **changes: str) -> list[list[str]]:
    """Return a header and rows, of which the second carries the changes."""
    rows = [penalty(first + n, **(changes if n == 1 else {})) for n in range(count)]
    return [list(headers("penalty_org")), *rows]


def taxpayers(count: int = 3, first: int = 1) -> list[list[str]]:
    """Return a small table of six columns."""
    rows = [
        [str(n), make_uscc(n), f"测试市第{n}公司", "A", "2025", "测试市税务局"] for n in range(first, first + count)
    ]
    return [list(headers("tax_a")), *rows]
