"""Page checks: whether a page holds the article that its feed announces, and still the same one.

A page may also ask for consent or JavaScript, say that there is no such page, or lead elsewhere.
"""

from itertools import pairwise
from urllib.parse import urlsplit

from retrieval.articles.article import Article, canonical_url
from retrieval.english.words import STOPWORDS, stems
from retrieval.sources import http
from retrieval.sources.feeds import Entry
from retrieval.watching.pages import Page

_MIN_SHARED = 0.2  # of the words by which a feed announces a page are on the page
_MIN_WORDS = 4  # fewer words can't tell
_LONG = 3_000  # characters; notices are shorter
_ENTRY_TEXT = 300  # characters of an entry's text that are looked for on the page
_NO_BLANKS = 0x0E00  # from Thai on, scripts write words without blanks between them


def is_announced(article: Article, entry: Entry) -> bool:
    """Whether the article is what the feed's entry announces, or too long to be a notice."""
    announced = _terms(f"{entry.title} {entry.text[:_ENTRY_TEXT]}")
    if len(announced) < _MIN_WORDS or len(article.text) > _LONG:
        return True
    return len(announced & _terms(article.text)) >= _MIN_SHARED * len(announced)


def leads_elsewhere(page: Page, found: http.Fetched, article: Article) -> bool:
    """Whether a page that was read in full before redirects to another article for the time being.

    As to a page that asks for consent. A redirect for good is not meant.
    """
    if page.teaser or page.article in (None, article.id) or found.moved == found.address:
        return False
    return canonical_url(found.address) != canonical_url(page.entry.address or page.url)


def leads_to_front_page(found: str, asked: str) -> bool:
    """Whether the address found is the front page of its site, though another page was asked for.

    This is what many sites do in place of saying that a page is gone.
    """
    return _is_front_page(found) and not _is_front_page(asked)


def is_another_text(before: str, now: str) -> bool:
    """Whether a page's text shares too little with the one before to be a correction of it."""
    words, words_now = {*stems(before)} - STOPWORDS, {*stems(now)} - STOPWORDS
    return len(words & words_now) < _MIN_SHARED * min(len(words), len(words_now))


def _terms(text: str) -> set[str]:
    """The text's words that carry meaning; pairs of letters where a script has no blanks."""
    words = {*stems(text)} - STOPWORDS
    return {a + b for word in words for a, b in pairwise(word) if ord(a) > _NO_BLANKS} or words


def _is_front_page(address: str) -> bool:
    parts = urlsplit(address)
    return not parts.path.strip("/") and not parts.query
