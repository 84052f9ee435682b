"""The language model, if there is one: any LangChain chat model, by its name there.

Nothing that it writes is believed; nothing that it does may keep an answer from coming.
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
from langchain_core.runnables import Runnable

from retrieval.answers.draft import SCHEMA
from retrieval.errors import ModelError, SettingsError

log = logging.getLogger(__name__)

MAX_TOKENS = 2_000  # of an answer; one has some 200, but some models think first
_ATTEMPTS = 3
_BACK_OFF = 0.5  # seconds before the second attempt, twice as long before the third
_RETRYABLE = (408, 409, 425, 429, 500, 502, 503, 504, 529)
_REFUSES_A_SHAPE = (400, 404, 422)
_FAILURES = 3  # in a row, after which it is left alone
_REST = 60.0  # seconds; twice as long each time, at most
_LONGEST_REST = 600.0
_NO_MODEL = "{!r} is no language model: write provider:model, as openai:gpt-5-mini."
_BYTES = 2  # a token has more in nearly all prose; tokenizers of providers would be downloaded
_CHECKED = 30.0  # seconds; a server may load the model first
_SILENCE = 30.0  # seconds after which a connection that nobody listens to any more is dropped

# What a provider's class takes, beside what all take; of others nothing is known.
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
    """How many tokens a text has at most, but for scripts with a token a byte."""
    return len(text.encode("utf-8", "replace")) // _BYTES + 1


class LanguageModel:
    """A chat model that is asked for drafts; safe to use from several threads."""

    def __init__(self, name: str, *, url: str | None = None, key: str | None = None) -> None:
        """`name` is provider:model, as `init_chat_model` has it; `url` is where it is served.

        Raises SettingsError where there is no such provider, ModelError where its package or its
        key is missing.
        """
        self.name = name
        provider, _, model = name.partition(":")
        if not provider.strip() or not model.strip():
            raise SettingsError(_NO_MODEL.format(name[:100]))
        self._provider = provider.strip().lower().replace("-", "_")
        self._chat = _chat_model(f"{self._provider}:{model.strip()}", self._provider, url, key)
        self._structured = self._provider in _STRUCTURED
        self._lock = threading.Lock()
        self._failures = 0
        self._rests_until = 0.0

    def write(
        self, prompt: Sequence[BaseMessage], seconds: float, *, structured: bool = True
    ) -> Iterator[str]:
        """Pieces of the draft as they come. Raises ModelError with a reason that users may read.

        `structured` asks for the JSON of a draft, where the provider has such. It is asked again
        where that may help and no piece has come, within the `seconds` in all.
        """
        if time.monotonic() < self._rests_until:
            raise ModelError("the language model doesn't answer just now")
        until = time.monotonic() + seconds
        try:
            yield from self._persistently(prompt, until, structured)
        except ModelError:
            self._note_failure()
            raise
        with self._lock:
            self._failures = 0

    def check(self) -> float:
        """The seconds after which it has answered a short request. Raises ModelError."""
        started = time.monotonic()
        pieces = self.write(
            [HumanMessage("Answer with one word: yes.")], _CHECKED, structured=False
        )
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
        self, prompt: Sequence[BaseMessage], until: float, structured: bool
    ) -> Iterator[str]:
        shaped = structured and self._structured
        for attempt in range(_ATTEMPTS):
            came = False
            try:
                for piece in _within(self._asked(shaped), prompt, until):
                    came = True
                    yield piece
                if not came:
                    raise _Failed("the language model says nothing")
                self._structured = self._structured and (shaped or not structured)
                return
            except _Failed as exc:
                if shaped and not came and exc.status in _REFUSES_A_SHAPE:
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
    """The model gave no more; `again` whether to ask it again may help, after `wait` seconds."""

    def __init__(self, reason: str, *, again: bool = False, status: int = 0, wait: float = 0.0):
        super().__init__(reason)
        self.reason = reason
        self.again = again
        self.status = status
        self.wait = wait


def _chat_model(name: str, provider: str, url: str | None, key: str | None) -> BaseChatModel:
    try:
        from langchain.chat_models import init_chat_model  # late: it takes a moment
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
    except Exception as exc:  # what a provider's class raises is its own; it may name the key
        raise ModelError(
            f"The language model {name[:100]!r} can't be set up; does it have its key?"
        ) from exc
    return model


def _missing(provider: str) -> str:
    """What to install: an extra of ours where there is one, else LangChain's package."""
    if provider in _OPTIONS:
        return f"For {provider} a package is missing: pip install 'newsdesk[{provider}]'"
    return f"For {provider[:100]} LangChain's package is missing; install it beside langchain."


def _within(
    model: Runnable[Any, Any], prompt: Sequence[BaseMessage], until: float
) -> Iterator[str]:
    """Pieces until then, from a thread that is left behind where the model is silent.

    Raises _Failed.
    """
    came: queue.SimpleQueue[str | Exception | None] = queue.SimpleQueue()
    left = threading.Event()
    threading.Thread(target=_listen, args=[model, prompt, came, left], daemon=True).start()
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
    came: "queue.SimpleQueue[str | Exception | None]",
    left: threading.Event,
) -> None:
    try:
        for chunk in model.stream(list(prompt)):
            came.put(chunk.text)
            if left.is_set():
                return
        came.put(None)
    except Exception as exc:  # noqa: BLE001 - each provider has errors of its own
        came.put(exc)


def _failed(exc: Exception) -> _Failed:
    """What a provider's error means. Its words are not repeated: they may hold the key."""
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
    """The seconds that a server asks for, 0 where it doesn't say."""
    said = str(getattr(response, "headers", {}).get("retry-after", ""))
    return float(said) if said.isdecimal() and len(said) < 6 else 0.0
