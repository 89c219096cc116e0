"""Runs agents on the scenarios, with and without guard and skill, and tells how they did."""
