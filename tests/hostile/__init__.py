"""Files that no department should send: made by tests, never kept, each with one pinned outcome."""
