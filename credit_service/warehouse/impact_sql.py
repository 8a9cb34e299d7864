"""The questions of `impact`, in the order they are asked; fixed texts over the tables both sides left behind.

A subject *enters* a list where only the draft proposes it, *leaves* where only the rules in force do, and *stays* where
both do. Whether somebody is a natural person is asked once, in ``impact_subject``, and everything rests on that.
"""

from __future__ import annotations

from typing import Final

CANDIDATES: Final = """
CREATE OR REPLACE TEMP TABLE impact_candidate AS
SELECT
    COALESCE(b.subject_id, a.subject_id) AS subject_id, COALESCE(b.list_kind, a.list_kind) AS list_kind,
    COALESCE(b.list_type, a.list_type) AS list_type, COALESCE(b.category, a.category) AS category,
    b.rule AS rule_before, a.rule AS rule_after, COALESCE(a.record_ids, b.record_ids) AS record_ids,
    b.subject_id IS NOT NULL AS was, a.subject_id IS NOT NULL AS becomes
FROM proposed AS b
FULL JOIN draft_proposed AS a
    ON a.subject_id = b.subject_id AND a.list_kind = b.list_kind AND a.list_type = b.list_type
    AND a.category = b.category
"""

SUBJECTS: Final = """
CREATE OR REPLACE TEMP TABLE impact_subject AS
SELECT
    subject_id, MIN(subject_kind) AS subject_kind, COUNT(*) AS records,
    BOOL_OR(subject_kind = 'person' OR starts_with(subject_id, 'psn:')) AS is_person
FROM facts
WHERE subject_id IN (SELECT subject_id FROM impact_candidate)
GROUP BY subject_id
"""

# Who reported the newest of the records that speak for the list, and what region they name; the draft's records where
# it proposes the subject, otherwise those of the rules in force.
SUPPORTS: Final = """
CREATE OR REPLACE TEMP TABLE impact_support AS
SELECT
    c.subject_id, c.list_kind, ARG_MAX(r.agency_code, (r.decided_on, r.record_id)) AS agency_code,
    MAX(r.region_code) AS region_code
FROM (SELECT subject_id, list_kind, UNNEST(record_ids) AS record_id FROM impact_candidate) AS c
JOIN records AS r ON r.record_id = c.record_id
GROUP BY c.subject_id, c.list_kind
"""

# The division is in the code itself; only who has none is looked up by what the records say.
MOVES: Final = """
CREATE OR REPLACE TEMP TABLE impact_move AS
SELECT
    m.list_kind, m.subject_id, m.was, m.becomes, n.is_person, n.subject_kind,
    COALESCE(s.agency_code, '') AS sector,
    CASE
        WHEN starts_with(m.subject_id, 'uscc:') THEN substr(m.subject_id, 8, 6)
        WHEN starts_with(m.subject_id, 'reg:') THEN substr(m.subject_id, 5, 6)
        ELSE COALESCE(s.region_code, '')
    END AS district,
    CASE
        WHEN n.records >= 50 THEN '50' WHEN n.records >= 10 THEN '10' WHEN n.records >= 5 THEN '5'
        WHEN n.records >= 2 THEN '2' ELSE '1'
    END AS size
FROM (
    SELECT list_kind, subject_id, BOOL_OR(was) AS was, BOOL_OR(becomes) AS becomes
    FROM impact_candidate
    GROUP BY list_kind, subject_id
) AS m
JOIN impact_subject AS n ON n.subject_id = m.subject_id
LEFT JOIN impact_support AS s ON s.subject_id = m.subject_id AND s.list_kind = m.list_kind
"""

_COUNTED: Final = """
    COUNT(*) FILTER (becomes AND NOT was) AS entering, COUNT(*) FILTER (was AND NOT becomes) AS leaving,
    COUNT(*) FILTER (was AND becomes) AS staying
"""

# Persons appear in the rows by list and by list type only; nothing says where they live or who reported them.
FLOWS: Final = f"""
WITH by_type AS (
    SELECT c.list_kind, c.list_type AS key, c.subject_id, n.is_person, BOOL_OR(was) AS was, BOOL_OR(becomes) AS becomes
    FROM impact_candidate AS c
    JOIN impact_subject AS n ON n.subject_id = c.subject_id
    GROUP BY ALL
), by_category AS (
    SELECT c.list_kind, CAST(c.category AS VARCHAR) AS key, c.subject_id, BOOL_OR(was) AS was,
        BOOL_OR(becomes) AS becomes
    FROM impact_candidate AS c
    JOIN impact_subject AS n ON n.subject_id = c.subject_id
    WHERE NOT n.is_person
    GROUP BY ALL
), by_rule AS (
    SELECT list_kind, key, subject_id, BOOL_OR(was) AS was, BOOL_OR(becomes) AS becomes
    FROM (
        SELECT list_kind, rule_before AS key, subject_id, TRUE AS was, FALSE AS becomes FROM impact_candidate WHERE was
        UNION ALL
        SELECT list_kind, rule_after, subject_id, FALSE, TRUE FROM impact_candidate WHERE becomes
    ) AS sides
    WHERE subject_id IN (SELECT subject_id FROM impact_subject WHERE NOT is_person)
    GROUP BY ALL
), found AS (
    SELECT 'list' AS dimension, list_kind, '' AS key, is_person, {_COUNTED} FROM impact_move GROUP BY ALL
    UNION ALL
    SELECT 'type', list_kind, key, is_person, {_COUNTED} FROM by_type GROUP BY ALL
    UNION ALL
    SELECT 'category', list_kind, key, FALSE, {_COUNTED} FROM by_category GROUP BY ALL
    UNION ALL
    SELECT 'rule', list_kind, key, FALSE, {_COUNTED} FROM by_rule GROUP BY ALL
    UNION ALL
    SELECT 'subject_kind', list_kind, subject_kind, FALSE, {_COUNTED} FROM impact_move WHERE NOT is_person GROUP BY ALL
    UNION ALL
    SELECT 'district', list_kind, CASE WHEN regexp_matches(district, '^[0-9]{{6}}$') THEN district ELSE '' END, FALSE,
        {_COUNTED} FROM impact_move WHERE NOT is_person GROUP BY ALL
    UNION ALL
    SELECT 'sector', list_kind, sector, FALSE, {_COUNTED} FROM impact_move WHERE NOT is_person GROUP BY ALL
    UNION ALL
    SELECT 'size', list_kind, size, FALSE, {_COUNTED} FROM impact_move WHERE NOT is_person GROUP BY ALL
)
FROM found
ORDER BY dimension, list_kind, key, is_person
"""  # noqa: S608 - a fixed text

# The bands end at 5, 10, 20 and 30 points on either side of “unchanged”; band −n mirrors band n.
SCORES: Final = """
SELECT
    category, grade_before, grade_after,
    CASE
        WHEN shift <= -300000 THEN -5 WHEN shift <= -200000 THEN -4 WHEN shift <= -100000 THEN -3
        WHEN shift <= -50000 THEN -2 WHEN shift < 0 THEN -1 WHEN shift = 0 THEN 0 WHEN shift < 50000 THEN 1
        WHEN shift < 100000 THEN 2 WHEN shift < 200000 THEN 3 WHEN shift < 300000 THEN 4
        WHEN shift IS NOT NULL THEN 5
    END AS band,
    COUNT(*) AS subjects, MIN(shift) AS lowest, MAX(shift) AS highest
FROM (
    SELECT
        COALESCE(b.category, a.category) AS category, b.grade AS grade_before, a.grade AS grade_after,
        a.points - b.points AS shift
    FROM standing AS b
    FULL JOIN draft_standing AS a ON a.subject_id = b.subject_id AND a.category = b.category
) AS both_sides
GROUP BY ALL
ORDER BY ALL
"""

COUNTS: Final = """
SELECT
    (SELECT COUNT(*) FROM facts) AS records, (SELECT COUNT(DISTINCT subject_id) FROM facts) AS subjects,
    (SELECT COUNT(*) FROM standing WHERE category = 0) AS scored
"""

# Of each subject that moves, its first candidate, a special item before 综合. Of each list and direction, in turn the
# subject of each item whose points move most; the id decides between equals, so that the same is taken every time.
TAKE_EXAMPLES: Final = """
CREATE OR REPLACE TEMP TABLE impact_example AS
WITH first_candidate AS (
    SELECT c.*, m.becomes AS enters, n.subject_kind
    FROM impact_move AS m
    JOIN impact_candidate AS c ON c.subject_id = m.subject_id AND c.list_kind = m.list_kind
    JOIN impact_subject AS n ON n.subject_id = m.subject_id
    WHERE m.was <> m.becomes AND NOT m.is_person
    QUALIFY row_number() OVER (
        PARTITION BY c.list_kind, c.subject_id ORDER BY c.category = 0, c.category, c.list_type
    ) = 1
), ranked AS (
    SELECT
        f.*,
        row_number() OVER (
            PARTITION BY f.list_kind, f.enters, f.category
            ORDER BY ABS(COALESCE(a.points - b.points, 0)) DESC, f.subject_id
        ) AS turn,
        ABS(COALESCE(a.points - b.points, 0)) AS shift
    FROM first_candidate AS f
    LEFT JOIN standing AS b ON b.subject_id = f.subject_id AND b.category = f.category
    LEFT JOIN draft_standing AS a ON a.subject_id = f.subject_id AND a.category = f.category
)
SELECT
    list_kind, enters, subject_id, subject_kind, list_type, category, rule_before, rule_after,
    row_number() OVER (PARTITION BY list_kind, enters ORDER BY turn, shift DESC, subject_id) AS place
FROM ranked
QUALIFY place <= $subjects
"""

EXAMPLES: Final = """
SELECT e.list_kind, e.enters, e.place, e.subject_id, n.subject_name, e.subject_kind, e.list_type, e.category,
    e.rule_before, e.rule_after
FROM impact_example AS e
LEFT JOIN (
    SELECT f.subject_id, ARG_MAX(r.subject_name, (r.subject_id = f.subject_id, r.learned_at, r.record_id))
        AS subject_name
    FROM (SELECT record_id, subject_id FROM facts WHERE subject_id IN (SELECT subject_id FROM impact_example)) AS f
    JOIN records AS r ON r.record_id = f.record_id
    GROUP BY f.subject_id
) AS n ON n.subject_id = e.subject_id
ORDER BY e.list_kind, e.enters DESC, e.place
"""

EXAMPLE_SCORES: Final = """
SELECT
    COALESCE(b.subject_id, a.subject_id) AS subject_id, COALESCE(b.category, a.category) AS category,
    b.points AS points_before, a.points AS points_after, b.grade AS grade_before, a.grade AS grade_after
FROM (SELECT * FROM standing WHERE subject_id IN (SELECT subject_id FROM impact_example)) AS b
FULL JOIN (SELECT * FROM draft_standing WHERE subject_id IN (SELECT subject_id FROM impact_example)) AS a
    ON a.subject_id = b.subject_id AND a.category = b.category
ORDER BY subject_id, category
"""

EXAMPLE_RECORDS: Final = """
SELECT
    b.subject_id, b.record_id, b.batch_id, b.row, b.kind, b.decided_on,
    b.category AS category_before, a.category AS category_after, b.severity AS severity_before,
    a.severity AS severity_after, b.points AS points_before, a.points AS points_after, b.rule AS rule_before,
    a.rule AS rule_after, COUNT(*) OVER (PARTITION BY b.subject_id) AS differing,
    row_number() OVER (
        PARTITION BY b.subject_id ORDER BY ABS(a.points - b.points) DESC, b.decided_on DESC, b.record_id
    ) AS place
FROM (SELECT * FROM judged WHERE subject_id IN (SELECT subject_id FROM impact_example)) AS b
JOIN (SELECT * FROM draft_judged WHERE subject_id IN (SELECT subject_id FROM impact_example)) AS a
    ON a.record_id = b.record_id
WHERE (b.category, b.severity, b.points, b.rule, b.is_usable)
    IS DISTINCT FROM (a.category, a.severity, a.points, a.rule, a.is_usable)
QUALIFY place <= $records
ORDER BY b.subject_id, place
"""
