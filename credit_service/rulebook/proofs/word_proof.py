"""Classification: is every word, and every kind, ever the first that fits?

A word is found anywhere in a text, and a text that contains “电信网络诈骗” contains “诈骗” too: behind the shorter word
the longer one is never reached.
"""

from __future__ import annotations

from credit_service.domain.record import RecordKind
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.proofs.finding import CONFLICT, UNREACHABLE, name_places, note_fault
from credit_service.rulebook.proofs.first_match import IN_ORDER
from credit_service.rulebook.schema import Rulebook


def prove_classification(rulebook: Rulebook, log: FaultLog) -> None:
    """Note words behind shorter ones, and kinds that are named twice or never searched."""
    words = rulebook.classification
    for place, row in enumerate(words.keywords):
        earlier = next((other for other in words.keywords[:place] if other.keyword in row.keyword), None)
        if earlier is not None:
            differs = "" if earlier.category == row.category else f"，而且归入另一事项“{earlier.category}”"
            message = (
                f"关键词“{row.keyword}”永远轮不到：含有它的文字必含前面{name_places([earlier.entry])}的"
                f"“{earlier.keyword}”{differs}"
            )
            note_fault(log, row.entry, UNREACHABLE, message, "请把较长的词排在前面，或者删除本行。")
    for place, kind in enumerate(words.kinds):
        first = next((other for other in words.kinds[:place] if other.kind == kind.kind), None)
        if first is not None:
            message = f"“{kind.kind}”已由{name_places([first.entry])}归类，本行永远轮不到"
            code = UNREACHABLE if first.category == kind.category else CONFLICT
            note_fault(log, kind.entry, code, message, IN_ORDER)
    by_kind = {row.kind: row for row in words.kinds}
    for name in words.fact_kinds:
        if name in by_kind:
            message = f"{RecordKind(name).label}已按种类归类，search_fact中的“{name}”永远用不到"
            note_fault(log, by_kind[name].entry, UNREACHABLE, message, "请从search_fact中删除，或者删除本行。")
