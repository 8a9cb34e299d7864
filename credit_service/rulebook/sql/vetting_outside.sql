-- The first day on which so many months since the decision are complete: the day after where the month is too short.
SELECT
    CAST(r.decided_on + TO_MONTHS(slot_months) AS DATE)
    + CASE WHEN DAY(CAST(r.decided_on + TO_MONTHS(slot_months) AS DATE)) < DAY(r.decided_on) THEN 1 ELSE 0 END
FROM judged AS r
