"""Trains the networks that Newsdesk carries; not installed."""
