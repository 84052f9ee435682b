"""The front ends: command line and Discord."""
