-- The standing as a whole with the rules' own aggregates of all records of the subject.
SELECT standing.*
FROM standing
JOIN (
    SELECT subject_id AS counted_id
    FROM judged
    GROUP BY subject_id
) AS counted ON counted_id = standing.subject_id
WHERE standing.category = 0
