-- A subject linked to another is that one here, as it is in scores; its own name and code come first.
SELECT
    coalesce(l.to_subject_id, r.subject_id) AS subject_id,
    arg_max(
        CASE WHEN l.to_subject_id IS NULL THEN r.identifier_code ELSE split_part(l.to_subject_id, ':', 2) END,
        (l.to_subject_id IS NULL, r.learned_at, r.record_id)
    ) AS code,
    arg_max(r.subject_name, (l.to_subject_id IS NULL, r.learned_at, r.record_id)) AS name,
    arg_max(r.subject_kind, (l.to_subject_id IS NULL, r.learned_at, r.record_id)) AS kind,
    arg_max(r.region_code, (l.to_subject_id IS NULL, r.learned_at, r.record_id)) AS region_code
FROM current_records AS r
LEFT JOIN subject_links AS l ON l.from_subject_id = r.subject_id AND l.unlinked_at IS NULL
WHERE r.subject_kind IN ('organisation', 'individual_business')
GROUP BY coalesce(l.to_subject_id, r.subject_id)
ORDER BY subject_id
