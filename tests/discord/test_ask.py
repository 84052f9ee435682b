import pytest

from bot.settings import Settings
from tests.discord.bot import HERE, asked, bot, plain
from tests.loopback.discord_server import AUTOCOMPLETE, DEFERRED, Server, option

pytestmark = pytest.mark.anyio


async def test_an_answer_is_quoted_cited_and_dated(options: Settings, server: Server) -> None:
    async with bot(options, server):
        given = await asked(server, "what did Starmer say?")

    assert given.callback == {"type": DEFERRED}
    answer = given.answer
    assert answer is not None
    quotes, sources = answer["content"].split("\n\n", 1)
    assert "completely unacceptable" in plain(quotes)
    assert quotes.endswith("[1]")
    said, _, rest = sources.partition(" · ")
    assert (
        said.replace("\\", "") == "[1] Keir Starmer (British Prime Minister), partly word for word"
    )
    assert rest.startswith("**Ukraine and Russia agree")
    assert "Reuters" in sources
    assert "<t:1747396800:D>" in sources  # 16 May 2025
    assert answer["allowed_mentions"]["parse"] == []


async def test_a_speaker_without_statements_on_the_topic_is_told_from_others(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        given = await asked(server, "what did Starmer say about the ferry terminal?")

    assert given.answer is not None
    declined, reason, *others = given.answer["content"].split("\n-# ")
    assert declined.endswith("The articles don't say.")
    assert plain(reason) == "Keir Starmer says nothing on the ferry terminal in them."
    assert others
    assert all("terminal" in one and "Starmer" not in one for one in others)


async def test_filters_and_autocomplete(options: Settings, server: Server) -> None:
    async with bot(options, server):
        typed = await server.command(
            "ask", [option("question", "x"), option("source", "reu", focused=True)],
            kind=AUTOCOMPLETE, **HERE,
        )  # fmt: skip
        await typed.until(lambda one: one.callback)
        assert typed.callback is not None
        choices = [one["value"] for one in typed.callback["data"]["choices"]]
        assert choices == ["Reuters"]

        old = await asked(server, "what did Starmer say?", option("since", "last week"))
        assert old.answer is not None
        assert "don't say" in old.answer["content"]
        wrong = await asked(server, "what did Starmer say?", option("since", "gibberish"))
        assert wrong.followups[0]["flags"] & 64
        nobody = await asked(server, "what did Starmer say?", option("source", "*Nobody*"))
        assert nobody.deleted
        assert "\\*Nobody\\*" in nobody.followups[0]["content"]


@pytest.mark.slow
async def test_an_answer_uses_only_articles_up_to_the_given_day(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        on = await asked(server, "what did Starmer say?", option("until", "16 May 2025"))
        before = await asked(server, "what did Starmer say?", option("until", "2025-05-15"))
        wrong = await asked(server, "what did Starmer say?", option("until", "gibberish"))

    assert on.answer is not None
    assert "unacceptable" in plain(on.answer["content"])
    assert before.answer is not None
    assert "don't say" in before.answer["content"]
    assert "gibberish" in wrong.followups[0]["content"]
