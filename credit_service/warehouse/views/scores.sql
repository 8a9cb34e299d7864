-- Persons have no scores; the condition keeps it so, whatever an assessment may have written.
SELECT
    s.run_id,
    a.as_of,
    s.subject_id,
    s.category,
    CAST(s.points AS DECIMAL(20, 0)) * CAST(0.0001 AS DECIMAL(5, 4)) AS points,
    s.grade,
    s.records,
    s.veto
FROM scores AS s
JOIN assessment_runs AS a ON a.run_id = s.run_id
WHERE s.run_id = (SELECT run_id FROM assessment_runs ORDER BY known_at DESC, as_of DESC, run_id DESC LIMIT 1)
  AND NOT starts_with(s.subject_id, 'psn:')
ORDER BY s.subject_id, s.category
