"""The ledger (SQLModel), and only here: what people and clients did.

Before it come acts, batches and look-ups of the pipeline; after it rows that survive a crash, and a chain of audit rows
that shows every change. Repositories translate between tables and domain classes; only `unit_of_work` commits.

What the law forbids is forbidden by the tables as well (``migrations``): no SQL statement of this or any other program
can decide, publish or reopen a case without its papers, or alter an act, an audit row or the access log. It
deliberately knows no rule and no term: those are in `listing`.
"""
