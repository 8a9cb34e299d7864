SELECT r.batch_id, a.agency_code, r.rule, r.severity, count(*) AS findings
FROM rejections AS r
JOIN applied AS a ON a.batch_id = r.batch_id
GROUP BY r.batch_id, a.agency_code, r.rule, r.severity
ORDER BY r.batch_id, r.rule, r.severity
