"""Proofs of who somebody is: passwords, one-time codes, recovery codes, tokens of an identity provider.

Each module answers whether one proof holds. It deliberately knows no ledger, no account and no web: what was used
already is told to it, and what follows from an answer is `pipeline.sign_in`'s.
"""
