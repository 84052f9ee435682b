"""Other words for a sentence: shorter, with synonyms, active for passive, reported differently."""

import random
import re
from collections.abc import Sequence

from training.edits import reported_speech
from training.word_pairs import SYNONYMS, replace_word

_LEADING = re.compile(
    r"^(?:(?:On|In|At|Last|This|Earlier|Later|During|Since)\b[^,]{2,30}|However|But|And|Meanwhile"
    r"|Still|Also|Moreover|Indeed|In addition),? (?=\w)"
)
_ASIDE = re.compile(
    r", (?:which|who|whose|where|including|an?|the)\b[^,.]{5,70},(?= )| \([^)]{2,60}\)"
)
_TRAILING = re.compile(
    r",? (?:which|who|while|as|after|when|where|with|including|amid|following|saying|adding)"
    r"\b[^,]{5,}\.$"
)
_PASSIVE = re.compile(
    r"^(?P<what>[A-Z][^,;]{2,50}?) (?:was|were) (?P<verb>\w{3,}ed) by "
    r"(?P<who>(?:the |a )?[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*)"
)
# Words that lose their capital inside a sentence.
_LOWER_CASE = re.compile(
    r"(?:The|An?|It|They|There|He|She|His|Her|Its|Their|These|This|Some|We|In|On|If|Most) "
)


def paraphrase(sentence: str, draw: random.Random, here: Sequence[str]) -> str:
    """The sentence in other words that say no more, as a report of it might have them."""
    text = sentence.strip('“”" ')
    for pattern, by, chance in (
        (_LEADING, "", 0.5), (_ASIDE, "", 0.5), (_TRAILING, ".", 0.35),
    ):  # fmt: skip
        if draw.random() < chance and len(shorter := pattern.sub(by, text, count=1)) > 30:
            text = shorter
    text = text[0].upper() + text[1:]
    if draw.random() < 0.5:
        text = _reattributed(text, draw)
    if (passive := _PASSIVE.match(text)) and draw.random() < 0.7:
        active = f"{passive['who']} {passive['verb']} {passive['what']}"
        text = active + text[passive.end() :]
    for _ in range(draw.choice([0, 1, 1, 2, 3])):
        text = replace_word(text, SYNONYMS, draw) or text
    for name in here:
        if len(name.split()) == 2 and draw.random() < 0.2:
            text = text.replace(name, name.split()[1])
    return text[0].upper() + text[1:]


def _reattributed(text: str, draw: random.Random) -> str:
    """Reported speech with its speaker in another place; other sentences as they are."""
    said = reported_speech(text)
    if not said:
        return text
    who, what = said["who"], said["what"]
    lower = what[0].lower() + what[1:] if _LOWER_CASE.match(what) else what
    return draw.choice([
        f"According to {who}, {lower}.",
        f"{what[0].upper()}{what[1:]}, according to {who}.",
        f"{who[0].upper()}{who[1:]} said that {lower}.",
    ])  # fmt: skip
