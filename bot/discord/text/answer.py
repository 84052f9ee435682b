"""What is sent: answers and passages as Discord's Markdown, whole sentences, within its limits.

Text of articles and people is escaped, so that it is shown to the letter and never is a mention,
a link, a heading or any other markup.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from bot.text.notes import (
    SHORTENED,
    SHORTENED_QUOTE,
    UNDATED,
    also_in,
    quotes_only,
    speaker_note,
    understood_as,
)
from retrieval.answers.answer import DECLINED, Written
from retrieval.articles.article import Article, canonical_url, normalise
from retrieval.english.sentences import sentences
from retrieval.proof.fact_check import Verdict
from retrieval.search.hit import Citation
from retrieval.sources.addresses import host_name

# Limits of Discord, in characters, but OPTIONS (developer documentation, "Message Resource").
MESSAGE = 2000
DESCRIPTION = 4096
TITLE = 256
ADDRESS = 2048  # of an embed; not documented, longer ones are refused
OPTION = 100
OPTIONS = 25
THREAD = 100

_MARKUP = re.compile(r"[\\*_~`|<>\[\]()#@:/]")
_LINE_START = re.compile(r"^(\s*)([-+])|^(\s*\d+)([.)])", re.M)
_DOMAIN = re.compile(r"(?<=\w)\.(?=\w)")  # "discord.gg" alone is an invitation already
_FRAGMENT_WORDS = 5  # of a quote's beginning and end, by which a browser finds it
_NEIGHBOURS = 500  # characters shown before and after a passage
FITS = ((150, 400), (80, 200), (40, 0))  # longest title and address shown, tried in turn
_SHORT_QUESTION = 200
_WHERE = 60
_SAID_BY = 120
_NOTE = 400  # characters of small print
_ALSO, _ALSO_LONG = 3, 30  # copies named, and characters of each
_SHORTENED = f"\n-# {SHORTENED_QUOTE}"
_CUT = f"\n-# {SHORTENED}"
_TOO_LONG = quotes_only("what the language model wrote does not fit a message")
_SAYS, _DENIES = "✅ The articles say it", "❔ The articles don't say it"
_NO_STATEMENT = "I found no statement in that message that I could check."


@dataclass(frozen=True, slots=True)
class Sheet:
    """A message's text, and how many of the citations are in it."""

    text: str
    shown: int


@dataclass(frozen=True, slots=True)
class PassageView:
    """A passage opened: an embed's title, address and description."""

    title: str
    url: str | None
    description: str
    footer: str


def escape(text: str) -> str:
    """The text so that Discord shows just its characters."""
    text = _MARKUP.sub(lambda mark: "\\" + mark[0], text)
    text = _DOMAIN.sub(r"\\.", text)
    return _LINE_START.sub(
        lambda mark: (mark[1] or mark[3] or "") + "\\" + (mark[2] or mark[4]), text
    )


def cut(text: str, size: int) -> str:
    """The text in at most `size` characters, … at its end where something is missing."""
    if len(text) <= size:
        return text
    head = text[: size - 1]
    space = head.rfind(" ")
    return (head[:space] if space > size // 2 else head).rstrip() + "…"


def answer_sheet(
    citations: Sequence[Citation],
    *,
    question: str | None = None,
    understood: str | None = None,
    written: Sequence[Written] = (),
    notes: Sequence[str] = (),
) -> Sheet:
    """Quoted sentences with their numbers, below them the sources; what doesn't fit is left out.

    `written` sentences stand in their place, where a language model wrote them. `question` is
    repeated above it; `understood` and other `notes` stand below it in small print.
    """
    above = f"> {escape(cut(flat(question), _SHORT_QUESTION))}\n" if question else ""
    understood = escape(cut(flat(understood), _SHORT_QUESTION))
    small = [understood_as(understood)] if understood else []
    said = [escape(cut(flat(one), _NOTE)) for one in notes]
    below = "".join(f"\n-# {one}" for one in [*small, *said])
    if not citations:
        while said and len(above + DECLINED + below) > MESSAGE:
            below = below.removesuffix(f"\n-# {said.pop()}")
        return Sheet(above + DECLINED + below, 0)
    if written and (sheet := _written_sheet(citations, written, above, below)):
        return sheet
    if written:  # of which the notes speak
        below = "".join(f"\n-# {one}" for one in [*small, _TOO_LONG])
    for count in range(len(citations), 0, -1):
        left = len(citations) - count
        note = f"\n-# {left} more of the quotes left out to fit a message." if left else ""
        for title, address in FITS:
            text = above + _body(citations[:count], title, address) + note + below
            if len(text) <= MESSAGE:
                return Sheet(text, count)
    tail = f" [1]\n\n{source_line(citations[0], *FITS[-1])}{_SHORTENED}{note}{below}"
    return Sheet(above + beginning(citations[0].quote, MESSAGE - len(above) - len(tail)) + tail, 1)


def _written_sheet(
    citations: Sequence[Citation], written: Sequence[Written], above: str, below: str
) -> Sheet | None:
    """The sentences that fit with the sources that these cite; None where not even one does."""
    for count in range(len(written), 0, -1):
        kept = written[:count]
        cited = citations[: max(number for one in kept for number in one.numbers)]
        left = len(written) - count
        note = f"\n-# {left} more sentences left out to fit a message." if left else ""
        said = " ".join(
            escape(one.text) + " " + "".join(f"[{number}]" for number in one.numbers)
            for one in kept
        )
        for title, address in FITS:
            text = f"{above}{said}\n\n{_sources(cited, title, address)}{note}{below}"
            if len(text) <= MESSAGE:
                return Sheet(text, len(cited))
    return None


def check_sheet(verdicts: Sequence[Verdict], total: int) -> Sheet:
    """Each statement, whether the articles say it, and the sentence that does or comes nearest.

    Below them the sources. `total` statements there were; those that don't fit are left out.
    """
    if not verdicts:
        return Sheet(_NO_STATEMENT, 0)
    for count in range(len(verdicts), 0, -1):
        left = total - count
        note = f"\n-# {left} more statements of the message are not checked here." if left else ""
        for title, address in FITS:
            sheet = _checked(verdicts[:count], title, address, note)
            if len(sheet.text) <= MESSAGE:
                return sheet
    first = verdicts[0]
    assert first.citation is not None, "without a quote it fits"
    head = f"{_judged(first)}\n"
    tail = f" [1]\n\n{source_line(first.citation, *FITS[-1])}{_SHORTENED}{note}"
    piece = beginning(first.citation.quote, MESSAGE - len(head) - len(tail))
    return Sheet(head + piece + tail, 1)


def _checked(verdicts: Sequence[Verdict], title: int, address: int, note: str) -> Sheet:
    parts: list[str] = []
    sources: list[str] = []
    for one in verdicts:
        if one.citation is None:
            parts.append(_judged(one))
            continue
        number = f"[{len(sources) + 1}]"
        sources.append(f"{number} {source_line(one.citation, title, address)}")
        label = "" if one.said else "Nearest: "
        parts.append(f"{_judged(one)}\n{label}{escape(one.citation.quote)} {number}")
    listed = ["\n".join(sources)] if sources else []
    return Sheet("\n\n".join(parts + listed) + note, len(sources))


def _judged(verdict: Verdict) -> str:
    statement = escape(cut(flat(verdict.statement), _SHORT_QUESTION))
    return f"> {statement}\n**{_SAYS if verdict.said else _DENIES}**"


def beginning(quote: str, size: int) -> str:
    """As much of the quote as fits, escaped, and … where that is not all."""
    piece = quote[:size]
    while piece and len(escape(piece)) + 1 > size:
        piece = piece[: len(piece) * 9 // 10]
    if piece == quote:
        return escape(piece)
    ends = [end for _, end in sentences(piece)]
    if len(ends) > 1:  # the last one may be cut off
        return escape(piece[: ends[-2]]) + " …"
    return escape(piece.rpartition(" ")[0] or piece) + "…"


def _body(citations: Sequence[Citation], title: int, address: int) -> str:
    quotes = " ".join(f"{_marked(one)} [{number}]" for number, one in enumerate(citations, 1))
    return f"{quotes}\n\n{_sources(citations, title, address)}"


def _sources(citations: Sequence[Citation], title: int, address: int) -> str:
    return "\n".join(
        f"[{number}] {source_line(one, title, address)}" for number, one in enumerate(citations, 1)
    )


def _marked(citation: Citation) -> str:
    """The quote, the words that answer in bold."""
    text = citation.quote
    if not citation.span:
        return escape(text)
    start, end = (place - citation.start for place in citation.span)
    if not text[start:end].strip():
        return escape(text)
    return f"{escape(text[:start])}**{escape(text[start:end].strip())}**{escape(text[end:])}"


def source_line(citation: Citation, title: int, address: int) -> str:
    """Title as a link, publisher, and the date in the reader's own language."""
    article = citation.hit.article
    label = escape(cut(flat(article.title) or "untitled", title))
    link = web_address(article)
    named = f"**{label}**"
    if link and len(link) <= address:
        # Discord reads a link's label by its brackets, escaped or not.
        plain = "[" not in label and "]" not in label
        named = f"[{label}](<{link}>)" if plain else f"{named} [link](<{link}>)"
    said = escape(cut(speaker_note(citation.said), _SAID_BY)) if citation.said else ""
    source = escape(cut(flat(article.source), _WHERE))
    parts = [said, named, source, when(article), _also(citation)]
    return " · ".join(part for part in parts if part)


def _also(citation: Citation) -> str:
    """Who published the same, the first few; the sources that their articles name."""
    sources = dict.fromkeys(flat(one.source) or flat(one.title) for one in citation.also)
    named = [escape(cut(one, _ALSO_LONG)) for one in sources][:_ALSO]
    left = len(sources) - len(named)
    return also_in(named, left) if named else ""


def when(article: Article) -> str:
    """The article's date as Discord's timestamp markup, "undated" where it has none."""
    if not article.day:
        return UNDATED
    at = datetime.fromisoformat(f"{article.day}T12:00:00+00:00")  # the same day almost everywhere
    return f"<t:{int(at.timestamp())}:D>"


def web_address(article: Article, *, quoted: str = "") -> str | None:
    """The article's address, leading to the quoted words; None where it isn't on the web.

    The words are a text fragment (WICG, "URL Fragment Text Directives").
    """
    address = canonical_url(article.url) if article.url else None
    if address is None or _is_invitation(address):
        return None
    try:
        address = _with_ascii_host(address)
    except ValueError:
        return None
    link = quote(address, safe="/:?#[]@!$&'*+,;=%~")
    if not quoted:
        return link
    words = quoted.split()
    ends = [words] if len(words) <= 2 * _FRAGMENT_WORDS else [
        words[:_FRAGMENT_WORDS], words[-_FRAGMENT_WORDS:]
    ]  # fmt: skip
    fragment = ",".join(quote(" ".join(some), safe="").replace("-", "%2D") for some in ends)
    return link + ("" if "#" in link else "#") + f":~:text={fragment}"


def _with_ascii_host(address: str) -> str:
    """The address as Discord takes it. Raises ValueError where no name server knows such a host."""
    parts = urlsplit(address)
    host = host_name(parts.hostname or "")
    if not host:
        raise ValueError
    return urlunsplit(parts._replace(netloc=parts.netloc.replace(parts.hostname or "", host)))


def _is_invitation(address: str) -> bool:
    """Whether Discord would show it as an invitation to a server."""
    parts = urlsplit(address)
    host = (parts.hostname or "").rstrip(".")
    if host.endswith(("discord.gg", "dsc.gg")):
        return True
    path = unquote(parts.path).lstrip("/").lower()
    return host.endswith(("discord.com", "discordapp.com")) and path.startswith("invite")


def passage_view(citation: Citation) -> PassageView:
    """The passage with its neighbours, the quoted words marked."""
    article, passage = citation.hit.article, citation.hit.passage
    for around in (_NEIGHBOURS, _NEIGHBOURS // 2, 0):
        first, last = _surroundings(article.text, passage.start, passage.end, around)
        description = _described(article.text, first, last, citation)
        if len(description) <= DESCRIPTION:
            break
    else:
        room = DESCRIPTION - len(_CUT)
        description = beginning(citation.quote, room) + _CUT
    links = [web_address(article, quoted=citation.quote), web_address(article)]
    where = " · ".join(filter(None, [article.source, str(article.day or UNDATED)]))
    return PassageView(
        cut(escape(flat(article.title) or "untitled"), TITLE),
        next((link for link in links if link and _is_embeddable(link)), None),
        description,
        cut(where, MESSAGE),
    )


def _is_embeddable(link: str) -> bool:
    """Whether Discord takes it for an embed; it refuses hosts of an intranet."""
    return len(link) <= ADDRESS and "." in (urlsplit(link).hostname or "")


def _surroundings(text: str, start: int, end: int, size: int) -> tuple[int, int]:
    """Where whole sentences begin and end, up to `size` characters before and after."""
    low, high = max(0, start - size), min(len(text), end + size)
    firsts = [low + a for a, _ in sentences(text[low:start]) if low + a > low or low == 0]
    lasts = [end + b for _, b in sentences(text[end:high]) if end + b < high or high == len(text)]
    return min(firsts, default=start), max(lasts, default=end)


def _described(text: str, first: int, last: int, citation: Citation) -> str:
    before, after = text[first : citation.start], text[citation.end : last]
    ahead, behind = ("…" if first > 0 else ""), ("…" if last < len(text.rstrip()) else "")
    shown = f"{ahead}{escape(before)}__{_marked(citation).strip()}__{escape(after)}{behind}"
    return shown.strip()


def passages_text(citations: Sequence[Citation]) -> str:
    """The nearest passages, each below its source, as many as fit."""
    shown = note = ""
    for number, one in enumerate(citations, 1):
        head = f"[{number}] {source_line(one, *FITS[1])}\n"
        piece = beginning(one.quote, (MESSAGE - 200) // len(citations) - len(head))
        if piece != escape(one.quote):
            note = _CUT
        shown += f"{head}{piece}\n\n"
    return shown.strip() + note


def option(citation: Citation) -> tuple[str, str]:
    """Label and description of a source in a menu, which shows no markup."""
    article = citation.hit.article
    where = " · ".join(filter(None, [article.source, str(article.day or UNDATED)]))
    return cut(flat(article.title) or "untitled", OPTION), cut(where, OPTION)


def thread_name(question: str) -> str:
    """The question as a thread's name, which shows no markup but what is looked up by its id."""
    return cut(flat(re.sub(r"[<>]", " ", question)) or "question", THREAD)


def flat(text: str | None) -> str:
    """The text in one line, without control characters, as articles have it."""
    return " ".join(normalise(text or "").split())
