"""How often sentences begin and end where they should.

    python -m benchmarks.sentences --data ../shared/data/news

There are two figures. The first is how many quotable sentences of the first 400 dev articles begin
or end inside an abbreviation. `cuts_abbreviation` checks that with lists of its own; it shares no
code with the splitter. The second is how many of 200 full stops are treated as we marked them: they
were drawn at random from dev articles and marked by reading, in November 2026.

`sentences_judged.jsonl` has the marks: the article's address, the places of the stop and of the
next word in its text, and whether a sentence ends between them. Half of the stops are "hard": after
an abbreviation, an initial or a digit, or beside a quotation mark. The others ("any") are any stops
before a blank that don't end their line. A stop inside a quotation or bracket that closes on the
same line counts as no end, because a quotation is not divided.
"""

import json
import re
from pathlib import Path
from typing import Any

from benchmarks.questions import options, rows
from retrieval.articles.article import Article, article
from retrieval.articles.passages import split
from retrieval.english.sentences import sentences
from retrieval.search.hit import Hit
from retrieval.search.sentences import quotable_sentences

JUDGED = Path(__file__).with_name("sentences_judged.jsonl")

_ARTICLES = 400

# These are not copied from the splitter: the same lists would have the same gaps.
_NEVER_LAST = """
mr mrs ms dr sen sens rep reps gov gen lt col capt sgt maj prof rev hon adm cmdr cpl supt messrs mt
ft vs v e.g i.e a.k.a
"""
_NUMBERED = "no nos jan feb mar apr aug sep sept oct nov dec vol art fig pp"
_OFFICES = """
Senate House Congress Supreme Department President Army Navy Air Capitol District Attorney Rep Sen
Treasury Constitution Embassy Ambassador Secretary Security Open Court CEO Chief Circuit Chairman
Chairwoman Council Marine Coast Customs Geological Food Forest Census Steel
"""
_TIMES = """
Monday Tuesday Wednesday Thursday Friday Saturday Sunday ET EST EDT CT CST CDT PT PST PDT GMT BST
January February March April May June July August September October November December Jan Feb Aug
Sept Oct Nov Dec Eastern
"""
_NO_NAMES = """
The A An He She It They We You I In On At But And So If When What That This There Then His Her Their
Our My As For After Before While With Some Many No Not Now How Why Who Because Since To Even Still
Yes Did Do Does Is Are Was Were Will Would Can Could Should
"""
_PLACES = "U.S U.K U.N E.U D.C L.A N.Y N.J N.C S.C N.H N.M N.D S.D R.I U.S.A Inc Corp Co Ltd Bros"
_LETTERED = "plan vitamin hepatitis group grade class type category war section"
_ADDRESS = re.compile(r"https?:|www\.|\S+\.(?:com|org)\b")
_OPENING = "\"'“‘«([—–*_ "
_CLOSING = "\"'”’»)]*_ "


def main() -> None:
    """Print both figures."""
    parser = options(__doc__, "news")
    parser.add_argument("--show", action="store_true", help="print what is wrong")
    given = parser.parse_args()
    every = rows(given.data / "dev.articles.jsonl.gz")
    count, cut = checked([_article(row) for row in every[:_ARTICLES]])
    print(f"{len(cut)} of {count} quotable sentences begin or end inside an abbreviation")
    judged = [json.loads(line) for line in JUDGED.read_text(encoding="utf-8").splitlines()]
    wanted = {one["url"] for one in judged}
    texts = {row["url"]: _article(row).text for row in every if row["url"] in wanted}
    wrong = [one for one in judged if is_end(texts[one["url"]], one) != one["end"]]
    print(f"{len(judged) - len(wrong)} of {len(judged)} stops are treated as marked")
    for kind in ("hard", "any"):
        some = [one for one in judged if one["kind"] == kind]
        right = sum(one not in wrong for one in some)
        print(f"  {kind}: {right} of {len(some)}, {sum(one['end'] for one in some)} of them ends")
    if given.show:
        for text, start, end in cut:
            print(f"cut: {around(text, start, end)}")
        for one in wrong:
            print(f"wrong: {around(texts[one['url']], one['stop'], one['next'])}")


def _article(row: dict[str, Any]) -> Article:
    return article(row["text"], url=row["url"], title=row["title"])


def is_end(text: str, one: dict[str, Any]) -> bool:
    """Whether a sentence ends between a stop and the next word."""
    return not any(start <= one["stop"] and one["next"] < end for start, end in sentences(text))


def around(text: str, start: int, end: int) -> str:
    """The text in brackets, with what is around it, on one line."""
    shown = f"{text[max(0, start - 40) : start]}[{text[start:end]}]{text[end : end + 40]}"
    return " ".join(shown.split())


def checked(articles: list[Article]) -> tuple[int, list[tuple[str, int, int]]]:
    """How many quotable sentences the articles have, and those that cut an abbreviation."""
    count, cut = 0, []
    for one in articles:
        hits = [Hit(passage, one, 0, None, "") for passage in split(one)]
        for quotable in quotable_sentences(hits):
            count += 1
            if is_cut(one.text, quotable.start, quotable.end):
                cut.append((one.text, quotable.start, quotable.end))
    return count, cut


def is_cut(text: str, start: int, end: int) -> bool:
    """Whether a sentence begins or ends inside an abbreviation."""
    first = text.rfind("\n", 0, start) + 1
    last = (text + "\n").find("\n", end)
    return cuts_abbreviation(text[first:start], text[start:end]) or cuts_abbreviation(
        text[start:end], text[end:last]
    )


def cuts_abbreviation(left: str, right: str) -> bool:
    """Whether the boundary between `left` and `right` is inside an abbreviation."""
    bare, behind = left.rstrip(_CLOSING), right.lstrip()
    if not bare.endswith(".") or not behind:
        return False
    *others, token = ["", "", *bare[:-1].split()]
    word = re.split(r"[-–/(]", token.lstrip(_OPENING))[-1]
    follows = re.split(r"[^\w]", behind.lstrip(_OPENING))[0]
    is_letters = bool(re.fullmatch(r"(?:[A-Za-z]\.)*[A-Za-z]", word))
    is_short = is_letters or word.casefold() in {*_NEVER_LAST.split(), *_NUMBERED.split()}
    if is_short and left[-1:] + right[:1] == left[-1:].strip() + right[:1].strip():
        return True  # nothing between "D-S." and "C., who"
    if behind[0] in ",;" or (follows[:1].islower() and not _ADDRESS.match(behind)):
        return is_short or (word[:1].isupper() and len(word) <= len("Calif"))
    if word.casefold() in _NEVER_LAST.split():
        return word[:1].isupper() or is_letters or word == "vs"
    if word.casefold() in _NUMBERED.split():
        return follows[:1].isdigit()
    if word.casefold() in ("a.m", "p.m"):
        return follows in _TIMES.split()
    if word in _PLACES.split():
        return follows in _OFFICES.split()
    is_name = behind[0] != "(" and follows[:1].isupper() and follows not in _NO_NAMES.split()
    return is_name and word.isupper() and is_letters and is_no_label(others[-1], word)


def is_no_label(before: str, letters: str) -> bool:
    """Whether the letters may be initials: not "I", nor after a word such as "plan"."""
    return letters != "I" and before.casefold() not in _LETTERED.split()


if __name__ == "__main__":
    main()
