"""Pages: the article at an address."""

import re
from collections.abc import Collection, Iterator

from retrieval.articles.article import Article, article
from retrieval.errors import ReadError
from retrieval.sources import sandbox
from retrieval.sources.documents import decode
from retrieval.sources.http import AGENT, Fetched, fetch

_MAX_PAGE = 3_000_000  # bytes of HTML; more takes parsers minutes
_HTML = ("text/html", "application/xhtml+xml")


def read(
    address: str, *, allowed: Collection[str] = (), agent: str = AGENT
) -> Iterator[Article | ReadError]:
    """The article at an address, or why it can't be read; hosts `allowed` needn't be public."""
    found: Article | ReadError
    try:
        found = article_of(fetch(address, allowed=allowed, agent=agent))
    except ReadError as exc:
        found = ReadError(exc.reason, _printable(address))
    except Exception as exc:  # noqa: BLE001 - a damaged page makes a parser raise anything
        found = ReadError(f"it is damaged ({type(exc).__name__})", _printable(address))
    yield found


def article_of(found: Fetched) -> Article:
    """The article that was fetched. Raises ReadError where there is none."""
    try:
        return _article_of(found)
    except ReadError:
        raise
    except Exception as exc:  # a damaged page makes a parser raise anything
        raise ReadError(f"it is damaged ({type(exc).__name__})") from exc


def _article_of(found: Fetched) -> Article:
    if not found.body.strip():
        raise ReadError("it is empty")
    if found.kind == "application/pdf" or found.body.startswith(b"%PDF-"):
        return sandbox.read("pdf", found.body, address=found.address)
    if found.kind in _HTML or not found.kind:
        if len(found.body) > _MAX_PAGE:
            raise ReadError(f"the page is over {_MAX_PAGE // 1_000_000} MB")
        return sandbox.read("html", found.body, address=found.address, charset=found.charset)
    if found.kind == "text/plain":
        return article(decode(found.body, found.charset), url=found.address)
    raise ReadError(f"it is {found.kind[:50]!r}, not an article")


def _printable(address: str) -> str:
    """The address on one line, without a password."""
    address = re.sub("//[^/?#]*@", "//", address)
    return "".join(c for c in address[:200] if c.isprintable())
