"""FastAPI, and only here: pages and API, by who comes in."""
