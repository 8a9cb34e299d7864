-- The category of each distinct topic: the first word in order that it contains.
SELECT topic AS of_topic, ARG_MIN(word_category, word_no) AS topic_category, ARG_MIN(word_rule, word_no) AS topic_rule
FROM (SELECT DISTINCT topic FROM facts JOIN rule_kind ON of_kind = kind WHERE role = 'adverse') AS topics
JOIN rule_word ON CONTAINS(topic, keyword)
GROUP BY topic
