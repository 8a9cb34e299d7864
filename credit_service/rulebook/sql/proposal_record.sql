-- Records that propose by themselves.
SELECT slot_no AS proposal_no, r.subject_id, listed_type AS list_type, r.category, r.record_id
FROM judged AS r
JOIN topic_list ON listed_kind = r.kind AND listed_subject = r.subject_kind AND of_listed_text = r.listed_text
WHERE accept_list = slot_list AND slot_supports
