"""Checked rows to records of the one fixed schema.

Before it come accepted rows of some template (`intake`); after it the record frame the warehouse stores. It
deliberately decides nothing about severity, category or points: those are rules, applied as of a day.
"""
