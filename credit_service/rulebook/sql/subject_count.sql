-- The rules' own counts, for subjects with at least one record that could support a rule about subjects.
SELECT counted.*, slot_subject_kind AS subject_kind, grade AS whole_grade, points AS whole_points, veto AS whole_veto
FROM (
    SELECT subject_id
    FROM judged
    WHERE subject_id IN (SELECT subject_id FROM judged WHERE slot_supports)
    GROUP BY subject_id
) AS counted
JOIN (
    SELECT subject_id AS kind_of, MIN(kind_no) AS kind_no
    FROM parts
    WHERE subject_id IN (SELECT subject_id FROM judged)
    GROUP BY subject_id
) AS kinds ON kind_of = counted.subject_id
LEFT JOIN standing ON standing.subject_id = counted.subject_id AND standing.category = 0
