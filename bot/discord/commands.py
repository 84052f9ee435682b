"""The command tree: all slash commands, the message menu, and what to say if a command fails."""

from typing import Any

import discord
from discord import app_commands

from bot.discord.articles import ArticlePage, articles
from bot.discord.ask import ask
from bot.discord.check import check
from bot.discord.components import ITEMS
from bot.discord.context import Interaction, context_of
from bot.discord.feeds import FeedPage, feeds
from bot.discord.quotes import QuotePage, quotes, who
from bot.discord.replies import ErrorReply, Refused, in_flight
from bot.discord.settings import newsdesk
from bot.discord.share import Share

BUTTONS = (*ITEMS, Share, ArticlePage, FeedPage, QuotePage)
_CHANGED = (app_commands.CommandNotFound, app_commands.CommandSignatureMismatch)


def command_tree(client: discord.Client) -> app_commands.CommandTree[Any]:
    """The tree of all commands, for servers and direct messages."""
    tree: app_commands.CommandTree[Any] = app_commands.CommandTree(
        client, allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True)
    )
    tree.error(_failed)
    commands: tuple[Any, ...] = (ask, quotes, who, check, articles, feeds, newsdesk)
    for command in commands:
        tree.add_command(command)
    return tree


async def _failed(interaction: Interaction, error: app_commands.AppCommandError) -> None:
    """Tell the person who used a command about an error that the command did not catch."""
    if interaction.type is discord.InteractionType.autocomplete:
        return  # Discord can't show an error there
    async with in_flight(context_of(interaction), ErrorReply(interaction)):
        if isinstance(error, _CHANGED):
            raise Refused("This command has changed. Please reload Discord and try again.")
        raise getattr(error, "original", error)
