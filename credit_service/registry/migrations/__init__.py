"""How the ledger's schema came to be, step by step; `registry.schema` runs what is missing when the ledger is opened.

A migration is history: once released it is never edited. What it needs of the law is therefore written down beside it
(``law_0001``) and not imported from code that moves on.
"""
