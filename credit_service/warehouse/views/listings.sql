SELECT * FROM incoming_listings
WHERE NOT starts_with(subject_id, 'psn:')
ORDER BY case_id
