"""`make bench`: how fast it is, as medians and as ratios between things measured side by side."""
