"""Articles whose files are gone."""

from collections.abc import Collection, Sequence
from pathlib import Path

from retrieval.errors import ReadError
from retrieval.library.library import Library
from retrieval.sources import files


def pruned(
    library: Library, paths: Sequence[Path], seen: Collection[str], failed: Sequence[ReadError]
) -> list[str]:
    """The ids of the articles from files under `paths` that were not `seen` there.

    What could not be read may still hold its articles, so these stay.
    """
    roots = [files.name(files.absolute(path)) for path in paths]
    places = [error.place for error in failed]
    unread = places + [place.rsplit(":", 1)[0] for place in places]
    return [
        id
        for id, path in library.paths()
        if id not in seen and _is_under(path, roots) and not _is_under(path, unread)
    ]


def _is_under(path: str, roots: Sequence[str]) -> bool:
    return any(path == root or path.startswith(root.rstrip("/") + "/") for root in roots)
