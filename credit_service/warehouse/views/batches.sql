-- A batch about one to four persons shows no counts: they would point at somebody. Its file name never is shown.
SELECT
    a.batch_id,
    a.agency_code,
    a.template,
    CASE WHEN p.persons BETWEEN 1 AND 4 THEN NULL ELSE a.rows END AS rows,
    CASE WHEN p.persons BETWEEN 1 AND 4 THEN NULL ELSE a.accepted END AS accepted,
    CASE WHEN p.persons BETWEEN 1 AND 4 THEN NULL ELSE a.rejected END AS rejected,
    CASE WHEN p.persons BETWEEN 1 AND 4 THEN NULL ELSE a.blank END AS blank,
    CAST(a.stored_at AS DATE) AS stored_on
FROM applied AS a
LEFT JOIN (
    SELECT batch_id, count(DISTINCT subject_id) AS persons FROM records WHERE subject_kind = 'person' GROUP BY batch_id
) AS p ON p.batch_id = a.batch_id
ORDER BY a.batch_id
