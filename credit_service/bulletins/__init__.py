"""Decisions to publications: select, redact, render, gate, release.

Before it come effective cases; after it one folder per issue, released by one rename. It deliberately reads no store.
"""
