-- The rules' own counts, for subjects with at least one record that could support a rule about subjects.
SELECT counted.*, grade AS whole_grade, points AS whole_points, veto AS whole_veto
FROM (
    SELECT subject_id, MIN(subject_kind) AS subject_kind
    FROM judged
    WHERE subject_id IN (SELECT subject_id FROM judged WHERE slot_supports)
    GROUP BY subject_id
) AS counted
LEFT JOIN standing ON standing.subject_id = counted.subject_id AND standing.category = 0
