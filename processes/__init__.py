"""Diagrams, decision tables and their scenarios, by scope. No code lives here."""
