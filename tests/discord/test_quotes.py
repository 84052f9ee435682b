import json

import pytest

from bot.discord.libraries import own_library
from bot.discord.text.statements import quotes_sheet, who_sheet
from bot.settings import Settings
from retrieval.articles.article import article
from retrieval.attribution.attribution import Attribution
from retrieval.attribution.speaker import Speaker
from retrieval.attribution.statements import Statement
from retrieval.newsdesk import Newsdesk
from retrieval.quotes.finder import StatementPage
from retrieval.quotes.grouping import ReportedStatement
from retrieval.quotes.reports import Report
from retrieval.quotes.speakers import SpeakerProfile
from tests.attribution.scripted import Scripted
from tests.conftest import made
from tests.discord.bot import GUILD, HERE, THERE, bot, first_id, plain
from tests.discord.test_text import NASTY, assert_harmless
from tests.loopback import discord_limits
from tests.loopback.discord_server import AUTOCOMPLETE, EPHEMERAL, Given, Server, option

pytestmark = pytest.mark.anyio

SAID = [
    made(f"{n}", f'Day {n}. "We sold {n} tickets for boat number {n}" said Ann Lee.',
         published=f"2025-05-{n + 1:02}")
    for n in range(12)
]  # fmt: skip


@pytest.fixture
def told(options: Settings, seeded: Newsdesk) -> Settings:
    """Settings of a bot with one server that has statements of its own."""
    desk = Newsdesk(options.data, library=own_library(GUILD), create=True, models=seeded.models)
    desk.index.batches.tagger = Scripted()
    desk.take(SAID)
    desk.close()
    return options


async def quotes(server: Server, speaker: str, *more: object, **who: object) -> Given:
    words = [option("speaker", speaker), *more]
    given = await server.command("quotes", words, **(HERE | who))  # type: ignore[arg-type]
    return await given.until(lambda one: one.answer or one.followups)


async def who_said(server: Server, said: str, **who: object) -> Given:
    given = await server.command("who", [option("said", said)], **(HERE | who))  # type: ignore[arg-type]
    return await given.until(lambda one: one.answer or one.followups)


async def test_quotes_are_shown_page_by_page_with_their_passages(
    told: Settings, server: Server
) -> None:
    async with bot(told, server):
        listed = await quotes(server, "Ann Lee")
        assert listed.answer is not None
        first = listed.answer["content"]
        more = await server.click(listed.answer, first_id(listed.answer, "quotes"), **HERE)
        await more.until(lambda one: "number 5”" in json.dumps(one.original, ensure_ascii=False))
        assert more.original is not None
        opened = await server.click(
            more.original, first_id(more.original, "sources"), values=["1"], **HERE
        )
        await opened.until(lambda one: one.followups)

    assert first.startswith("**Ann Lee**\n\n[1] “We sold 11 tickets for boat number 11”\n-# ")
    assert [f"number {n}”" in first for n in (11, 7, 6)] == [True, True, False]
    assert "We sold 6 tickets" in opened.followups[0]["embeds"][0]["description"]
    assert opened.followups[0]["flags"] & EPHEMERAL


async def test_statements_of_a_server_are_its_own(told: Settings, server: Server) -> None:
    async with bot(told, server):
        there = await quotes(server, "Ann Lee", **THERE)
        direct = await quotes(server, "Ann Lee", guild=None, channel=900)
        phrase = await who_said(server, "tickets for boat number 3", **THERE)
        here = await who_said(server, "tickets for boat number 3")
        offered = [
            await server.command(
                "quotes", [option("speaker", "lee", focused=True)], kind=AUTOCOMPLETE, **place
            )
            for place in (HERE, THERE)
        ]
        for one in offered:
            await one.until(lambda given: given.callback)
        listed = await quotes(server, "Ann Lee")
        assert listed.answer is not None
        stolen = await server.click(listed.answer, first_id(listed.answer, "quotes"), **THERE)
        await stolen.until(lambda one: one.followups)

    nobody = "Nobody called Ann Lee says anything in these articles."
    for given in (there, direct):
        assert given.answer is not None
        assert given.answer["content"] == nobody
    assert phrase.answer is not None
    assert phrase.answer["content"] == "Nobody in these articles says that."
    assert here.answer is not None
    assert "**Ann Lee**: “We sold 3 tickets" in here.answer["content"]
    names = [[one["value"] for one in given.callback["data"]["choices"]]  # type: ignore[index]
             for given in offered]  # fmt: skip
    assert names == [["Ann Lee"], []]
    assert "tickets" not in json.dumps(stolen.followups)


async def test_private_lists_are_for_one_user_and_the_shared_library_for_all(
    told: Settings, server: Server
) -> None:
    private = {"name": "private", "type": 5, "value": True}
    async with bot(told, server):
        given = await quotes(server, "Starmer", private, **THERE)
        topic = await quotes(server, "Ann Lee", option("about", "chess in Peru"))
        wrong = await quotes(server, "Ann Lee", option("since", "xyzzy"))

    assert given.ephemeral
    assert given.answer is not None
    assert "completely unacceptable" in plain(given.answer["content"])
    assert topic.answer is not None
    assert topic.answer["content"].startswith("Ann Lee says nothing about chess in Peru")
    assert "I don't understand the date" in json.dumps(wrong.followups)


@pytest.mark.parametrize("nasty", NASTY)
def test_any_statement_is_shown_exactly_and_fits(nasty: str) -> None:
    one = article(f"{nasty} said {nasty * 40} x", title=nasty * 3 or "x", source=nasty)
    end = len(one.text)
    told = []
    for kind in ("direct", "indirect", "mixed", "direct", "direct"):
        parts = Attribution(((0, 1),), (), ((1, end),))
        speaker = Speaker(nasty * 20, nasty * 9)
        stated = Statement(one.id, speaker, parts, kind, is_denied=kind == "mixed")  # type: ignore[arg-type]
        said = Report(stated, one, "shared")
        told.append(ReportedStatement(said, (said, said), (said,)))
    voices = tuple(SpeakerProfile(Speaker(nasty * 9, nasty), (str(n),), 3) for n in range(9))

    for sheet in (
        quotes_sheet(StatementPage(nasty, voices, tuple(told), count=9), nasty),
        quotes_sheet(StatementPage(nasty * 50, (), (), mentions=7), nasty),
        quotes_sheet(StatementPage(nasty, voices, (), count=9), nasty * 60),
        who_sheet(told, "the phrase"),
    ):
        assert 0 < len(sheet.text) <= discord_limits.MESSAGE
        text = "\n".join(
            line.removeprefix("-# ") for line in sheet.text.replace("**", "").split("\n")
        )
        assert_harmless(text)
