"""The listener: which messages are questions, and which questions are follow-ups."""

import asyncio
import logging
import re
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass

import discord

from bot.discord.ask import answer, opened_thread
from bot.discord.context import Context
from bot.discord.permissions import may_write
from bot.discord.replies import MessageReply, in_flight
from bot.discord.request import Request
from bot.discord.store import AnswerRecord
from retrieval.errors import LibraryError

log = logging.getLogger(__name__)

_HOW_ON_SERVER = "Mention me with a question, or use `/ask`."
_HOW_DIRECTLY = "Write me a question, such as: what did Starmer say?"
_UNREADABLE = (
    "I can't read replies that don't mention me. Please switch on the mention, or use `/ask`."
)
# Words that people reply to an answer with, without asking anything.
_COURTESY = re.compile(
    "thanks?|you|thx|ty|cheers|please|welcome|sorry|hi|hello|hey|bye|ok|okay|yes|no|yep|nope|lol|lmao"
    "|(?:ha)+|wow|cool|nice|great|good|perfect|awesome|right|sure|got|it|i|see|so|much|very|a|lot"
    "|that|is|helpful"
)


@dataclass(frozen=True, slots=True)
class Listener:
    """Answers mentions, direct messages, replies to answers, and messages in the bot's threads.

    `me` is the bot's own user. `reads_all`: Discord sends the content of messages that don't
    mention the bot.
    """

    context: Context
    me: discord.ClientUser
    reads_all: bool

    async def hear(self, message: discord.Message) -> None:
        """Answer the message if it is for the bot."""
        if message.author.bot:
            return
        if message.type not in (discord.MessageType.default, discord.MessageType.reply):
            return
        # Without a guild, this may also be a message on a server that discord.py doesn't know yet.
        if message.guild is None and not isinstance(message.channel, discord.DMChannel):
            return
        mentioned = self.me in message.mentions or message.guild is None
        if not mentioned and not self._may_be_meant(message):
            return
        try:
            follows, own = await self._followed(message)
        except LibraryError as exc:
            log.error("%s", exc)
            follows, own = None, False
        if mentioned or own:
            reply = MessageReply(message, explains=mentioned or _is_reply(message))
            await self._answer(message, follows, reply)

    def _may_be_meant(self, message: discord.Message) -> bool:
        """Whether a message that doesn't mention the bot may follow up one of its answers.

        That is a reply to a message of the bot, or to one that Discord did not send along. In a
        thread that the bot opened, it is also any message that mentions nobody.
        """
        if _is_reply(message):
            assert message.reference is not None, "a reply has one"
            before = message.reference.resolved
            return not isinstance(before, discord.Message) or before.author == self.me
        return self._is_own_thread(message.channel) and not message.mentions

    def _is_own_thread(self, channel: object) -> bool:
        return isinstance(channel, discord.Thread) and channel.owner_id == self.me.id

    async def _followed(self, message: discord.Message) -> tuple[AnswerRecord | None, bool]:
        """The answer that the message follows up, and whether the message is for the bot anyway."""
        store = self.context.store
        replied = message.reference if _is_reply(message) else None
        reference = replied.message_id if replied else None
        record = await asyncio.to_thread(store.answer_in, reference) if reference else None
        if record and record.channel == message.channel.id and not record.private:
            return (None if record.checks else record), True
        if not self._is_own_thread(message.channel):
            return None, False
        id = message.channel.id
        last = await asyncio.to_thread(store.last_in, id)
        # A thread has the id of the message below which it was opened.
        return last or await asyncio.to_thread(store.answer_in, id), True

    async def _answer(
        self, message: discord.Message, follows: AnswerRecord | None, reply: MessageReply
    ) -> None:
        text = _without_mentions(message.content, self.me.id)
        async with in_flight(self.context, reply):
            if text:
                if not _is_courtesy(text):
                    await self._answer_question(message, text, follows, reply)
            elif message.guild is None:
                await reply.send(_HOW_DIRECTLY)
            elif self.me in message.mentions:
                await reply.send(_HOW_ON_SERVER)
            elif _is_reply(message) and not self.reads_all:
                await reply.send(_UNREADABLE)

    async def _answer_question(
        self, message: discord.Message, text: str, follows: AnswerRecord | None, reply: MessageReply
    ) -> None:
        settings = await may_write(self.context, message)
        async with AsyncExitStack() as stack:
            with suppress(discord.HTTPException):
                await stack.enter_async_context(message.channel.typing())
            reply.thread = await opened_thread(message.channel, message, text, settings)
            request = Request(
                text,
                message.guild.id if message.guild else None,
                (reply.thread or message.channel).id,
                message.author.id,
                follows=follows,
            )
            await answer(self.context, request, reply)


def _is_reply(message: discord.Message) -> bool:
    """Whether the message is a reply; a forwarded message has a reference too, but is none."""
    reference = message.reference
    return reference is not None and reference.type is discord.MessageReferenceType.reply


def _is_courtesy(text: str) -> bool:
    """Whether the message is only thanks, a greeting or an emoji."""
    words = re.findall(r"\w+", re.sub(r"<a?:\w+:\d+>", " ", text.casefold()))
    return not words or ("?" not in text and all(map(_COURTESY.fullmatch, words)))


def _without_mentions(text: str, bot: int) -> str:
    for mention in (f"<@{bot}>", f"<@!{bot}>"):
        text = text.replace(mention, " ")
    return " ".join(text.split())
