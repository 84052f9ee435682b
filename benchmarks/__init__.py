"""Measurements: figures with what they are compared to; not installed."""
