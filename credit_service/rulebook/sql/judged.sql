-- Every record judged: category, severity, windows, why it does not count, weight and points; one row per record.
WITH classified AS NOT MATERIALIZED (
    SELECT
        facts.*, role, counting, is_veto AS is_listing, open_months, cap_months, cap_no,
        NOT repeated_id IS NULL AS is_repeated,
        CASE WHEN role = 'adverse' THEN COALESCE(kind_category, topic_category, 0) ELSE 0 END AS category,
        CASE WHEN role = 'adverse' THEN COALESCE(kind_category_rule, topic_rule, '') ELSE '' END AS category_rule,
        CASE WHEN role = 'adverse' THEN slot_severity_no ELSE 0 END AS severity_no
    FROM facts
    JOIN rule_kind ON of_kind = kind
    LEFT JOIN topic_category ON of_searched = searched
    LEFT JOIN repeated ON repeated_id = record_id
), windowed AS NOT MATERIALIZED (
    SELECT
        classified.*, severity, severity_rule,
        CASE WHEN counting = 'publicity' THEN CAST(decided_on + TO_MONTHS(min_months) AS DATE) END AS min_until,
        CASE WHEN counting = 'publicity' THEN CAST(decided_on + TO_MONTHS(max_months) AS DATE) END AS max_until,
        CASE WHEN counting = 'open' THEN LEAST(
            COALESCE(ends_on, CAST(decided_on + TO_MONTHS(open_months) AS DATE)),
            CAST(decided_on + TO_MONTHS(cap_months) AS DATE)
        ) END AS active_until
    FROM classified
    LEFT JOIN rule_severity ON of_severity_no = severity_no
), excluded AS NOT MATERIALIZED (
    SELECT
        windowed.*,
        CASE WHEN is_repeated THEN 0 ELSE slot_exclusion_no END AS exclusion_no,
        slot_scored AS is_scored
    FROM windowed
), weighed AS NOT MATERIALIZED (
    SELECT
        excluded.*,
        CASE
            WHEN NOT exclusion_no IS NULL THEN CAST(0 AS BIGINT)
            WHEN max_until IS NULL OR slot_as_of <= slot_fades_from THEN CAST(1000000 AS BIGINT)
            WHEN slot_as_of >= max_until THEN CAST(0 AS BIGINT)
            ELSE slot_faded
        END AS weight,
        CASE WHEN is_scored THEN COALESCE(event_points, CAST(0 AS BIGINT)) ELSE CAST(0 AS BIGINT) END AS points_before,
        event_rule,
        COALESCE(exclusion_no, CASE WHEN NOT is_scored THEN slot_person_no END) AS why_no
    FROM excluded
    LEFT JOIN rule_event ON event_kind = kind AND event_key = COALESCE(severity, honour_level)
)
SELECT
    record_id, batch_id, row, kind, subject_id, subject_kind, topic, listed_text, category, category_rule, severity, severity_rule,
    penalty_mask, fine_fen, confiscated_fen, amount_fen, honour_level, simple_procedure, consent,
    decided_on, ends_on, repaired_on, revoked_on, min_until, max_until, active_until,
    role = 'adverse' AS is_adverse, role = 'honour' AS is_honour, is_listing, is_scored,
    exclusion_no IS NULL AS is_usable, cap_no, points_before, weight,
    SIGN(points_before) * ((ABS(points_before) * weight + slot_rounding_addend) // CAST(1000000 AS BIGINT)) AS points,
    is_listing AND is_scored AND exclusion_no IS NULL AS veto,
    COALESCE(exclusion_rule, event_rule, '') AS rule
FROM weighed
LEFT JOIN rule_exclusion ON of_exclusion_no = why_no
