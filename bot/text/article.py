"""Articles as a terminal shows them."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from rich.text import Text

from bot.text.notes import UNDATED, date_text
from retrieval.articles.article import Article
from retrieval.library.library import Version

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


def article_line(article: Article) -> str:
    """The article's id, date, publisher and title, separated by tabs."""
    published = (article.published or UNDATED)[:10].ljust(10)
    return f"{article.id}\t{published}\t{article.source}\t{article.title}"


def article_text(article: Article) -> str:
    """The article's title, publisher, date, authors and address, then its exact text."""
    header = [
        article.title,
        " · ".join(filter(None, [article.source, date_text(article), ", ".join(article.authors)])),
        article.url or article.path or "",
    ]
    return "\n".join(filter(None, header)) + "\n\n" + article.text


def article_heading(article: Article) -> Text:
    """Title, publisher and date on one line, the address or path on the next."""
    heading = Text(article.title, "bold")
    heading.append(f" · {article.source}" if article.source else "", "not bold")
    heading.append(f" · {date_text(article)}", "not bold")
    where = article.url or article.path
    return heading.append(f"\n    {where}", "not bold") if where else heading


def versions_text(article: Article, earlier: Sequence[Version]) -> Text:
    """What changed after each earlier version: [-words removed-] and {+words added+}."""
    if not earlier:
        return Text("There are no earlier versions of this article.")
    shown = Text()
    later = [*(one.article for one in earlier[1:]), article]
    for old, new in zip(earlier, later, strict=True):
        shown.append(f"Version {old.number}, until {old.replaced:%d %B %Y %H:%M} UTC", "bold")
        shown.append("\n\n").append_text(_changes(old.article.title, new.title))
        shown.append("\n\n").append_text(_changes(old.article.text, new.text)).append("\n\n")
    shown.rstrip()
    return shown


def _changes(old: str, new: str) -> Text:
    """The new text with each removed and added word marked, in the notation of GNU wdiff."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    shown = Text()
    for change, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        removed, added = "".join(before[a:b]), "".join(after[c:d])
        if change == "equal":
            shown.append(added)
            continue
        if removed:
            shown.append(f"[-{removed}-]", "red strike")
        if added:
            shown.append(f"{{+{added}+}}", "green")
    return shown
