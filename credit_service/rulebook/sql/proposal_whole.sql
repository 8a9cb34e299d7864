-- A subject's standing as a whole proposes; all its records support.
SELECT slot_no AS proposal_no, r.subject_id, category_list_type AS list_type, 0 AS category, r.record_id
FROM standing AS s
JOIN judged AS r ON r.subject_id = s.subject_id
JOIN rule_category_list ON list_category = 0 AND list_record = r.kind AND list_subject = r.subject_kind
WHERE s.category = 0 AND category_list = slot_list AND slot_when AND slot_supports
