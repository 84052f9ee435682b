"""Markdown: text escaped and shortened for Discord, and Discord's limits."""

import re

from bot.text.notes import one_line
from retrieval.english.sentences import sentences

# Discord's limits; all but OPTIONS are in characters (developer documentation, "Message Resource").
MESSAGE = 2000
DESCRIPTION = 4096
TITLE = 256
ADDRESS = 2048  # of an embed; not documented, but longer ones are refused
OPTION = 100
OPTIONS = 25
THREAD = 100

_MARKUP = re.compile(r"[\\*_~`|<>\[\]()#@:/]")
_LINE_START = re.compile(r"^(\s*)([-+])|^(\s*\d+)([.)])", re.M)
_DOMAIN = re.compile(r"(?<=\w)\.(?=\w)")  # Discord makes an invitation of "discord.gg" alone


def escape(text: str) -> str:
    """The text with all markup escaped, so that Discord shows exactly these characters."""
    text = _MARKUP.sub(lambda mark: "\\" + mark[0], text)
    text = _DOMAIN.sub(r"\\.", text)
    return _LINE_START.sub(
        lambda mark: (mark[1] or mark[3] or "") + "\\" + (mark[2] or mark[4]), text
    )


def cut(text: str, size: int) -> str:
    """The text in at most `size` characters, ending in … if anything was cut off."""
    if len(text) <= size:
        return text
    head = text[: size - 1]
    space = head.rfind(" ")
    return (head[:space] if space > size // 2 else head).rstrip() + "…"


def small_print(*notes: str) -> str:
    """The notes in small print, each on a new line."""
    return "".join(f"\n-# {one}" for one in notes)


def left_out(count: int, total: int, what: str) -> str:
    """Small print that says how many of the `total` do not fit; "" if all do."""
    return small_print(f"Left out to fit a message: {count} of {total} {what}.") if count else ""


def beginning(text: str, size: int) -> str:
    """The text escaped, in at most `size` characters; cut after a sentence if possible.

    It ends in … if anything was cut off.
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

    Names show no markup but what stands in angle brackets, such as mentions.
    """
    return cut(one_line(re.sub(r"[<>]", " ", question)) or "question", THREAD)
