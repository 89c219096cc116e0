"""The wire: what the real client speaks, turned into calls of the layers below."""
