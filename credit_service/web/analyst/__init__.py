"""Where analysts ask in SQL."""
