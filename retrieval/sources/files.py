"""Files: files and folders → Articles, one by one; what can't be read is reported."""

import gzip
import json
import logging
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, cast

from retrieval.articles.article import Article, article
from retrieval.errors import ReadError
from retrieval.sources import sandbox
from retrieval.sources.documents import decode

log = logging.getLogger(__name__)

MAX_BYTES = 20_000_000  # of one document; a .jsonl holds many and is read line by line
MAX_LINE = 8_000_000  # bytes of one article as JSON, with every character escaped
MAX_MATTER = 50_000  # characters of front matter
MAX_BAD_LINES = 1_000  # of one .jsonl; with more it is something else

Read = Article | ReadError


def find(paths: list[Path]) -> Iterator[Path | ReadError]:
    """The files of a readable kind among `paths` and, recursively, in folders; sorted.

    Links are followed. Hidden files and folders are skipped, and so are other kinds of file
    inside a folder. A path that doesn't exist, an unreadable folder, and a file of another kind
    given by itself, come as ReadError.
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
                yield ReadError(f"this kind of file can't be read; these can: {kinds}", name(path))
            else:
                yield path


def read(path: Path) -> Iterator[Read]:
    """The articles of one file, as Article or ReadError; never raises for bad content."""
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
    except Exception as exc:  # a damaged file may make a parser raise anything
        log.debug("%s", name(path), exc_info=True)
        yield ReadError(f"it is damaged ({type(exc).__name__})", name(path))


def absolute(path: Path) -> Path:
    """The path from the root on, without `..`; links are not resolved."""
    return Path(os.path.abspath(path))


def name(path: Path) -> str:
    """The path as text that can be stored and printed, whatever bytes are in it."""
    text = os.fspath(path).replace("\\", "\\\\") if os.sep == "/" else os.fspath(path)
    text = os.fsencode(text).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _walk(folder: Path) -> Iterator[Path | ReadError]:
    unreadable: list[ReadError] = []

    def note(exc: OSError) -> None:
        unreadable.append(
            ReadError(f"the folder can't be read: {exc.strerror}", name(Path(exc.filename)))
        )

    visited = set()
    for place, folders, files in os.walk(folder, onerror=note, followlinks=True):
        here = os.path.realpath(place)
        if here in visited:  # through a link
            folders.clear()
            continue
        visited.add(here)
        folders[:] = sorted(
            (inner for inner in folders if not inner.startswith(".")),
            key=lambda inner: (os.path.islink(os.path.join(place, inner)), inner),
        )
        for file in sorted(files):
            path = Path(place, file)
            is_skipped = file.startswith(".") or _reader(path) is None
            if not is_skipped and (os.path.isfile(path) or not os.path.exists(path)):
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
    yield sandbox.read("html", _document(path), path=name(path))


def _pdf(path: Path) -> Iterator[Read]:
    yield sandbox.read("pdf", _document(path), path=name(path))


def _docx(path: Path) -> Iterator[Read]:
    yield sandbox.read("docx", _document(path), path=name(path))


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
    """Each line stripped, None for one over `MAX_LINE`; raises ReadError for a damaged end."""
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
