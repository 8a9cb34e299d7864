"""The governance board in words: what each number means, why an index is what it is, and what moved it.

Before it `governance` has counted and judged; after it pages, workbooks and commands say it. It computes nothing but
differences: the contributions of the parts add up to the index, so their differences add up to its change.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from credit_service.domain.governance import LIST_ORDER, GovernanceCounts, SpanKind
from credit_service.domain.score import POINT, ListKind
from credit_service.lookup.governance import GovernanceBoard
from credit_service.lookup.governance_lines import GovernanceLine, PeriodGovernance
from credit_service.rulebook.governance_index import BETTER, GovernanceIndex, IndexPart, IndexValue, PartReason

NO_FEEDBACK = "未建立反馈"
"""What stands where nobody was asked for feedback: not the same as none."""
NO_INDEX = "不计指数"
LIST_NAMES = {ListKind.RED: "红榜", ListKind.BLACK: "黑榜", ListKind.WATCH: "重点关注"}
COUNT_NAMES = {
    "opening": "期初存量",
    "new": "新增",
    "mended": "已整改",
    "repaired": "已修复",
    "removed": "已撤销",
    "overdue": "逾期",
    "repeated": "复发",
    "growth": "存量增减",
    "fed_back": "措施已反馈",
    "owed": "措施应采取",
}


@dataclass(frozen=True)
class Move:
    """By how much one part moved an index; points in 10⁻⁴."""

    part: IndexPart
    before: int
    after: int

    @property
    def points(self) -> int:
        """The difference."""
        return self.after - self.before


@dataclass(frozen=True)
class Change:
    """What changed an index from one period to the next."""

    before: PeriodGovernance
    after: PeriodGovernance
    points: int | None
    """10⁻⁴; None where one of the two has no index."""
    moves: tuple[Move, ...]
    """The largest first."""
    text: str


def explain_changes(line: GovernanceLine) -> tuple[Change, ...]:
    """Return what moved a line's index from each period of its trend to the next, oldest first."""
    return tuple(explain_change(before, after) for before, after in pairwise(line.trend))


def explain_change(before: PeriodGovernance, after: PeriodGovernance) -> Change:
    """Return what moved an index: the contributions of the parts, compared one by one."""
    old, new = before.index, after.index
    if old.points is None or new.points is None:
        missing = before if old.points is None else after
        return Change(before, after, None, (), f"{missing.period.label}{NO_INDEX}，不能比较。")
    known = {reason.part.entry.rule_id: reason for reason in old.reasons}
    moves = [
        Move(reason.part, known[reason.part.entry.rule_id].contribution, reason.contribution) for reason in new.reasons
    ]
    moves.sort(key=lambda move: (-abs(move.points), move.part.entry.rule_id))
    points = new.points - old.points
    return Change(before, after, points, tuple(moves), _tell(points, moves) + _tell_left_out(old, new))


def _tell(points: int, moves: list[Move]) -> str:
    if points == 0:
        return "与上期持平。"
    with_it = [move for move in moves if move.points * points > 0]
    against = [move for move in moves if move.points * points < 0]
    text = f"比上期{'升' if points > 0 else '降'}{to_decimal(abs(points))}分，主要由{_name(with_it)}引起"
    return text + (f"，{_name(against)}抵消了一部分。" if against else "。")


def _name(moves: list[Move]) -> str:
    return "、".join(f"“{move.part.name}”（{to_signed(move.points)}）" for move in moves)


def _tell_left_out(old: IndexValue, new: IndexValue) -> str:
    """Say where a part could be judged in one of the two only: its weight went to the others, which moves them too."""
    text = ""
    for reason in new.reasons:
        other = old.reason(reason.part.entry.rule_id)
        if other is not None and (other.points is None) is not (reason.points is None):
            when = "本期" if reason.points is None else "上期"
            text += f"{when}没有可算的“{reason.part.name}”，其权重由其他部分分担。"
    return text


def say_refusal(line: PeriodGovernance, rule: GovernanceIndex) -> str:
    """Return why there is no index, in words; empty where there is one."""
    refusal = line.index.refusal
    if refusal is None:
        return ""
    if refusal.rule_id == rule.least_subjects.entry.rule_id:
        return f"在管记录涉及{line.counts.subjects}个主体，不足{rule.least_subjects.value}个：{refusal.text}。"
    return f"{refusal.text}（下限{to_ratio(rule.least_weight.value)}）。"


def say_value(reason: PartReason) -> str:
    """Return a part's value as a table shows it."""
    if reason.numerator is None:
        return NO_FEEDBACK
    return "—" if reason.ratio is None else to_ratio(reason.ratio)


def say_left_out(reason: PartReason) -> str:
    """Return why a part does not count; empty where it does."""
    if reason.numerator is None:
        return f"{NO_FEEDBACK}：这一期的措施没有交办过任何单位，不计此部分，也不当作零。"
    if reason.points is None:
        names = "＋".join(COUNT_NAMES[name] for name in reason.part.denominator)
        return f"“{names}”为零，没有可算的，不计此部分。"
    return ""


def say_formula(part: IndexPart, kind: SpanKind) -> str:
    """Return how a part is worked out, in words."""
    numerator = "＋".join(COUNT_NAMES[name] for name in part.numerator)
    denominator = "＋".join(COUNT_NAMES[name] for name in part.denominator)
    if len(part.denominator) > 1:
        denominator = f"（{denominator}）"
    if len(part.numerator) > 1:
        numerator = f"（{numerator}）"
    better = set(part.numerator) <= BETTER
    zero, full = to_ratio(part.zero_at[kind]), to_ratio(part.full_at[kind])
    bounds = f"{zero}及以下得0分，{full}及以上得100分" if better else f"{full}及以下得100分，{zero}及以上得0分"
    return f"{numerator}÷{denominator}；{bounds}，其间按比例"


def say_feedback(counts: GovernanceCounts) -> str:
    """Return 已反馈 as tables show it."""
    return NO_FEEDBACK if counts.fed_back is None else str(counts.fed_back)


def say_movements(counts: GovernanceCounts) -> str:
    """Return 列入/移出 of every list on which somebody moved."""
    told = [
        f"{LIST_NAMES[kind]} {counts.entered(kind)}/{counts.left(kind)}"
        for kind in LIST_ORDER
        if counts.entered(kind) or counts.left(kind)
    ]
    return "，".join(told) or "—"


def say_index(value: IndexValue) -> str:
    """Return an index as tables show it."""
    return NO_INDEX if value.points is None else to_decimal(value.points)


def to_decimal(points: int) -> str:
    """Return points of 10⁻⁴ with two decimals, half up, for reading; sums are made of the exact ones."""
    hundredths = (points + 50) // 100
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def to_signed(points: int) -> str:
    """Return a difference of points with its sign."""
    return f"{'+' if points > 0 else '−' if points < 0 else ''}{to_decimal(abs(points))}"


def to_ratio(ratio: int) -> str:
    """Return a ratio of 10⁻⁴ as a percentage with two decimals."""
    whole, rest = divmod(abs(ratio) * 100, POINT)
    return f"{'−' if ratio < 0 else ''}{whole}.{rest * 100 // POINT:02d}%"


def to_points(line: GovernanceLine) -> tuple[tuple[str, int | None], ...]:
    """Return (period, index in 1/100 of a point or None), oldest first, for a picture."""
    return tuple(
        (one.period.code, None if one.index.points is None else (one.index.points + 50) // 100) for one in line.trend
    )


def list_definitions(board: GovernanceBoard) -> tuple[tuple[str, str], ...]:
    """Return (word, meaning) for officials; the exact definitions are in `domain.governance`."""
    rule = board.rule
    return (
        (
            "统计范围",
            "失信记录（不含荣誉、许可等），同一行为重复报送的只计最近一次。按记录的事项归类，"
            "区域取主体代码中的行政区划，部门取报送部门。"
            f"{'；'.join(exclusion.entry.text for exclusion in rule.leave_out)}。"
            "不属于任何一项的列为“综合”，不计入合计。",
        ),
        (
            "截至",
            "只用该日（含）以前已入库、已办理的数据，走势中的各期也一样；以后补报、更正的不影响按从前的“截至”日期再查的结果。",
        ),
        ("期初存量、期末存量", "该期首日之前一日、末日（未结束的期为截至日）仍有效的失信记录数。"),
        ("新增", "决定日期在该期内的记录数。"),
        ("补报", "决定日期早于该期、该期内才首次报送的记录数，仅供参考，不计入存量等式。"),
        (
            "已整改",
            "该期内因履行义务而结束的记录数，目前指"
            + "、".join(term.entry.text for term in rule.kinds if term.ends_mended)
            + "。处罚有效期、公示期届满不算整改。",
        ),
        ("已修复、已撤销、期满", "该期内完成信用修复的、原决定被撤销的、公示或列入期限届满的记录数。"),
        ("存量等式", "期初存量＋新增＝已整改＋已修复＋已撤销＋期满＋期末存量。"),
        ("逾期", "期末仍未了结、且超过治理期限的记录数。" + "；".join(term.entry.text for term in rule.kinds) + "。"),
        ("复发", f"{rule.repeat.entry.text}。"),
        (
            "列入、移出",
            "该期内决定书送达生效的、结束的（期满、修复、撤销）名单，按红榜、黑榜、重点关注分列。红榜不属于任何事项。",
        ),
        (
            "措施应采取、已反馈",
            f"该期内任何一天应当执行的联合奖惩措施条数（市场类只共享信息，不计），和期末前交办的单位都已反馈的条数。"
            f"没有交办过的写“{NO_FEEDBACK}”，不写零。",
        ),
        (
            "治理指数",
            "各部分得分按权重加权平均，0至100；没有可算的部分不计，其权重按比例由其他部分分担。"
            f"{rule.least_subjects.entry.text}（{rule.least_subjects.value}个）；{rule.least_weight.entry.text}。"
            "指数评价的是事项、区域、部门的治理工作，不评价任何组织或个人。",
        ),
    )
