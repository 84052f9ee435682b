"""How well copies of a story are distinguished from other reports of the same event.

    python -m benchmarks.copies --data ../shared/data/news

Positive pairs are articles and edited versions of them. Negative pairs are two articles about one
event, published within two days: articles of one question, or the nearest by their words. Pairs
that were found among all articles were judged by reading them. `copies_judged.txt` has the verdicts
by a digest of the two addresses. A pair that nobody has judged counts as wrong; `--show N` prints
such pairs.
"""

import math
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import combinations
from pathlib import Path

from benchmarks.questions import cases, options, rows
from benchmarks.tables import print_head, print_row
from retrieval.articles.article import Article, article
from retrieval.articles.duplicates import are_duplicates, minhash_bands
from retrieval.english.sentences import sentences
from retrieval.errors import ReadError

DAYS = 2
NEAREST = 3  # articles that are paired with each as negatives
JUDGED = Path(__file__).with_suffix("").with_name("copies_judged.txt")
BOILERPLATE = (
    "Subscribe to our newsletter and never miss a story. Every morning our editors choose what "
    "you need to know and send it straight to your inbox. By signing up you agree to our terms "
    "of use and our privacy policy.",
    "Follow us on social media for the latest updates. Download our app for breaking alerts. "
    "This site is supported by its readers, and when you buy through links on our pages we may "
    "earn a small commission at no cost to you.",
)

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Corpus:
    """The articles of a split, and text drawn from them for edits."""

    articles: list[Article]
    words: list[str]

    def foreign_word(self, draw: random.Random) -> str:
        """A word of some article."""
        return draw.choice(self.words)

    def paragraph(self, draw: random.Random) -> str:
        """A headline and a first paragraph of some article."""
        other = draw.choice(self.articles)
        return f"{other.title}\n\n{other.text.split(chr(10), 1)[0]}"


Edit = Callable[[str, Corpus, random.Random], str]


def main() -> None:
    """Print the tables."""
    parser = options(__doc__, None)
    parser.add_argument("--split", default="dev", choices=["dev", "train"])
    parser.add_argument("--articles", type=int, help="read so many at most")
    parser.add_argument("--sample", type=int, default=300, help="how many articles to edit")
    parser.add_argument(
        "--show", type=int, default=0, help="print so many pairs that nobody has judged"
    )
    arguments = parser.parse_args()
    corpus = read(arguments.data / f"{arguments.split}.articles.jsonl.gz", arguments.articles)
    print(f"{len(corpus.articles):,} articles of {arguments.split}.\n")

    started = time.process_time()
    signatures = [minhash_bands(one.text) for one in corpus.articles]
    per_article = (time.process_time() - started) / len(signatures)
    candidates = sharing(signatures)
    started = time.process_time()
    found = {pair for pair in sorted(candidates) if decided(corpus, pair)}
    per_decision = (time.process_time() - started) / max(1, len(candidates))

    found_positives = print_positives(corpus, arguments.sample)
    print_same_event(
        corpus, arguments.data / f"{arguments.split}.questions.jsonl.gz", found_positives
    )
    print_found(corpus, found)
    print_head("", "")
    print_row("numbers for an article", len(signatures[0]))
    print_row("candidates for an article", f"{2 * len(candidates) / len(signatures):.2f}")
    print_row("ms of CPU for an article's bands", f"{per_article * 1000:.2f}")
    print_row("ms of CPU for a decision", f"{per_decision * 1000:.2f}")
    unjudged = sorted(pair for pair in found if verdicts().get(digest(corpus, pair)) is None)
    random.Random(1).shuffle(unjudged)
    for pair in unjudged[: arguments.show]:
        show(corpus, pair)


def read(file: Path, limit: int | None) -> Corpus:
    """The articles of a file that Newsdesk accepts, each address once."""
    found: dict[str, Article] = {}
    for row in rows(file)[:limit]:
        try:
            one = article(**{name: row[name] for name in ("text", "url", "title", "published")})
        except ReadError:
            continue
        found.setdefault(one.id, one)
    articles = list(found.values())
    return Corpus(articles, [word for one in articles[::20] for word in one.text.split()])


def decided(corpus: Corpus, pair: Pair, added: str = "") -> bool:
    """Whether the two are taken for copies, with the same text added to both."""
    one, other = (corpus.articles[number].text for number in pair)
    return are_duplicates(one + added, other + added)


def sharing(signatures: Iterable[list[int]]) -> set[Pair]:
    """The pairs that share a band."""
    holders: dict[int, list[int]] = defaultdict(list)
    for number, signature in enumerate(signatures):
        for band in signature:
            holders[band].append(number)
    return {pair for held in holders.values() for pair in combinations(held, 2)}


# Positive pairs


def print_positives(corpus: Corpus, size: int) -> int:
    """Print the table of positive pairs by kind; returns how many of them are found."""
    print_head("positive pairs", "n", "share a band", "are copies", "both")
    chosen = random.Random(1).sample(corpus.articles, min(size, len(corpus.articles)))
    totals = Counter[str]()
    for kind, edit in KINDS.items():
        for suffix in ("", ", with boilerplate"):
            counts = Counter[str]()
            for one in chosen:
                draw = random.Random(f"{kind} {suffix} {one.id}")
                text = edit(one.text, corpus, draw)
                counts.update(outcome(one.text, with_boilerplate(text, draw) if suffix else text))
            totals += counts
            print_shares(kind + suffix, counts)
    print_shares("**all**", totals)
    print()
    return totals["copies"]


def print_shares(name: str, counts: Counter[str]) -> None:
    """Print a row of recalls."""
    shares = (f"{counts[one] / counts['n']:.3f}" for one in ("band", "copies", "both"))
    print_row(name, f"{counts['n']:,}", *shares)


def outcome(one: str, other: str) -> Counter[str]:
    """Whether a pair shares a band, and whether it is taken for copies, as counts."""
    band = not set(minhash_bands(one)).isdisjoint(minhash_bands(other))
    copies = are_duplicates(one, other)
    return Counter({"n": 1, "band": int(band), "copies": int(copies), "both": int(band and copies)})


def cut(share: float) -> Edit:
    """An edit that keeps this share of the sentences, from the first on."""

    def edit(text: str, corpus: Corpus, draw: random.Random) -> str:
        spans = sentences(text)
        return text[: spans[max(1, round(len(spans) * share)) - 1][1]]

    return edit


def headlined(text: str, corpus: Corpus, draw: random.Random) -> str:
    """The text with another article's headline and first paragraph."""
    rest = text.split("\n", 1)[1] if "\n" in text else text
    return f"{corpus.paragraph(draw)}\n\n{rest.strip()}"


def edited(text: str, corpus: Corpus, draw: random.Random) -> str:
    """The text with one word in ten replaced, removed, or another word inserted before it."""
    words: list[str] = []
    for word in re.findall(r"\S+\s*", text):
        what = draw.choice("rdi") if draw.random() < 0.1 else ""
        if what:
            words.append("" if what == "d" else corpus.foreign_word(draw) + " ")
        if what in ("", "i"):
            words.append(word)
    return "".join(words)


def both(first: Edit, second: Edit) -> Edit:
    """One edit after another."""
    return lambda text, corpus, draw: second(first(text, corpus, draw), corpus, draw)


KINDS: dict[str, Edit] = {
    "exact": lambda text, corpus, draw: text,
    "cut to 60 % of its sentences": cut(0.6),
    "cut to 40 %": cut(0.4),
    "new headline and first paragraph": headlined,
    "10 % of words edited": edited,
    "cut to 60 %, edited": both(cut(0.6), edited),
    "cut to 40 %, edited": both(cut(0.4), edited),
}


def with_boilerplate(text: str, draw: random.Random) -> str:
    """The text with a site's boilerplate before or after it."""
    words = draw.choice(BOILERPLATE)
    return f"{words}\n\n{text}" if draw.random() < 0.5 else f"{text}\n\n{words}"


# Other reports of the same event


def print_same_event(corpus: Corpus, questions: Path, found_positives: int) -> None:
    """Print how many pairs about one event are taken for copies, and how many rightly."""
    print_head("same event", "n", "taken for copies", "of these real", "wrong", "precision")
    asked, near = set(of_one_question(corpus, questions)), set(nearest(corpus))
    taken = {pair for pair in asked | near if decided(corpus, pair)}
    for name, pairs in {"of one question": asked, "nearest": near, "**all**": asked | near}.items():
        real, wrong = by_verdict(corpus, taken & pairs)
        precision = found_positives / (found_positives + wrong) if found_positives else 0
        print_row(name, f"{len(pairs):,}", real + wrong, real, wrong, f"{precision:.4f}")
    some = random.Random(1).sample(sorted((asked | near) - taken), 2000)
    wrong = sum(decided(corpus, pair, added=f"\n\n{BOILERPLATE[0]}") for pair in some)
    precision = found_positives / (found_positives + wrong) if found_positives else 0
    name = "of the others, the same boilerplate on both"
    print_row(name, f"{len(some):,}", wrong, 0, wrong, f"{precision:.4f}")
    print()


def of_one_question(corpus: Corpus, file: Path) -> Iterator[Pair]:
    """Pairs of articles of one question that were published within `DAYS`."""
    numbers = {one.id: number for number, one in enumerate(corpus.articles)}
    for case in cases(file):
        ids = {article("x", url=url).id for url in case.article_urls}
        there = sorted(numbers[id] for id in ids if id in numbers)
        for one, other in combinations(there, 2):
            if close(corpus.articles[one].day, corpus.articles[other].day):
                yield one, other


def close(one: date | None, other: date | None) -> bool:
    """Whether both days are known and within `DAYS` of each other."""
    return one is not None and other is not None and abs((one - other).days) <= DAYS


def nearest(corpus: Corpus) -> Iterator[Pair]:
    """Each article with the `NEAREST` ones of its days, by the cosine of tf-idf vectors."""
    counts = [Counter(re.findall(r"[^\W\d_]{3,}", one.text.lower())) for one in corpus.articles]
    holders = Counter(word for count in counts for word in count)
    vectors = [unit(count, holders, len(counts)) for count in counts]
    by_day: dict[int, list[int]] = defaultdict(list)
    for number, one in enumerate(corpus.articles):
        if one.day:
            by_day[one.day.toordinal()].append(number)
    for number, one in enumerate(corpus.articles):
        if one.day:
            day = one.day.toordinal()
            others = [x for d in range(day - DAYS, day + DAYS + 1) for x in by_day.get(d, ())]
            ranked = sorted(
                (-cosine(vectors[number], vectors[x]), x) for x in others if x != number
            )
            yield from ((min(number, x), max(number, x)) for _, x in ranked[:NEAREST])


def unit(count: Counter[str], holders: Counter[str], total: int) -> dict[str, float]:
    """The tf-idf vector of length one, without words of one article or of a tenth of all."""
    weights = {
        word: (1 + math.log(times)) * math.log(total / holders[word])
        for word, times in count.items()
        if 1 < holders[word] < total / 10
    }
    length = math.sqrt(sum(weight**2 for weight in weights.values())) or 1
    return {word: weight / length for word, weight in weights.items()}


def cosine(one: dict[str, float], other: dict[str, float]) -> float:
    """The cosine of two unit vectors."""
    return sum(one[word] * other[word] for word in one.keys() & other.keys())


# Pairs found among all articles


def print_found(corpus: Corpus, found: set[Pair]) -> None:
    """Print how many pairs of articles are found, and how many of them are real."""
    known = verdicts()
    judged = [known[name] for pair in found if (name := digest(corpus, pair)) in known]
    same = sum(corpus.articles[one].text == corpus.articles[other].text for one, other in found)
    print_head("pairs found among all", "of these equal texts", "judged", "real copies")
    print_row(len(found), same, len(judged), sum(judged))
    print()


def by_verdict(corpus: Corpus, pairs: Iterable[Pair]) -> tuple[int, int]:
    """How many pairs are judged real copies, and how many are not."""
    known = verdicts()
    real = [known.get(digest(corpus, pair), False) for pair in pairs]
    return sum(real), len(real) - sum(real)


def verdicts() -> dict[str, bool]:
    """Whether a pair is a real copy, by its digest."""
    if not JUDGED.exists():
        return {}
    lines = (line.split() for line in JUDGED.read_text(encoding="utf-8").splitlines())
    return {line[0]: line[1] == "copy" for line in lines if line and line[0] != "#"}


def digest(corpus: Corpus, pair: Pair) -> str:
    """The pair's name in the file of verdicts."""
    ids = sorted(corpus.articles[number].id for number in pair)
    return sha256(" ".join(ids).encode()).hexdigest()[:12]


def show(corpus: Corpus, pair: Pair) -> None:
    """Print a pair, to be judged."""
    print(f"\n{digest(corpus, pair)}")
    for one in (corpus.articles[number] for number in pair):
        print(f"  {one.published} {one.source} {len(one.text.split()):,} words: {one.title}")
        print(f"    {one.text[:300]!r}")


if __name__ == "__main__":
    main()
