"""Snapshots and results on disk: built beside, then swapped; never edited."""
