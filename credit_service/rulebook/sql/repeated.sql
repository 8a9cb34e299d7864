-- The same act reported again: all but the report learned last.
SELECT record_id AS repeated_id
FROM (
    SELECT record_id, ROW_NUMBER() OVER (PARTITION BY act_key ORDER BY learned_at DESC, record_id DESC) AS place
    FROM facts
    WHERE act_key IN (SELECT act_key FROM facts GROUP BY act_key HAVING COUNT(*) > 1)
) AS ranked
WHERE place > 1
