"""Settings: what may differ between installations. No other module reads the environment."""

import os
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values
from pydantic import Field, HttpUrl, SecretStr, ValidationError, WebsocketUrl, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from retrieval.answers.language_model import LanguageModel
from retrieval.answers.models import Models
from retrieval.errors import SettingsError
from retrieval.models.embedder import BUNDLED
from retrieval.newsdesk import SHARED, THRESHOLD, Newsdesk
from retrieval.sources.http import agent_of

OF_SERVERS = "guild-"  # a Discord server's library has this name, followed by the server's id
_PREFIX = "NEWSDESK_"


class Settings(BaseSettings):
    """Every setting: `NEWSDESK_…` from the environment, or else from the file `.env`."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_file=".env", extra="ignore", hide_input_in_errors=True
    )

    data: Path = Field(default=Path("data"), description="Folder that holds the libraries.")
    library: str = Field(
        min_length=1, default=SHARED, description="Library that commands use by default."
    )
    embedder: str = Field(
        default=BUNDLED,
        min_length=1,
        description="Embedding model: the bundled one, or any sentence-transformers model, by "
        "name or folder. After changing it, run: newsdesk reindex",
    )
    chroma_url: HttpUrl | None = Field(
        default=None,
        description="Address of a Chroma server that holds the vectors. Empty: they are kept in "
        "the data folder. Keep such a server off public networks.",
    )
    threshold: float = Field(
        default=THRESHOLD,
        ge=0,
        le=1,
        description="How probable an answer must be to be given, from 0 to 1. The higher, the "
        "more questions are declined.",
    )
    reranker: str | None = Field(
        default=None,
        description="Any sentence-transformers CrossEncoder, by name or folder, to rank passages. "
        "Newsdesk's own reader then only marks the words that answer. Empty: it ranks them too.",
    )
    model: str | None = Field(
        default=None,
        description="Language model that writes answers, as provider:model in LangChain's names, "
        "such as ollama:qwen3:8b, openai:gpt-5-mini or anthropic:claude-haiku-4-5. Of what it "
        "writes, only what is proved is shown. Empty: answers are quotes.",
    )
    model_url: HttpUrl | None = Field(
        default=None,
        description="Address at which that model is served. Empty: the provider's own.",
    )
    model_key: SecretStr | None = Field(
        default=None,
        description="The provider's API key; a secret. Empty: the key that the provider's "
        "package finds by itself, for example in OPENAI_API_KEY.",
    )
    model_budget: int = Field(
        default=0,
        ge=0,
        description="Tokens that the questions of one Discord server may use in a day. After "
        "that its answers are quotes until midnight (UTC). 0: no limit.",
    )
    hosts: str = Field(
        default="",
        description="Hosts outside the public internet that may be fetched from, "
        "separated by commas. Empty: none.",
    )
    contact: str = Field(
        default="",
        max_length=200,
        description="Web or mail address at which publishers can reach you; it is sent with "
        "every request for a page or feed. Empty: the address of Newsdesk's own page is sent.",
    )
    watch: bool = Field(
        default=False,
        description="Whether the bot on Discord polls the feeds itself. If not, run: "
        "newsdesk watch",
    )
    discord_token: SecretStr | None = Field(
        default=None,
        description="Token of the Discord application's bot, from Discord's developer portal; a "
        "secret. Only newsdesk discord needs it.",
    )
    discord_api: HttpUrl | None = Field(
        default=None,
        description="Address of another server with Discord's API. Empty: Discord's own.",
    )
    discord_gateway: WebsocketUrl | None = Field(
        default=None,
        description="Address (wss://…) of that server's gateway. Empty: Discord's own.",
    )
    discord_health_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Port on 127.0.0.1 at which the bot reports its health (GET /health). "
        "Empty: none.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="WARNING", description="How much is logged to standard error."
    )

    @field_validator(
        "chroma_url",
        "reranker",
        "model",
        "model_url",
        "model_key",
        "discord_token",
        "discord_api",
        "discord_gateway",
        "discord_health_port",
        mode="before",
    )
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("chroma_url")
    @classmethod
    def _host_and_port(cls, url: HttpUrl | None) -> HttpUrl | None:
        if url and (url.username or url.password or url.query or url.fragment or url.path != "/"):
            raise ValueError("it may have nothing but a host and a port")
        return url


def make_desk(
    chosen: Settings,
    library: str,
    *,
    create: bool = False,
    beside: Newsdesk | None = None,
    models: Models | None = None,
) -> Newsdesk:
    """A Newsdesk for a library, as the settings describe it. Raises LibraryError, SettingsError.

    With `beside` or `models`, it shares their models, also the language model (see `Newsdesk`).
    """
    return Newsdesk(
        chosen.data,
        library=library,
        create=create,
        embedder=chosen.embedder,
        chroma_url=str(chosen.chroma_url) if chosen.chroma_url else None,
        threshold=chosen.threshold,
        reranker=chosen.reranker,
        language_model=None if beside or models else language_model(chosen),
        beside=beside,
        models=models,
        hosts=hosts(chosen, library),
        agent=agent_of(chosen.contact),
    )


def with_model(chosen: Settings, name: str) -> Settings:
    """The settings with another language model.

    If its provider is another one, address and key are dropped: no provider sees another's key.
    """
    update: dict[str, object] = {"model": name}
    if chosen.model and _provider(chosen.model) != _provider(name):
        update |= {"model_url": None, "model_key": None}
    return chosen.model_copy(update=update)


def _provider(model: str) -> str:
    return model.strip().partition(":")[0].replace("-", "_").lower()


def language_model(chosen: Settings) -> LanguageModel | None:
    """The configured language model, or None. Raises SettingsError, ModelError."""
    if chosen.model is None or chosen.model.strip().lower() in ("", "none"):
        return None
    key = chosen.model_key.get_secret_value() if chosen.model_key else None
    url = str(chosen.model_url) if chosen.model_url else None
    return LanguageModel(chosen.model.strip(), url=url, key=key)


def hosts(chosen: Settings, library: str) -> list[str]:
    """The internal hosts from which a library may fetch articles.

    A Discord server's library has none: its members must not reach the operator's network.
    """
    if library.startswith(OF_SERVERS):
        return []
    return [host.strip() for host in chosen.hosts.split(",") if host.strip()]


def load() -> Settings:
    """The settings. Raises SettingsError, which names the wrong settings but not their values."""
    try:
        return Settings()
    except UnicodeDecodeError as exc:
        raise SettingsError("The file .env is not UTF-8 text.") from exc
    except ValidationError as exc:
        raise SettingsError(f"A setting is wrong: {'; '.join(map(_wrong, exc.errors()))}.") from exc


def _wrong(error: ErrorDetails) -> str:
    """The name of the setting, and what is wrong with it."""
    name, reason = str(error["loc"][0]), error["msg"].removeprefix("Value error, ")
    if error["type"].startswith("url_"):
        schemes = "ws:// or wss://" if name == "discord_gateway" else "http:// or https://"
        reason = f"it must begin with {schemes} and name a host"
    return f"{_PREFIX}{name.upper()}: {reason}"


def unknown() -> list[str]:
    """Names in the environment and `.env` that have the prefix of settings but are not settings."""
    settings = {_PREFIX + name.upper() for name in Settings.model_fields}
    names = {name.upper() for name in {*os.environ, *dotenv_values(".env")}}
    return sorted(name for name in names if name.startswith(_PREFIX) and name not in settings)
