import gzip
import json
import random
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from bot.discord import messages
from retrieval.answer import Citation
from retrieval.articles import Article, article
from retrieval.errors import ReadError
from retrieval.passages import split
from retrieval.search import Hit

HOSTILE = Path(__file__).parent.parent.parent / "shared/data/hostile/strings.jsonl.gz"
NASTY = [
    "@everyone", "@here", "<@1234567890>", "<@!1>", "<@&99>", "<#5>", "</ask:1>", "<:smile:12>",
    "<a:x:1>", "<t:0:R>", "<id:customize>", "`", "```", "```py\nx", "||spoiler||", "|", "||", "**",
    "*", "_", "__", "~~", "\\", "\\\\", "[click](https://evil.example)", "[1]", "[7]", "](", "<",
    ">", "> quote", ">>> all", "# heading", "## two", "-# small", "- item", "1. one", "+ plus",
    "https://evil.example/x_y", "discord.gg/abc", "http://discord.com/invite/abc", "\n", "\n\n",
    "\u202e", "\u200b", "𝕏" * 40, "é", "W" * 900, "word", "said", "“quoted”", ".", "? ", "! ",
]  # fmt: skip
LINK = re.compile(r"\]\(<(https?://[^<>\s]*)>\)")
TIME = re.compile(r"<t:\d+:D>")


def hostile_strings() -> list[str]:
    if not HOSTILE.exists():
        return []
    with gzip.open(HOSTILE, "rt", encoding="utf-8") as lines:
        return [value for line in lines for value in json.loads(line).values()
                if isinstance(value, str)]  # fmt: skip


def citation(text: str, draw: random.Random, number: int) -> Citation | None:
    """A citation of some sentence-like slice of an article with this text."""
    try:
        made: Article = article(
            text,
            url=draw.choice(
                [None, "https://news.example/a(b)_c?d=<e>", "https://x.example/" + "y" * 700]
            ),
            title=draw.choice([text[:300], "", "A title"]),
            source=draw.choice([text[-200:], "Reuters"]),
            published=draw.choice([None, "2025-05-16", "2025-05-16T23:59:00-11:00"]),
        )
    except ReadError:
        return None
    passage = draw.choice(split(made))
    start = passage.start + draw.randrange(max(1, len(passage.text) // 2))
    end = draw.randint(start + 1, passage.end) if start + 1 < passage.end else passage.end
    quote = made.text[start:end]
    if not quote.strip():
        return None
    first = draw.randint(start, end)
    span = draw.choice([None, (first, draw.randint(first, end))])
    return Citation(number, Hit(passage, made, number, 0.5, "shared"), start, end, quote, span)


def bare(text: str) -> str:
    """The text without what is escaped, and without our own links and dates: markup alone."""
    text = re.sub(r"\\[^0-9A-Za-z\s]", "·", text)
    return TIME.sub("", LINK.sub("](LINK)", text))


def shown(text: str) -> str:
    """What a reader sees of escaped text."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", text)


def assert_harmless(text: str) -> None:
    markup = bare(text)
    assert not re.search(r"[@`|~<]", markup), markup
    assert not re.search(r"https?:|discord\.[a-z]|://", markup), markup
    for line in markup.split("\n"):
        assert not re.match(r"\s*(#|>>>|[-+] |\d+\. )", line), line
    for found in LINK.finditer(re.sub(r"\\.", "", text)):
        assert re.fullmatch(r"https?://[^\s<>]+", found[1])


@pytest.mark.parametrize("count", [500, pytest.param(10_000, marks=pytest.mark.slow)])
def test_hostile_answers_are_harmless(count: int) -> None:
    draw = random.Random(4)
    pieces = NASTY + hostile_strings()
    for _ in range(count):
        citations = []
        for _ in range(draw.randint(1, 3)):
            text = " ".join(draw.choice(pieces) for _ in range(draw.randint(1, 25)))
            if made := citation(text, draw, len(citations) + 1):
                citations.append(made)
        question = draw.choice([None, draw.choice(pieces)])
        sheet = messages.answer_sheet(citations, question=question, understood=question)
        assert len(sheet.text) <= messages.MESSAGE
        assert sheet.shown <= len(citations)
        assert bool(citations) == bool(sheet.shown)
        body = re.sub(r"^> .*\n", "", sheet.text, count=1) if question else sheet.text
        body = re.sub(r"\n-# Understood.*", "", body, flags=re.S)
        assert_harmless(body)
        numbers = {int(n) for n in re.findall(r"\[(\d+)\](?!\()", bare(body))}
        assert numbers == {*range(1, sheet.shown + 1)}, sheet.text
        for one in citations:
            view = messages.passage_view(one)
            assert len(view.description) <= messages.DESCRIPTION
            assert len(view.title) <= messages.TITLE
            assert_harmless(view.description)
            label, where = messages.option(one)
            assert 0 < len(label) <= messages.OPTION >= len(where)


@pytest.mark.parametrize("piece", NASTY)
def test_escaped_text_is_shown_to_the_letter(piece: str) -> None:
    assert shown(messages.escape(piece)) == piece


def test_quotes_stay_exact_beneath_the_bold() -> None:
    draw = random.Random(5)
    made = citation("He said: *no* to #4 @everyone, `x` and 2_3. " * 5, draw, 1)
    assert made is not None
    text = messages.answer_sheet([made]).text.split(" [1]")[0]

    assert shown(text).replace("**", "") in (made.quote, made.quote.replace("**", ""))


def test_what_does_not_fit_is_left_out_and_said() -> None:
    draw = random.Random(6)
    long = [citation(f"Sentence {n}: " + "word, " * 160 + "end.", draw, n) for n in (1, 2, 3)]
    citations = [one for one in long if one]
    full = [Citation(n, one.hit, one.hit.passage.start, one.hit.passage.end, one.hit.passage.text)
            for n, one in enumerate(citations, 1)]  # fmt: skip

    sheet = messages.answer_sheet(full)

    assert sheet.shown == 1
    assert "2 more of the quotes left out" in sheet.text
    assert "[2]" not in sheet.text


def test_a_link_leads_to_the_quoted_words() -> None:
    made = article("One two. Three-four, five & six seven eight nine ten eleven twelve thirteen.",
                   url="https://news.example/a?b=c")  # fmt: skip
    quote = made.text[9:]
    link = messages.web_address(made, quoted=quote)

    assert link is not None
    address, fragment = link.split("#:~:text=")
    assert address == "https://news.example/a?b=c"
    first, last = fragment.split(",")
    assert "-" not in fragment
    assert quote.startswith(unquote(first))
    assert quote.endswith(unquote(last))
