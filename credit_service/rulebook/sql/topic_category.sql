-- The category of each distinct text: the first word in order that it contains.
SELECT searched AS of_searched, ARG_MIN(word_category, word_no) AS topic_category, ARG_MIN(word_rule, word_no) AS topic_rule
FROM (SELECT DISTINCT searched FROM facts JOIN rule_kind ON of_kind = kind WHERE role = 'adverse') AS topics
JOIN rule_word ON CONTAINS(searched, keyword)
GROUP BY searched
