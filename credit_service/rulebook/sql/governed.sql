-- When each adverse record was open, by the governance rule; one row per record, the newest report of its act.
WITH chosen AS (
    SELECT
        record_id, subject_id, subject_kind = 'person' AS is_person, category, decided_on, revoked_on,
        CASE WHEN NOT revoked_on IS NULL THEN GREATEST(revoked_on, decided_on) END AS removed_from,
        CASE WHEN NOT repaired_on IS NULL THEN GREATEST(repaired_on, decided_on) END AS repaired_from,
        CASE WHEN ends_mended AND NOT ends_on IS NULL THEN GREATEST(ends_on + 1, decided_on) END AS mended_from,
        CASE
            WHEN NOT active_until IS NULL THEN GREATEST(active_until + 1, decided_on)
            WHEN NOT max_until IS NULL THEN GREATEST(max_until, decided_on)
        END AS expired_from,
        decided_on + overdue_days AS overdue_after_on, repeat_days
    FROM judged
    JOIN rule_governance ON governed_kind = kind
    WHERE is_adverse AND NOT record_id IN (SELECT repeated_id FROM repeated) AND NOT slot_leave_out
), ended AS (
    SELECT
        chosen.*,
        LEAST(removed_from, repaired_from, mended_from, expired_from) AS ended_on,
        MAX(CASE WHEN revoked_on IS NULL THEN decided_on END) OVER (
            PARTITION BY subject_id, category ORDER BY decided_on
            RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 DAY PRECEDING
        ) AS before_on
    FROM chosen
), first_reports AS (
    SELECT act_key AS reported_key, MIN(learned_at) AS first_learned_at
    FROM records
    GROUP BY act_key
)
SELECT
    ended.record_id, ended.subject_id, ended.is_person, ended.category, records.agency_code, records.region_code,
    ended.decided_on, ended.ended_on,
    CASE
        WHEN ended.ended_on IS NULL THEN ''
        WHEN ended.ended_on = ended.removed_from THEN 'removed'
        WHEN ended.ended_on = ended.repaired_from THEN 'repaired'
        WHEN ended.ended_on = ended.mended_from THEN 'mended'
        ELSE 'expired'
    END AS way,
    ended.overdue_after_on,
    COALESCE(ended.decided_on - ended.before_on <= ended.repeat_days, FALSE) AS is_repeated,
    first_learned_at
FROM ended
JOIN records ON records.record_id = ended.record_id
JOIN first_reports ON reported_key = records.act_key
