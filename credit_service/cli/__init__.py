"""Commands: one module a subject, all over `pipeline` and `lookup`.

Every command takes ``--json`` and then prints one documented JSON object on standard output and nothing else.
"""
