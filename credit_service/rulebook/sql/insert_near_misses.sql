INSERT INTO near_misses
SELECT $run_id, subject_id, category, proposal_list, proposal_rule, points, missing
FROM near
JOIN rule_proposal ON of_proposal_no = proposal_no
ORDER BY subject_id, category, proposal_no
