INSERT INTO scores
SELECT $run_id, subject_id, category, points, grade, records, veto
FROM standing
