import gzip
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from bot.discord.articles import list_text, report_text
from bot.discord.components import passage_embed
from bot.discord.text import answer
from bot.discord.text.answer import answer_sheet
from bot.discord.text.citation import menu_entry, web_address
from bot.discord.text.markdown import DESCRIPTION, MESSAGE, OPTION, TITLE, escape
from bot.discord.text.passage import passage_view, passages_text
from bot.discord.text.verdicts import verdict_sheet
from retrieval.answers.answer import DECLINED, WrittenSentence
from retrieval.articles.article import Article, article
from retrieval.articles.passages import split
from retrieval.errors import ReadError
from retrieval.library.index import SyncReport
from retrieval.proof.fact_check import Verdict
from retrieval.search.hit import Citation, Hit
from tests.discord.bot import BRIDGE
from tests.loopback import discord_limits

HOSTILE = Path(__file__).parents[3] / "shared/data/hostile/strings.jsonl.gz"
NASTY = [
    "@everyone", "@here", "<@1234567890>", "<@!1>", "<@&99>", "<#5>", "</ask:1>", "<:smile:12>",
    "<a:x:1>", "<t:0:R>", "<id:customize>", "`", "```", "```py\nx", "||spoiler||", "|", "||", "**",
    "*", "_", "__", "~~", "\\", "\\\\", "[click](https://evil.example)", "[1]", "[7]", "](", "<",
    ">", "> quote", ">>> all", "# heading", "## two", "-# small", "- item", "1. one", "+ plus",
    "https://evil.example/x_y", "discord.gg/abc", "http://discord.com/invite/abc", "\n", "\n\n",
    "\u202e", "\u200b", "𝕏" * 40, "é", "W" * 900, "word", "said", "“quoted”", ".", "? ", "! ",
    "[", "]", "[[", "]]", "] [", "][", "a [b", "a] b", "[a] [b", "](<https://evil.example>)",
    "*" * 200,
]  # fmt: skip
URLS = [
    "http://[::1/", "http://[::1]:8080/x", "http://[fe80::1%25en0]/", "http://a]b[/", "https://",
    "javascript:alert(1)", "javascript://x.example/%0Aalert(1)", "data:text/html,x", "//x.example/",
    "https://me:secret@x.example/", "https://x.example\\@evil.example/", "https://x.example/a b",
    "https://a b.example/", "https://x.example/a)>b", "https://x.example)>/", "https://x>y/",
    "https://bücher.example/ä?ö=ü", "https://x.example:99999/", "https://x.example:port/",
    "https://discord.gg/abc", "https://me@DISCORD.gg./abc", "https://ptb.discord.com/invite/abc",
    "https://discord.com./invite/abc", "https://discord.com//invite/abc",
    "https://x.example/" + "y" * 3000, "https://x.example/" + "ä" * 3000,
    "https://x.example/#:~:text=one,two", "https://x.example/#part", "https://x.example/?q=<>&%zz",
    "https://x.example/\ny",
]  # fmt: skip
# Discord's parser of links (simple-markdown, LINK_INSIDE); it knows no escaped brackets.
LABEL = re.compile(r"\[((?:\[[^\]]*\]|[^\[\]]|\](?=[^\[]*\]))*)\]\(")
CUT = re.compile("…|Shortened|Left out|Not checked")
COUNTS = pytest.mark.parametrize("count", [500, pytest.param(10_000, marks=pytest.mark.slow)])
LINK = re.compile(r"\]\(<(https?://[^<>\s]*)>\)")
TIME = re.compile(r"<t:\d+:D>")


def hostile_strings() -> list[str]:
    if not HOSTILE.exists():
        return []
    with gzip.open(HOSTILE, "rt", encoding="utf-8") as lines:
        return [value for line in lines for value in json.loads(line).values()
                if isinstance(value, str)]  # fmt: skip


def citation(text: str, draw: random.Random, number: int) -> Citation | None:
    """A citation of a random slice of an article with this text."""
    try:
        made: Article = article(
            text,
            url=draw.choice(
                [
                    None,
                    "https://news.example/a(b)_c?d=<e>",
                    "https://x.example/" + "y" * 700,
                    draw.choice(URLS),
                    "https://" + text[:60],
                    "https://x.example/" + text[:300],
                ]
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
    """The text without escaped characters and our own links and dates: only markup is left."""
    text = re.sub(r"\\[^0-9A-Za-z\s]", "·", text)
    return TIME.sub("", LINK.sub("](LINK)", text))


def shown(text: str) -> str:
    """The text as a reader sees it, without escapes."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", text)


def assert_harmless(text: str) -> None:
    markup = bare(text)
    assert not re.search(r"[@`|~<]", markup), markup
    assert not re.search(r"https?:|discord\.[a-z]|://", markup), markup
    for line in markup.split("\n"):
        assert not re.match(r"\s*(#|>>>|[-+] |\d+\. )", line), line
    for found in LINK.finditer(re.sub(r"\\.", "", text)):
        assert_address(found[1])


def assert_address(url: str) -> None:
    """Check that a browser can follow the address, and that Discord shows no invitation for it."""
    parts = urlsplit(url)
    assert parts.scheme in ("http", "https")
    assert parts.port is None or parts.port < 65536
    host = unquote(parts.hostname or "")
    # What the URL Standard forbids in a host; brackets and colons are those of IPv6.
    assert re.fullmatch(r"[^\x00-\x20\x7f#%/<>?@\\^|:\[\]]+|[\da-f:.]+", host), url
    invitation = r"(.+\.)?(discord\.gg|dsc\.gg|discord(app)?\.com\.?/+invite)\b.*"
    assert not re.fullmatch(invitation, host + parts.path, re.I | re.S), url


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def assert_sent(text: str, wholes: Sequence[str]) -> None:
    """Check that Discord accepts the message, and that omissions from `wholes` are mentioned."""
    assert len(text) <= MESSAGE
    assert_harmless(text)
    for link in LINK.finditer(text):
        line = text.rfind("\n", 0, link.start()) + 1
        start = re.compile(r"(\[\d+\] )?(\*\*.*\*\* (?=\[))?").match(text, line).end()
        label = LABEL.match(text, start)
        assert label, text[start : link.end()]
        assert label.end() == link.start() + 2, text[start : link.end()]
    assert CUT.search(text) or all(letters(one) in letters(text) for one in wholes), text


def numbers(text: str) -> set[int]:
    return {int(n) for n in re.findall(r"\[(\d+)\](?!\()", bare(text))}


def particulars(citations: Sequence[Citation]) -> list[str]:
    return [text for one in citations
            for text in (one.quote, one.hit.article.title, one.hit.article.source)]  # fmt: skip


def cases(
    count: int, seed: int
) -> Iterator[tuple[random.Random, Callable[[], str], list[Citation]]]:
    """A random generator, a maker of hostile text, and up to three citations of such text."""
    draw = random.Random(seed)
    pieces = NASTY + hostile_strings()

    def words() -> str:
        return " ".join(draw.choices(pieces, k=draw.randint(1, 25)))

    for _ in range(count):
        made = [citation(words(), draw, number) for number in range(1, draw.randint(2, 4))]
        yield draw, words, [one for one in made if one]


@COUNTS
def test_hostile_answers_are_harmless(count: int) -> None:
    for draw, words, citations in cases(count, 4):
        question = draw.choice([None, words()])
        sheet = answer_sheet(citations, question=question, understood=question)
        assert len(sheet.text) <= MESSAGE
        assert sheet.shown <= len(citations)
        assert bool(citations) == bool(sheet.shown)
        body = re.sub(r"^> .*\n", "", sheet.text, count=1) if question else sheet.text
        body = re.sub(r"\n-# Understood.*", "", body, flags=re.S)
        assert_sent(body, particulars(citations))
        assert numbers(body) == {*range(1, sheet.shown + 1)}, sheet.text
        for one in citations:
            view = passage_view(one)
            assert len(view.description) <= DESCRIPTION
            assert len(view.title) <= TITLE
            assert_harmless(view.description)
            label, where = menu_entry(one)
            assert 0 < len(label) <= OPTION >= len(where)


@COUNTS
def test_hostile_written_answers_are_harmless(count: int) -> None:
    """Proved text has no mentions or links. Here it has, and even then they are harmless."""
    for draw, words, citations in cases(count, 5):
        written, notes = sentences_of(draw, words, citations), draw.choices([words(), "A."], k=2)
        question = draw.choice([None, words()])
        sheet = answer_sheet(
            citations, question=question, understood=question, written=written, notes=notes
        )
        assert len(sheet.text) <= MESSAGE
        assert sheet.shown <= len(citations)
        assert bool(citations) == bool(sheet.shown)
        body = re.sub(r"^> .*\n", "", sheet.text, count=1) if question else sheet.text
        assert_harmless(re.sub(r"^-# ", "", body, flags=re.M))
        body = body.partition("\n-# Understood")[0]
        if CUT.search(body) is None and citations:
            wholes = [one.text for one in written]
            if answer._TOO_LONG in sheet.text:
                wholes = [one.quote for one in citations]
            assert all(letters(one) in letters(body) for one in wholes), sheet.text
        assert numbers(body) == {*range(1, sheet.shown + 1)}, sheet.text


def sentences_of(
    draw: random.Random, words: Callable[[], str], citations: Sequence[Citation]
) -> list[WrittenSentence]:
    """Sentences that cite all of these, numbered in order as in an answer."""
    written, highest = [], 0
    while highest < len(citations):
        first = draw.randint(1, highest + 1)
        cited = [*range(first, draw.randint(first, len(citations)) + 1)]
        if cited[0] > highest + 1:
            continue
        highest = max(highest, cited[-1])
        text = " ".join(words().split())[:600]
        written.append(WrittenSentence(text, tuple(cited), draw.random() < 0.2))
    return written


@pytest.mark.parametrize("size", [100, 600, 2100])
def test_a_long_written_answer_is_cut_after_a_whole_sentence(size: int) -> None:
    made = article("Some words. " * 20, url="https://x.example/", title="T" * 150, source="S" * 60)
    hit = Hit(split(made)[0], made, 1, 0.5, "shared")
    citations = [Citation(n, hit, 0, 11, made.text[0:11]) for n in range(1, 9)]
    written = [WrittenSentence("w" * (size - 1) + ".", (n,)) for n in range(1, 9)]

    sheet = answer_sheet(
        citations, question="q" * 900, understood="u", written=written, notes=["By a model."]
    )

    assert len(sheet.text) <= MESSAGE
    shown = sheet.text.count("w.")
    assert "> qqq" in sheet.text
    assert "Understood: u" in sheet.text
    if size == 2100:  # not even one sentence fits, so quotes are shown, and no model is named
        assert (shown, sheet.shown) == (0, 8)
        assert "By a model" not in sheet.text
        assert "Quotes only" in sheet.text
    else:
        assert 0 < shown == sheet.shown < 8
        assert f"Left out to fit a message: {8 - shown} of 8 sentences." in sheet.text


@COUNTS
def test_hostile_statements_are_harmless(count: int) -> None:
    for draw, words, citations in cases(count, 7):
        cited = draw.sample([*citations, None], draw.randint(0, len(citations) + 1))
        verdicts = [Verdict(words(), one is not None and draw.random() < 0.5, one) for one in cited]
        total = len(verdicts) + draw.choice([0, 3])
        sheet = verdict_sheet(verdicts, total if verdicts else 0)
        quoted = [one for one in cited if one]
        assert_sent(sheet.text, [one.statement for one in verdicts] + particulars(quoted))
        assert numbers(sheet.text) == {*range(1, sheet.shown + 1)}, sheet.text
        assert sheet.shown <= len(quoted)


@COUNTS
def test_hostile_passages_are_harmless(count: int) -> None:
    for _, _, citations in cases(count, 8):
        text = passages_text(citations)
        assert_sent(text, particulars(citations))
        assert numbers(text) == {*range(1, len(citations) + 1)}, text


@COUNTS
def test_hostile_embeds_are_within_limits(count: int) -> None:
    for _, _, citations in cases(count, 9):
        for one in citations:
            assert_embed(one)


def assert_embed(one: Citation) -> None:
    embed = passage_embed(one)
    assert embed.title is not None
    assert embed.description is not None
    assert 0 < len(embed.title) <= 256
    assert 0 < len(embed.description) <= 4096
    assert len(embed.footer.text or "") <= 2048
    assert len(embed) <= 6000
    assert_harmless(embed.title)
    assert_harmless(embed.description)
    whole = letters(one.hit.article.text)
    assert "…" in embed.description or whole in letters(embed.description)
    if embed.url is not None:
        assert len(embed.url) <= 2048  # from Discord's answer to longer ones; it is not documented
        assert_address(embed.url)


@COUNTS
def test_hostile_failures_are_harmless(count: int) -> None:
    for draw, words, _ in cases(count, 10):
        before = draw.choice(["", "/srv/incoming/", "https://x.example/"])
        failed = [ReadError(words(), before + words()) for _ in range(draw.randint(0, 8))]
        text = report_text(SyncReport(added=len(failed), failed=failed))
        assert_sent(text, [one.reason for one in failed])


@COUNTS
def test_hostile_lists_are_harmless(count: int) -> None:
    for draw, words, _ in cases(count, 11):
        marks = draw.choice(["", draw.choice(NASTY) * 100])
        rows = [article("Text.", title=marks[: draw.randint(60, 100)] or words(),
                        published="2025-05-16") for _ in range(10)]  # fmt: skip
        body = re.sub(r"^`[0-9a-f]{8}`", "", list_text(rows), flags=re.M)
        assert_sent(body, [one.title for one in rows])


@pytest.mark.parametrize("url", URLS)
def test_no_address_breaks_a_message(url: str) -> None:
    """Even with an address that `article` would refuse."""
    made = citation("Some words of an article.", random.Random(1), 1)
    assert made is not None
    hit = replace(made.hit, article=replace(made.hit.article, url=url))
    one = replace(made, hit=hit)

    assert_sent(answer_sheet([one]).text, particulars([one]))
    assert_embed(one)


@pytest.mark.parametrize("title", ["[", "]", "a [b", "a] b", "[a] [b", "[a]", "[[a]"])
def test_brackets_in_a_title_do_not_break_the_link(title: str) -> None:
    made = article("Some words.", url="https://x.example/", title=title)
    hit = Hit(split(made)[0], made, 1, 0.5, "shared")

    assert_sent(answer_sheet([Citation(1, hit, 0, 11, made.text)]).text, [title])


def test_statements_left_out_are_counted_beside_a_shortened_one() -> None:
    made = article("W" * 2100)
    hit = Hit(split(made)[0], made, 1, 0.5, "shared")
    long = Citation(1, hit, 0, len(made.text), made.text)

    text = verdict_sheet([Verdict("One.", False, long), Verdict("Two.", False, None)], 2).text

    assert "Two" in text or "Not checked here: 1 of 2 statements." in text


def test_quotes_left_out_are_counted_beside_a_shortened_one() -> None:
    made = article("W" * 2100)
    hit = Hit(split(made)[0], made, 1, 0.5, "shared")
    long = Citation(1, hit, 0, len(made.text), made.text)

    assert "1 of 2 quotes" in answer_sheet([long, replace(long, number=2)]).text


@pytest.mark.parametrize("piece", NASTY)
def test_escaped_text_is_shown_exactly(piece: str) -> None:
    assert shown(escape(piece)) == piece


def test_quotes_stay_exact_beneath_the_bold() -> None:
    draw = random.Random(5)
    made = citation("He said: *no* to #4 @everyone, `x` and 2_3. " * 5, draw, 1)
    assert made is not None
    text = answer_sheet([made]).text.split(" [1]")[0]

    assert shown(text).replace("**", "") in (made.quote, made.quote.replace("**", ""))


def test_quotes_left_out_are_mentioned() -> None:
    draw = random.Random(6)
    long = [citation(f"Sentence {n}: " + "word, " * 160 + "end.", draw, n) for n in (1, 2, 3)]
    citations = [one for one in long if one]
    full = [Citation(n, one.hit, one.hit.passage.start, one.hit.passage.end, one.hit.passage.text)
            for n, one in enumerate(citations, 1)]  # fmt: skip

    sheet = answer_sheet(full)

    assert sheet.shown == 1
    assert "Left out to fit a message: 2 of 3 quotes." in sheet.text
    assert "[2]" not in sheet.text


def test_a_link_points_to_the_quoted_words() -> None:
    made = article("One two. Three-four, five & six seven eight nine ten eleven twelve thirteen.",
                   url="https://news.example/a?b=c")  # fmt: skip
    quote = made.text[9:]
    link = web_address(made, quoted=quote)

    assert link is not None
    address, fragment = link.split("#:~:text=")
    assert address == "https://news.example/a?b=c"
    first, last = fragment.split(",")
    assert "-" not in fragment
    assert quote.startswith(unquote(first))
    assert quote.endswith(unquote(last))


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("https://news.example/" + "x" * 3000, id="too long"),
        pytest.param("https://münchen.example/straße?q=ä", id="letters of other languages"),
        pytest.param("http://intern/a", id="a host without a dot"),
        pytest.param("https://a b.example/x", id="a blank in the host"),
        pytest.param('https://news.example:8443/a b<c>"?d="&e=%zz', id="odd characters"),
        pytest.param("https://user:word@news.example/[a]", id="a password"),
    ],
)
def test_the_address_of_a_passage_is_one_that_discord_accepts(address: str) -> None:
    made = article(BRIDGE, url=address)
    passage = split(made)[0]
    hit = Hit(passage, made, 1, 0.5, "shared")
    shown = passage_view(Citation(1, hit, passage.start, passage.end, passage.text, None))

    assert discord_limits.message({"embeds": [{"title": shown.title, "url": shown.url}]}) == []


@pytest.mark.parametrize("nasty", NASTY)
def test_a_declined_answer_fits_with_any_notes(nasty: str) -> None:
    notes = [nasty * 30, f"Ann Lee: {nasty * 200}", "*" * 900, "_" * 900, "x" * 900]
    sheet = answer_sheet((), question=nasty * 20, understood=nasty * 20, notes=notes)

    assert 0 < len(sheet.text) <= MESSAGE
    assert DECLINED in sheet.text
