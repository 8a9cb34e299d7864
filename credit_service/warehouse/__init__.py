"""DuckDB, and only here: records, findings, scores, snapshots, and the sandbox for foreign SQL.

It can be thrown away and rebuilt from the inbox, the ledger and the rules.
"""
