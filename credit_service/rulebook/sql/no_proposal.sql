-- What is proposed on a day on which no rule proposes anything.
SELECT 0 AS proposal_no, subject_id, '' AS list_type, category, record_id
FROM judged
WHERE FALSE
