"""A tagger that finds what is written plainly, so that tests know what there is to be found."""

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
        """Those in the text, which it remembers as read."""
        self.read.append(text)
        found = chain(_DIRECT.finditer(text), _INDIRECT.finditer(text))
        return [
            Attribution((one.span("source"),), (one.span("cue"),), (one.span("content"),))
            for one in sorted(found, key=lambda one: one.start())
        ]
