-- drop_facts
DROP TABLE IF EXISTS facts;

-- facts
CREATE TABLE facts
USING PARQUET AS
WITH known_links AS (
  SELECT
    from_subject_id,
    to_subject_id
  FROM subject_links
  WHERE
    linked_at <= CAST(:known_at AS TIMESTAMP_NTZ)
    AND (
      unlinked_at IS NULL OR unlinked_at > CAST(:known_at AS TIMESTAMP_NTZ)
    )
), twins AS (
  SELECT
    linked.record_id AS linked_id,
    MIN(own.act_key) AS own_key
  FROM known_links
  JOIN records AS linked
    ON linked.subject_id = from_subject_id
  JOIN visible_records AS own
    ON own.subject_id = to_subject_id
    AND own.agency_code = linked.agency_code
    AND own.kind = linked.kind
    AND own.document_no = linked.document_no
    AND (
      own.kind <> 'honour' OR own.topic = linked.topic
    )
    AND own.visible_at <= CAST(:known_at AS TIMESTAMP_NTZ)
    AND (
      own.superseded_at IS NULL OR own.superseded_at > CAST(:known_at AS TIMESTAMP_NTZ)
    )
  WHERE
    linked.document_no <> ''
  GROUP BY
    linked.record_id
)
SELECT
  record_id,
  batch_id,
  row,
  kind,
  COALESCE(own_key, act_key) AS act_key,
  COALESCE(to_subject_id, subject_id) AS subject_id,
  subject_kind,
  topic,
  penalty_mask,
  fine_fen,
  confiscated_fen,
  amount_fen,
  honour_level,
  simple_procedure,
  decided_on,
  ends_on,
  repaired_on,
  revoked_on,
  consent,
  learned_at,
  CASE WHEN kind IN ('serious_list') THEN topic || ' ' || fact ELSE topic END AS searched,
  topic || ' ' || authority_name AS listed_text
FROM visible_records
LEFT JOIN known_links
  ON from_subject_id = subject_id
LEFT JOIN twins
  ON linked_id = record_id
WHERE
  visible_at <= CAST(:known_at AS TIMESTAMP_NTZ)
  AND (
    superseded_at IS NULL OR superseded_at > CAST(:known_at AS TIMESTAMP_NTZ)
  )
  AND NOT is_minor;

-- repeated
CREATE OR REPLACE TEMPORARY VIEW repeated AS
SELECT
  record_id AS repeated_id
FROM (
  SELECT
    record_id,
    ROW_NUMBER() OVER (PARTITION BY act_key ORDER BY learned_at DESC, record_id DESC) AS place
  FROM facts
  WHERE
    act_key IN (
      SELECT
        act_key
      FROM facts
      GROUP BY
        act_key
      HAVING
        COUNT(*) > 1
    )
) AS ranked
WHERE
  place > 1;

-- topic_category
CREATE OR REPLACE TEMPORARY VIEW topic_category AS
SELECT
  searched AS of_searched,
  MIN_BY(word_category, word_no) FILTER(WHERE
    NOT word_category IS NULL) AS topic_category,
  MIN_BY(word_rule, word_no) FILTER(WHERE
    NOT word_rule IS NULL) AS topic_rule
FROM (
  SELECT DISTINCT
    searched
  FROM facts
  JOIN rule_kind
    ON of_kind = kind
  WHERE
    role = 'adverse'
) AS topics
JOIN rule_word
  ON CONTAINS(searched, keyword)
GROUP BY
  searched;

-- drop_topic_list
DROP TABLE IF EXISTS topic_list;

-- topic_list
CREATE TABLE topic_list
USING PARQUET AS
SELECT
  kind AS listed_kind,
  subject_kind AS listed_subject,
  listed_text AS of_listed_text,
  accept_list,
  MIN_BY(accept_type, accept_no) FILTER(WHERE
    NOT accept_type IS NULL) AS listed_type
FROM (
  SELECT DISTINCT
    kind,
    subject_kind,
    listed_text
  FROM facts
  JOIN rule_kind
    ON of_kind = kind
  WHERE
    is_veto OR role = 'honour'
) AS listed
JOIN rule_accept
  ON accept_kind = kind
  AND (
    accept_subject = '' OR accept_subject = subject_kind
  )
  AND CONTAINS(listed_text, accept_keyword)
GROUP BY
  kind,
  subject_kind,
  listed_text,
  accept_list;

-- drop_judged
DROP TABLE IF EXISTS judged;

-- judged
CREATE TABLE judged
USING PARQUET AS
WITH classified AS (
  SELECT
    facts.*,
    role,
    counting,
    is_veto AS is_listing,
    open_months,
    cap_months,
    cap_no,
    NOT repeated_id IS NULL AS is_repeated,
    CASE
      WHEN role = 'adverse'
      THEN COALESCE(kind_category, topic_category, 0)
      ELSE 0
    END AS category,
    CASE
      WHEN role = 'adverse'
      THEN COALESCE(kind_category_rule, topic_rule, '')
      ELSE ''
    END AS category_rule,
    CASE
      WHEN role = 'adverse'
      THEN CASE
        WHEN kind IN ('serious_list', 'judgment_default', 'wage_arrears', 'tax_serious')
        THEN 1
        WHEN kind = 'penalty'
        AND (
          (
            penalty_mask DIV 64
          ) % 2 = 1
          OR (
            penalty_mask DIV 128
          ) % 2 = 1
          OR (
            penalty_mask DIV 32
          ) % 2 = 1
        )
        THEN 2
        WHEN kind = 'penalty'
        AND (
          (
            penalty_mask DIV 256
          ) % 2 = 1 OR (
            penalty_mask DIV 512
          ) % 2 = 1
        )
        THEN 3
        WHEN kind = 'penalty'
        AND NOT (
          simple_procedure
        )
        AND fine_fen >= CAST(100000000 AS BIGINT)
        THEN 4
        WHEN kind = 'abnormal_operation'
        THEN 5
        WHEN kind = 'broken_commitment'
        THEN 6
        WHEN kind = 'penalty' AND simple_procedure
        THEN 7
        WHEN kind = 'penalty'
        AND fine_fen = CAST(0 AS BIGINT)
        AND confiscated_fen = CAST(0 AS BIGINT)
        AND NOT (
          (
            penalty_mask DIV 4
          ) % 2 = 1
          OR (
            penalty_mask DIV 8
          ) % 2 = 1
          OR (
            penalty_mask DIV 16
          ) % 2 = 1
          OR (
            penalty_mask DIV 1024
          ) % 2 = 1
        )
        THEN 8
        ELSE 9
      END
      ELSE 0
    END AS severity_no
  FROM facts
  JOIN rule_kind
    ON of_kind = kind
  LEFT JOIN topic_category
    ON of_searched = searched
  LEFT JOIN repeated
    ON repeated_id = record_id
), windowed AS (
  SELECT
    classified.*,
    severity,
    severity_rule,
    CASE
      WHEN counting = 'publicity'
      THEN CAST(ADD_MONTHS(decided_on, CAST(min_months AS INT)) AS DATE)
    END AS min_until,
    CASE
      WHEN counting = 'publicity'
      THEN CAST(ADD_MONTHS(decided_on, CAST(max_months AS INT)) AS DATE)
    END AS max_until,
    CASE
      WHEN counting = 'open'
      THEN LEAST(
        COALESCE(ends_on, CAST(ADD_MONTHS(decided_on, CAST(open_months AS INT)) AS DATE)),
        CAST(ADD_MONTHS(decided_on, CAST(cap_months AS INT)) AS DATE)
      )
    END AS active_until
  FROM classified
  LEFT JOIN rule_severity
    ON of_severity_no = severity_no
), excluded AS (
  SELECT
    windowed.*,
    CASE
      WHEN is_repeated
      THEN 0
      ELSE CASE
        WHEN kind = 'licence'
        THEN 1
        WHEN decided_on > CAST(:as_of AS DATE)
        THEN 2
        WHEN COALESCE(revoked_on <= CAST(:as_of AS DATE), FALSE)
        THEN 3
        WHEN COALESCE(repaired_on <= CAST(:as_of AS DATE), FALSE)
        THEN 4
        WHEN subject_kind = 'person' AND simple_procedure
        THEN 5
        WHEN COALESCE(active_until < CAST(:as_of AS DATE), FALSE)
        THEN 6
        WHEN COALESCE(max_until <= CAST(:as_of AS DATE), FALSE)
        THEN 7
      END
    END AS exclusion_no,
    subject_kind IN ('individual_business', 'organisation') AS is_scored
  FROM windowed
), weighed AS (
  SELECT
    excluded.*,
    CASE
      WHEN NOT exclusion_no IS NULL
      THEN CAST(0 AS BIGINT)
      WHEN max_until IS NULL OR CAST(:as_of AS DATE) <= min_until
      THEN CAST(1000000 AS BIGINT)
      WHEN CAST(:as_of AS DATE) >= max_until
      THEN CAST(0 AS BIGINT)
      ELSE CAST(DATEDIFF(max_until, CAST(:as_of AS DATE)) AS BIGINT) * CAST(1000000 AS BIGINT) DIV CAST(DATEDIFF(max_until, min_until) AS BIGINT)
    END AS weight,
    CASE
      WHEN is_scored
      THEN COALESCE(event_points, CAST(0 AS BIGINT))
      ELSE CAST(0 AS BIGINT)
    END AS points_before,
    event_rule,
    COALESCE(exclusion_no, CASE WHEN NOT is_scored THEN 8 END) AS why_no
  FROM excluded
  LEFT JOIN rule_event
    ON event_kind = kind AND event_key = COALESCE(severity, honour_level)
)
SELECT
  record_id,
  batch_id,
  row,
  kind,
  subject_id,
  subject_kind,
  topic,
  listed_text,
  category,
  category_rule,
  severity,
  severity_rule,
  penalty_mask,
  fine_fen,
  confiscated_fen,
  amount_fen,
  honour_level,
  simple_procedure,
  consent,
  decided_on,
  ends_on,
  repaired_on,
  revoked_on,
  min_until,
  max_until,
  active_until,
  role = 'adverse' AS is_adverse,
  role = 'honour' AS is_honour,
  is_listing,
  is_scored,
  exclusion_no IS NULL AS is_usable,
  cap_no,
  points_before,
  weight,
  CASE
    WHEN points_before > 0
    THEN CAST(1 AS BIGINT)
    WHEN points_before < 0
    THEN CAST(-1 AS BIGINT)
    WHEN points_before = 0
    THEN CAST(0 AS BIGINT)
  END * (
    (
      ABS(points_before) * weight + CAST(500000 AS BIGINT)
    ) DIV CAST(1000000 AS BIGINT)
  ) AS points,
  is_listing AND is_scored AND exclusion_no IS NULL AS veto,
  COALESCE(exclusion_rule, event_rule, '') AS rule
FROM weighed
LEFT JOIN rule_exclusion
  ON of_exclusion_no = why_no;

-- drop_parts
DROP TABLE IF EXISTS parts;

-- parts
CREATE TABLE parts
USING PARQUET AS
SELECT
  subject_id,
  category,
  is_scored,
  MIN(
    CASE
      WHEN subject_kind = 'individual_business'
      THEN 1
      WHEN subject_kind = 'organisation'
      THEN 2
      WHEN subject_kind = 'person'
      THEN 3
    END
  ) AS kind_no,
  CAST(SUM(CASE WHEN is_adverse THEN points ELSE 0 END) AS BIGINT) AS moved,
  CAST(SUM(CASE WHEN is_usable THEN 1 ELSE 0 END) AS BIGINT) AS records,
  MAX(CASE WHEN veto THEN 1 ELSE 0 END) AS veto,
  CAST(SUM(CASE WHEN is_honour AND cap_no = 1 THEN points ELSE 0 END) AS BIGINT) AS honour_1,
  CAST(SUM(CASE WHEN is_honour AND cap_no = 2 THEN points ELSE 0 END) AS BIGINT) AS honour_2
FROM judged
GROUP BY
  subject_id,
  category,
  is_scored;

-- drop_standing
DROP TABLE IF EXISTS standing;

-- standing
CREATE TABLE standing
USING PARQUET AS
WITH summed AS (
  SELECT
    subject_id,
    category,
    moved AS moved,
    records,
    veto = 1 AS veto
  FROM parts
  WHERE
    is_scored AND category > 0
  UNION ALL
  SELECT
    subject_id,
    0 AS category,
    CAST(SUM(moved) AS BIGINT) + (
      CAST(0 AS BIGINT) + CASE
        WHEN CAST(SUM(honour_1) AS BIGINT) IS NULL OR CAST(200000 AS BIGINT) IS NULL
        THEN NULL
        ELSE LEAST(CAST(SUM(honour_1) AS BIGINT), CAST(200000 AS BIGINT))
      END + CASE
        WHEN CAST(SUM(honour_2) AS BIGINT) IS NULL OR CAST(50000 AS BIGINT) IS NULL
        THEN NULL
        ELSE LEAST(CAST(SUM(honour_2) AS BIGINT), CAST(50000 AS BIGINT))
      END
    ) AS moved,
    CAST(SUM(records) AS BIGINT) AS records,
    MAX(veto) = 1 AS veto
  FROM parts
  WHERE
    is_scored
  GROUP BY
    subject_id
), clamped AS (
  SELECT
    subject_id,
    CAST(category AS INT) AS category,
    records,
    veto,
    LEAST(
      GREATEST(CAST(1000000 AS BIGINT) + moved, CAST(0 AS BIGINT)),
      CAST(1200000 AS BIGINT)
    ) AS points
  FROM summed
)
SELECT
  subject_id,
  category,
  points,
  CASE
    WHEN veto
    THEN 'D'
    WHEN points >= CAST(900000 AS BIGINT)
    THEN 'A'
    WHEN points >= CAST(750000 AS BIGINT)
    THEN 'B'
    WHEN points >= CAST(600000 AS BIGINT)
    THEN 'C'
    ELSE 'D'
  END AS grade,
  records,
  veto
FROM clamped;

-- drop_subject_count
DROP TABLE IF EXISTS subject_count;

-- subject_count
CREATE TABLE subject_count
USING PARQUET AS
SELECT
  counted.*,
  CASE
    WHEN kind_no = 1
    THEN 'individual_business'
    WHEN kind_no = 2
    THEN 'organisation'
    WHEN kind_no = 3
    THEN 'person'
  END AS subject_kind,
  grade AS whole_grade,
  points AS whole_points,
  veto AS whole_veto
FROM (
  SELECT
    subject_id,
    CAST(SUM(
      CASE
        WHEN (
          is_listing OR kind = 'abnormal_operation'
        ) AND is_usable
        THEN 1
        ELSE 0
      END
    ) AS BIGINT) AS active_listings,
    CAST(SUM(CASE WHEN is_adverse AND is_usable THEN 1 ELSE 0 END) AS BIGINT) AS open_adverse,
    CAST(SUM(
      CASE
        WHEN kind = 'penalty'
        AND is_usable
        AND (
          (
            penalty_mask DIV 4
          ) % 2 = 1
          OR (
            penalty_mask DIV 8
          ) % 2 = 1
          OR (
            penalty_mask DIV 16
          ) % 2 = 1
          OR (
            penalty_mask DIV 32
          ) % 2 = 1
          OR (
            penalty_mask DIV 64
          ) % 2 = 1
          OR (
            penalty_mask DIV 128
          ) % 2 = 1
          OR (
            penalty_mask DIV 256
          ) % 2 = 1
          OR (
            penalty_mask DIV 512
          ) % 2 = 1
          OR fine_fen > CAST(0 AS BIGINT)
          OR confiscated_fen > CAST(0 AS BIGINT)
        )
        AND decided_on <= CAST(:as_of AS DATE)
        AND CAST((
          (
            YEAR(CAST(:as_of AS DATE)) * 12 + MONTH(CAST(:as_of AS DATE))
          ) - (
            YEAR(decided_on) * 12 + MONTH(decided_on)
          ) - CASE WHEN DAY(CAST(:as_of AS DATE)) < DAY(decided_on) THEN 1 ELSE 0 END
        ) AS BIGINT) < CAST(24 AS BIGINT)
        THEN 1
        ELSE 0
      END
    ) AS BIGINT) AS recent_fines
  FROM judged
  WHERE
    subject_id IN (
      SELECT
        subject_id
      FROM judged
      WHERE
        (
          subject_kind IN ('organisation', 'individual_business')
          AND is_honour
          AND is_usable
        )
        OR (
          is_honour AND is_usable AND consent
        )
    )
  GROUP BY
    subject_id
) AS counted
JOIN (
  SELECT
    subject_id AS kind_of,
    MIN(kind_no) AS kind_no
  FROM parts
  WHERE
    subject_id IN (
      SELECT
        subject_id
      FROM judged
    )
  GROUP BY
    subject_id
) AS kinds
  ON kind_of = counted.subject_id
LEFT JOIN standing
  ON standing.subject_id = counted.subject_id AND standing.category = 0;

-- drop_proposal_1
DROP TABLE IF EXISTS proposal_1;

-- proposal_1
CREATE TABLE proposal_1
USING PARQUET AS
SELECT
  1 AS proposal_no,
  r.subject_id,
  listed_type AS list_type,
  r.category,
  r.record_id
FROM judged AS r
JOIN topic_list
  ON listed_kind = r.kind
  AND listed_subject = r.subject_kind
  AND of_listed_text = r.listed_text
WHERE
  accept_list = 'black' AND (
    r.is_listing AND r.is_usable
  );

-- drop_proposal_2
DROP TABLE IF EXISTS proposal_2;

-- proposal_2
CREATE TABLE proposal_2
USING PARQUET AS
SELECT
  2 AS proposal_no,
  r.subject_id,
  category_list_type AS list_type,
  r.category,
  r.record_id
FROM standing AS s
JOIN judged AS r
  ON r.subject_id = s.subject_id AND r.category = s.category
JOIN rule_category_list
  ON list_category = r.category
  AND list_record = r.kind
  AND list_subject = r.subject_kind
WHERE
  s.category > 0
  AND category_list = 'black'
  AND s.grade = 'D'
  AND (
    r.is_scored
    AND r.is_usable
    AND COALESCE(r.severity = 'serious', FALSE)
    AND NOT (
      r.is_listing
    )
  );

-- drop_proposal_3
DROP TABLE IF EXISTS proposal_3;

-- proposal_3
CREATE TABLE proposal_3
USING PARQUET AS
SELECT
  3 AS proposal_no,
  r.subject_id,
  category_list_type AS list_type,
  r.category,
  r.record_id
FROM standing AS s
JOIN judged AS r
  ON r.subject_id = s.subject_id AND r.category = s.category
JOIN rule_category_list
  ON list_category = r.category
  AND list_record = r.kind
  AND list_subject = r.subject_kind
WHERE
  (
    (
      s.category > 0
      AND category_list = 'watch'
      AND s.grade IN ('C', 'D')
      AND (
        r.is_scored AND r.is_usable AND r.is_adverse
      )
    )
    AND NOT r.subject_id IN (
      SELECT
        subject_id
      FROM proposal_1
    )
  )
  AND NOT r.subject_id IN (
    SELECT
      subject_id
    FROM proposal_2
  );

-- drop_proposal_4
DROP TABLE IF EXISTS proposal_4;

-- proposal_4
CREATE TABLE proposal_4
USING PARQUET AS
SELECT
  4 AS proposal_no,
  r.subject_id,
  category_list_type AS list_type,
  0 AS category,
  r.record_id
FROM standing AS s
JOIN judged AS r
  ON r.subject_id = s.subject_id
JOIN rule_category_list
  ON list_category = 0 AND list_record = r.kind AND list_subject = r.subject_kind
WHERE
  (
    (
      (
        s.category = 0
        AND category_list = 'watch'
        AND s.grade IN ('C', 'D')
        AND (
          r.is_scored AND r.is_usable AND r.is_adverse
        )
      )
      AND NOT r.subject_id IN (
        SELECT
          subject_id
        FROM proposal_1
      )
    )
    AND NOT r.subject_id IN (
      SELECT
        subject_id
      FROM proposal_2
    )
  )
  AND NOT r.subject_id IN (
    SELECT
      subject_id
    FROM proposal_3
  );

-- proposal_5
CREATE OR REPLACE TEMPORARY VIEW proposal_5 AS
SELECT
  5 AS proposal_no,
  r.subject_id,
  listed_type AS list_type,
  0 AS category,
  r.record_id
FROM subject_count AS s
JOIN judged AS r
  ON r.subject_id = s.subject_id
JOIN topic_list
  ON listed_kind = r.kind
  AND listed_subject = r.subject_kind
  AND of_listed_text = r.listed_text
WHERE
  (
    (
      (
        (
          accept_list = 'red'
          AND COALESCE(s.whole_grade = 'A', FALSE)
          AND s.recent_fines = CAST(0 AS BIGINT)
          AND s.active_listings = CAST(0 AS BIGINT)
          AND (
            r.subject_kind IN ('organisation', 'individual_business')
            AND r.is_honour
            AND r.is_usable
          )
        )
        AND NOT r.subject_id IN (
          SELECT
            subject_id
          FROM proposal_1
        )
      )
      AND NOT r.subject_id IN (
        SELECT
          subject_id
        FROM proposal_2
      )
    )
    AND NOT r.subject_id IN (
      SELECT
        subject_id
      FROM proposal_3
    )
  )
  AND NOT r.subject_id IN (
    SELECT
      subject_id
    FROM proposal_4
  );

-- proposal_6
CREATE OR REPLACE TEMPORARY VIEW proposal_6 AS
SELECT
  6 AS proposal_no,
  r.subject_id,
  listed_type AS list_type,
  0 AS category,
  r.record_id
FROM subject_count AS s
JOIN judged AS r
  ON r.subject_id = s.subject_id
JOIN topic_list
  ON listed_kind = r.kind
  AND listed_subject = r.subject_kind
  AND of_listed_text = r.listed_text
WHERE
  (
    (
      (
        (
          accept_list = 'red'
          AND s.subject_kind = 'person'
          AND s.open_adverse = CAST(0 AS BIGINT)
          AND (
            r.is_honour AND r.is_usable AND r.consent
          )
        )
        AND NOT r.subject_id IN (
          SELECT
            subject_id
          FROM proposal_1
        )
      )
      AND NOT r.subject_id IN (
        SELECT
          subject_id
        FROM proposal_2
      )
    )
    AND NOT r.subject_id IN (
      SELECT
        subject_id
      FROM proposal_3
    )
  )
  AND NOT r.subject_id IN (
    SELECT
      subject_id
    FROM proposal_4
  );

-- proposals
CREATE OR REPLACE TEMPORARY VIEW proposals AS
SELECT
  *
FROM proposal_1
UNION ALL
SELECT
  *
FROM proposal_2
UNION ALL
SELECT
  *
FROM proposal_3
UNION ALL
SELECT
  *
FROM proposal_4
UNION ALL
SELECT
  *
FROM proposal_5
UNION ALL
SELECT
  *
FROM proposal_6;

-- drop_proposed
DROP TABLE IF EXISTS proposed;

-- proposed
CREATE TABLE proposed
USING PARQUET AS
SELECT
  subject_id,
  MIN(proposal_list) AS list_kind,
  list_type,
  CAST(category AS INT) AS category,
  MIN_BY(proposal_rule, first_no) FILTER(WHERE
    NOT proposal_rule IS NULL) AS rule,
  NULLIF(
    TRANSFORM(
      SORT_ARRAY(
        COLLECT_LIST(
          NAMED_STRUCT('missing_0', record_id IS NULL, 'key_0', record_id, 'item', record_id)
        )
      ),
      r -> r.item
    ),
    ARRAY()
  ) AS record_ids
FROM (
  SELECT
    subject_id,
    list_type,
    category,
    record_id,
    MIN(proposal_no) AS first_no
  FROM proposals
  GROUP BY
    subject_id,
    list_type,
    category,
    record_id
) AS supported
JOIN rule_proposal
  ON of_proposal_no = first_no
GROUP BY
  subject_id,
  list_type,
  category;

-- near
CREATE OR REPLACE TEMPORARY VIEW near AS
SELECT
  proposal_no,
  subject_id,
  category,
  points,
  MIN(missing) AS missing
FROM (
  SELECT
    2 AS proposal_no,
    r.subject_id,
    r.category AS category,
    s.points AS points,
    ABS((
      s.points - CAST(599999 AS BIGINT)
    )) AS missing
  FROM standing AS s
  JOIN judged AS r
    ON r.subject_id = s.subject_id AND r.category = s.category
  JOIN rule_category_list
    ON list_category = r.category
    AND list_record = r.kind
    AND list_subject = r.subject_kind
  WHERE
    s.category > 0
    AND category_list = 'black'
    AND s.points BETWEEN CAST(600000 AS BIGINT) AND CAST(629999 AS BIGINT)
    AND NOT s.veto
    AND NOT (
      s.grade = 'D'
    )
    AND (
      'D' = 'D'
    )
    AND (
      r.is_scored
      AND r.is_usable
      AND COALESCE(r.severity = 'serious', FALSE)
      AND NOT (
        r.is_listing
      )
    )
  UNION ALL
  SELECT
    3 AS proposal_no,
    r.subject_id,
    r.category AS category,
    s.points AS points,
    ABS((
      s.points - CAST(749999 AS BIGINT)
    )) AS missing
  FROM standing AS s
  JOIN judged AS r
    ON r.subject_id = s.subject_id AND r.category = s.category
  JOIN rule_category_list
    ON list_category = r.category
    AND list_record = r.kind
    AND list_subject = r.subject_kind
  WHERE
    (
      (
        s.category > 0
        AND category_list = 'watch'
        AND s.points BETWEEN CAST(750000 AS BIGINT) AND CAST(779999 AS BIGINT)
        AND NOT s.veto
        AND NOT (
          s.grade IN ('C', 'D')
        )
        AND (
          'C' IN ('C', 'D')
        )
        AND (
          r.is_scored AND r.is_usable AND r.is_adverse
        )
      )
      AND NOT r.subject_id IN (
        SELECT
          subject_id
        FROM proposal_1
      )
    )
    AND NOT r.subject_id IN (
      SELECT
        subject_id
      FROM proposal_2
    )
  UNION ALL
  SELECT
    4 AS proposal_no,
    r.subject_id,
    0 AS category,
    s.points AS points,
    ABS((
      s.points - CAST(749999 AS BIGINT)
    )) AS missing
  FROM standing AS s
  JOIN judged AS r
    ON r.subject_id = s.subject_id
  JOIN rule_category_list
    ON list_category = 0 AND list_record = r.kind AND list_subject = r.subject_kind
  WHERE
    (
      (
        (
          s.category = 0
          AND category_list = 'watch'
          AND s.points BETWEEN CAST(750000 AS BIGINT) AND CAST(779999 AS BIGINT)
          AND NOT s.veto
          AND NOT (
            s.grade IN ('C', 'D')
          )
          AND (
            'C' IN ('C', 'D')
          )
          AND (
            r.is_scored AND r.is_usable AND r.is_adverse
          )
        )
        AND NOT r.subject_id IN (
          SELECT
            subject_id
          FROM proposal_1
        )
      )
      AND NOT r.subject_id IN (
        SELECT
          subject_id
        FROM proposal_2
      )
    )
    AND NOT r.subject_id IN (
      SELECT
        subject_id
      FROM proposal_3
    )
  UNION ALL
  SELECT
    5 AS proposal_no,
    r.subject_id,
    0 AS category,
    s.whole_points AS points,
    ABS((
      s.whole_points - CAST(900000 AS BIGINT)
    )) AS missing
  FROM subject_count AS s
  JOIN judged AS r
    ON r.subject_id = s.subject_id
  JOIN topic_list
    ON listed_kind = r.kind
    AND listed_subject = r.subject_kind
    AND of_listed_text = r.listed_text
  WHERE
    (
      (
        (
          (
            accept_list = 'red'
            AND s.whole_points BETWEEN CAST(870000 AS BIGINT) AND CAST(899999 AS BIGINT)
            AND NOT s.whole_veto
            AND NOT (
              COALESCE(s.whole_grade = 'A', FALSE)
              AND s.recent_fines = CAST(0 AS BIGINT)
              AND s.active_listings = CAST(0 AS BIGINT)
            )
            AND (
              COALESCE('A' = 'A', FALSE)
              AND s.recent_fines = CAST(0 AS BIGINT)
              AND s.active_listings = CAST(0 AS BIGINT)
            )
            AND (
              r.subject_kind IN ('organisation', 'individual_business')
              AND r.is_honour
              AND r.is_usable
            )
          )
          AND NOT r.subject_id IN (
            SELECT
              subject_id
            FROM proposal_1
          )
        )
        AND NOT r.subject_id IN (
          SELECT
            subject_id
          FROM proposal_2
        )
      )
      AND NOT r.subject_id IN (
        SELECT
          subject_id
        FROM proposal_3
      )
    )
    AND NOT r.subject_id IN (
      SELECT
        subject_id
      FROM proposal_4
    )
  UNION ALL
  SELECT
    6 AS proposal_no,
    r.subject_id,
    0 AS category,
    s.whole_points AS points,
    ABS((
      s.whole_points - CAST(900000 AS BIGINT)
    )) AS missing
  FROM subject_count AS s
  JOIN judged AS r
    ON r.subject_id = s.subject_id
  JOIN topic_list
    ON listed_kind = r.kind
    AND listed_subject = r.subject_kind
    AND of_listed_text = r.listed_text
  WHERE
    (
      (
        (
          (
            accept_list = 'red'
            AND s.whole_points BETWEEN CAST(870000 AS BIGINT) AND CAST(899999 AS BIGINT)
            AND NOT s.whole_veto
            AND NOT (
              s.subject_kind = 'person' AND s.open_adverse = CAST(0 AS BIGINT)
            )
            AND (
              s.subject_kind = 'person' AND s.open_adverse = CAST(0 AS BIGINT)
            )
            AND (
              r.is_honour AND r.is_usable AND r.consent
            )
          )
          AND NOT r.subject_id IN (
            SELECT
              subject_id
            FROM proposal_1
          )
        )
        AND NOT r.subject_id IN (
          SELECT
            subject_id
          FROM proposal_2
        )
      )
      AND NOT r.subject_id IN (
        SELECT
          subject_id
        FROM proposal_3
      )
    )
    AND NOT r.subject_id IN (
      SELECT
        subject_id
      FROM proposal_4
    )
  UNION ALL
  SELECT
    6 AS proposal_no,
    r.subject_id,
    0 AS category,
    s.whole_points AS points,
    ABS((
      s.whole_points - CAST(750000 AS BIGINT)
    )) AS missing
  FROM subject_count AS s
  JOIN judged AS r
    ON r.subject_id = s.subject_id
  JOIN topic_list
    ON listed_kind = r.kind
    AND listed_subject = r.subject_kind
    AND of_listed_text = r.listed_text
  WHERE
    (
      (
        (
          (
            accept_list = 'red'
            AND s.whole_points BETWEEN CAST(720000 AS BIGINT) AND CAST(749999 AS BIGINT)
            AND NOT s.whole_veto
            AND NOT (
              s.subject_kind = 'person' AND s.open_adverse = CAST(0 AS BIGINT)
            )
            AND (
              s.subject_kind = 'person' AND s.open_adverse = CAST(0 AS BIGINT)
            )
            AND (
              r.is_honour AND r.is_usable AND r.consent
            )
          )
          AND NOT r.subject_id IN (
            SELECT
              subject_id
            FROM proposal_1
          )
        )
        AND NOT r.subject_id IN (
          SELECT
            subject_id
          FROM proposal_2
        )
      )
      AND NOT r.subject_id IN (
        SELECT
          subject_id
        FROM proposal_3
      )
    )
    AND NOT r.subject_id IN (
      SELECT
        subject_id
      FROM proposal_4
    )
  UNION ALL
  SELECT
    6 AS proposal_no,
    r.subject_id,
    0 AS category,
    s.whole_points AS points,
    ABS((
      s.whole_points - CAST(600000 AS BIGINT)
    )) AS missing
  FROM subject_count AS s
  JOIN judged AS r
    ON r.subject_id = s.subject_id
  JOIN topic_list
    ON listed_kind = r.kind
    AND listed_subject = r.subject_kind
    AND of_listed_text = r.listed_text
  WHERE
    (
      (
        (
          (
            accept_list = 'red'
            AND s.whole_points BETWEEN CAST(570000 AS BIGINT) AND CAST(599999 AS BIGINT)
            AND NOT s.whole_veto
            AND NOT (
              s.subject_kind = 'person' AND s.open_adverse = CAST(0 AS BIGINT)
            )
            AND (
              s.subject_kind = 'person' AND s.open_adverse = CAST(0 AS BIGINT)
            )
            AND (
              r.is_honour AND r.is_usable AND r.consent
            )
          )
          AND NOT r.subject_id IN (
            SELECT
              subject_id
            FROM proposal_1
          )
        )
        AND NOT r.subject_id IN (
          SELECT
            subject_id
          FROM proposal_2
        )
      )
      AND NOT r.subject_id IN (
        SELECT
          subject_id
        FROM proposal_3
      )
    )
    AND NOT r.subject_id IN (
      SELECT
        subject_id
      FROM proposal_4
    )
) AS within_reach
GROUP BY
  proposal_no,
  subject_id,
  category,
  points;

-- insert_scores
INSERT INTO scores
SELECT
  :run_id,
  subject_id,
  category,
  points,
  grade,
  records,
  veto
FROM standing;

-- insert_candidates
INSERT INTO candidates
SELECT
  :run_id,
  subject_id,
  list_kind,
  list_type,
  category,
  rule,
  record_ids
FROM proposed
ORDER BY
  list_kind NULLS LAST,
  list_type NULLS LAST,
  category NULLS LAST,
  subject_id NULLS LAST;

-- insert_reasons
INSERT INTO reasons
SELECT
  :run_id,
  subject_id,
  category,
  record_id,
  kind,
  severity,
  points_before,
  weight,
  points,
  veto,
  rule,
  batch_id,
  row,
  decided_on
FROM judged
WHERE
  is_scored
  AND is_usable
  AND subject_id IN (
    SELECT
      subject_id
    FROM proposed
  );

-- insert_near_misses
INSERT INTO near_misses
SELECT
  :run_id,
  subject_id,
  category,
  proposal_list,
  proposal_rule,
  points,
  missing
FROM near
JOIN rule_proposal
  ON of_proposal_no = proposal_no
ORDER BY
  subject_id NULLS LAST,
  category NULLS LAST,
  proposal_no NULLS LAST;

-- explain
SELECT
  j.record_id,
  j.batch_id,
  j.row,
  j.subject_id,
  j.subject_kind,
  j.kind,
  j.topic,
  j.category,
  j.category_rule,
  j.severity,
  j.severity_rule,
  j.points_before,
  j.weight,
  j.points,
  j.is_usable,
  j.is_scored,
  j.veto,
  j.rule,
  j.decided_on,
  j.min_until,
  j.max_until,
  j.active_until,
  c.points AS category_points,
  c.grade AS category_grade,
  w.points AS whole_points,
  w.grade AS whole_grade,
  w.veto AS whole_veto,
  (
    SELECT
      NULLIF(
        TRANSFORM(
          SORT_ARRAY(
            COLLECT_LIST(
              NAMED_STRUCT(
                'missing_0',
                p.list_kind IS NULL,
                'key_0',
                p.list_kind,
                'missing_1',
                p.list_type IS NULL,
                'key_1',
                p.list_type,
                'missing_2',
                p.category IS NULL,
                'key_2',
                p.category,
                'item',
                p.list_kind || '|' || p.list_type || '|' || p.category || '|' || p.rule
              )
            )
          ),
          r -> r.item
        ),
        ARRAY()
      )
    FROM proposed AS p
    WHERE
      ARRAY_CONTAINS(p.record_ids, j.record_id)
  ) AS candidates
FROM judged AS j
LEFT JOIN standing AS c
  ON c.subject_id = j.subject_id AND c.category = j.category AND j.category > 0
LEFT JOIN standing AS w
  ON w.subject_id = j.subject_id AND w.category = 0
ORDER BY
  j.category NULLS LAST,
  j.decided_on NULLS LAST,
  j.record_id NULLS LAST;
