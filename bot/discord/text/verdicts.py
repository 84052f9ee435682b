"""A checked message: each of its statements, and whether the articles say it."""

from collections.abc import Sequence

from bot.discord.text.citation import LINE_SIZES, Sheet, citation_line, citation_lines
from bot.discord.text.markdown import MESSAGE, beginning, cut, escape, flat, small_print
from bot.text.notes import SHORTENED_QUOTE
from retrieval.proof.fact_check import Verdict
from retrieval.search.hit import Citation

_STATEMENT = 200  # characters of a statement that is repeated
_SAID, _NOT_SAID = "✅ The articles say it", "❔ The articles don't say it"
_NO_STATEMENT = "I found no statement in that message that I could check."


def verdict_sheet(verdicts: Sequence[Verdict], total: int) -> Sheet:
    """Each statement, whether the articles say it, and the sentence that says it or is nearest.

    The articles cited stand below. `total` is the number of statements in the message; those
    without a verdict, and those that do not fit, are counted in small print.
    """
    if not verdicts:
        return Sheet(_NO_STATEMENT, 0)
    for count in range(len(verdicts), 0, -1):
        left = total - count
        more = f"{left} more statements of the message are not checked here."
        note = small_print(more) if left else ""
        for title, address in LINE_SIZES:
            sheet = _sheet(verdicts[:count], title, address, note)
            if len(sheet.text) <= MESSAGE:
                return sheet
    first = verdicts[0]
    assert first.citation is not None, "without a quote it fits"
    head = f"{_judged(first)}\n"
    tail = f" [1]\n\n{citation_line(first.citation, *LINE_SIZES[-1])}"
    tail += small_print(SHORTENED_QUOTE) + note
    piece = beginning(first.citation.quote, MESSAGE - len(head) - len(tail))
    return Sheet(head + piece + tail, 1)


def _sheet(verdicts: Sequence[Verdict], title: int, address: int, note: str) -> Sheet:
    parts: list[str] = []
    cited: list[Citation] = []
    for one in verdicts:
        if one.citation is None:
            parts.append(_judged(one))
            continue
        cited.append(one.citation)
        label = "" if one.said else "Nearest: "
        parts.append(f"{_judged(one)}\n{label}{escape(one.citation.quote)} [{len(cited)}]")
    if cited:
        parts.append(citation_lines(cited, title, address))
    return Sheet("\n\n".join(parts) + note, len(cited))


def _judged(verdict: Verdict) -> str:
    statement = escape(cut(flat(verdict.statement), _STATEMENT))
    return f"> {statement}\n**{_SAID if verdict.said else _NOT_SAID}**"
