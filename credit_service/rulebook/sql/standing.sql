-- Points and grade of each scored subject in each category it has adverse records in, and as a whole (category 0).
WITH special AS NOT MATERIALIZED (
    SELECT
        subject_id, category, CAST(SUM(points) AS BIGINT) AS moved,
        CAST(SUM(CASE WHEN is_usable THEN 1 ELSE 0 END) AS BIGINT) AS records,
        MAX(CASE WHEN veto THEN 1 ELSE 0 END) = 1 AS veto
    FROM judged
    WHERE is_scored AND is_adverse AND category > 0
    GROUP BY subject_id, category
), capped AS NOT MATERIALIZED (
    SELECT subject_id AS honoured_id, CAST(SUM(added) AS BIGINT) AS added
    FROM (
        SELECT subject_id, LEAST(CAST(SUM(points) AS BIGINT), cap_points) AS added
        FROM judged
        JOIN rule_cap ON of_group = cap_group
        WHERE is_scored AND is_honour
        GROUP BY subject_id, of_group, cap_points
    ) AS by_group
    GROUP BY subject_id
), whole AS NOT MATERIALIZED (
    SELECT
        subject_id, CAST(SUM(CASE WHEN is_adverse THEN points ELSE 0 END) AS BIGINT) AS moved,
        CAST(SUM(CASE WHEN is_usable THEN 1 ELSE 0 END) AS BIGINT) AS records,
        MAX(CASE WHEN veto THEN 1 ELSE 0 END) = 1 AS veto
    FROM judged
    WHERE is_scored
    GROUP BY subject_id
), summed AS NOT MATERIALIZED (
    SELECT subject_id, category, moved, records, veto FROM special
    UNION ALL
    SELECT subject_id, 0 AS category, moved + COALESCE(added, CAST(0 AS BIGINT)) AS moved, records, veto
    FROM whole
    LEFT JOIN capped ON honoured_id = subject_id
), clamped AS NOT MATERIALIZED (
    SELECT
        subject_id, CAST(category AS INTEGER) AS category, records, veto,
        LEAST(GREATEST(slot_base + moved, slot_floor), slot_cap) AS points
    FROM summed
)
SELECT subject_id, category, points, slot_grade AS grade, records, veto
FROM clamped
