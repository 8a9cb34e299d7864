-- Records of nominees that meet one condition, with the last day they do if nothing is done about them.
SELECT
    slot_rule AS rule, r.subject_id, r.record_id,
    LEAST(
        r.active_until, r.max_until - 1,
        CASE WHEN r.repaired_on > CAST($as_of AS DATE) THEN r.repaired_on - 1 END,
        CASE WHEN r.revoked_on > CAST($as_of AS DATE) THEN r.revoked_on - 1 END,
        slot_outside - 1
    ) AS until_on
FROM judged AS r
WHERE slot_condition
