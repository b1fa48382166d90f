"""Runs rules on the canonical tables and closes the counts."""
