"""Decisions to joint measures: what is owed, by whom, on which basis, from when to when.

Before it come decided cases; after it the measures owed, for the ledger. It deliberately executes nothing.
"""
