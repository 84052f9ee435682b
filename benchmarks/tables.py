"""Tables in Markdown, as docs/measurements.md has them."""


def print_head(*columns: str) -> None:
    """Print the first two lines of a table."""
    print_row(*columns)
    print("|" + "---|" * len(columns))


def print_row(*cells: object) -> None:
    """Print one row of a table."""
    print("| " + " | ".join(map(str, cells)) + " |")
