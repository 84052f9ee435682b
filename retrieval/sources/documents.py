"""Documents: the bytes of a page, a PDF or a Word document → its Article."""

import codecs
import re
import zipfile
from io import BytesIO
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from retrieval.articles.article import MAX_CHARACTERS, Article, article, canonical_url
from retrieval.errors import ReadError

MAX_EXPANDED = 20_000_000  # bytes that a .docx may unpack to, without its pictures
MAX_DAMAGE = 0.01  # share of a text's characters that its charset may fail to decode

_META_BYTES = 4_096  # within which a page must declare its charset
_META = re.compile(rb"<meta[^>]{0,500}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.I)
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252"}  # what browsers read them as
_NO_CHARSETS = {"idna", "punycode", "raw-unicode-escape", "unicode-escape", "utf-7"}
_PREFIX = re.compile(r"^(?:www|m|amp)\.(?=.+\.)")


def decode(content: bytes, *charsets: str | None) -> str:
    """The text of bytes: in Unicode, else in the first of `charsets` that fits, else guessed.

    Raises ReadError for what is not text.
    """
    from charset_normalizer import from_bytes  # late: most texts are in UTF-8

    named = [charset for charset in charsets if charset]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        named.insert(0, "utf-16")
    # Much of UTF-16 and ISO-2022 is valid UTF-8 too, but contains these characters.
    first = named if b"\0" in content or b"\x1b" in content else []
    for charset in (*first, "utf-8-sig", *named):
        text = _decoded(content, charset, "strict" if charset == "utf-8-sig" else "replace")
        if text is not None:
            return text
    guess = None if b"\0" in content else from_bytes(content).best()
    if guess is None:
        raise ReadError("it is not text")
    return str(guess)


def _decoded(content: bytes, charset: str, errors: str) -> str | None:
    try:
        name = codecs.lookup(charset).name
        text = content.decode(_MEANT.get(name, name), errors)
    except (LookupError, ValueError):
        return None
    damaged = errors == "replace" and text.count("\ufffd") > len(text) * MAX_DAMAGE
    return None if damaged or name in _NO_CHARSETS else text


def page_article(
    content: bytes,
    *,
    path: str | None = None,
    address: str | None = None,
    charset: str | None = None,
) -> Article:
    """The article of a page of HTML, from a file or found at `address`. Raises ReadError.

    A page may declare another address of its own site, but not one of another site. `charset` is
    the server's, which goes before the page's own.
    """
    from trafilatura import bare_extraction, load_html

    meta = _META.search(content[:_META_BYTES])
    tree = load_html(decode(content, charset, meta[1].decode() if meta else None))
    if tree is None:
        raise ReadError("no article was found in the page")
    url = _own_address(tree, address)
    page = bare_extraction(
        tree,
        url=url,
        with_metadata=True,
        include_comments=False,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if page is None or isinstance(page, dict) or not page.text:
        raise ReadError("no article was found in the page")
    # Where a page names no site, trafilatura makes a name of the address that the page claims.
    claimed = not page.sitename or page.sitename in (page.url or "")
    return article(
        page.text,
        path=path,
        url=url,
        title=page.title,
        source=None if claimed else page.sitename,
        published=page.date,
        authors=page.author,
    )


def _own_address(tree: Any, address: str | None) -> str | None:
    """The address that a page declares for itself, if it may; else `address`.

    The front page of the site doesn't count: many sites declare it on every page, and each page
    would replace the one before.
    """
    canonical = [link.get("href") for link in tree.findall('.//link[@rel="canonical"]')]
    shared = [meta.get("content") for meta in tree.findall('.//meta[@property="og:url"]')]
    for claim in filter(None, canonical + shared):
        try:
            claim = urljoin(address or "", claim.strip())
            at = urlsplit(claim)
            if canonical_url(claim) and at.path.strip("/") + at.query and _may_say(at, address):
                return str(claim)
        except ValueError:
            continue
    return address


def _may_say(at: SplitResult, address: str | None) -> bool:
    """Whether a page found at `address` may declare the address `at`; one from a file always may.

    Their hosts must be the same, but for "www.", "m." or "amp.", which belong to the owner of
    `news.example` too. Other subdomains may belong to others, as on `blogs.example`.
    """
    if address is None:
        return True
    hosts = [_PREFIX.sub("", one.netloc.lower()) for one in (at, urlsplit(address))]
    return hosts[0] == hosts[1]


def pdf_article(content: bytes, *, path: str | None = None, address: str | None = None) -> Article:
    """The article of a PDF, from a file or found at `address`. Raises ReadError."""
    from pypdf import PdfReader

    pdf = PdfReader(BytesIO(content))
    if pdf.is_encrypted and not pdf.decrypt(""):
        raise ReadError("it needs a password")
    about, text = pdf.metadata, ""
    for page in pdf.pages:
        text += page.extract_text() + "\n"
        if len(text) > MAX_CHARACTERS:
            break  # article() refuses it
    return article(
        text,
        path=path,
        url=address,
        title=about.title if about else None,
        authors=about.author if about else None,
    )


def docx_article(content: bytes, *, path: str | None = None) -> Article:
    """The article of a Word document. Raises ReadError."""
    from docx import Document as open_docx

    with zipfile.ZipFile(BytesIO(content)) as packed:
        text_parts = (part for part in packed.infolist() if part.filename.endswith(".xml"))
        if sum(part.file_size for part in text_parts) > MAX_EXPANDED:
            raise ReadError(f"it unpacks to more than {MAX_EXPANDED // 1_000_000} MB")
    document = open_docx(BytesIO(content))
    about = document.core_properties
    return article(
        "\n\n".join(paragraph.text for paragraph in document.paragraphs),
        path=path,
        title=about.title,
        authors=about.author,
    )
