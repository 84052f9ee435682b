"""Any LangChain chat model, asked within limits of time and size.

Nothing that it writes is trusted, and no failure of it keeps an answer from coming.
"""

import logging
import queue
import random
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage
from langchain_core.runnables import Runnable, RunnableConfig

from retrieval.answers.draft import SCHEMA
from retrieval.errors import ModelError, SettingsError

log = logging.getLogger(__name__)

MAX_TOKENS = 2_000  # of an answer, which has about 200; but some models think first
_ATTEMPTS = 3
_BACK_OFF = 0.5  # seconds before the second attempt, twice as long before the third
_RETRYABLE = (408, 409, 425, 429, 500, 502, 503, 504, 529)
_REFUSES_STRUCTURE = (400, 404, 422)
_FAILURES = 3  # in a row, after which it isn't asked for a while
_REST = 60.0  # seconds of that while; each time twice as long
_LONGEST_REST = 600.0
_NO_MODEL = "{!r} is no language model: write provider:model, as openai:gpt-5-mini."
_BYTES = 2  # of a token at least, in nearly all prose; providers' tokenizers are downloads
_CHECK = 30.0  # seconds; a server may have to load the model first
_SILENCE = 30.0  # seconds after which an abandoned connection is closed

# What a provider's class takes beside what all take; other providers get nothing.
_OPTIONS: dict[str, dict[str, Any]] = {
    "openai": {"timeout": _SILENCE, "max_retries": 0, "max_tokens": MAX_TOKENS},
    "anthropic": {"timeout": _SILENCE, "max_retries": 0, "max_tokens": MAX_TOKENS},
    "ollama": {
        "client_kwargs": {"timeout": _SILENCE},
        "num_predict": MAX_TOKENS,
        "reasoning": False,
    },
}
_STRUCTURED: dict[str, dict[str, Any]] = {
    "openai": {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA},
        }
    },
    "ollama": {"format": SCHEMA},
}


def tokens(text: str) -> int:
    """At most how many tokens a text has, except in scripts with a token for each byte."""
    return len(text.encode("utf-8", "replace")) // _BYTES + 1


def cost(prompt: Sequence[BaseMessage], reply: str) -> int:
    """The tokens of a prompt and its reply; 0 where no reply came."""
    return tokens("".join(str(one.content) for one in prompt)) + tokens(reply) if reply else 0


class LanguageModel:
    """A chat model that writes drafts; safe to use from several threads."""

    def __init__(
        self, model: str | BaseChatModel, *, url: str | None = None, key: str | None = None
    ) -> None:
        """`model` is a chat model, or "provider:model" as `init_chat_model` takes it.

        For a name, `url` is where it is served and `key` the provider's key. Raises SettingsError
        where there is no such provider, ModelError where its package or key is missing.
        """
        if isinstance(model, str):
            self.name = model
            self._provider, name = _parts(model)
            self._chat = _chat_model(f"{self._provider}:{name}", self._provider, url, key)
        else:
            self.name = str(getattr(model, "model_name", "") or model.get_name())
            self._provider = type(model).__module__.partition(".")[0].removeprefix("langchain_")
            self._chat = model
        self._structured = self._provider in _STRUCTURED
        self._lock = threading.Lock()
        self._failures = 0
        self._rests_until = 0.0

    def write(
        self,
        prompt: Sequence[BaseMessage],
        seconds: float,
        *,
        structured: bool = True,
        config: RunnableConfig | None = None,
    ) -> Iterator[str]:
        """Pieces of the reply as they come. Raises ModelError with a reason that users may read.

        `structured` asks for a draft's JSON, where the provider supports that. Before the first
        piece, a failure that may pass leads to another attempt; all of them end within `seconds`.
        """
        if time.monotonic() < self._rests_until:
            raise ModelError("the language model doesn't answer just now")
        until = time.monotonic() + seconds
        try:
            yield from self._persistently(prompt, until, structured, config)
        except ModelError:
            self._note_failure()
            raise
        with self._lock:
            self._failures = 0

    def check(self) -> float:
        """The seconds that it takes to answer a short request. Raises ModelError."""
        started = time.monotonic()
        pieces = self.write([HumanMessage("Answer with one word: yes.")], _CHECK, structured=False)
        if not "".join(pieces).strip():
            raise ModelError("the language model says nothing")
        return time.monotonic() - started

    def _note_failure(self) -> None:
        with self._lock:
            self._failures += 1
            over = self._failures - _FAILURES
            if over >= 0:
                self._rests_until = time.monotonic() + min(_LONGEST_REST, _REST * 2 ** min(over, 4))

    def _persistently(
        self,
        prompt: Sequence[BaseMessage],
        until: float,
        structured: bool,
        config: RunnableConfig | None,
    ) -> Iterator[str]:
        shaped = structured and self._structured
        for attempt in range(_ATTEMPTS):
            came = False
            try:
                for piece in _within(self._asked(shaped), prompt, until, config):
                    came = True
                    yield piece
                if not came:
                    raise _Failed("the language model says nothing")
                self._structured = self._structured and (shaped or not structured)
                return
            except _Failed as exc:
                if shaped and not came and exc.status in _REFUSES_STRUCTURE:
                    shaped = False
                    continue
                wait = max(exc.wait, _BACK_OFF * 2**attempt * (1 + random.random()))
                last = attempt == _ATTEMPTS - 1 or time.monotonic() + wait > until
                if came or last or not exc.again:
                    log.warning("%s", exc.reason)
                    raise ModelError(exc.reason) from None
                time.sleep(wait)
        raise ModelError("the language model failed")

    def _asked(self, shaped: bool) -> Runnable[Any, Any]:
        return self._chat.bind(**_STRUCTURED[self._provider]) if shaped else self._chat


class _Failed(Exception):
    """The model gave nothing more.

    `again` says whether another attempt may help, after `wait` seconds.
    """

    def __init__(self, reason: str, *, again: bool = False, status: int = 0, wait: float = 0.0):
        super().__init__(reason)
        self.reason = reason
        self.again = again
        self.status = status
        self.wait = wait


def _parts(name: str) -> tuple[str, str]:
    """Provider and model of a name. Raises SettingsError."""
    provider, _, model = name.partition(":")
    if not provider.strip() or not model.strip():
        raise SettingsError(_NO_MODEL.format(name[:100]))
    return provider.strip().lower().replace("-", "_"), model.strip()


def _chat_model(name: str, provider: str, url: str | None, key: str | None) -> BaseChatModel:
    try:
        from langchain.chat_models import init_chat_model  # late, for it loads slowly
    except ImportError as exc:
        raise ModelError(_missing(provider)) from exc
    options = dict(_OPTIONS.get(provider, {}))
    options |= {name: value for name, value in (("base_url", url), ("api_key", key)) if value}
    try:
        model: BaseChatModel = init_chat_model(name, **options)
    except ImportError as exc:
        raise ModelError(_missing(provider)) from exc
    except ValueError as exc:
        raise SettingsError(_NO_MODEL.format(name[:100])) from exc
    except Exception as exc:  # each provider raises its own; the message may have the key
        raise ModelError(
            f"The language model {name[:100]!r} can't be set up; does it have its key?"
        ) from exc
    return model


def _missing(provider: str) -> str:
    """Says what to install: an extra of Newsdesk where there is one, else LangChain's package."""
    if provider in _OPTIONS:
        return f"For {provider} a package is missing: pip install 'newsdesk[{provider}]'"
    return f"For {provider[:100]} LangChain's package is missing; install it beside langchain."


def _within(
    model: Runnable[Any, Any],
    prompt: Sequence[BaseMessage],
    until: float,
    config: RunnableConfig | None,
) -> Iterator[str]:
    """Pieces until then, read in a thread that is abandoned where the model is silent.

    Raises _Failed.
    """
    came: queue.SimpleQueue[str | Exception | None] = queue.SimpleQueue()
    left = threading.Event()
    listening = [model, prompt, config, came, left]
    threading.Thread(target=_listen, args=listening, daemon=True).start()
    try:
        while (piece := came.get(timeout=max(0.0, until - time.monotonic()))) is not None:
            if isinstance(piece, Exception):
                raise _failed(piece)
            if time.monotonic() > until:
                raise queue.Empty
            if piece:
                yield piece
    except queue.Empty:
        raise _Failed("the language model takes too long") from None
    finally:
        left.set()


def _listen(
    model: Runnable[Any, Any],
    prompt: Sequence[BaseMessage],
    config: RunnableConfig | None,
    came: "queue.SimpleQueue[str | Exception | None]",
    left: threading.Event,
) -> None:
    try:
        for chunk in model.stream(list(prompt), config):
            came.put(chunk.text)
            if left.is_set():
                return
        came.put(None)
    except Exception as exc:  # noqa: BLE001 - each provider has errors of its own
        came.put(exc)


def _failed(exc: Exception) -> _Failed:
    """What a provider's error means. Its message isn't repeated, for it may have the key."""
    response = getattr(exc, "response", None)
    status = getattr(exc, "status_code", None) or getattr(response, "status_code", None) or 0
    log.info("the language model failed: %s %s", type(exc).__name__, status or "")
    if status in (401, 403):
        return _Failed("the language model refuses the key")
    if status == 429:
        return _Failed("the language model is asked too often", again=True, wait=_wait(response))
    connection = any(word in type(exc).__name__ for word in ("Connect", "Timeout", "Protocol"))
    return _Failed(
        "the language model can't be reached" if connection else "the language model failed",
        again=connection or status in _RETRYABLE,
        status=status,
    )


def _wait(response: Any) -> float:
    """The seconds that a server asks to wait, 0 where it doesn't say."""
    said = str(getattr(response, "headers", {}).get("retry-after", ""))
    return float(said) if said.isdecimal() and len(said) < 6 else 0.0
