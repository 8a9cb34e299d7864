"""The API for other agencies' systems."""
