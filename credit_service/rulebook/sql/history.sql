-- How many earlier records of the same subject each record has behind it; the same act reported again counts once.
SELECT record_id AS history_id
FROM facts
LEFT JOIN repeated ON repeated_id = record_id
