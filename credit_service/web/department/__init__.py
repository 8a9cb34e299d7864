"""Where departments upload and mend."""
