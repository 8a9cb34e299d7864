SELECT run_id, as_of, rulebook FROM assessment_runs ORDER BY known_at DESC, as_of DESC, run_id DESC LIMIT 1
