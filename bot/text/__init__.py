"""What answers, articles, statements and feeds look like, as text and as JSON."""
