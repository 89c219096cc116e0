"""Grades a healing from the lakehouse and git, whatever the session said of itself."""
