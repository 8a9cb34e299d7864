"""Where each command lives: a command loads its own module and no other, so that the first answer comes at once.

Before it stands what was typed, after it one command, or the list of all for ``--help``, which loads none of them. A
new command has a line here; a test holds the line equal to what the command says of itself. Loading everything took
1.6 seconds of computing, of which a look-up needs two thirds and the list of commands a tenth.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import ClassVar, NamedTuple

import typer

# Typer carries its own copy of Click and has no other names for these.
from typer._click.core import Command, Context
from typer._click.formatting import HelpFormatter
from typer.core import TyperCommand, TyperGroup


class Place(NamedTuple):
    """Where a command is made."""

    module: str
    """In ``credit_service.cli``."""
    help: str
    """What it does, as the list of commands says it: the first line of its own text."""
    holder: str = ""
    """The `typer.Typer` of the module it belongs to; empty where the module's ``register`` adds it."""
    is_group: bool = False
    """Whether the holder itself is meant, with commands of its own."""


class LazyGroup(TyperGroup):
    """A group of commands that are loaded when they are called."""

    places: ClassVar[Mapping[str, Place]] = {}
    _is_listing = False

    def list_commands(self, ctx: Context) -> list[str]:
        """Return the names of all commands in the order of the table."""
        return list(dict.fromkeys([*self.places, *super().list_commands(ctx)]))

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """Return a command, loaded; while a list is printed, only its name and what it does."""
        place = self.places.get(cmd_name)
        if place is None:
            return super().get_command(ctx, cmd_name)
        if self._is_listing:
            return TyperCommand(cmd_name, help=place.help)
        if cmd_name not in self.commands:
            self.commands[cmd_name] = load_command(cmd_name, place)
        return self.commands[cmd_name]

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Print the list of commands without loading them."""
        self._is_listing = True
        try:
            super().format_help(ctx, formatter)
        finally:
            self._is_listing = False


def load_command(name: str, place: Place) -> Command:
    """Return a command or group after importing its module."""
    module = import_module(f"{__package__}.{place.module}")
    if place.holder:
        holder: typer.Typer = getattr(module, place.holder)
    else:
        holder = typer.Typer()
        module.register(holder)
    group = typer.main.get_group(holder)
    if not place.is_group:
        return group.commands[name]
    group.name = name
    return group


class CreditGroup(LazyGroup):
    """``credit``."""

    places = {  # noqa: RUF012 - annotated in the class above.
        "ingest": Place("ingest_commands", "接收、校验并入库一个或多个文件；合格的入库，不合格的逐行说明原因和改法。"),
        "sample": Place("ingest_commands", "生成任意规模的测试数据（名称均为虚构并标明“测试”）及预期结果。"),
        "batches": Place("batch_commands", "列出最近的批次。"),
        "worker": Place(
            "worker_commands", "依次检查并入库已接收的批次；收到 SIGTERM 或 Ctrl+C 时停下，没做完的留在队列里。"
        ),
        "watch": Place(
            "watch_commands", "看守一个目录：写完的文件自动接收入库，移入“已入库”“待确认”或“退回”，旁边附报告。"
        ),
        "assess": Place("assess_commands", "按基准日对全部主体分事项评价，提出红、黑、关注名单建议。"),
        "explain": Place("assess_commands", "说明一个主体的评分和建议从何而来，直到文件的行和依据条款。"),
        "rebuild": Place("assess_commands", "用收件箱、台账和规则重建数据仓库。"),
        "outlook": Place(
            "outlook_commands",
            "说明一个主体离哪个名单还差多少，以及依法可以怎样退出或进入：修复、履行、申请移出或等待期满。",
        ),
        "publish": Place("publish_commands", "发布一期红黑榜公告；任何一项检查不过，整期不发布。"),
        "bulletins": Place("publish_commands", "列出已发布的公告，并核对每个文件与发布时是否一致。"),
        "quality": Place("quality_commands", "各单位每月的报送质量：合规率、及时率、迟报、错报、重复、空报、未报。"),
        "governance": Place(
            "governance_commands",
            "专项治理情况：各事项、区域、部门的新增、整改、修复、逾期、列入移出，和治理指数及其依据。",
        ),
        "dues": Place("due_commands", "列出在办事项的期限：逾期的在前，各注明起算日、期限和依据。"),
        "months": Place("due_commands", "一个月的办理情况：流转、各环节时长与期限、近十二个月列入与移出。"),
        "check": Place("question_commands", "查询一个主体当前的信用状态，查询记录依法留存。"),
        "sql": Place("question_commands", "在只读、脱敏的快照上查询（沙箱内运行，限时、限量）。"),
        "audit": Place("question_commands", "核验审计链是否完整，各案件的状态是否正是其办理行为的结果。"),
        "demo": Place("demo_commands", "用随附样例从头到尾演示：报送、校验、评价、认定、公告、查询。"),
        "templates": Place(
            "template_commands",
            "列出可报送的数据模板；加 --download 编号 文件.xlsx 得到带下拉列表、说明和示例行的空白表。",
        ),
        "vet": Place(
            "vet_commands", "评先评优信用审查：逐个对象给出通过、不通过或待核实，以及每一条理由、依据、起止和办法。"
        ),
        "vetting": Place("vet_commands", "再次显示一次审查当时的结果；与审计记录不一致的不予显示。"),
        "batch": Place("batch_commands", "批次报送之后：查看、导出报告、放行、撤回。", "app", is_group=True),
        "decide": Place(
            "decide_commands", "办理列入、移出：告知、送达、听取陈述申辩、决定、送达。", "app", is_group=True
        ),
        "papers": Place("paper_commands", "文书：草拟、出具、列出、取出、作废。", "app", is_group=True),
        "measures": Place(
            "measure_commands", "联合惩戒、联合激励：应执行的措施、反馈、解除和对账。", "app", is_group=True
        ),
        "objections": Place(
            "objection_commands", "办理异议：登记、受理、转办、催办、核实、决定、更正、撤回。", "app", is_group=True
        ),
        "repairs": Place(
            "repair_commands", "信用修复：登记申请、转认定机关、受理、核查、决定；不收费。", "app", is_group=True
        ),
        "delegation": Place("delegation_commands", "代行授权：审核、决定人员不在岗时由谁代行。", "app", is_group=True),
        "subject": Place(
            "subject_commands", "无代码主体归并：它是谁，由人认定，可撤销；同名不同主体可登记。", "app", is_group=True
        ),
        "rules": Place("rules_commands", "规则库。", "app", is_group=True),
        "account": Place("account_commands", "登录账号。", "app", is_group=True),
        "key": Place("desk_commands", "其他单位系统的接口密钥。", "keys", is_group=True),
        "agency": Place("desk_commands", "部门和单位。", "agencies", is_group=True),
    }


class RulesGroup(LazyGroup):
    """``credit rules``."""

    places = {  # noqa: RUF012 - annotated in the class above.
        "check": Place(
            "rules_commands",
            "校验全部规则文件，列出待客户确认的条目、不能用规则语言表达的规定、应再核对的法律依据。",
            "app",
        ),
        "propose": Place(
            "rules_adopt_commands",
            "把 rules/ 提请采用：全部校验、编译并留存，等待第二人确认；有任何问题都不采用，现行规则不变。",
            "app",
        ),
        "confirm": Place("rules_adopt_commands", "由第二人确认采用一部规则库，自提出的日期起生效。", "app"),
        "withdraw": Place("rules_adopt_commands", "撤回尚未确认的规则库。", "app"),
        "adoptions": Place("rules_adopt_commands", "列出历次采用的规则库，并逐字节核对留存的副本。", "app"),
        "show-sql": Place("rules_adopt_commands", "显示采用规则库时编译并留存的 SQL。", "app"),
        "book": Place("rules_book_commands", "把规则目录里的规则写成公开的规则书：条文、参数、依据和案例。", "app"),
        "compile": Place(
            "rules_compile_commands",
            "把规则编译成 SQL 并显示，不采用、不保存；加 --json 另有判定表和各步的参数。",
            "app",
        ),
        "diff": Place(
            "rules_diff_commands", "逐条说明两套规则的不同：新增、删除、修改（改前、改后）、调整顺序。", "app"
        ),
        "impact": Place(
            "rules_impact_commands",
            "把规则草案与现行规则放在真实数据上比较：谁会进出各名单，得分怎样变化，举例说明原因。不保存任何结果。",
            "app",
        ),
        "schema": Place(
            "rules_schema_commands",
            "规则文件的 JSON Schema（2020-12）：供编辑器补全和检查；依读取规则的程序生成。",
            "app",
        ),
    }
