-- The facts known at the instant; records about minors are left out of everything.
SELECT
    record_id, batch_id, row, kind, act_key, subject_id, subject_kind, topic, penalty_mask, fine_fen, confiscated_fen,
    amount_fen, honour_level, simple_procedure, decided_on, ends_on, repaired_on, revoked_on, consent, learned_at,
    CASE WHEN slot_searches_fact THEN topic || ' ' || fact ELSE topic END AS searched,
    topic || ' ' || authority_name AS listed_text
FROM visible_records
WHERE visible_at <= CAST($known_at AS TIMESTAMP)
    AND (superseded_at IS NULL OR superseded_at > CAST($known_at AS TIMESTAMP))
    AND NOT is_minor
