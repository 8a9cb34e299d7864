"""Scores to candidates to decisions: the due process.

Before it come candidates of an assessment; after it cases that moved lawfully. Pure functions over `domain.listing`;
it deliberately stores nothing and publishes nothing.
"""
