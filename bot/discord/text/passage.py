"""A passage opened from an answer, and the passages nearest to a question without an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.discord.text.citation import (
    LINE_SIZES,
    citation_line,
    marked,
    publisher_and_day,
    web_address,
)
from bot.discord.text.markdown import (
    ADDRESS,
    DESCRIPTION,
    MESSAGE,
    TITLE,
    beginning,
    cut,
    escape,
    small_print,
)
from bot.text.notes import SHORTENED, one_line
from retrieval.english.sentences import sentences
from retrieval.search.hit import Citation

_SHORTENED = small_print(SHORTENED)
_AROUND = 500  # characters shown before and after a passage


@dataclass(frozen=True, slots=True)
class PassageView:
    """The title, address, description and footer of the embed that shows a passage."""

    title: str
    url: str | None
    description: str
    footer: str


def passage_view(citation: Citation) -> PassageView:
    """The passage with the text around it, the quote underlined."""
    article, passage = citation.hit.article, citation.hit.passage
    for around in (_AROUND, _AROUND // 2, 0):
        first, last = _whole_sentences(article.text, passage.start, passage.end, around)
        description = _underlined(article.text, first, last, citation)
        if len(description) <= DESCRIPTION:
            break
    else:
        description = beginning(citation.quote, DESCRIPTION - len(_SHORTENED)) + _SHORTENED
    links = [web_address(article, quoted=citation.quote), web_address(article)]
    return PassageView(
        cut(escape(one_line(article.title) or "untitled"), TITLE),
        next((link for link in links if link and _is_embeddable(link)), None),
        description,
        cut(publisher_and_day(article), MESSAGE),
    )


def _is_embeddable(link: str) -> bool:
    """Whether Discord takes the link in an embed; it refuses hosts without a dot."""
    return len(link) <= ADDRESS and "." in (urlsplit(link).hostname or "")


def _whole_sentences(text: str, start: int, end: int, around: int) -> tuple[int, int]:
    """`start` and `end` moved outwards by whole sentences, at most `around` characters each."""
    low, high = max(0, start - around), min(len(text), end + around)
    firsts = [low + a for a, _ in sentences(text[low:start]) if low + a > low or low == 0]
    lasts = [end + b for _, b in sentences(text[end:high]) if end + b < high or high == len(text)]
    return min(firsts, default=start), max(lasts, default=end)


def _underlined(text: str, first: int, last: int, citation: Citation) -> str:
    """The text from `first` to `last`, the quote underlined, … where the article goes on."""
    before, after = text[first : citation.start], text[citation.end : last]
    ahead, behind = ("…" if first > 0 else ""), ("…" if last < len(text.rstrip()) else "")
    shown = f"{ahead}{escape(before)}__{marked(citation).strip()}__{escape(after)}{behind}"
    return shown.strip()


def passages_text(citations: Sequence[Citation]) -> str:
    """The passages, each below the line that names its article, shortened to fit a message."""
    shown = note = ""
    for number, one in enumerate(citations, 1):
        head = f"[{number}] {citation_line(one, *LINE_SIZES[1])}\n"
        piece = beginning(one.quote, (MESSAGE - 200) // len(citations) - len(head))
        if piece != escape(one.quote):
            note = _SHORTENED
        shown += f"{head}{piece}\n\n"
    return shown.strip() + note
