"""Discord's limits on what a bot sends, and what is wrong with a body that exceeds them.

From the developer documentation ("Message", "Component Reference", "Application Commands").
Lengths are in Unicode characters.
"""

import re
from collections import Counter
from typing import Any, NamedTuple
from urllib.parse import urlsplit

Json = dict[str, Any]

MESSAGE = 2000
EMBEDS, EMBED = 10, 6000  # the second is the text of all embeds of a message together
ROWS, ROW = 5, 5
OPTIONS = 25
URL = 2048

_ACTION_ROW, _BUTTON = 1, 2
_SELECTS = (3, 5, 6, 7, 8)
_LINK, _PREMIUM = 5, 6  # buttons without a `custom_id`
_CHAT_INPUT = 1
_SHOWN = ("content", "embeds", "components", "attachments", "sticker_ids", "poll")
_COMMAND_NAME = re.compile(r"[-_'\w]{1,32}")
_HOST = re.compile(r"[\w-]+(\.[\w-]+)+\.?|[0-9a-f.]*:[0-9a-f:.]+")  # a domain or an address


class Wrong(NamedTuple):
    """An error in a body; `place` is its path, such as "embeds.0.title"."""

    place: str
    code: str
    message: str


def form(wrong: list[Wrong]) -> Json:
    """The field `errors` of an "Invalid Form Body" answer."""
    errors: Json = {}
    for one in wrong:
        at = errors
        for step in one.place.split("."):
            at = at.setdefault(step, {})
        at.setdefault("_errors", []).append({"code": one.code, "message": one.message})
    return errors


def shows(message: Json) -> bool:
    """Whether the text shows anything; white space alone doesn't."""
    return any(message.get(part) for part in _SHOWN if part != "content") or bool(
        (message.get("content") or "").strip()
    )


def message(body: Json) -> list[Wrong]:
    """What is wrong with a message, or with an edit of one."""
    return [
        *_length("content", body.get("content"), 0, MESSAGE),
        *_embeds(body.get("embeds") or []),
        *_components(body.get("components") or []),
    ]


def choices(data: Json, place: str = "choices") -> list[Wrong]:
    """What is wrong with the choices of an autocomplete, or of a command's option."""
    wrong = _length(place, data.get("choices") or [], 0, OPTIONS)
    for number, one in enumerate(data.get("choices") or []):
        wrong += _length(f"{place}.{number}.name", one.get("name"), 1, 100)
        if isinstance(one["value"], str):
            wrong += _length(f"{place}.{number}.value", one["value"], 0, 100)
    return wrong


def thread(body: Json) -> list[Wrong]:
    """What is wrong with a new thread."""
    return _length("name", body.get("name"), 1, 100)


def commands(body: list[Json], place: str = "") -> list[Wrong]:
    """What is wrong with commands, or with the options of one."""
    wrong: list[Wrong] = []
    for number, one in enumerate(body):
        here = f"{place}{number}"
        if place or one.get("type", _CHAT_INPUT) == _CHAT_INPUT:
            wrong += _length(f"{here}.description", one.get("description"), 1, 100)
            if not _COMMAND_NAME.fullmatch(one["name"]) or one["name"] != one["name"].lower():
                wrong.append(Wrong(f"{here}.name", "STRING_TYPE_REGEX", "Not the name of one."))
        else:
            wrong += _length(f"{here}.name", one.get("name"), 1, 32)
            wrong += _length(f"{here}.description", one.get("description") or "", 0, 0)
        wrong += _length(f"{here}.options", one.get("options") or [], 0, OPTIONS)
        wrong += commands(one.get("options") or [], f"{here}.options.")
        wrong += choices(one, f"{here}.choices")
    return wrong


def _length(place: str, what: str | list[Any] | None, low: int, high: int) -> list[Wrong]:
    if what is None and low:
        return [Wrong(place, "BASE_TYPE_REQUIRED", "This field is required")]
    if low <= len(what or "") <= high:
        return []
    if not low:
        return [Wrong(place, "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")]
    return [Wrong(place, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")]


def _embeds(embeds: list[Json]) -> list[Wrong]:
    wrong = _length("embeds", embeds, 0, EMBEDS)
    size = 0
    for number, one in enumerate(embeds):
        texts = [
            ("title", one.get("title"), 256),
            ("description", one.get("description"), 4096),
            ("footer.text", (one.get("footer") or {}).get("text"), 2048),
            ("author.name", (one.get("author") or {}).get("name"), 256),
        ]
        for place, field in enumerate(one.get("fields") or []):
            texts += [(f"fields.{place}.name", field["name"], 256),
                      (f"fields.{place}.value", field["value"], 1024)]  # fmt: skip
        for place, text, high in texts:
            wrong += _length(f"embeds.{number}.{place}", text, 0, high)
            size += len(text or "")
        wrong += _length(f"embeds.{number}.fields", one.get("fields") or [], 0, OPTIONS)
        wrong += _address(f"embeds.{number}.url", one.get("url"))
    if size > EMBED:
        told = f"Embed size exceeds maximum size of {EMBED}"
        wrong.append(Wrong("embeds", "MAX_EMBED_SIZE_EXCEEDED", told))
    return wrong


def _address(place: str, url: str | None) -> list[Wrong]:
    if url is None:
        return []
    try:
        parts = urlsplit(url)
        formed = _HOST.fullmatch(parts.hostname or "") and parts.port != 0
    except ValueError:
        return [Wrong(place, "URL_TYPE_INVALID_URL", "Not a well formed URL.")]
    if parts.scheme not in ("http", "https"):
        told = (
            f"Scheme \"{parts.scheme}\" is not supported. Scheme must be one of ('http', 'https')."
        )
        return [Wrong(place, "URL_TYPE_INVALID_SCHEME", told)]
    if not formed or re.search(r"[\s<>\"]", url):
        return [Wrong(place, "URL_TYPE_INVALID_URL", "Not a well formed URL.")]
    return _length(place, url, 0, URL)


def _components(rows: list[Json]) -> list[Wrong]:
    wrong = _length("components", rows, 0, ROWS)
    ids: Counter[str] = Counter()
    for number, row in enumerate(rows):
        here = f"components.{number}"
        if row["type"] != _ACTION_ROW:
            wrong.append(Wrong(here, "UNION_TYPE_CHOICES", "Only a row may be here."))
            continue
        wrong += _length(f"{here}.components", row["components"], 1, ROW)
        if sum(ROW if one["type"] in _SELECTS else 1 for one in row["components"]) > ROW:
            told = "The specified component exceeds the maximum width"
            wrong.append(Wrong(here, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", told))
        for column, one in enumerate(row["components"]):
            at = f"{here}.components.{column}"
            wrong += _select(at, one) if one["type"] in _SELECTS else _button(at, one)
            if id := one.get("custom_id"):
                ids[id] += 1
                if ids[id] > 1:
                    told = "Component custom id cannot be duplicated"
                    wrong.append(Wrong(f"{at}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", told))
    return wrong


def _button(at: str, button: Json) -> list[Wrong]:
    if button["type"] != _BUTTON:
        return [Wrong(at, "UNION_TYPE_CHOICES", "Only buttons and selects may be in a row.")]
    wrong = _length(f"{at}.label", button.get("label"), 0, 80)
    if not button.get("label") and not button.get("emoji"):
        wrong.append(Wrong(f"{at}.label", "BASE_TYPE_REQUIRED", "A label or an emoji is required."))
    if button["style"] not in (_LINK, _PREMIUM):
        wrong += _length(f"{at}.custom_id", button.get("custom_id"), 1, 100)
    return wrong


def _select(at: str, select: Json) -> list[Wrong]:
    wrong = _length(f"{at}.custom_id", select.get("custom_id"), 1, 100)
    wrong += _length(f"{at}.placeholder", select.get("placeholder"), 0, 150)
    if select["type"] != _SELECTS[0]:  # the others are filled by Discord
        return wrong
    wrong += _length(f"{at}.options", select.get("options"), 1, OPTIONS)
    values: Counter[str] = Counter()
    for number, one in enumerate(select.get("options") or []):
        here = f"{at}.options.{number}"
        wrong += _length(f"{here}.label", one.get("label"), 1, 100)
        wrong += _length(f"{here}.value", one.get("value"), 1, 100)
        wrong += _length(f"{here}.description", one.get("description"), 0, 100)
        values[one.get("value")] += 1
        if values[one.get("value")] > 1:
            told = "The specified option value is already used"
            wrong.append(Wrong(f"{here}.value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", told))
    return wrong
