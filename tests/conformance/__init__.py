"""The public client's own tests against the fake lakehouse."""
