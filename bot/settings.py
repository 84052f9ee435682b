"""Settings: what two installations may differ in; nothing else reads the environment."""

import os
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from retrieval.answers.language_model import LanguageModel
from retrieval.answers.models import Models
from retrieval.errors import SettingsError
from retrieval.models.embedder import BUNDLED
from retrieval.newsdesk import SHARED, THRESHOLD, Newsdesk
from retrieval.sources.http import agent_of

OF_SERVERS = "guild-"  # what the names of Discord servers' own libraries begin with
_PREFIX = "NEWSDESK_"


class Settings(BaseSettings):
    """Every setting, from `NEWSDESK_…` in the environment, else in the file `.env`."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_file=".env", extra="ignore", hide_input_in_errors=True
    )

    data: Path = Field(default=Path("data"), description="Folder that holds the libraries.")
    library: str = Field(
        min_length=1, default=SHARED, description="Library that commands use when none is named."
    )
    embedder: str = Field(
        default=BUNDLED,
        min_length=1,
        description="Embedding model: the bundled one, or any sentence-transformers model's "
        "name or folder. After a change: newsdesk reindex.",
    )
    chroma_url: str | None = Field(
        default=None,
        description="Address of a Chroma server that holds the vectors; empty: files in the data "
        "folder. Keep such a server off public networks.",
    )
    threshold: float = Field(
        default=THRESHOLD,
        ge=0,
        le=1,
        description="How probable an answer must be to be given, 0 to 1; higher declines more.",
    )
    reranker: str | None = Field(
        default=None,
        description="Any sentence-transformers CrossEncoder, by name or folder, to rank passages "
        "in place of Newsdesk's own reader, which then only marks what answers; empty: none.",
    )
    model: str | None = Field(
        default=None,
        description="Language model that writes answers, as provider:model in LangChain's "
        "names, e.g. ollama:qwen3:8b, openai:gpt-5-mini, anthropic:claude-haiku-4-5; of what it "
        "writes, only what is proved is shown. Empty: answers are quotes.",
    )
    model_url: str | None = Field(
        default=None,
        description="Address at which that model is served; empty: the provider's own.",
    )
    model_key: SecretStr | None = Field(
        default=None,
        description="The provider's key for it; a secret. Empty: what the provider's package "
        "finds by itself, as in OPENAI_API_KEY.",
    )
    model_budget: int = Field(
        default=0,
        ge=0,
        description="Tokens a day that questions of one Discord server may cost; then its answers "
        "are quotes until midnight (UTC). 0: no limit.",
    )
    hosts: str = Field(
        default="",
        description="Hosts that articles may be fetched from although they are not on the public "
        "internet, apart by commas; empty: none.",
    )
    contact: str = Field(
        default="",
        max_length=200,
        description="How publishers can reach you, an address of the web or of mail; whoever is "
        "fetched from sees it. Empty: they see Newsdesk's own page.",
    )
    watch: bool = Field(
        default=False,
        description="Whether the bot on Discord polls the feeds itself; else newsdesk watch does.",
    )
    discord_token: SecretStr | None = Field(
        default=None,
        description="Token of the Discord application's bot, from Discord's developer portal; a "
        "secret. Only newsdesk discord needs it.",
    )
    discord_api: str | None = Field(
        default=None,
        description="Address of Discord's API; empty: Discord's own. For another server of the "
        "same protocol.",
    )
    discord_gateway: str | None = Field(
        default=None, description="Address of Discord's gateway (wss://…), the same way."
    )
    discord_health_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Port on 127.0.0.1 at which the bot says whether it is alive "
        "(GET /health); empty: none.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="WARNING", description="How much is logged, to standard error."
    )

    @field_validator(
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
    def _none(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("model_url", "discord_api", "discord_gateway")
    @classmethod
    def _address(cls, value: str | None, info: ValidationInfo) -> str | None:
        schemes = ("ws", "wss") if info.field_name == "discord_gateway" else ("http", "https")
        if value is not None and (urlsplit(value).scheme not in schemes or not _host(value)):
            raise ValueError(
                f"it must begin with {schemes[0]}:// or {schemes[1]}:// and name a host"
            )
        return value

    @field_validator("chroma_url", mode="before")
    @classmethod
    def _web_address(cls, value: object) -> object:
        if value in ("", None):
            return None
        at = urlsplit(str(value))
        if at.scheme not in ("http", "https") or not _host(str(value)):
            raise ValueError("it must begin with http:// or https:// and name a host")
        if "@" in at.netloc or at.path.strip("/") or at.query or at.fragment:
            raise ValueError("it may have nothing but a host and a port")
        return value


def _host(address: str) -> str | None:
    """The host that an address names, None where it or its port is none."""
    try:
        at = urlsplit(address)
        return at.hostname if at.port != 0 else None
    except ValueError:
        return None


def desk(
    chosen: Settings,
    library: str,
    *,
    create: bool = False,
    beside: Newsdesk | None = None,
    models: Models | None = None,
) -> Newsdesk:
    """The desk of a library, as the settings have it. Raises LibraryError, SettingsError."""
    return Newsdesk(
        chosen.data,
        library=library,
        create=create,
        embedder=chosen.embedder,
        chroma_url=chosen.chroma_url,
        threshold=chosen.threshold,
        reranker=chosen.reranker,
        language_model=None if beside or models else language_model(chosen),
        beside=beside,
        models=models,
        hosts=hosts(chosen, library),
        agent=agent_of(chosen.contact),
    )


def with_model(chosen: Settings, name: str) -> Settings:
    """The settings with another language model; one provider's key is not sent to another."""
    update: dict[str, object] = {"model": name}
    if chosen.model and _provider(chosen.model) != _provider(name):
        update |= {"model_url": None, "model_key": None}
    return chosen.model_copy(update=update)


def _provider(model: str) -> str:
    return model.strip().partition(":")[0].replace("-", "_").lower()


def language_model(chosen: Settings) -> LanguageModel | None:
    """The language model that the settings name, if any. Raises SettingsError, ModelError."""
    if chosen.model is None or chosen.model.strip().lower() in ("", "none"):
        return None
    key = chosen.model_key.get_secret_value() if chosen.model_key else None
    return LanguageModel(chosen.model.strip(), url=chosen.model_url, key=key)


def hosts(chosen: Settings, library: str) -> list[str]:
    """The hosts of an intranet that what goes into a library may be fetched from.

    The operator's own are not for whoever feeds a Discord server's library.
    """
    if library.startswith(OF_SERVERS):
        return []
    return [host.strip() for host in chosen.hosts.split(",") if host.strip()]


def load() -> Settings:
    """The settings. Raises SettingsError that names each wrong one, never its value."""
    try:
        return Settings()
    except UnicodeDecodeError as exc:
        raise SettingsError("The file .env is not UTF-8 text.") from exc
    except ValidationError as exc:
        wrong = "; ".join(
            f"{_PREFIX}{str(error['loc'][0]).upper()}: {error['msg']}" for error in exc.errors()
        )
        raise SettingsError(f"A setting is wrong: {wrong}.") from exc


def unknown() -> list[str]:
    """Names in the environment and `.env` that look like settings of ours and are none."""
    known = {_PREFIX + name.upper() for name in Settings.model_fields}
    given = {name.upper() for name in {*os.environ, *dotenv_values(".env")}}
    return sorted(name for name in given if name.startswith(_PREFIX) and name not in known)
