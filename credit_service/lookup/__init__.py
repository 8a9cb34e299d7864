"""Questions that change nothing: a subject's standing, explanations, bulletins, statistics, analysts' SQL."""
