-- The same act reported again, as an assessment finds it: acts whose key has another's hash are few, and only these are
-- compared as texts.
SELECT record_id AS repeated_id
FROM (
    SELECT record_id, ROW_NUMBER() OVER (PARTITION BY act_key ORDER BY learned_at DESC, record_id DESC) AS place
    FROM facts
    WHERE HASH(act_key) IN (SELECT HASH(act_key) FROM facts GROUP BY HASH(act_key) HAVING COUNT(*) > 1)
) AS ranked
WHERE place > 1
