-- What the records of a subject in one item add up to; honours, and what belongs to no item, are in 0.
SELECT
    subject_id, category, is_scored, MIN(slot_kind_no) AS kind_no,
    CAST(SUM(CASE WHEN is_adverse THEN points ELSE 0 END) AS BIGINT) AS moved,
    CAST(SUM(CASE WHEN is_usable THEN 1 ELSE 0 END) AS BIGINT) AS records,
    MAX(CASE WHEN veto THEN 1 ELSE 0 END) AS veto
FROM judged
GROUP BY subject_id, category, is_scored
