"""Files and folders → Articles, one by one; what can't be read is named, never dropped."""

import codecs
import gzip
import json
import logging
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import SplitResult, urljoin, urlsplit

from retrieval.articles import MAX_CHARACTERS, Article, article, canonical_url
from retrieval.errors import ReadError

log = logging.getLogger(__name__)

MAX_BYTES = 20_000_000  # one document; a .jsonl holds many and is read line by line
MAX_LINE = 8_000_000  # one article as JSON, every character escaped
MAX_EXPANDED = 20_000_000  # what a .docx may unpack to, its pictures aside
MAX_MATTER = 50_000  # characters of front matter
MAX_DAMAGE = 0.01  # of a text's characters may be bytes that its charset doesn't have
MAX_BAD_LINES = 1_000  # of one .jsonl; beyond these it is something else

_META_BYTES = 4_096  # where a page must have named its charset
_META = re.compile(rb"<meta[^>]{0,500}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.I)
_SAID_FOR = {"iso8859-1": "cp1252", "ascii": "cp1252"}  # as browsers take them
_NO_CHARSETS = {"idna", "punycode", "raw-unicode-escape", "unicode-escape", "utf-7"}
_PREFIX = re.compile(r"^(?:www|m|amp)\.(?=.+\.)")

Read = Article | ReadError


def find(paths: list[Path]) -> Iterator[Path | ReadError]:
    """The readable kinds of file among `paths` and, recursively, in their folders; sorted.

    Links are followed. Hidden files and folders, and other kinds of file inside a folder, are
    passed over. A path that doesn't exist, an unreadable folder, and a file of another kind that
    is named itself, come as ReadError.
    """
    for path in map(absolute, paths):
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            yield ReadError("there is no such file or folder", name(path))
        except OSError as exc:
            yield ReadError(f"it can't be read: {exc.strerror}", name(path))
        else:
            if stat.S_ISDIR(mode):
                yield from _walk(path)
            elif not stat.S_ISREG(mode) or _reader(path) is None:
                kinds = ", ".join(READERS)
                yield ReadError(f"this is not a file that is read; these are: {kinds}", name(path))
            else:
                yield path


def read(path: Path) -> Iterator[Read]:
    """The articles of one file, each as Article or as ReadError; never raises for bad content."""
    reader = _reader(path)
    assert reader is not None, "find() yields only files that have a reader"
    try:
        for found in reader(path):
            if isinstance(found, ReadError):
                found = ReadError(found.reason, found.place or name(path))
            yield found
    except ReadError as exc:
        yield ReadError(exc.reason, name(path))
    except OSError as exc:
        yield ReadError(f"it can't be read: {exc.strerror or exc}", name(path))
    except Exception as exc:  # a damaged file makes a parser raise anything
        log.debug("%s", name(path), exc_info=True)
        yield ReadError(f"it is damaged ({type(exc).__name__})", name(path))


def absolute(path: Path) -> Path:
    """The path from the root on, without `..`; links stay as they are."""
    return Path(os.path.abspath(path))


def name(path: Path) -> str:
    """The path as text that can be stored and printed, whatever bytes the file's name has."""
    text = os.fspath(path).replace("\\", "\\\\") if os.sep == "/" else os.fspath(path)
    text = os.fsencode(text).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _walk(folder: Path) -> Iterator[Path | ReadError]:
    unreadable: list[ReadError] = []

    def note(exc: OSError) -> None:
        unreadable.append(
            ReadError(f"the folder can't be read: {exc.strerror}", name(Path(exc.filename)))
        )

    been = set()
    for place, folders, files in os.walk(folder, onerror=note, followlinks=True):
        here = os.path.realpath(place)
        if here in been:  # a link that leads back
            folders.clear()
            continue
        been.add(here)
        folders[:] = sorted(
            (inner for inner in folders if not inner.startswith(".")),
            key=lambda inner: (os.path.islink(os.path.join(place, inner)), inner),
        )
        for file in sorted(files):
            path = Path(place, file)
            passed_over = file.startswith(".") or _reader(path) is None
            if not passed_over and (os.path.isfile(path) or not os.path.exists(path)):
                yield path
    yield from unreadable


def _document(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ReadError(f"it is over the limit of {MAX_BYTES // 1_000_000} MB")
    if not content.strip():
        raise ReadError("it is empty")
    return content


def decode(content: bytes, *charsets: str | None) -> str:
    """The text of bytes: in Unicode, else in the first of `charsets` that fits, else as guessed.

    Raises ReadError for what is not text.
    """
    from charset_normalizer import from_bytes  # late: UTF-8 needs no guess

    named = [charset for charset in charsets if charset]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        named.insert(0, "utf-16")
    # Much of UTF-16 and ISO-2022 is valid UTF-8 too, but then has these characters in it.
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
        text = content.decode(_SAID_FOR.get(name, name), errors)
    except (LookupError, ValueError):
        return None
    damaged = errors == "replace" and text.count("\ufffd") > len(text) * MAX_DAMAGE
    return None if damaged or name in _NO_CHARSETS else text


def _text(path: Path) -> Iterator[Read]:
    text = decode(_document(path))
    if "\0" in text:
        raise ReadError("it is not text")
    yield article(text, path=name(path))


def _markdown(path: Path) -> Iterator[Read]:
    matter, text = _front_matter(decode(_document(path)))
    yield article(
        text,
        path=name(path),
        url=_string(matter.get("url")),
        title=_string(matter.get("title")),
        source=_string(matter.get("source")),
        published=matter.get("published"),
        authors=matter.get("authors"),
    )


def _front_matter(text: str) -> tuple[dict[str, Any], str]:
    import yaml

    lines = text.replace("\r\n", "\n").split("\n")
    if lines[0].rstrip() != "---":
        return {}, text
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        return {}, text
    if sum(map(len, lines[1:end])) > MAX_MATTER:
        raise ReadError(f"its front matter is over {MAX_MATTER:,} characters")
    try:
        matter = yaml.load("\n".join(lines[1:end]), Loader=yaml.BaseLoader)
    except yaml.YAMLError as exc:
        raise ReadError("its front matter is not valid YAML") from exc
    if not isinstance(matter, dict) and matter:
        raise ReadError("its front matter is not a list of `name: value` lines")
    return matter or {}, "\n".join(lines[end + 1 :])


def _html(path: Path) -> Iterator[Read]:
    yield page_article(_document(path), path=name(path))


def page_article(
    content: bytes,
    *,
    path: str | None = None,
    address: str | None = None,
    charset: str | None = None,
) -> Article:
    """The article of a page of HTML, from a file or found at `address`. Raises ReadError.

    A page may say that its address is another of the same site, not that it is another site's.
    `charset` is as a server says; the page's own word comes after it.
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
    # trafilatura makes a name of the address that the page claims, where it has no other.
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
    """Where a page says that it lives, if it may say so; else `address`.

    Never at the front page of its site: many say that of every page, and each would replace the
    one before.
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
    """Whether a page found at `address` may live at `at`; one from a file may say what it likes.

    The same host, but for "www.", "m." or "amp." before it: who has `news.example` has these too.
    Other parents and children of a host may belong to others, as on `blogs.example`.
    """
    if address is None:
        return True
    hosts = [_PREFIX.sub("", one.netloc.lower()) for one in (at, urlsplit(address))]
    return hosts[0] == hosts[1]


def _pdf(path: Path) -> Iterator[Read]:
    yield pdf_article(_document(path), path=name(path))


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
            break  # article() says so
    return article(
        text,
        path=path,
        url=address,
        title=about.title if about else None,
        authors=about.author if about else None,
    )


def _docx(path: Path) -> Iterator[Read]:
    from docx import Document as open_docx

    content = BytesIO(_document(path))
    with zipfile.ZipFile(content) as packed:
        text_parts = (part for part in packed.infolist() if part.filename.endswith(".xml"))
        if sum(part.file_size for part in text_parts) > MAX_EXPANDED:
            raise ReadError(f"it unpacks to more than {MAX_EXPANDED // 1_000_000} MB")
    document = open_docx(content)
    about = document.core_properties
    yield article(
        "\n\n".join(paragraph.text for paragraph in document.paragraphs),
        path=name(path),
        title=about.title,
        authors=about.author,
    )


def _json_lines(path: Path) -> Iterator[Read]:
    empty, bad = True, 0
    with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
        for number, line in enumerate(_bounded(cast(IO[bytes], file)), 1):
            if line == b"":
                continue
            empty = False
            try:
                yield _json_article(line, path)
            except ReadError as exc:
                yield ReadError(exc.reason, f"{name(path)}:{number}")
                bad += 1
                if bad == MAX_BAD_LINES:
                    raise ReadError(f"{bad:,} of its lines are bad; the rest is not read") from exc
    if empty:
        raise ReadError("it is empty")


def _bounded(file: IO[bytes]) -> Iterator[bytes | None]:
    """Each line stripped, None for one over `MAX_LINE`; a damaged end raises ReadError."""
    try:
        while line := file.readline(MAX_LINE + 1):
            if len(line) <= MAX_LINE:
                yield line.strip()
                continue
            while line and not line.endswith(b"\n"):
                line = file.readline(MAX_LINE)
            yield None
    except (EOFError, OSError, zlib.error) as exc:
        raise ReadError("the rest of it is damaged or cut off") from exc


def _json_article(line: bytes | None, path: Path) -> Article:
    if line is None:
        raise ReadError(f"the line is over the limit of {MAX_LINE // 1_000_000} MB")
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise ReadError("the line is not valid JSON") from exc
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise ReadError("the line is not an object with a `text`")
    return article(
        row["text"],
        path=name(path),
        own_file=False,
        url=_string(row.get("url")),
        title=_string(row.get("title")),
        source=_string(row.get("source")),
        published=row.get("published"),
        authors=row.get("authors"),
    )


def _string(value: object) -> str | None:
    return str(value) if isinstance(value, str | int | float) else None


Reader = Callable[[Path], Iterator[Read]]

READERS: dict[str, Reader] = {
    ".txt": _text,
    ".md": _markdown,
    ".html": _html,
    ".htm": _html,
    ".pdf": _pdf,
    ".docx": _docx,
    ".jsonl": _json_lines,
    ".jsonl.gz": _json_lines,
}


def _reader(path: Path) -> Reader | None:
    lower = path.name.lower()
    return next((READERS[kind] for kind in READERS if lower.endswith(kind)), None)
