"""The story in call order: ingest, assess, decide, publish, rebuild.

One module a chapter; each calls one stage after the other and does no work of its own.
"""
