"""Agent sessions as files: read one, and play it under the guard with real tools."""
