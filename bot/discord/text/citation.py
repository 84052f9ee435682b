"""The line below a quote: who said it, the article's title as a link, publisher and date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from bot.discord.text.markdown import OPTION, cut, escape
from bot.text.notes import UNDATED, also_in, one_line, speaker_note
from retrieval.articles.article import Article, canonical_url
from retrieval.search.hit import Citation
from retrieval.sources.addresses import host_name

LINE_SIZES = ((150, 400), (80, 200), (40, 0))  # most characters of title and address, in turn
_FRAGMENT_WORDS = 5  # from each end of a quote, by which a browser finds it
_PUBLISHER = 60  # characters
_SPEAKER = 120  # characters
_ALSO, _ALSO_LONG = 3, 30  # duplicates named, and characters of each


@dataclass(frozen=True, slots=True)
class Sheet:
    """The text of a message, and how many of the citations it shows."""

    text: str
    shown: int


def citation_line(citation: Citation, title: int, address: int) -> str:
    """Speaker, title as a link, publisher, date, and who else published the article.

    A title longer than `title` characters is cut; an address longer than `address` is left out.
    """
    article = citation.hit.article
    label = escape(cut(one_line(article.title) or "untitled", title))
    link = web_address(article)
    named = f"**{label}**"
    if link and len(link) <= address:
        # Discord ends a label at a bracket, even if that is escaped.
        plain = "[" not in label and "]" not in label
        named = f"[{label}](<{link}>)" if plain else f"{named} [link](<{link}>)"
    speaker = escape(cut(speaker_note(citation.statement), _SPEAKER)) if citation.statement else ""
    publisher = escape(cut(one_line(article.source), _PUBLISHER))
    parts = [speaker, named, publisher, timestamp(article), _also_in(citation)]
    return " · ".join(part for part in parts if part)


def citation_lines(citations: Sequence[Citation], title: int, address: int) -> str:
    """A numbered line for each citation."""
    return "\n".join(
        f"[{number}] {citation_line(one, title, address)}"
        for number, one in enumerate(citations, 1)
    )


def _also_in(citation: Citation) -> str:
    """The first few publishers of duplicates of the article, and how many more there are."""
    publishers = dict.fromkeys(one_line(one.source) or one_line(one.title) for one in citation.also)
    named = [escape(cut(one, _ALSO_LONG)) for one in publishers][:_ALSO]
    left = len(publishers) - len(named)
    return also_in(named, left) if named else ""


def marked(citation: Citation) -> str:
    """The quote, escaped, with the words that answer the question in bold."""
    text = citation.quote
    if not citation.span:
        return escape(text)
    start, end = (place - citation.start for place in citation.span)
    if not text[start:end].strip():
        return escape(text)
    return f"{escape(text[:start])}**{escape(text[start:end].strip())}**{escape(text[end:])}"


def menu_entry(citation: Citation) -> tuple[str, str]:
    """Label and description of a menu entry; menus show no markup."""
    article = citation.hit.article
    title = one_line(article.title) or "untitled"
    return cut(title, OPTION), cut(publisher_and_day(article), OPTION)


def publisher_and_day(article: Article) -> str:
    """Publisher and day of publication, without markup."""
    return " · ".join(filter(None, [article.source, str(article.day or UNDATED)]))


def timestamp(article: Article) -> str:
    """The day of publication as Discord's timestamp markup, or "undated"."""
    if not article.day:
        return UNDATED
    at = datetime.fromisoformat(f"{article.day}T12:00:00+00:00")  # the same day almost everywhere
    return f"<t:{int(at.timestamp())}:D>"


def web_address(article: Article, *, quoted: str = "") -> str | None:
    """The article's address, or None if it is not on the web.

    With `quoted`, it leads to these words on the page by a text fragment (WICG, "URL Fragment Text
    Directives").
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
    fragment = ",".join(quote(" ".join(end), safe="").replace("-", "%2D") for end in ends)
    return link + ("" if "#" in link else "#") + f":~:text={fragment}"


def _with_ascii_host(address: str) -> str:
    """The address with its host in ASCII, as Discord wants it. Raises ValueError without a host."""
    parts = urlsplit(address)
    host = host_name(parts.hostname or "")
    if not host:
        raise ValueError
    return urlunsplit(parts._replace(netloc=parts.netloc.replace(parts.hostname or "", host)))


def _is_invitation(address: str) -> bool:
    """Whether Discord would show the address as an invitation to a server."""
    parts = urlsplit(address)
    host = (parts.hostname or "").rstrip(".")
    if host.endswith(("discord.gg", "dsc.gg")):
        return True
    path = unquote(parts.path).lstrip("/").lower()
    return host.endswith(("discord.com", "discordapp.com")) and path.startswith("invite")
