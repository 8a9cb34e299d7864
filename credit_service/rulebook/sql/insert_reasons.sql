INSERT INTO reasons
SELECT
    $run_id, subject_id, category, record_id, kind, severity, points_before, weight, points, veto, rule, batch_id, row,
    decided_on
FROM judged
WHERE is_scored AND is_usable AND subject_id IN (SELECT subject_id FROM proposed)
