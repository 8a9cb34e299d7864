SELECT
    subject_id,
    arg_max(identifier_code, (learned_at, record_id)) AS code,
    arg_max(subject_name, (learned_at, record_id)) AS name,
    arg_max(subject_kind, (learned_at, record_id)) AS kind,
    arg_max(region_code, (learned_at, record_id)) AS region_code
FROM current_records
WHERE subject_kind IN ('organisation', 'individual_business')
GROUP BY subject_id
ORDER BY subject_id
