-- A subject's standing in one special category proposes; the records of that category support.
SELECT slot_no AS proposal_no, r.subject_id, category_list_type AS list_type, r.category, r.record_id
FROM standing AS s
JOIN judged AS r ON r.subject_id = s.subject_id AND r.category = s.category
JOIN rule_category_list ON list_category = r.category AND list_record = r.kind AND list_subject = r.subject_kind
WHERE s.category > 0 AND category_list = slot_list AND slot_when AND slot_supports
