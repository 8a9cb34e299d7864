"""Papers of due process: from wording and facts to one text, and from the text to Word and PDF.

The facts come from `pipeline`, the words and the layout from the templates that officials may restyle. Nothing here
takes a number, stores or reads a ledger.
"""
