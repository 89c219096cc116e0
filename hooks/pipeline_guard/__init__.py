"""The guard: it judges each tool call of a healing session before it runs.

One direction of flow: a runtime's event -> effects -> rules -> a verdict -> the runtime's
answer; and, after the tool ran, the event -> the ledger. The front is `decide.decide`.
"""
