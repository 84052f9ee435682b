"""A tagger that finds simple patterns, so that tests know what there is to find."""

import re
from itertools import chain

from retrieval.attribution.attribution import Attribution
from retrieval.attribution.tagger import Tagger

_DIRECT = re.compile(
    r'(?P<content>"[^"\n]+") (?P<cue>said|denied saying) (?P<source>[A-Z]\w+(?: [A-Z]\w+)*)'
)
_INDIRECT = re.compile(
    r"(?m)(?:^|(?<=[.!?] ))(?P<source>[A-Z][\w ]*?) (?P<cue>said|denied) (?P<content>that [^.\n]+)"
)


class Scripted(Tagger):
    """Finds `"…" said Ann Lee` and `Ann Lee said that …`."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def attributions(self, text: str) -> list[Attribution]:
        """The attributions in the text; the text is remembered as read."""
        self.read.append(text)
        found = chain(_DIRECT.finditer(text), _INDIRECT.finditer(text))
        return [
            Attribution((one.span("source"),), (one.span("cue"),), (one.span("content"),))
            for one in sorted(found, key=lambda one: one.start())
        ]
