"""Hints: what to do about an error, as the terminal and Discord each word it."""

from retrieval.errors import Hint, NewsdeskError

TERMINAL = {
    Hint.INDEX: "Make one with: newsdesk index PATH",
    Hint.REINDEX: "To rebuild it: newsdesk reindex",
    Hint.UPDATE: "To bring them up to date: newsdesk reindex",
    Hint.LIST_ARTICLES: "See: newsdesk articles",
    Hint.LIST_FEEDS: "See: newsdesk feeds list",
    Hint.SAVE_EVALUATION: "Make one with: newsdesk eval QUESTIONS --save FILE",
}
DISCORD = {
    Hint.INDEX: "Add articles with /articles add.",
    Hint.REINDEX: "To rebuild it, use /articles reindex.",
    Hint.UPDATE: "To bring them up to date, use /articles reindex.",
    Hint.LIST_ARTICLES: "See /articles list.",
    Hint.LIST_FEEDS: "See /feeds list.",
    Hint.SAVE_EVALUATION: "Ask whoever runs the bot.",
}


def with_hint(exc: NewsdeskError, words: dict[Hint, str] = TERMINAL) -> str:
    """The error's message, with its hint in these words where it has one."""
    message = str(exc)
    if exc.hint is None:
        return message
    return f"{message}{'' if message.endswith('.') else '.'} {words[exc.hint]}"
