"""The law in the tables: SQL of another program, on its own connection, cannot do what people may not do."""

from dataclasses import asdict
from datetime import date

import pytest
import sqlalchemy as sa

from credit_service.domain.listing import ActKind, CaseState
from credit_service.domain.score import ListKind
from credit_service.listing.steps import STEPS
from credit_service.registry.migrations.law_0006_triggers import ARROWS
from credit_service.registry.tables import CaseRow, table_of

ACT = (
    "INSERT INTO act "
    "(case_id, seq, kind, actor_id, done_on, recorded_at, document_no, reason, evidence, rulebook) "
    "SELECT case_id, version + 1, :kind, :actor, :day, '2030-01-01 00:00:00', '号', '理由', '凭证', "
    f"'{'ab' * 32}' "
    "FROM listing_case WHERE case_id = :case_id"
)
LATE = date(2026, 10, 30)


@pytest.fixture
def desk(shared_desk):
    return shared_desk


@pytest.fixture
def full(shared_full):
    return shared_full


def refuse(desk, *statements: str, **parameters: object) -> None:
    """Hold that the statements fail for a reason of law and leave everything as it was."""
    before = desk.dump()
    with pytest.raises(sa.exc.IntegrityError):
        desk.run_raw(*statements, **parameters)
    assert desk.dump() == before


def write(desk, case, kind: str, changes: str, **parameters: object) -> tuple[tuple[str, ...], dict[str, object]]:
    """Return SQL that writes an act and moves the case by it, as a program would that knows our tables."""
    move = f"UPDATE listing_case SET version = version + 1, {changes} WHERE case_id = :case_id"
    plain = {"case_id": case.case_id, "kind": kind, "actor": "decider", "day": LATE}
    return (ACT, move), {**plain, **parameters}


PUBLISH = "state = 'published', published_on = :day, bulletin_id = '号'"
DECIDE = (
    "state = 'decided', decided_by = :actor, decided_on = :day, decision_no = '号', decision_reason = '理由', "
    "min_until_on = '2026-10-30', max_until_on = '2029-10-30'"
)


def test_the_sql_used_here_moves_a_case_where_it_is_lawful(desk):
    case = desk.walk(desk.case(), CaseState.HEARD)
    statements, parameters = write(desk, case, "decide", DECIDE)
    desk.run_raw(*statements, **parameters)
    assert desk.stored(case.case_id).state is CaseState.DECIDED


@pytest.mark.parametrize("state", [state for state in CaseState if state is not CaseState.PROPOSED])
def test_a_state_is_not_set_by_hand(desk, state):
    case = desk.add(desk.case())
    refuse(
        desk, "UPDATE listing_case SET state = :state WHERE case_id = :case_id", state=state.value, case_id=case.case_id
    )
    refuse(
        desk,
        "UPDATE listing_case SET state = :state, version = version + 1 WHERE case_id = :case_id",
        state=state.value,
        case_id=case.case_id,
    )


@pytest.mark.parametrize("state", ["decided", "decision_served", "published"])
def test_a_finished_case_is_not_inserted(desk, state):
    case = desk.walk(desk.case(), CaseState.PUBLISHED)
    copy = "INSERT INTO listing_case SELECT {} FROM listing_case WHERE case_id = :case_id"
    columns = [column.name for column in case_table().columns]
    values = {"case_id": "'C2'", "subject_id": "'uscc:OTHER'", "state": ":state"}
    chosen = ", ".join(values.get(name, name) for name in columns)
    refuse(
        desk,
        copy.format(chosen).replace("listing_case SELECT", f"listing_case ({', '.join(columns)}) SELECT"),
        case_id=case.case_id,
        state=state,
    )


def case_table() -> sa.Table:
    return table_of(CaseRow)


@pytest.mark.parametrize("state", [s for s in CaseState if s not in {CaseState.DECLINED, CaseState.ENDED}])
def test_an_act_by_itself_skips_no_gate(desk, state):
    case = desk.walk(desk.case(), state)
    for kind, (from_states, _) in ARROWS.items():
        if f"'{state.value}'" not in from_states:
            changes = f"state = '{(STEPS[ActKind(kind)].to_state or state).value}'"
            statements, parameters = write(desk, case, kind, changes)
            refuse(desk, *statements, **parameters)


def test_the_arrows_of_the_tables_are_those_of_the_procedure():
    def states(text: str) -> set[str]:
        return {part.strip("() '") for part in text.split(",")}

    stored = {kind: states(from_states) for kind, (from_states, _) in ARROWS.items()}
    assert stored == {kind.value: {s.value for s in step.from_states} for kind, step in STEPS.items()}
    for kind, step in STEPS.items():
        moves = "NEW.state = OLD.state" if step.to_state is None else f"NEW.state = '{step.to_state.value}'"
        assert moves in ARROWS[kind.value][1]


@pytest.mark.parametrize(
    ("change", "parameters"),
    [
        (DECIDE, {"actor": "reviewer"}),
        (DECIDE.replace("decided_by = :actor", "decided_by = 'somebody else'"), {}),
        (DECIDE.replace("decided_on = :day", "decided_on = '2026-09-13'"), {}),
        (DECIDE.replace("decision_no = '号'", "decision_no = '另号'"), {}),
        (DECIDE.replace("max_until_on = '2029-10-30'", "max_until_on = NULL"), {}),
        (DECIDE.replace("max_until_on = '2029-10-30'", "max_until_on = '2020-01-01'"), {}),
        (DECIDE.replace("min_until_on = '2026-10-30'", "min_until_on = '2039-10-30'"), {}),
        (DECIDE, {"day": date(2026, 9, 11)}),
    ],
    ids=[
        "same person",
        "another decider",
        "another day",
        "another number",
        "no end",
        "ended before",
        "min > max",
        "early",
    ],
)
def test_a_decision_breaks_no_rule(desk, change, parameters):
    case = desk.walk(desk.case(), CaseState.HEARD)
    statements, values = write(desk, case, "decide", change, **parameters)
    refuse(desk, *statements, **values)


@pytest.mark.parametrize("blank", ["''", "'  '", "NULL"])
def test_papers_are_not_blank(desk, blank):
    case = desk.walk(desk.case(), CaseState.NOTICED)
    change = (
        f"state = 'notice_served', notice_served_on = :day, notice_proof = {blank}, statement_until_on = '2026-11-09'"
    )
    statements, values = write(desk, case, "serve_notice", change)
    refuse(desk, statements[0].replace("'凭证'", "coalesce(" + blank + ", '')"), statements[1], **values)


@pytest.mark.parametrize(
    ("state", "kind", "change"),
    [
        (
            CaseState.PROPOSED,
            "draft_notice",
            "state = 'noticed', drafted_by = :actor, reviewer_id = :actor, noticed_on = :day, notice_no = ''",
        ),
        (
            CaseState.HEARD,
            "decide",
            DECIDE.replace("'号'", "''").replace("'理由'", "''"),
        ),
        (
            CaseState.HEARD,
            "decline",
            "state = 'declined', decided_by = :actor, decided_on = :day, decision_reason = ''",
        ),
        (
            CaseState.DECIDED,
            "serve_decision",
            "state = 'decision_served', decision_served_on = :day, decision_proof = ''",
        ),
    ],
)
def test_a_blank_paper_is_refused_even_where_the_act_says_the_same(desk, state, kind, change):
    case = desk.walk(desk.case(), state)
    statements, values = write(desk, case, kind, change)
    blank = statements[0].replace("'号', '理由', '凭证'", "'', '', ''")
    refuse(desk, blank, statements[1], **values)


def test_a_list_without_basis_gets_no_notice(desk):
    case = desk.add(desk.case(list_basis=" "))
    change = "state = 'noticed', drafted_by = :actor, reviewer_id = :actor, noticed_on = :day, notice_no = '号'"
    statements, values = write(desk, case, "draft_notice", change)
    refuse(desk, *statements, **values)


@pytest.mark.parametrize(
    "ahead", ["published_on = :day", "bulletin_id = '号'", "ended_on = :day", "end_kind = 'expire'"]
)
def test_nothing_is_written_ahead(desk, ahead):
    case = desk.walk(desk.case(), CaseState.DECIDED)
    change = f"state = 'decision_served', decision_served_on = :day, decision_proof = '凭证', {ahead}"
    statements, values = write(desk, case, "serve_decision", change)
    refuse(desk, *statements, **values)


@pytest.mark.parametrize(
    "change", ["list_kind = 'grey'", "subject_kind = 'robot'", "subject_kind = 'person'", "state = 'pending'"]
)
def test_a_proposal_speaks_the_words_of_the_law(desk, change):
    case = desk.case()
    column, value = change.split(" = ")
    columns = {c.name: f":{c.name}" for c in case_table().columns} | {column: value, "record_ids": "'[]'"}
    values = asdict(case) | {"state": "proposed", "list_kind": "black", "subject_kind": "organisation"}
    used = {name: value for name, value in values.items() if columns[name] == f":{name}"}
    insert = f"INSERT INTO listing_case ({', '.join(columns)}) VALUES ({', '.join(columns.values())})"
    with pytest.raises(sa.exc.IntegrityError), desk.door.begin() as connection:
        connection.execute(sa.text(insert), used)


def test_a_black_listing_without_severity_is_not_published(desk):
    case = desk.walk(desk.case(severity=None), CaseState.DECISION_SERVED)
    statements, values = write(desk, case, "publish", PUBLISH)
    refuse(desk, *statements, **values)


@pytest.mark.parametrize("outcome", ["'half'", "'refused'", "'stored', rows = 2"])
def test_a_batch_has_an_outcome_that_adds_up(full, outcome):
    refuse(full, f"UPDATE batch SET status = {outcome}")


def test_a_hearing_waits_for_the_statement_period(desk):
    case = desk.walk(desk.case(), CaseState.NOTICE_SERVED)
    change = "state = 'heard', heard_on = :day, hearing_note = '凭证'"
    statements, values = write(desk, case, "hear", change, day=case.statement_until_on)
    refuse(desk, *statements, **values)


def test_a_notice_has_a_period(desk):
    case = desk.walk(desk.case(), CaseState.NOTICED)
    change = "state = 'notice_served', notice_served_on = :day, notice_proof = '凭证', statement_until_on = :day"
    statements, values = write(desk, case, "serve_notice", change)
    refuse(desk, *statements, **values)


def test_the_watch_list_is_not_published(desk):
    case = desk.walk(desk.case(list_kind=ListKind.WATCH, list_type="watch"), CaseState.DECISION_SERVED)
    statements, values = write(desk, case, "publish", PUBLISH)
    refuse(desk, *statements, **values)


def test_a_person_is_not_published_without_basis(desk):
    case = desk.walk(desk.person(), CaseState.DECISION_SERVED)
    statements, values = write(desk, case, "publish", PUBLISH)
    refuse(desk, *statements, **values)


def test_nothing_is_published_after_its_term(desk):
    case = desk.walk(desk.case(), CaseState.DECISION_SERVED)
    statements, values = write(desk, case, "publish", PUBLISH, day=date(2030, 1, 1))
    refuse(desk, *statements, **values)


HEARD_BY_HAND = (
    (
        "draft_notice",
        date(2026, 9, 4),
        "state = 'noticed', drafted_by = :actor, reviewer_id = :actor, noticed_on = :day, notice_no = '号'",
    ),
    (
        "serve_notice",
        date(2026, 9, 4),
        "state = 'notice_served', notice_served_on = :day, notice_proof = '凭证', statement_until_on = '2026-09-11'",
    ),
    ("hear", date(2026, 9, 12), "state = 'heard', heard_on = :day, hearing_note = '凭证'"),
)


def test_a_person_of_unknown_age_is_not_decided(desk):
    person = desk.add(desk.person(adult_on=None))
    for kind, day, change in HEARD_BY_HAND:
        statements, values = write(desk, person, kind, change, day=day, actor="reviewer")
        desk.run_raw(*statements, **values)
    assert desk.stored(person.case_id).state is CaseState.HEARD
    statements, values = write(desk, person, "decide", DECIDE)
    refuse(desk, *statements, **values)


@pytest.mark.parametrize(
    "change",
    [
        "list_basis = '另一依据'",
        "subject_id = 'uscc:OTHER'",
        "record_ids = '[]'",
        "adult_on = '1990-01-01'",
        "consent_no = '后补'",
        "notice_served_on = '2026-09-03'",
        "statement_until_on = NULL",
        "decided_by = 'other'",
        "decision_no = '改号'",
        "max_until_on = '2099-01-01'",
        "publication_basis = '改依据'",
        "severity = 'minor'",
        "version = 0",
    ],
)
def test_what_is_written_stays_written(desk, change):
    case = desk.walk(desk.person(), CaseState.PUBLISHED)
    refuse(desk, f"UPDATE listing_case SET {change} WHERE case_id = :case_id", case_id=case.case_id)
    if change != "version = 0":
        end = f"state = 'ended', ended_on = :day, end_kind = 'revoke', {change}"
        statements, values = write(desk, case, "revoke", end)
        refuse(desk, *statements, **values)


@pytest.mark.parametrize("state", [CaseState.DECLINED, CaseState.ENDED])
def test_a_closed_case_is_not_reopened(desk, state):
    if state is CaseState.ENDED:
        case = desk.save(desk.walk(desk.case(), CaseState.DECIDED), ActKind.REVOKE)
    else:
        case = desk.save(desk.walk(desk.case(), CaseState.HEARD), ActKind.DECLINE)
    statements, values = write(desk, case, "publish", "state = 'published'")
    refuse(desk, *statements, **values)
    refuse(desk, "UPDATE listing_case SET state = 'decided', version = version + 1")


def test_expiry_waits_for_the_term(desk):
    case = desk.walk(desk.case(), CaseState.PUBLISHED)
    change = "state = 'ended', ended_on = :day, end_kind = 'expire'"
    statements, values = write(desk, case, "expire", change, day=case.max_until_on)
    refuse(desk, *statements, **values)


def test_red_and_black_do_not_meet_by_hand(desk):
    honoured = desk.walk(desk.red(), CaseState.PUBLISHED)
    case = desk.walk(desk.case(subject_id=honoured.subject_id), CaseState.HEARD)
    statements, values = write(desk, case, "decide", DECIDE)
    refuse(desk, *statements, **values)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE act SET actor_id = 'other'",
        "UPDATE act SET evidence = '改后'",
        "DELETE FROM act",
        "DELETE FROM listing_case",
        "UPDATE audit SET detail = '{}'",
        "DELETE FROM audit WHERE seq = 1",
        "UPDATE look_up SET purpose = 'self'",
        "DELETE FROM look_up",
        "DELETE FROM measure_owed",
        "UPDATE measure_owed SET body = 'other'",
        "UPDATE measure_owed SET until_on = '2099-01-01'",
        "DELETE FROM publication",
        "UPDATE publication SET manifest_sha256 = 'x'",
        "DELETE FROM publication_entry",
        "UPDATE publication_entry SET place = 9",
        "DELETE FROM batch",
        "DELETE FROM assessment_run",
        "UPDATE assessment_run SET rulebook = 'other'",
    ],
)
def test_traces_are_neither_altered_nor_deleted(full, statement):
    refuse(full, statement)


@pytest.mark.parametrize("table", ["act", "audit", "look_up", "listing_case", "publication_entry"])
def test_traces_are_not_emptied(full, table):
    if full.url.startswith("sqlite"):
        refuse(full, f"DELETE FROM {table}")
    else:
        refuse(full, f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO audit SELECT seq, at, 'other', action, object_id, detail, prev_hash, hash FROM audit",
        "INSERT OR REPLACE INTO look_up "
        "SELECT seq, 'other', actor_id, subject_id, purpose, case_no, at, hits FROM look_up",
        "INSERT OR REPLACE INTO act "
        "SELECT case_id, seq, kind, 'other', done_on, recorded_at, document_no, reason, evidence, ground, "
        "agency_code, for_id, rulebook FROM act",
        "INSERT OR REPLACE INTO publication "
        "SELECT bulletin_id, period, serial, 'other', issued_at, files, manifest_sha256 FROM publication",
        "INSERT OR REPLACE INTO assessment_run "
        "SELECT seq, run_id, as_of, known_at, 'other', sql_hash, counts, adoption, schema_hash, compiler, "
        "facts_digest, result_digest FROM assessment_run",
        "UPDATE OR REPLACE listing_case SET state = 'ended'",
    ],
)
def test_replacing_is_altering(full, statement):
    if not full.url.startswith("sqlite"):
        statement = "DELETE FROM audit"
    refuse(full, statement)


def test_a_fresh_proposal_replaces_no_case(desk):
    case = desk.walk(desk.case(), CaseState.PUBLISHED)
    columns = [column.name for column in case_table().columns]
    fresh = {"state": "'proposed'", "version": "0", "publication_basis": "''"}
    kept = {name for name in columns if not case_table().c[name].nullable} | {"identifier_code", "severity"}
    for case_id in (f"'{case.case_id}'", "'C2'"):
        values = {**fresh, "case_id": case_id}
        chosen = ", ".join(values.get(name, name if name in kept else "NULL") for name in columns)
        verb = "INSERT OR REPLACE" if desk.url.startswith("sqlite") else "INSERT"
        refuse(
            desk,
            f"{verb} INTO listing_case ({', '.join(columns)}) "
            f"SELECT {chosen} FROM listing_case WHERE case_id = :case_id",
            case_id=case.case_id,
        )


def test_an_act_is_not_slipped_in(desk):
    case = desk.walk(desk.case(), CaseState.HEARD)
    for number, day in (("version + 2", LATE), ("version", LATE), ("version + 1", date(2026, 9, 5))):
        act = ACT.replace("version + 1", number)
        refuse(desk, act, case_id=case.case_id, kind="decide", actor="decider", day=day)


@pytest.mark.parametrize("state", [CaseState.HEARD, CaseState.DECISION_SERVED])
def test_a_case_that_was_not_published_is_in_no_bulletin(desk, state):
    case = desk.walk(desk.case(), state)
    issue = (
        "INSERT INTO publication (bulletin_id, period, serial, title, issued_at, files, manifest_sha256) "
        "VALUES ('HB', '2026Q3', 1, '期', '2026-10-01 00:00:00', '[]', 'm')"
    )
    entry = "INSERT INTO publication_entry (bulletin_id, case_id, place) VALUES ('HB', :case_id, 0)"
    refuse(desk, issue, entry, case_id=case.case_id)


@pytest.mark.parametrize("written", ["2026-9-1", "20260901", "2026-09-31", "tomorrow", "46266"])
def test_a_date_is_a_date(desk, written):
    case = desk.walk(desk.case(), CaseState.HEARD)
    if not desk.url.startswith("sqlite"):
        written = "2026-09-11"  # PostgreSQL refuses the others as no dates at all.
    change = DECIDE.replace("decided_on = :day", "decided_on = :day, ended_on = NULL")
    statements, values = write(desk, case, "decide", change, day=written)
    refuse(desk, *statements, **values)


def test_the_audit_chain_takes_its_next_link_only(full):
    columns = "INSERT INTO audit (seq, at, actor_id, action, object_id, detail, prev_hash, hash) "
    forged = "SELECT {}, at, 'forger', action, object_id, detail, {}, hash FROM audit WHERE seq = 1"
    refuse(full, columns + forged.format("99", "hash"))
    refuse(full, columns + forged.format("(SELECT max(seq) + 1 FROM audit)", "'wrong'"))
