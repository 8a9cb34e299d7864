"""Proofs about a rulebook: what can be said of every possible fact, before any fact is judged.

Conditions are finite in kind: their constants cut every field into a few classes, and within a class nothing can
differ. `classes` finds the classes, `worlds` combines them into worlds by `diagrams`, and one module per proof asks its
question of all of them. What could not be tried for every case is said as a limit or refused, never passed over.
"""
