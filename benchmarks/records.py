"""A warehouse of made-up records for measuring the engine alone: no names, no real codes, made by DuckDB itself.

python benchmarks/records.py 1000000 warehouse.duckdb
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import duckdb

from credit_service.warehouse.apply_schema import SCHEMA_VERSION

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = ROOT / "credit_service/warehouse/schema/0001_base.sql"
KEYWORDS = ROOT / "rules/categories/classification/2026.1/keywords.csv"
OTHER_TOPICS = 40
"""Topics no keyword fits."""
BLOCK = 5_000_000

RECORDS = """
INSERT INTO records BY NAME
WITH drawn AS (
    -- Some acts are reported twice: both reports are of one subject, as an act always is.
    SELECT i, hash(i, 1) AS h1, hash(CASE WHEN h3 % 100 < 3 THEN -(i // 2) ELSE i END, 2) AS h2, h3, hash(i, 4) AS h4,
        hash(i, 5) AS h5, hash(i, 6) AS h6, hash(i, 7) AS h7
    FROM (SELECT i, hash(i, 3) AS h3 FROM range($first, $last) AS numbers(i)) AS numbered
), kinds AS (
    SELECT *, CASE
            -- Licences and penalties are nearly all of what is reported; few are listed or honoured.
            WHEN h1 % 1000 < 470 THEN 'penalty' WHEN h1 % 1000 < 930 THEN 'licence' WHEN h1 % 1000 < 940 THEN 'honour'
            WHEN h1 % 1000 < 960 THEN 'abnormal_operation' WHEN h1 % 1000 < 980 THEN 'broken_commitment'
            WHEN h1 % 1000 < 983 THEN 'serious_list' WHEN h1 % 1000 < 986 THEN 'judgment_default'
            WHEN h1 % 1000 < 988 THEN 'wage_arrears' WHEN h1 % 1000 < 990 THEN 'tax_serious' ELSE 'tax_a'
        END AS kind,
        -- Few subjects have many records, many have few: the square of an even draw.
        CAST(pow((h2 % 1000000) / 1e6, 2) * $subjects AS BIGINT) AS s
    FROM drawn
)
SELECT
    'B' || lpad(CAST(i // 100000 AS VARCHAR), 16, '0') || '-' || lpad(CAST(i AS VARCHAR), 7, '0') AS record_id,
    'B' || lpad(CAST(i // 100000 AS VARCHAR), 16, '0') AS batch_id, i AS row, '' AS sheet,
    '119901019901000186' AS agency_code, 'penalty_org' AS template, kind, '05' AS catalogue_class,
    md5(CASE WHEN h3 % 100 < 3 THEN 'a' || (i // 2) ELSE 'x' || i END) AS act_key,
    CASE WHEN s % 20 = 0 THEN 'psn:' || s ELSE 'uscc:9199' || lpad(CAST(s AS VARCHAR), 14, '0') END AS subject_id,
    CASE WHEN s % 20 = 0 THEN 'person' WHEN s % 20 = 1 THEN 'individual_business' ELSE 'organisation' END
        AS subject_kind,
    '主体' || s AS subject_name, 'uscc' AS identifier_kind, CASE WHEN s % 20 <> 0 THEN '9199' END AS identifier_code,
    '990101' AS region_code, NULL AS representative_key,
    CASE
        WHEN kind = 'honour' AND h4 % 3 = 0 THEN '守合同重信用企业' WHEN kind = 'honour' THEN '文明单位'
        WHEN kind = 'serious_list' THEN '安全生产严重失信主体' ELSE topic
    END AS topic,
    '文号' || i AS document_no, '事实' AS fact, '依据' AS basis, '结果' AS outcome,
    '某区市场监督管理局' AS authority_name, NULL AS authority_code,
    CASE
        WHEN kind <> 'penalty' THEN 0 WHEN h5 % 100 < 70 THEN 4 WHEN h5 % 100 < 85 THEN 1 WHEN h5 % 100 < 92 THEN 12
        WHEN h5 % 100 < 97 THEN 64 ELSE 256
    END AS penalty_mask,
    CASE WHEN kind = 'penalty' AND h5 % 100 < 70 THEN h6 % 120000000 ELSE 0 END AS fine_fen,
    0 AS confiscated_fen, 0 AS amount_fen,
    CASE WHEN kind = 'honour' THEN ['national', 'provincial', 'city', 'county', 'none'][CAST(1 + h6 % 5 AS BIGINT)]
        ELSE 'none' END AS honour_level,
    kind = 'penalty' AND h7 % 20 = 0 AS simple_procedure,
    DATE '2022-01-01' + CAST(h7 % 1700 AS INTEGER) AS decided_on, NULL AS ends_on,
    CASE WHEN h4 % 50 = 0 THEN DATE '2026-06-01' END AS repaired_on,
    CASE WHEN h4 % 200 = 1 THEN DATE '2026-06-01' END AS revoked_on,
    s % 20 = 0 AS consent, '' AS consent_no, 'public' AS share_scope, FALSE AS is_minor, NULL AS adult_on,
    TIMESTAMP '2026-09-01' AS learned_at, TIMESTAMP '2026-09-01' AS visible_at, NULL AS superseded_at,
    CAST(md5_number_lower(subject_id) >> 32 AS UINTEGER) AS subject_key
FROM kinds
JOIN topics ON no = h4 % $topics
ORDER BY batch_id, kind, subject_id
"""


def make_records(path: Path, rows: int) -> None:
    """Fill a new warehouse with so many records, about ten to a subject; the same rows every time."""
    with KEYWORDS.open(encoding="utf-8", newline="") as lines:
        topics = [row["keyword"] for row in csv.DictReader(lines)]
    topics += [f"其他违法事项{number}" for number in range(OTHER_TOPICS)]
    with duckdb.connect(str(path)) as connection:
        connection.execute("SET memory_limit = '3GB'")
        connection.execute(SCHEMA.read_text(encoding="utf-8"))
        connection.execute("INSERT INTO schema_version VALUES (?)", [SCHEMA_VERSION])
        connection.execute(
            "CREATE TEMP TABLE topics AS SELECT unnest($topics) AS topic, unnest($numbers) AS no",
            {"topics": topics, "numbers": list(range(len(topics)))},
        )
        for first in range(0, rows, BLOCK):
            bounds = {"first": first, "last": min(first + BLOCK, rows)}
            connection.execute(RECORDS, {**bounds, "subjects": max(rows // 10, 1), "topics": len(topics)})


if __name__ == "__main__":
    make_records(Path(sys.argv[2]), int(sys.argv[1]))
