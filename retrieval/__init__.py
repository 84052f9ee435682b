"""From article to answer; knows nothing of Discord or terminals."""
