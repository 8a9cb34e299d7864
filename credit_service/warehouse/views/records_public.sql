-- Organisations only, and no free text: facts, grounds and outcomes may quote a natural person. What was repaired is
-- shared no more.
WITH graded AS (
    SELECT record_id, min(category) AS category, max(severity) AS severity
    FROM reasons
    WHERE run_id = (SELECT run_id FROM assessment_runs ORDER BY known_at DESC, as_of DESC, run_id DESC LIMIT 1)
    GROUP BY record_id
)
SELECT
    r.record_id,
    coalesce(l.to_subject_id, r.subject_id) AS subject_id,
    r.kind,
    g.category,
    g.severity,
    r.topic,
    r.document_no,
    r.decided_on,
    r.ends_on,
    r.authority_name AS authority,
    CAST(r.fine_fen AS DECIMAL(20, 0)) * CAST(0.01 AS DECIMAL(2, 2)) AS fine_yuan,
    r.agency_code,
    r.batch_id
FROM current_records AS r
LEFT JOIN graded AS g ON g.record_id = r.record_id
LEFT JOIN subject_links AS l ON l.from_subject_id = r.subject_id AND l.unlinked_at IS NULL
WHERE r.subject_kind = 'organisation' AND r.repaired_on IS NULL
ORDER BY r.record_id
