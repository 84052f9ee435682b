"""How often "he", "she", "it" and "they" who say something are resolved rightly.

    python -m benchmarks.pronouns --data ../shared/data/news

320 statements with a pronoun as their speaker were drawn at random from those that the tagger found
in the dev articles. In November 2026 we read each article up to there to tell who is meant.
`pronouns_judged.jsonl` has the result, by a digest of the article's address and the place in its
text. The rules were made while looking at the part "tuned". A speaker is right who may be meant by
one of the names or phrases in the file. A statement without a speaker is left out of the index.
"""

import json
from collections import Counter
from hashlib import sha256
from pathlib import Path

from rich.progress import track

from benchmarks.questions import options, rows
from benchmarks.tables import print_head, print_row
from retrieval.articles.article import article
from retrieval.attribution.statements import statements
from retrieval.attribution.tagger import Tagger
from retrieval.english.names import is_asked, key

JUDGED = Path(__file__).with_suffix("").with_name("pronouns_judged.jsonl")
_OF_PERSONS = ("he", "she")


def main() -> None:
    """Tag the articles, print the table."""
    given = options(__doc__, "news").parse_args()
    judged = [json.loads(line) for line in JUDGED.read_text(encoding="utf-8").splitlines()]
    wanted = {one["article"] for one in judged}
    tagger, found, texts = Tagger(), dict[tuple[str, int], str](), dict[str, str]()
    every = rows(given.data / "dev.articles.jsonl.gz")
    chosen = {digest(row["url"]): row for row in every if digest(row["url"]) in wanted}
    for name, row in track(chosen.items(), "tagging"):
        text = article(row["text"], url=row["url"], title=row["title"]).text
        texts[name] = text
        for one in statements(name, text, tagger.attributions(text)):
            for start, _ in one.attribution.speaker_spans:
                found[name, start] = one.speaker.name
    print_head(
        "part", "pronouns", "judged", "right", "another", "left out", "right of those resolved"
    )
    for part in ("tuned", "held back"):
        for kind in ("he, she", "it, they"):
            some = [
                verdict(found.get((one["article"], one["start"]), ""), one["meant"])
                for one in judged
                if one["part"] == part and pronouns(texts[one["article"]], one["start"]) == kind
            ]
            print_counts(part, kind, some)


def print_counts(part: str, kind: str, verdicts: list[str]) -> None:
    """Print one row of the table."""
    count = Counter(verdicts)
    resolved = count["right"] + count["another"]
    counts = (len(verdicts), count["right"], count["another"], count["out"])
    print_row(part, kind, *counts, f"{count['right'] / max(1, resolved):.3f}")


def digest(url: str) -> str:
    """What the file has in place of an address."""
    return sha256(url.encode()).hexdigest()[:12]


def pronouns(text: str, start: int) -> str:
    """Which kind of pronoun is at this place."""
    word = text[start : start + 4].lower().split()[0].strip(",.’'")
    return "he, she" if word in _OF_PERSONS else "it, they"


def verdict(speaker: str, meant: list[str]) -> str:
    """Whether the speaker is the one who is meant, another, or left out."""
    if not speaker:
        return "out"
    is_right = any(
        key(one) == key(speaker) or is_asked(one, speaker, "") or is_asked(speaker, one, "")
        for one in meant
    )
    return "right" if is_right else "another"


if __name__ == "__main__":
    main()
