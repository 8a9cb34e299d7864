-- The warehouse: what can be rebuilt from the inbox, the ledger and the rules. One statement a table; no indexes
-- (DuckDB's zone maps and the sort order of writes serve every query the service asks).
CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL);

-- One row per stored batch: written last in the transaction that stores its records, compared with the ledger at start.
CREATE TABLE IF NOT EXISTS applied (
    batch_id VARCHAR PRIMARY KEY,
    agency_code VARCHAR NOT NULL,
    template VARCHAR NOT NULL,
    file_name VARCHAR NOT NULL,
    rows BIGINT NOT NULL,
    accepted BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    blank BIGINT NOT NULL,
    records_digest VARCHAR NOT NULL,
    received_at TIMESTAMP NOT NULL,
    stored_at TIMESTAMP NOT NULL
);

-- Every accepted row of every batch, once. It holds from `visible_at` (null: it only repeats what stands) until
-- `superseded_at`; both follow from all batches and withdrawals together (`visibility`). Long texts are zstd from the
-- start: trying every other compression first costs more than it saves.
CREATE TABLE IF NOT EXISTS records (
    record_id VARCHAR NOT NULL,
    batch_id VARCHAR NOT NULL,
    row BIGINT NOT NULL,
    sheet VARCHAR NOT NULL,
    agency_code VARCHAR NOT NULL,
    template VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    catalogue_class VARCHAR NOT NULL,
    act_key VARCHAR NOT NULL,
    subject_id VARCHAR NOT NULL,
    subject_kind VARCHAR NOT NULL,
    subject_name VARCHAR USING COMPRESSION zstd NOT NULL,
    identifier_kind VARCHAR NOT NULL,
    identifier_code VARCHAR,
    region_code VARCHAR,
    representative_key VARCHAR,
    topic VARCHAR NOT NULL,
    document_no VARCHAR NOT NULL,
    fact VARCHAR USING COMPRESSION zstd NOT NULL,
    basis VARCHAR NOT NULL,
    outcome VARCHAR USING COMPRESSION zstd NOT NULL,
    authority_name VARCHAR NOT NULL,
    authority_code VARCHAR,
    penalty_mask BIGINT NOT NULL,
    fine_fen BIGINT NOT NULL,
    confiscated_fen BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    honour_level VARCHAR NOT NULL,
    simple_procedure BOOLEAN NOT NULL,
    decided_on DATE NOT NULL,
    ends_on DATE,
    repaired_on DATE,
    revoked_on DATE,
    consent BOOLEAN NOT NULL,
    consent_no VARCHAR NOT NULL,
    share_scope VARCHAR NOT NULL,
    is_minor BOOLEAN NOT NULL,
    adult_on DATE,
    learned_at TIMESTAMP NOT NULL,
    visible_at TIMESTAMP,
    superseded_at TIMESTAMP,
    -- Of `subject_id`, to find a subject among all by a number (`one_subject`).
    subject_key UINTEGER NOT NULL,
    CHECK (subject_kind <> 'person' OR (identifier_code IS NULL AND starts_with(subject_id, 'psn:'))),
    CHECK (fine_fen >= 0 AND confiscated_fen >= 0 AND amount_fen >= 0)
);

-- Further spans of records that held again after what replaced them was withdrawn.
CREATE TABLE IF NOT EXISTS returned (
    record_id VARCHAR NOT NULL,
    visible_at TIMESTAMP NOT NULL,
    superseded_at TIMESTAMP
);

-- Withdrawals of a record, or of a whole batch (record_id null), as the ledger has them.
CREATE TABLE IF NOT EXISTS retracted (
    batch_id VARCHAR NOT NULL,
    record_id VARCHAR,
    retracted_at TIMESTAMP NOT NULL,
    reason VARCHAR NOT NULL
);

-- Marks of granted repairs, as the ledger has them: the act of the record counts as repaired from a day on, known from
-- an instant on. A later report of the same act carries the mark too.
CREATE TABLE IF NOT EXISTS repaired (
    record_id VARCHAR NOT NULL,
    from_on DATE NOT NULL,
    repaired_at TIMESTAMP NOT NULL
);

-- One row per span of each record, marks of repairs left aside.
CREATE VIEW IF NOT EXISTS spans AS
SELECT * FROM records
UNION ALL
SELECT r.* REPLACE (s.visible_at AS visible_at, s.superseded_at AS superseded_at)
FROM returned AS s
JOIN records AS r ON r.record_id = s.record_id;

-- What was known at an instant is `visible_at <= t` and not `superseded_at <= t`; a mark cuts a span in two, and from
-- the instant it was made the later piece is repaired.
CREATE VIEW IF NOT EXISTS visible_records AS
WITH marked AS (
    SELECT r.act_key AS marked_key, min(m.from_on) AS marked_on, min(m.repaired_at) AS marked_at
    FROM repaired AS m
    JOIN records AS r ON r.record_id = m.record_id
    GROUP BY r.act_key
)
SELECT s.* REPLACE (least(s.superseded_at, m.marked_at) AS superseded_at)
FROM spans AS s
LEFT JOIN marked AS m ON m.marked_key = s.act_key
WHERE m.marked_at IS NULL OR s.visible_at IS NULL OR m.marked_at > s.visible_at
UNION ALL
SELECT s.* REPLACE (
    greatest(s.visible_at, m.marked_at) AS visible_at, least(s.repaired_on, m.marked_on) AS repaired_on
)
FROM spans AS s
JOIN marked AS m ON m.marked_key = s.act_key
WHERE s.visible_at IS NOT NULL AND (s.superseded_at IS NULL OR s.superseded_at > m.marked_at);

-- What holds now.
CREATE VIEW IF NOT EXISTS current_records AS
SELECT * FROM visible_records WHERE visible_at IS NOT NULL AND superseded_at IS NULL;

-- Every fault of every row, warnings too.
CREATE TABLE IF NOT EXISTS rejections (
    batch_id VARCHAR NOT NULL,
    row BIGINT NOT NULL,
    sheet VARCHAR NOT NULL,
    "column" VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    severity VARCHAR NOT NULL,
    message VARCHAR NOT NULL,
    remedy VARCHAR NOT NULL
);

-- What a department is told of a batch: the faults of its rows, and which rows met an act that was stored before.
CREATE VIEW IF NOT EXISTS batch_findings AS
SELECT batch_id, row, sheet, "column", value, rule, severity, message, remedy FROM rejections
UNION ALL
SELECT
    own.batch_id, own.row, own.sheet, '' AS "column", own.document_no AS value,
    CASE WHEN own.repeats THEN 'duplicate-stored' ELSE 'replaces-stored' END AS rule,
    'note' AS severity,
    CASE
        WHEN own.repeats THEN format('第{}行：与批次{}第{}行已入库的记录相同，没有重复计入。', own.row, old.batch_id, old.row)
        ELSE format('第{}行：更正了批次{}第{}行的记录，自入库时起以本行为准。', own.row, old.batch_id, old.row)
    END AS message,
    CASE
        WHEN own.repeats THEN '不需要处理。'
        ELSE '请核对是否确需更正；不是更正的，请核对文号，或撤回这条记录。'
    END AS remedy
FROM (SELECT *, visible_at IS NULL OR visible_at > learned_at AS repeats FROM records) AS own
JOIN spans AS old ON old.act_key = own.act_key AND old.batch_id <> own.batch_id
WHERE CASE
    WHEN own.repeats THEN old.visible_at <= own.learned_at
        AND (old.superseded_at IS NULL OR old.superseded_at > own.learned_at)
    ELSE old.superseded_at = own.learned_at
END;

-- One assessment; `known_at` fixes which facts it saw, so that it can be repeated to the last digit.
CREATE TABLE IF NOT EXISTS assessment_runs (
    run_id VARCHAR PRIMARY KEY,
    as_of DATE NOT NULL,
    known_at TIMESTAMP NOT NULL,
    rulebook VARCHAR NOT NULL,
    records BIGINT NOT NULL,
    subjects BIGINT NOT NULL,
    finished_at TIMESTAMP NOT NULL,
    -- By which act of the ledger the rules were in force; digests of what was known and of what was found (`receipts`).
    adoption INTEGER,
    facts_digest VARCHAR NOT NULL,
    result_digest VARCHAR NOT NULL
);

-- Points in 10^-4. Category 0 is the whole of an organisation; persons have no rows here at all.
CREATE TABLE IF NOT EXISTS scores (
    run_id VARCHAR NOT NULL,
    subject_id VARCHAR NOT NULL,
    category INTEGER NOT NULL,
    points BIGINT NOT NULL,
    grade VARCHAR NOT NULL,
    records BIGINT NOT NULL,
    veto BOOLEAN NOT NULL
);

-- One row per record that counts for a candidate, with the rule and clause that make it count.
CREATE TABLE IF NOT EXISTS reasons (
    run_id VARCHAR NOT NULL,
    subject_id VARCHAR NOT NULL,
    category INTEGER NOT NULL,
    record_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    severity VARCHAR,
    points_before BIGINT NOT NULL,
    weight BIGINT NOT NULL,
    points BIGINT NOT NULL,
    veto BOOLEAN NOT NULL,
    rule VARCHAR NOT NULL,
    batch_id VARCHAR NOT NULL,
    row BIGINT NOT NULL,
    decided_on DATE NOT NULL
);

CREATE TABLE IF NOT EXISTS candidates (
    run_id VARCHAR NOT NULL,
    subject_id VARCHAR NOT NULL,
    list_kind VARCHAR NOT NULL,
    list_type VARCHAR NOT NULL,
    category INTEGER NOT NULL,
    rule VARCHAR NOT NULL,
    record_ids VARCHAR[] NOT NULL
);

-- Whom a rule would propose if the points were a little different; points and what is missing in 10^-4.
CREATE TABLE IF NOT EXISTS near_misses (
    run_id VARCHAR NOT NULL,
    subject_id VARCHAR NOT NULL,
    category INTEGER NOT NULL,
    list_kind VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    points BIGINT NOT NULL,
    missing BIGINT NOT NULL
);

-- Who an organisation with a weaker code, or without any, is and was: the ledger's links (`links`, ADR 0011). Two codes
-- that contradict each other never meet: characters 9 to 17 of a unified code are the organisation code.
CREATE TABLE IF NOT EXISTS subject_links (
    from_subject_id VARCHAR NOT NULL,
    to_subject_id VARCHAR NOT NULL,
    linked_at TIMESTAMP NOT NULL,
    unlinked_at TIMESTAMP,
    CHECK (
        (starts_with(from_subject_id, 'none:') AND regexp_matches(to_subject_id, '^(org|reg|uscc):'))
        OR (starts_with(from_subject_id, 'org:') AND starts_with(to_subject_id, 'reg:'))
        OR (starts_with(from_subject_id, 'org:') AND starts_with(to_subject_id, 'uscc:')
            AND substr(to_subject_id, 14, 9) = substr(from_subject_id, 5))
        OR (starts_with(from_subject_id, 'reg:') AND starts_with(to_subject_id, 'uscc:'))
    ),
    CHECK (unlinked_at IS NULL OR unlinked_at >= linked_at)
);
