-- Points and grade of each scored subject in each category it has adverse records in, and as a whole (category 0).
WITH summed AS NOT MATERIALIZED (
    SELECT subject_id, category, slot_moved AS moved, records, veto = 1 AS veto
    FROM parts
    WHERE is_scored AND category > 0
    UNION ALL
    SELECT
        subject_id, 0 AS category, CAST(SUM(slot_moved) AS BIGINT) + slot_honours AS moved,
        CAST(SUM(records) AS BIGINT) AS records, MAX(veto) = 1 AS veto
    FROM parts
    WHERE is_scored
    GROUP BY subject_id
), clamped AS NOT MATERIALIZED (
    SELECT
        subject_id, CAST(category AS INTEGER) AS category, records, veto,
        LEAST(GREATEST(slot_base + moved, slot_floor), slot_cap) AS points
    FROM summed
)
SELECT subject_id, category, points, slot_grade AS grade, records, veto
FROM clamped
