"""A checked message: its statements, and whether the articles say each of them."""

from collections.abc import Sequence

from bot.discord.text.citation import LINE_SIZES, Sheet, citation_line, citation_lines
from bot.discord.text.markdown import MESSAGE, beginning, cut, escape, small_print
from bot.text.notes import SHORTENED_QUOTE, one_line
from retrieval.proof.fact_check import Verdict
from retrieval.search.hit import Citation

_STATEMENT = 200  # characters of a statement that is shown
_SAID, _NOT_SAID = "✅ The articles say it", "❔ The articles don't say it"
_NO_STATEMENT = "I found no statement in that message that I could check."


def verdict_sheet(verdicts: Sequence[Verdict], total: int) -> Sheet:
    """Each statement, whether the articles say it, and the sentence that says it or comes nearest.

    The cited articles stand below. `total` is the number of statements in the message. Small print
    counts those that have no verdict or do not fit.
    """
    if not verdicts:
        return Sheet(_NO_STATEMENT, 0)
    for count in range(len(verdicts), 0, -1):
        left = total - count
        note = small_print(f"Not checked here: {left} of {total} statements.") if left else ""
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
    statement = escape(cut(one_line(verdict.statement), _STATEMENT))
    return f"> {statement}\n**{_SAID if verdict.said else _NOT_SAID}**"
