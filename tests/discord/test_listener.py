import asyncio

import pytest

from bot.discord.store import GuildSettings
from bot.settings import Settings
from tests.discord.bot import CHANNEL, GUILD, HERE, ROLE, SECOND, asked, bot, first_id, plain
from tests.loopback.discord_server import BOT, DIRECT, MODERATOR, OWNER, Server, components, option

pytestmark = pytest.mark.anyio


async def test_a_mention_is_answered_with_a_reply(options: Settings, server: Server) -> None:
    async with bot(options, server, read_all=False):
        message = await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(CHANNEL))

    (reply,) = server.replies(CHANNEL)
    assert str(reply["message_reference"]["message_id"]) == message["id"]
    assert "completely unacceptable" in plain(reply["content"])
    assert reply["allowed_mentions"]["parse"] == []
    assert any(one.path == f"channels/{CHANNEL}/typing" for one in server.requests)


@pytest.mark.slow
async def test_a_mention_without_a_question_gets_help(options: Settings, server: Server) -> None:
    async with bot(options, server):
        await server.say(f"<@{BOT}>", mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(CHANNEL))

    assert "/ask" in server.replies(CHANNEL)[0]["content"]


@pytest.mark.slow
async def test_conversations_of_others_are_ignored(options: Settings, server: Server) -> None:
    async with bot(options, server):
        await server.say("what did Starmer say?", **HERE)
        mine = await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(CHANNEL))
        await asyncio.sleep(0.3)

    (reply,) = server.replies(CHANNEL)
    assert str(reply["message_reference"]["message_id"]) == mine["id"]


async def test_a_reply_to_an_answer_is_a_follow_up(options: Settings, server: Server) -> None:
    async with bot(options, server):
        await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(CHANNEL))
        (first,) = server.replies(CHANNEL)
        await server.say("and von der Leyen?", reply_to=first, mentions=(BOT,), **HERE)
        await server.until(lambda: len(server.replies(CHANNEL)) == 2)

    second = server.replies(CHANNEL)[1]
    assert "von der Leyen" in second["content"]
    assert "Understood: what did von der Leyen say?" in second["content"]


@pytest.mark.slow
@pytest.mark.parametrize("private", [False, True])
async def test_a_follow_up_uses_all_public_answers_before_it(
    options: Settings, server: Server, private: bool
) -> None:
    async with bot(options, server) as client:
        await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        for number, text in enumerate(("which country won this week?", "did he agree?"), 1):
            await server.until(lambda number=number: len(server.replies(CHANNEL)) == number)
            if private:
                client.context.store.rows(
                    "UPDATE answers SET private = 1 WHERE question LIKE '%Starmer%'"
                )
                client.context.store.rows(
                    "UPDATE answers SET private = 0 WHERE question LIKE '%week%'"
                )
            last = server.replies(CHANNEL)[-1]
            await server.say(text, reply_to=last, mentions=(BOT,), **HERE)
        await server.until(lambda: len(server.replies(CHANNEL)) == 3)

    assert ("Starmer" in server.replies(CHANNEL)[-1]["content"].split("\n")[-1]) is not private


async def test_a_direct_message_is_answered(options: Settings, server: Server) -> None:
    async with bot(options, server, read_all=False):
        await server.say("what did Starmer say?", guild=None, channel=DIRECT)
        await server.until(lambda: server.replies(DIRECT))

    assert "completely unacceptable" in plain(server.replies(DIRECT)[0]["content"])


async def test_in_its_own_thread_every_message_is_a_follow_up(
    options: Settings, server: Server
) -> None:
    async with bot(options, server) as client:
        client.context.store.set(GUILD, type(client.context.store.settings(GUILD))(threads=True))
        asking = await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        thread = int(asking["id"])
        await server.until(lambda: server.replies(thread))
        await server.dispatch("THREAD_CREATE", server.thread(CHANNEL, thread, "what did"))
        await server.say("and von der Leyen?", guild=GUILD, channel=thread)
        await server.until(lambda: len(server.replies(thread)) == 2)

    assert "von der Leyen" in server.replies(thread)[1]["content"]


@pytest.mark.slow
async def test_a_thread_opens_below_an_answer_to_ask(options: Settings, server: Server) -> None:
    async with bot(options, server) as client:
        client.context.store.set(GUILD, type(client.context.store.settings(GUILD))(threads=True))
        given = await asked(server, "what did Starmer say?")
        assert given.answer is not None
        thread = int(given.answer["id"])
        await server.until(lambda: any(one.path.endswith("/threads") for one in server.requests))
        await server.dispatch("THREAD_CREATE", server.thread(CHANNEL, thread, "what did"))
        await server.say("and von der Leyen?", guild=GUILD, channel=thread)
        await server.until(lambda: server.replies(thread))

    assert "Understood: what did von der Leyen say?" in server.replies(thread)[0]["content"]


@pytest.mark.slow
async def test_a_follow_up_keeps_the_filters(options: Settings, server: Server) -> None:
    async with bot(options, server):
        first = await asked(server, "what did Starmer say?", option("until", "2025-05-16"))
        assert first.answer is not None
        await server.say("and von der Leyen?", reply_to=first.answer, mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(CHANNEL))
        none = await asked(server, "what did Starmer say?", option("until", "2025-05-01"))

    understood = "Understood: what did von der Leyen say?, until 2025\\-05\\-16"
    assert understood.replace("\\", "") in server.replies(CHANNEL)[0]["content"].replace("\\", "")
    assert none.answer is not None
    assert "don't say" in none.answer["content"]


@pytest.mark.slow
async def test_in_its_own_thread_thanks_and_messages_to_others_get_no_answer(
    options: Settings, server: Server
) -> None:
    async with bot(options, server) as client:
        client.context.store.set(GUILD, type(client.context.store.settings(GUILD))(threads=True))
        asking = await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        thread = int(asking["id"])
        await server.until(lambda: server.replies(thread))
        await server.dispatch("THREAD_CREATE", server.thread(CHANNEL, thread, "what did"))
        there = {"guild": GUILD, "channel": thread}
        for text in ("Thanks!", "lol", "👍 <:yes:123>", "ok, got it"):
            await server.say(text, **there)
        other = await server.say("he was right", **there, mentions=(OWNER,))
        await server.say("who do you mean?", **there, reply_to=other, user=OWNER)
        await server.say("and von der Leyen?", **there)
        await server.until(lambda: len(server.replies(thread)) == 2)
        await asyncio.sleep(0.3)

    assert len(server.replies(thread)) == 2
    assert "von der Leyen" in server.replies(thread)[1]["content"]


@pytest.mark.slow
async def test_without_the_intent_a_reply_must_mention_the_bot(
    options: Settings, server: Server
) -> None:
    server.allow_content = False
    async with bot(options, server, read_all=False):
        first = await asked(server, "what did Starmer say?")
        assert first.answer is not None
        await server.say("and von der Leyen?", reply_to=first.answer, **HERE)
        await server.until(lambda: server.replies(CHANNEL))

    assert "switch on the mention" in server.replies(CHANNEL)[0]["content"]


@pytest.mark.slow
async def test_private_answers_are_not_used_for_public_follow_ups(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        secret = await asked(server, "what did Starmer say?", option("private", True))
        assert secret.answer is not None
        await server.say("and von der Leyen?", reply_to=secret.answer, user=OWNER, **HERE)
        await server.say(f"<@{BOT}> when was that?", mentions=(BOT,), user=OWNER, **HERE)
        await server.until(lambda: server.replies(CHANNEL))
        await asyncio.sleep(0.2)

    (reply,) = server.replies(CHANNEL)
    assert "Starmer" not in reply["content"].split("\n")[-1]


@pytest.mark.slow
async def test_thanks_and_forwarded_messages_get_no_answer(
    options: Settings, server: Server
) -> None:
    async with bot(options, server, read_all=False):
        first = await asked(server, "what did Starmer say?")
        assert first.answer is not None
        await server.say("thanks!", reply_to=first.answer, mentions=(BOT,), **HERE)
        await server.say("Thank you", guild=None, channel=DIRECT)
        await server.say("", reply_to=first.answer, reference=1, **HERE)
        await asyncio.sleep(0.5)

    assert server.replies(CHANNEL) == server.replies(DIRECT) == []


@pytest.mark.slow
async def test_replies_in_other_channels_and_other_members_get_nothing_of_an_answer(
    options: Settings, server: Server
) -> None:
    async with bot(options, server) as client:
        shown = await asked(server, "what did Starmer say?")
        secret = await asked(server, "what did Starmer say?", option("private", True))
        assert shown.answer is not None
        assert secret.answer is not None
        await server.say("and von der Leyen?", reply_to=shown.answer, guild=GUILD, channel=SECOND)
        for id in components(secret.answer):
            values = ["1"] if "sources" in id else None
            used = await server.click(secret.answer, id, values=values, user=MODERATOR, **HERE)
            await used.until(lambda one: one.followups)
            assert "I no longer know this answer" in used.followups[0]["content"]
        client.context.store.set(GUILD, GuildSettings(askers=frozenset({ROLE})))
        share = first_id(secret.answer, "share")
        shared = await server.click(secret.answer, share, **HERE)
        await shared.until(lambda one: one.followups)

    assert server.replies(SECOND) == []
    assert "Only certain roles may ask" in shared.followups[0]["content"]
    assert shared.followups[0]["flags"] & 64


# What it may not do


@pytest.mark.slow
async def test_a_mention_is_answered_without_access_to_the_history(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        server.may[CHANNEL] -= {"history"}
        await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(CHANNEL), 5)

    assert "unacceptable" in plain(server.replies(CHANNEL)[0]["content"])


@pytest.mark.slow
async def test_without_threads_it_answers_in_the_channel(options: Settings, server: Server) -> None:
    async with bot(options, server) as client:
        client.context.store.set(GUILD, type(client.context.store.settings(GUILD))(threads=True))
        server.may[CHANNEL] -= {"create threads"}
        await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(CHANNEL))
        given = await asked(server, "what did Starmer say?")

    assert "unacceptable" in plain(server.replies(CHANNEL)[0]["content"])
    assert given.answer


@pytest.mark.slow
async def test_without_permission_to_send_in_threads_it_answers_in_the_channel(
    options: Settings, server: Server
) -> None:
    async with bot(options, server) as client:
        client.context.store.set(GUILD, type(client.context.store.settings(GUILD))(threads=True))
        server.may[CHANNEL] -= {"send in threads"}
        await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        await server.until(lambda: server.replies(CHANNEL), 5)

    assert "unacceptable" in plain(server.replies(CHANNEL)[0]["content"])


@pytest.mark.slow
async def test_without_permission_to_send_it_answers_commands_only(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        server.may[CHANNEL] -= {"send"}
        await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        await server.until(
            lambda: any(one.path == f"channels/{CHANNEL}/messages" for one in server.requests)
        )
        given = await asked(server, "what did Starmer say?")

    assert given.answer
    assert server.replies(CHANNEL) == []


@pytest.mark.slow
async def test_a_question_that_was_deleted_meanwhile_is_answered(
    options: Settings, server: Server
) -> None:
    async with bot(options, server):
        mine = await server.say(f"<@{BOT}> what did Starmer say?", mentions=(BOT,), **HERE)
        del server.messages[int(mine["id"])]
        await server.until(lambda: server.replies(CHANNEL))

    assert "unacceptable" in plain(server.replies(CHANNEL)[0]["content"])
