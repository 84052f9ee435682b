"""The front end on Discord."""
