"""Attribution: who is said to have said what, as spans of a text."""

from dataclasses import dataclass, field

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who (`source`), the words that say so (`cue`), and what (`content`).

    Each is one or more spans of the text's characters, in order; source and cue may be none.
    `probability` is how sure it is that this is said, and by that source, 0 to 1.
    """

    source: tuple[Span, ...]
    cue: tuple[Span, ...]
    content: tuple[Span, ...]
    probability: float = field(default=1.0, compare=False)
