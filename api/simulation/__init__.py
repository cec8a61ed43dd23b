"""The simulation: staff and candidates who work a whole batch through the public API."""
