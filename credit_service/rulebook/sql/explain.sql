-- Every record of the subject, those that do not count with the rule that says why not, and what they add up to.
SELECT
    j.record_id, j.batch_id, j.row, j.subject_id, j.subject_kind, j.kind, j.topic, j.category, j.category_rule,
    j.severity, j.severity_rule, j.points_before, j.weight, j.points, j.is_usable, j.is_scored, j.veto, j.rule,
    j.decided_on, j.min_until, j.max_until, j.active_until,
    c.points AS category_points, c.grade AS category_grade, w.points AS whole_points, w.grade AS whole_grade,
    w.veto AS whole_veto,
    (
        SELECT LIST(p.list_kind || '|' || p.list_type || '|' || p.category || '|' || p.rule
            ORDER BY p.list_kind, p.list_type, p.category)
        FROM proposed AS p
        WHERE LIST_CONTAINS(p.record_ids, j.record_id)
    ) AS candidates
FROM judged AS j
LEFT JOIN standing AS c ON c.subject_id = j.subject_id AND c.category = j.category AND j.category > 0
LEFT JOIN standing AS w ON w.subject_id = j.subject_id AND w.category = 0
ORDER BY j.category, j.decided_on, j.record_id
