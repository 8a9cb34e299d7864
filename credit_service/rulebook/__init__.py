"""The rule engine: rule files become SQL, and a slow plain reading of the same rules that judges the SQL.

Before this room lie the files of ``rules/``; after it `compile_sql.CompiledScoring`, which the warehouse runs, and the
`schema.Rulebook`, which the other rooms ask for terms, names and sources. It runs no database, reads no records and
lists nobody: what it proposes are candidates.

Reading order: `yaml_text` → `section`, `tables` → `versions` → ``read_*`` → `load`; `parse_condition` → `nodes` →
`compile_nodes` → `compile_sql`, and beside it `evaluate`, the referee.
"""
