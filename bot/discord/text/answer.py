"""An answer as a message: its sentences with numbers, and below them the articles cited."""

from collections.abc import Sequence

from bot.discord.text.citation import LINE_SIZES, Sheet, citation_line, citation_lines, marked
from bot.discord.text.markdown import MESSAGE, beginning, cut, escape, left_out, small_print
from bot.text.notes import SHORTENED_QUOTE, one_line, quotes_only, understood_as
from retrieval.answers.answer import DECLINED, WrittenSentence
from retrieval.search.hit import Citation

_QUESTION = 200  # characters of a question that is shown
_NOTE = 400  # characters of each note in small print
_TOO_LONG = quotes_only("what the language model wrote does not fit a message")


def answer_sheet(
    citations: Sequence[Citation],
    *,
    question: str | None = None,
    understood: str | None = None,
    written: Sequence[WrittenSentence] = (),
    notes: Sequence[str] = (),
) -> Sheet:
    """Numbered quotes, and below them the articles cited; what does not fit is left out.

    A language model's `written` sentences take the place of the quotes. `question` stands above
    the answer; `understood` and `notes` stand below it in small print.
    """
    above = f"> {escape(cut(one_line(question), _QUESTION))}\n" if question else ""
    understood = escape(cut(one_line(understood), _QUESTION))
    small = [understood_as(understood)] if understood else []
    noted = [escape(cut(one_line(one), _NOTE)) for one in notes]
    below = small_print(*small, *noted)
    if not citations:
        while noted and len(above + DECLINED + below) > MESSAGE:
            below = below.removesuffix(small_print(noted.pop()))
        return Sheet(above + DECLINED + below, 0)
    if written and (sheet := _written_sheet(citations, written, above, below)):
        return sheet
    if written:  # the notes are about the written sentences
        below = small_print(*small, _TOO_LONG)
    return _quoted_sheet(citations, above, below)


def _quoted_sheet(citations: Sequence[Citation], above: str, below: str) -> Sheet:
    """As many quotes as fit; if not even one does, the beginning of the first."""
    for count in range(len(citations), 0, -1):
        note = left_out(len(citations) - count, len(citations), "quotes")
        cited = citations[:count]
        quotes = " ".join(f"{marked(one)} [{number}]" for number, one in enumerate(cited, 1))
        for title, address in LINE_SIZES:
            lines = citation_lines(cited, title, address)
            text = f"{above}{quotes}\n\n{lines}{note}{below}"
            if len(text) <= MESSAGE:
                return Sheet(text, count)
    tail = f" [1]\n\n{citation_line(citations[0], *LINE_SIZES[-1])}"
    tail += small_print(SHORTENED_QUOTE) + note + below
    return Sheet(above + beginning(citations[0].quote, MESSAGE - len(above) - len(tail)) + tail, 1)


def _written_sheet(
    citations: Sequence[Citation], written: Sequence[WrittenSentence], above: str, below: str
) -> Sheet | None:
    """As many written sentences as fit, with the articles they cite; None if not even one fits."""
    for count in range(len(written), 0, -1):
        kept = written[:count]
        cited = citations[: max(number for one in kept for number in one.numbers)]
        note = left_out(len(written) - count, len(written), "sentences")
        text = " ".join(
            escape(one.text) + " " + "".join(f"[{number}]" for number in one.numbers)
            for one in kept
        )
        for title, address in LINE_SIZES:
            lines = citation_lines(cited, title, address)
            message = f"{above}{text}\n\n{lines}{note}{below}"
            if len(message) <= MESSAGE:
                return Sheet(message, len(cited))
    return None
