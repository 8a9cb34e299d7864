"""Rule files to the rulebook of one day.

Before it lies ``rules/``; after it a `schema.Rulebook` with a hash that names exactly the text that was in force. A
rulebook with any fault is never built: the first fault is raised, and `check` lists them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from credit_service.domain.category import Edition
from credit_service.errors import RuleNotInForce, RuleOverlap
from credit_service.rulebook.candidate_types import Candidates
from credit_service.rulebook.cross_checks import check_categories, cross_check
from credit_service.rulebook.dated_rows import candidates_on, scoring_on, severity_on, vetting_on
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.proofs.prove import prove_rulebook
from credit_service.rulebook.read_bounds import read_bounds
from credit_service.rulebook.read_candidates import read_candidates
from credit_service.rulebook.read_index import check_index_kinds, read_index
from credit_service.rulebook.read_lists import read_lists
from credit_service.rulebook.read_repair import read_acts, read_papers
from credit_service.rulebook.read_scoring import GRADES, read_classification, read_scoring
from credit_service.rulebook.read_severity import read_history, read_severity
from credit_service.rulebook.read_terms import (
    find_repeats,
    read_calendar,
    read_catalogue,
    read_deadlines,
    read_edition,
    read_measures,
    read_proportions,
    read_publicity,
)
from credit_service.rulebook.read_vetting import check_vetted_kinds, read_vetting
from credit_service.rulebook.rule_types import Entered, RuleEntry, Scoring, list_entries
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.untranslatable import read_untranslatable
from credit_service.rulebook.versions import (
    KINDS,
    OPTIONAL_KINDS,
    RULE_FILE,
    RuleVersion,
    check_begun,
    find_in_force,
    find_versions,
    get_only,
)

T = TypeVar("T", bound=Entered)


def load_rulebook(rules_dir: Path, as_of: date, edition: str | None = None, *, is_proved: bool = False) -> Rulebook:
    """Return the rules in force on a day.

    Args:
        rules_dir: The directory ``rules/``.
        as_of: The day of the question.
        edition: Edition of the special-governance items; by default the one the rules mark as in use.
        is_proved: Whether these files were proved before, as adopted ones were: a proof that is added or made stricter
            later must not take a rulebook out of force, nor keep a stored result from being repeated.

    Raises:
        RuleNotInForce: A kind of rule, or the edition, is not in force on that day.
        RuleSyntax: A file cannot be read or has a wrong shape.
        UnknownIndicator: A rule names what does not exist.
        RuleOverlap: Two versions are in force at once, or an id is used twice.
        RuleWithoutSource: A rule names no source.
        RuleUnreachable: A rule can never apply.
        RuleNotMonotone: A worse fact would help, or an honour would hurt.
        RuleOutsideBounds: A term or a measure goes further than the law.
        RuleUnproved: The rules are too tangled to be proved.
    """
    log = FaultLog()
    versions = find_versions(rules_dir, log)
    log.raise_first()
    check_begun(versions, as_of)
    rulebook = None
    with log.catching():
        rulebook = build_rulebook(find_in_force(versions, as_of), as_of, edition, log, is_proved=is_proved)
    log.raise_first()
    if rulebook is None:  # pragma: no cover - a refusal was raised above.
        raise AssertionError
    return rulebook


def build_rulebook(
    in_force: Sequence[RuleVersion], as_of: date, edition: str | None, log: FaultLog, *, is_proved: bool = False
) -> Rulebook:
    """Return the rulebook of the versions in force; where the log has a fault afterwards, it must not be used.

    Raises:
        RuleNotInForce: A kind of rule, or the edition, is not in force on that day.
        RuleOverlap: Several rules of a kind are in force.
        Refusal: A rule as a whole has a wrong shape.
    """
    pick = _pick(in_force, as_of)
    editions = _read_editions(in_force, log)
    pick["governance"], items, item_entries = _choose_edition(editions, as_of, edition)
    list_types, acceptances = read_lists(pick["lists"], log)
    measures = [(m, e) for m, e in read_measures(pick["measures"], log) if _holds(e, as_of)]
    classes, forbidden = read_catalogue(pick["catalogue"], log)
    words = read_classification(pick["categories"], log)
    whole = read_scoring(pick["scoring"], log)
    scoring, history = scoring_on(whole, as_of), read_history(pick["severity"], log)
    terms = _in_force((*read_deadlines(pick["deadlines"], log), *read_deadlines(pick["repair"], log)), as_of)
    vetting = vetting_on(read_vetting(pick["vetting"], terms, log), as_of) if "vetting" in pick else None
    rulebook = Rulebook(
        as_of=as_of,
        hash=_hash(pick.values()),
        edition=items,
        catalogue=_in_force(classes, as_of),
        forbidden=_in_force(forbidden, as_of),
        list_types=_in_force(list_types, as_of),
        acceptances=_in_force(acceptances, as_of),
        measures=tuple(measure for measure, _ in measures),
        classification=replace(words, kinds=_in_force(words.kinds, as_of), keywords=_in_force(words.keywords, as_of)),
        severity=severity_on(read_severity(pick["severity"], history, log), as_of),
        publicity=read_publicity(pick["publicity"], log),
        scoring=scoring,
        candidates=candidates_on(_read_proposals(pick["candidates"], scoring, log), as_of),
        governance_index=read_index(pick["governance_index"], log),
        terms=terms,
        acts=_in_force(read_acts(pick["repair"], log), as_of),
        papers=_in_force(read_papers(pick["repair"], log), as_of),
        holiday_overrides=read_calendar(pick["calendar"], log),
        entries={},
        versions=tuple(sorted((version.name, version.version) for version in pick.values())),
        history=history,
        vetting=vetting,
        publicity_bounds=_in_force(read_bounds(pick["publicity"], "severity", log), as_of),
        proportions=_in_force(read_proportions(pick["measures"], log), as_of),
        list_bounds=_in_force(read_bounds(pick["lists"], "list_type", log), as_of),
        untranslatable=tuple(item for version in pick.values() for item in read_untranslatable(version, log)),
    )
    entries = _index(rulebook, (*item_entries, *(entry for _, entry in measures)), log)
    check_categories(rulebook, {item.slug for _, read, _, _ in editions for item in read.categories}, log)
    files = {kind: version.file for kind, version in pick.items()}
    _check_kinds(rulebook, files, log)
    cross_check(rulebook, files, log)
    for version in in_force:
        version.finish()
    rulebook = replace(rulebook, entries=entries)
    if not is_proved:
        prove_rulebook(rulebook, [read for _, read, _, _ in editions], files, log)
    return rulebook


def _read_proposals(version: RuleVersion, scoring: Scoring, log: FaultLog) -> Candidates:
    """Read the rules of candidates; where the scoring rule was refused, nobody knows its grades."""
    grades = GRADES if log.refused else [grade.grade for grade in scoring.grades]
    return read_candidates(version, grades, log)


def _check_kinds(rulebook: Rulebook, files: Mapping[str, str], log: FaultLog) -> None:
    """Note rules about kinds of record that the scoring rule does not count as they suppose."""
    check_index_kinds(rulebook.governance_index, rulebook.scoring.kinds, files, log)
    if rulebook.vetting is not None:
        check_vetted_kinds(rulebook.vetting, rulebook.scoring.kinds, files, log)


def _pick(in_force: Sequence[RuleVersion], as_of: date) -> dict[str, RuleVersion]:
    """Return the one version of each kind but the editions of the items; an optional kind may have none."""
    present = {version.kind for version in in_force}
    needed = [kind for kind in KINDS if kind != "governance" and (kind not in OPTIONAL_KINDS or kind in present)]
    return {kind: get_only(in_force, kind, as_of) for kind in needed}


_ReadEdition = tuple[RuleVersion, Edition, bool, tuple[RuleEntry, ...]]


def _read_editions(in_force: Iterable[RuleVersion], log: FaultLog) -> list[_ReadEdition]:
    """Return every edition in force, read and checked, whichever will be used."""
    found: list[_ReadEdition] = []
    for version in in_force:
        if version.kind == "governance":
            with log.catching():
                found.append((version, *read_edition(version, log)))
    return found


def _choose_edition(
    editions: Iterable[_ReadEdition], as_of: date, wanted: str | None
) -> tuple[RuleVersion, Edition, tuple[RuleEntry, ...]]:
    """Return the edition asked for, or the one marked as in use."""
    found = [
        (version, edition, entries)
        for version, edition, in_use, entries in editions
        if edition.edition == wanted or (wanted is None and in_use)
    ]
    if not found:
        message = f"{as_of}没有可用的专项治理事项版本{wanted or ''}。"
        raise RuleNotInForce(
            message, remedy="请核对 rules/governance/ 中的edition、in_use和施行日期。", kind="governance"
        )
    if len(found) > 1:
        message = f"{as_of}有{len(found)}个专项治理事项版本同时标为采用。"
        raise RuleOverlap(message, remedy="只能有一个版本的in_use为true。", kind="governance")
    return found[0]


def _holds(entry: RuleEntry, as_of: date) -> bool:
    return (entry.from_on is None or entry.from_on <= as_of) and (entry.to_on is None or as_of <= entry.to_on)


def _in_force(rows: Iterable[T], as_of: date) -> tuple[T, ...]:
    return tuple(row for row in rows if _holds(row.entry, as_of))


def _index(rulebook: Rulebook, others: Iterable[RuleEntry], log: FaultLog) -> Mapping[str, RuleEntry]:
    """Return every rule by id; list types, measures and items have name spaces of their own and yield to rules."""
    scoring: Scoring = rulebook.scoring
    candidates: Candidates = rulebook.candidates
    entries = list_entries(
        rulebook.acceptances,
        rulebook.catalogue,
        rulebook.forbidden,
        rulebook.classification.kinds,
        rulebook.classification.keywords,
        rulebook.severity,
        rulebook.history,
        rulebook.publicity,
        rulebook.publicity_bounds,
        rulebook.list_bounds,
        rulebook.proportions,
        scoring.grades,
        scoring.caps,
        scoring.category_caps,
        scoring.kinds,
        scoring.events,
        scoring.exclusions,
        candidates.counts,
        candidates.rules,
        rulebook.terms,
        rulebook.untranslatable,
        rulebook.acts,
        rulebook.papers,
    )
    entries += [scoring.person, scoring.repeated, *rulebook.governance_index.entries]
    entries += rulebook.vetting.entries if rulebook.vetting else ()
    find_repeats(entries, log)
    named = {entry.rule_id: entry for entry in others}
    named |= {list_type.id: list_type.entry for list_type in rulebook.list_types}
    return named | {entry.rule_id: entry for entry in entries}


def _hash(versions: Iterable[RuleVersion]) -> str:
    """Return the SHA-256 of the rule files in force: names, lengths and bytes, in the order of their names."""
    digest = sha256()
    for version in sorted(versions, key=lambda v: v.file):
        for path in version.files():
            content = path.read_bytes() if path.is_file() else b""
            # Whatever the directory is called: the same text is the same rulebook.
            digest.update(f"rules/{version.name}/{version.version}/{RULE_FILE}/{path.name}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()
