"""Putting the guard and the skill into an agent runtime's own files, and taking them out again."""
