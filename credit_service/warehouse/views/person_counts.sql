-- Natural persons appear only as counts of at least five, by kind and month.
-- Source: docs/adr (k >= 5, dates rounded to the month, no totals that would give a suppressed cell away).
SELECT kind, date_trunc('month', decided_on)::DATE AS month, count(DISTINCT subject_id) AS persons
FROM current_records
WHERE subject_kind = 'person' AND NOT is_minor
GROUP BY kind, month
HAVING count(DISTINCT subject_id) >= 5
ORDER BY kind, month
