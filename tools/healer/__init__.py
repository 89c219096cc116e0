"""Heals a failed job with nobody at the terminal: an agent on the Claude API, under the guard."""
