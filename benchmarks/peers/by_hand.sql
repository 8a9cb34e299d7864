-- The shipped rules (scoring 2026.1, severity 2025.1, publicity order36) written by hand for DuckDB, as well as we could:
-- one pass over the records, one grouping by subject and category. Made to be compared, and kept equal by the benchmark.
CREATE OR REPLACE TEMP TABLE scored AS
WITH link AS (
    SELECT from_subject_id, to_subject_id FROM subject_links
    WHERE linked_at <= $known_at AND (unlinked_at IS NULL OR unlinked_at > $known_at)
), fact AS (
    SELECT record_id, act_key, COALESCE(to_subject_id, subject_id) AS subject_id, subject_kind, kind, topic, fact,
        penalty_mask, fine_fen, confiscated_fen, honour_level, simple_procedure, decided_on, ends_on, repaired_on,
        revoked_on, learned_at
    FROM visible_records LEFT JOIN link ON from_subject_id = subject_id
    WHERE visible_at <= $known_at AND (superseded_at IS NULL OR superseded_at > $known_at) AND NOT is_minor
), repeated AS (
    SELECT record_id AS repeated_id FROM (
        SELECT record_id, row_number() OVER (PARTITION BY act_key ORDER BY learned_at DESC, record_id DESC) AS place
        FROM fact WHERE act_key IN (SELECT act_key FROM fact GROUP BY act_key HAVING count(*) > 1)
    ) WHERE place > 1
), topics AS (
    SELECT searched, arg_min(category, no) AS topic_category
    FROM (SELECT DISTINCT CASE WHEN kind = 'serious_list' THEN topic || ' ' || fact ELSE topic END AS searched FROM fact)
    JOIN word ON contains(searched, word) GROUP BY searched
), sized AS (
    SELECT *,
        CASE kind WHEN 'judgment_default' THEN $judgment_default WHEN 'wage_arrears' THEN $wage_arrears
            WHEN 'tax_serious' THEN $tax_serious
            WHEN 'honour' THEN 0 WHEN 'tax_a' THEN 0 WHEN 'licence' THEN 0 ELSE COALESCE(topic_category, 0) END AS category,
        CASE
            WHEN kind IN ('serious_list', 'judgment_default', 'wage_arrears', 'tax_serious') THEN 3
            WHEN kind = 'penalty' AND (penalty_mask & 992) <> 0 THEN 3
            WHEN kind = 'penalty' AND NOT simple_procedure AND fine_fen >= 100000000 THEN 3
            WHEN kind IN ('abnormal_operation', 'broken_commitment') THEN 2
            WHEN kind = 'penalty' AND simple_procedure THEN 1
            WHEN kind = 'penalty' AND fine_fen = 0 AND confiscated_fen = 0 AND (penalty_mask & 1052) = 0 THEN 1
            ELSE 2
        END AS severity
    FROM fact
    LEFT JOIN topics ON topics.searched = CASE WHEN kind = 'serious_list' THEN topic || ' ' || fact ELSE topic END
    LEFT JOIN repeated ON repeated_id = record_id
    WHERE subject_kind IN ('organisation', 'individual_business')
        AND kind NOT IN ('sector_grade', 'commitment')
), windowed AS (
    SELECT subject_id, kind, category, repeated_id, kind IN ('honour', 'tax_a') AS is_honour,
        kind IN ('serious_list', 'judgment_default', 'wage_arrears', 'tax_serious') AS is_listing, decided_on, repaired_on, revoked_on,
        CASE WHEN kind IN ('penalty', 'broken_commitment')
            THEN CAST(decided_on + to_months(CASE severity WHEN 1 THEN 0 WHEN 2 THEN 3 ELSE 12 END) AS DATE) END AS min_until,
        CASE WHEN kind IN ('penalty', 'broken_commitment')
            THEN CAST(decided_on + to_months(CASE severity WHEN 1 THEN 3 WHEN 2 THEN 12 ELSE 36 END) AS DATE) END AS max_until,
        CASE kind
            WHEN 'judgment_default' THEN least(COALESCE(ends_on, CAST(decided_on + to_months(24) AS DATE)), CAST(decided_on + to_months(60) AS DATE))
            WHEN 'tax_a' THEN least(COALESCE(ends_on, CAST(decided_on + to_months(24) AS DATE)), CAST(decided_on + to_months(24) AS DATE))
            WHEN 'serious_list' THEN least(COALESCE(ends_on, CAST(decided_on + to_months(36) AS DATE)), CAST(decided_on + to_months(36) AS DATE))
            WHEN 'wage_arrears' THEN least(COALESCE(ends_on, CAST(decided_on + to_months(36) AS DATE)), CAST(decided_on + to_months(36) AS DATE))
            WHEN 'tax_serious' THEN least(COALESCE(ends_on, CAST(decided_on + to_months(36) AS DATE)), CAST(decided_on + to_months(36) AS DATE))
            WHEN 'penalty' THEN NULL WHEN 'broken_commitment' THEN NULL ELSE ends_on END AS active_until,
        CASE kind
            WHEN 'penalty' THEN CASE severity WHEN 1 THEN 10000 WHEN 2 THEN 50000 ELSE 150000 END
            WHEN 'broken_commitment' THEN CASE severity WHEN 1 THEN 20000 WHEN 2 THEN 60000 ELSE 120000 END
            WHEN 'abnormal_operation' THEN 80000
            WHEN 'honour' THEN CASE honour_level WHEN 'national' THEN 50000 WHEN 'provincial' THEN 30000 WHEN 'city' THEN 20000
                WHEN 'county' THEN 10000 ELSE 0 END
            WHEN 'tax_a' THEN 50000 ELSE 0 END AS points_before
    FROM sized
), weighed AS (
    SELECT subject_id, category, kind, is_honour, is_listing, points_before,
        repeated_id IS NULL AND kind <> 'licence' AND decided_on <= $as_of
            AND (revoked_on IS NULL OR revoked_on > $as_of) AND (repaired_on IS NULL OR repaired_on > $as_of)
            AND (active_until IS NULL OR active_until >= $as_of) AND (max_until IS NULL OR max_until > $as_of) AS usable,
        CASE WHEN max_until IS NULL OR $as_of <= min_until THEN 1000000::BIGINT
            ELSE CAST(max_until - $as_of AS BIGINT) * 1000000 // CAST(max_until - min_until AS BIGINT) END AS weight
    FROM windowed
), part AS (
    SELECT subject_id, category,
        sum(CASE WHEN usable AND NOT is_honour THEN (points_before * weight + 500000) // 1000000 ELSE 0 END) AS lost,
        sum(CASE WHEN usable AND kind = 'honour' THEN points_before ELSE 0 END) AS honour,
        sum(CASE WHEN usable AND kind = 'tax_a' THEN points_before ELSE 0 END) AS tax,
        sum(CASE WHEN usable THEN 1 ELSE 0 END) AS records,
        max(CASE WHEN usable AND is_listing THEN 1 ELSE 0 END) AS veto,
        bool_or(kind NOT IN ('honour', 'tax_a', 'licence')) AS adverse
    FROM weighed GROUP BY subject_id, category
), total AS (
    SELECT subject_id, category, 1000000 - lost AS points, records, veto FROM part WHERE category > 0 AND adverse
    UNION ALL
    SELECT subject_id, 0, 1000000 - sum(lost) + least(sum(honour), 200000) + least(sum(tax), 50000), sum(records), max(veto)
    FROM part GROUP BY subject_id
)
SELECT subject_id, CAST(category AS INTEGER) AS category, CAST(least(greatest(points, 0), 1200000) AS BIGINT) AS points,
    CASE WHEN veto = 1 THEN 'D' WHEN points >= 900000 THEN 'A' WHEN points >= 750000 THEN 'B' WHEN points >= 600000 THEN 'C' ELSE 'D' END AS grade,
    CAST(records AS BIGINT) AS records, veto = 1 AS veto
FROM total
