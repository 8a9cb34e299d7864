-- The standing in each special category with the rules' own aggregates of the records it is made of.
SELECT standing.*
FROM standing
JOIN (
    SELECT subject_id AS counted_id, category AS counted_category
    FROM judged
    WHERE category > 0
    GROUP BY subject_id, category
) AS counted ON counted_id = standing.subject_id AND counted_category = standing.category
