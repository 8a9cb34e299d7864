-- The list type of each distinct topic, by kind of record and of subject: the first acceptance in order that fits.
SELECT
    kind AS listed_kind, subject_kind AS listed_subject, topic AS listed_topic, accept_list,
    ARG_MIN(accept_type, accept_no) AS listed_type
FROM (SELECT DISTINCT kind, subject_kind, topic FROM facts) AS topics
JOIN rule_accept ON accept_kind = kind
    AND (accept_subject = '' OR accept_subject = subject_kind)
    AND CONTAINS(topic, accept_keyword)
GROUP BY kind, subject_kind, topic, accept_list
