"""The rule engine: law as data, compiled to SQL, judged by a second, slow reading.

Before it come the files under ``rules/``; after it SQL text with its tables for the warehouse to run, and plain
explanations. It deliberately runs no SQL and touches no frame.
"""
