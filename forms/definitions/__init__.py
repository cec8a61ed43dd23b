"""Form files by scope."""
