-- The list type of each distinct listing or honour: the first acceptance in order that fits its kind, subject and text.
SELECT
    kind AS listed_kind, subject_kind AS listed_subject, listed_text AS of_listed_text, accept_list,
    ARG_MIN(accept_type, accept_no) AS listed_type
FROM (
    SELECT DISTINCT kind, subject_kind, listed_text
    FROM facts
    JOIN rule_kind ON of_kind = kind
    WHERE is_veto OR role = 'honour'
) AS listed
JOIN rule_accept ON accept_kind = kind
    AND (accept_subject = '' OR accept_subject = subject_kind)
    AND CONTAINS(listed_text, accept_keyword)
GROUP BY kind, subject_kind, listed_text, accept_list
