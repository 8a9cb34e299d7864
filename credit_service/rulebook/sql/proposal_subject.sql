-- A subject's grade and counts propose; records of its own support, each for the list type that accepts it.
SELECT slot_no AS proposal_no, r.subject_id, listed_type AS list_type, 0 AS category, r.record_id
FROM subject_count AS s
JOIN judged AS r ON r.subject_id = s.subject_id
JOIN topic_list ON listed_kind = r.kind AND listed_subject = r.subject_kind AND of_listed_text = r.listed_text
WHERE accept_list = slot_list AND slot_when AND slot_supports
