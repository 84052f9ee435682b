"""Feeds as a terminal shows them."""

from datetime import datetime

from retrieval.watching.subscriptions import Subscription


def feed_text(feed: Subscription) -> str:
    """The feed's address and title, its last and next poll, and its last error."""
    state = "paused" if feed.paused else f"next poll {_moment(feed.due)}"
    lines = [
        f"{feed.url}  {feed.title}".strip(),
        f"    last success {_moment(feed.success)}, {state}, {feed.articles} articles",
    ]
    if feed.failures:
        lines.append(f"    failed {feed.failures} times since: {feed.error}")
    return "\n".join(lines)


def _moment(seconds: float | None) -> str:
    """A Unix time in local time, to the second."""
    return "never" if seconds is None else f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M:%S}"
