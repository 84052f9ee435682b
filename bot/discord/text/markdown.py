"""Markdown: text escaped and shortened for Discord, and Discord's limits."""

import re

from retrieval.articles.article import normalise
from retrieval.english.sentences import sentences

# Discord's limits, all in characters but OPTIONS (developer documentation, "Message Resource").
MESSAGE = 2000
DESCRIPTION = 4096
TITLE = 256
ADDRESS = 2048  # of an embed; not documented, longer ones are refused
OPTION = 100
OPTIONS = 25
THREAD = 100

_MARKUP = re.compile(r"[\\*_~`|<>\[\]()#@:/]")
_LINE_START = re.compile(r"^(\s*)([-+])|^(\s*\d+)([.)])", re.M)
_DOMAIN = re.compile(r"(?<=\w)\.(?=\w)")  # "discord.gg" alone already makes an invitation


def escape(text: str) -> str:
    """The text with all markup escaped, so that Discord shows just its characters."""
    text = _MARKUP.sub(lambda mark: "\\" + mark[0], text)
    text = _DOMAIN.sub(r"\\.", text)
    return _LINE_START.sub(
        lambda mark: (mark[1] or mark[3] or "") + "\\" + (mark[2] or mark[4]), text
    )


def flat(text: str | None) -> str:
    """The text on one line, without control characters."""
    return " ".join(normalise(text or "").split())


def cut(text: str, size: int) -> str:
    """The text in at most `size` characters, ending in … if anything was cut off."""
    if len(text) <= size:
        return text
    head = text[: size - 1]
    space = head.rfind(" ")
    return (head[:space] if space > size // 2 else head).rstrip() + "…"


def small_print(*notes: str) -> str:
    """The notes in small print, each on a line of its own below what stands before."""
    return "".join(f"\n-# {one}" for one in notes)


def beginning(text: str, size: int) -> str:
    """The text escaped, in at most `size` characters; cut after a sentence if possible.

    … stands for what is cut off.
    """
    piece = text[:size]
    while piece and len(escape(piece)) + 1 > size:
        piece = piece[: len(piece) * 9 // 10]
    if piece == text:
        return escape(piece)
    ends = [end for _, end in sentences(piece)]
    if len(ends) > 1:  # the last sentence may be cut off
        return escape(piece[: ends[-2]]) + " …"
    return escape(piece.rpartition(" ")[0] or piece) + "…"


def thread_name(question: str) -> str:
    """The question as the name of a thread.

    Discord shows no markup in names, except mentions and the like in angle brackets.
    """
    return cut(flat(re.sub(r"[<>]", " ", question)) or "question", THREAD)
