-- One row per candidate: subject, list type and category, with the first rule and every supporting record.
SELECT
    subject_id, ANY_VALUE(proposal_list) AS list_kind, list_type, CAST(category AS INTEGER) AS category,
    ARG_MIN(proposal_rule, first_no) AS rule, LIST(record_id ORDER BY record_id) AS record_ids
FROM (
    SELECT subject_id, list_type, category, record_id, MIN(proposal_no) AS first_no
    FROM proposals
    GROUP BY subject_id, list_type, category, record_id
) AS supported
JOIN rule_proposal ON of_proposal_no = first_no
GROUP BY subject_id, list_type, category
