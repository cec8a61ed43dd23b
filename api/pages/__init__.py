"""Pages for people: HTML that works without scripts, over the same functions as the API."""
