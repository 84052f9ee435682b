"""From data to the reader's weights; not installed."""
