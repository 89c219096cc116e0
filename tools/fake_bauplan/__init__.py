"""A local Bauplan that the real command line and SDK talk to: a fake, not a mock.

Layers, each ignorant of those above it: storage, catalog, engine, jobs, wire, server.
"""
