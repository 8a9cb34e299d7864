"""The ledger (SQLModel), and only here: what people and clients did.

Repositories translate between tables and domain classes; only `unit_of_work` commits.
"""
