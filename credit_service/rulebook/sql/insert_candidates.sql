INSERT INTO candidates
SELECT $run_id, subject_id, list_kind, list_type, category, rule, record_ids
FROM proposed
ORDER BY list_kind, list_type, category, subject_id
