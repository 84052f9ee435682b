"""How often "he", "she", "it" and "they" who say something are taken for whoever they are.

    python -m benchmarks.pronouns --data ../shared/data/news

Of statements that the tagger found in the dev articles, 320 with such a source were drawn by
chance, and who is meant was told by reading the article up to there, in November 2026.
`pronouns_judged.jsonl` keeps it by a digest of the article's address and the place in its text. The
rules were made looking at the part "tuned". Right is a speaker who may be meant by one of the
names or phrases judged right; where no speaker is told, the statement is left out of the index.
"""

import argparse
import json
from collections import Counter
from hashlib import sha256
from pathlib import Path

from rich.progress import track

from benchmarks.questions import rows
from retrieval.articles.article import article
from retrieval.attribution.statements import statements
from retrieval.attribution.tagger import Tagger
from retrieval.english.names import is_asked, key

JUDGED = Path(__file__).with_suffix("").with_name("pronouns_judged.jsonl")
_OF_PERSONS = ("he", "she")


def main() -> None:
    """Tag the articles, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pronouns", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/news"))
    given = parser.parse_args()
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
    print("| part | pronouns | judged | right | another | left out | right of those told |")
    print("|---|---|---|---|---|---|---|")
    for part in ("tuned", "held back"):
        for kind in ("he, she", "it, they"):
            some = [
                verdict(found.get((one["article"], one["start"]), ""), one["meant"])
                for one in judged
                if one["part"] == part and pronouns(texts[one["article"]], one["start"]) == kind
            ]
            print_row(f"| {part} | {kind}", some)


def print_row(name: str, verdicts: list[str]) -> None:
    """One row of the table."""
    count = Counter(verdicts)
    told = count["right"] + count["another"]
    print(f"{name} | {len(verdicts)} | {count['right']} | {count['another']} | {count['out']} "
          f"| {count['right'] / max(1, told):.3f} |")  # fmt: skip


def digest(url: str) -> str:
    """What stands for an address in the file of judgements."""
    return sha256(url.encode()).hexdigest()[:12]


def pronouns(text: str, start: int) -> str:
    """Which of the two kinds stands there."""
    word = text[start : start + 4].lower().split()[0].strip(",.’'")
    return "he, she" if word in _OF_PERSONS else "it, they"


def verdict(speaker: str, meant: list[str]) -> str:
    """Whether the speaker is who is meant."""
    if not speaker:
        return "out"
    is_right = any(
        key(one) == key(speaker) or is_asked(one, speaker, "") or is_asked(speaker, one, "")
        for one in meant
    )
    return "right" if is_right else "another"


if __name__ == "__main__":
    main()
