-- The facts known at the instant; records about minors are left out of everything. A record belongs to whom its subject
-- was linked to at the instant; an act that the linked and the known subject were both reported for is one act.
WITH known_links AS (
    SELECT from_subject_id, to_subject_id
    FROM subject_links
    WHERE linked_at <= CAST($known_at AS TIMESTAMP)
        AND (unlinked_at IS NULL OR unlinked_at > CAST($known_at AS TIMESTAMP))
), twins AS (
    SELECT linked.record_id AS linked_id, MIN(own.act_key) AS own_key
    FROM known_links
    JOIN records AS linked ON linked.subject_id = from_subject_id
    JOIN visible_records AS own ON own.subject_id = to_subject_id AND own.agency_code = linked.agency_code
        AND own.kind = linked.kind AND own.document_no = linked.document_no
        AND (own.kind <> 'honour' OR own.topic = linked.topic)
        AND own.visible_at <= CAST($known_at AS TIMESTAMP)
        AND (own.superseded_at IS NULL OR own.superseded_at > CAST($known_at AS TIMESTAMP))
    WHERE linked.document_no <> ''
    GROUP BY linked.record_id
)
SELECT
    record_id, batch_id, row, kind, COALESCE(own_key, act_key) AS act_key,
    COALESCE(to_subject_id, subject_id) AS subject_id, subject_kind, topic, penalty_mask, fine_fen, confiscated_fen,
    amount_fen, honour_level, simple_procedure, decided_on, ends_on, repaired_on, revoked_on, consent, learned_at,
    CASE WHEN slot_searches_fact THEN topic || ' ' || fact ELSE topic END AS searched,
    topic || ' ' || authority_name AS listed_text
FROM visible_records
LEFT JOIN known_links ON from_subject_id = subject_id
LEFT JOIN twins ON linked_id = record_id
WHERE visible_at <= CAST($known_at AS TIMESTAMP)
    AND (superseded_at IS NULL OR superseded_at > CAST($known_at AS TIMESTAMP))
    AND NOT is_minor
