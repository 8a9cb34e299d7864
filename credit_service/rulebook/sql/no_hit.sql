-- What speaks against anybody on a day on which no condition is in force.
SELECT '' AS rule, subject_id, record_id, CAST(NULL AS DATE) AS until_on
FROM judged
WHERE FALSE
