"""The nouns that travel between stages.

Nothing comes before this room but `errors`; every other room builds on it. It deliberately knows no file format,
database, frame library or web framework: plain frozen dataclasses and enumerations only.
"""
