"""Attribution: who is said to have said what, as spans of a text."""

from dataclasses import dataclass, field

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who speaks (`speaker_spans`), the words that say so (`cue`), and what is said (`content`).

    Each is one or more spans of characters in the text, in order; the first two may be empty.
    `probability`, 0 to 1: that this is said, and by that speaker.
    """

    speaker_spans: tuple[Span, ...]
    cue: tuple[Span, ...]
    content: tuple[Span, ...]
    probability: float = field(default=1.0, compare=False)
