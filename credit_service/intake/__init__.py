"""Upload to checked rows: receive, parse, recognise, check, report.

Before it come bytes from a department; after it accepted typed rows and every finding about the others. It
deliberately knows no subject, no store and no rule of scoring.
"""
