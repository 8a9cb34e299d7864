-- Two parts of the step “standing” where the rule caps what an item may take: each item is capped before they are added.
WITH by_category AS (
    SELECT subject_id, category, slot_capped AS moved, records, veto
    FROM (
        SELECT
            subject_id, category, CAST(SUM(CASE WHEN is_adverse THEN points ELSE 0 END) AS BIGINT) AS taken,
            SUM(CASE WHEN is_usable THEN 1 ELSE 0 END) AS records,
            MAX(CASE WHEN veto THEN 1 ELSE 0 END) AS veto
        FROM judged
        WHERE is_scored
        GROUP BY subject_id, category
    ) AS uncapped
), special AS NOT MATERIALIZED (
    SELECT subject_id, category, moved, CAST(records AS BIGINT) AS records, veto = 1 AS veto
    FROM by_category
    WHERE category > 0
), whole AS NOT MATERIALIZED (
    SELECT
        subject_id, CAST(SUM(moved) AS BIGINT) AS moved, CAST(SUM(records) AS BIGINT) AS records, MAX(veto) = 1 AS veto
    FROM by_category
    GROUP BY subject_id
)
SELECT subject_id FROM whole
