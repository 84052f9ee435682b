"""A run of `newsdesk eval` as a table, and as one self-contained HTML page."""

import math
from collections.abc import Sequence
from importlib.resources import files as package_files
from typing import Any

from jinja2 import Environment, StrictUndefined
from rich.table import Table
from rich.text import Text

from bot.text.notes import UNDATED
from retrieval.answers.answer import DECLINED
from retrieval.evaluation import Outcome, figures, flipped, risk_coverage

_COUNTS = ("questions", "answerable", "quotes")
_MAX_BARS = 30


def table(now: Sequence[Outcome], before: Sequence[Outcome] | None, compared: str) -> Table:
    """The figures as a terminal shows them, beside those of an earlier run if there is one."""
    shown = Table(box=None, pad_edge=False)
    shown.add_column("")
    shown.add_column("this run", justify="right")
    if before is not None:
        shown.add_column(Text(compared), justify="right")
        shown.add_column("difference", justify="right")
    for row in _rows(now, before):
        cells = [row["name"], row["now"]]
        shown.add_row(*cells, *([row["before"], row["difference"]] if before is not None else []))
    return shown


def flips_text(now: Sequence[Outcome], before: Sequence[Outcome]) -> Text:
    """The questions that only one of the two runs got right, one on each line."""
    shown = Text()
    for _, one in flipped(before, now):
        shown.append("now right  " if one.right else "now wrong  ", "green" if one.right else "red")
        shown.append(" ".join(one.case.question.split())).append("\n")
    return shown


def page(
    now: Sequence[Outcome],
    *,
    name: str,
    threshold: float,
    before: Sequence[Outcome] | None = None,
    compared: str = "",
) -> str:
    """The run as one HTML page without scripts.

    It has the figures, the risk–coverage curve, the time per question, the questions that flipped
    and the wrong answers. `compared` names the earlier run.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string(
        (package_files("bot.text") / "report.html").read_text(encoding="utf-8")
    )
    answered = sum(one.found for one in now)
    points = risk_coverage(now)
    bars, labels = _histogram([one.seconds for one in now])
    return template.render(
        name=name,
        threshold=threshold,
        compared=compared,
        declined=DECLINED,
        undated=UNDATED,
        figures=_rows(now, before),
        ticks=[0, 0.25, 0.5, 0.75, 1],
        curve=" ".join("{},{}".format(*_point(*point[:2])) for point in points),
        at=_point(*points[answered - 1][:2]) if answered else None,
        bars=bars,
        bar_labels=labels,
        flips=[{"before": a, "now": b} for a, b in flipped(before or [], now)],
        wrong=[one for one in now if not one.right],
    )


def _rows(now: Sequence[Outcome], before: Sequence[Outcome] | None) -> list[dict[str, str]]:
    """One row for each figure: name, value, earlier value, and their difference."""
    earlier = figures(before) if before is not None else {}
    rows = []
    for name, value in figures(now).items():
        other = earlier.get(name)
        both = value is not None and other is not None and name not in _COUNTS
        rows.append(
            {
                "name": name,
                "now": _figure(name, value),
                "before": _figure(name, other),
                "difference": f"{value - other:+.3f}" if both else "",  # type: ignore[operator]
            }
        )
    return rows


def _figure(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if name in _COUNTS else f"{value:.3f}"


def _point(coverage: float, risk: float) -> tuple[float, float]:
    """Where a point of the curve is drawn, in SVG units."""
    return round(40 + 590 * coverage, 1), round(220 - 200 * risk, 1)


def _histogram(seconds: Sequence[float]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The bars and the labels below them, in SVG units."""
    top = max(seconds, default=1.0) or 1.0
    width = 10.0 ** math.floor(math.log10(top)) / 10
    while top / width > _MAX_BARS:
        width *= 2
    count = int(top / width) + 1
    heights = [0] * count
    for value in seconds:
        heights[int(value / width)] += 1
    room = 590 / count
    bars = [
        {
            "x": round(40 + room * place, 1),
            "width": round(room - 1, 1),
            "height": round(120 * number / max(1, *heights), 1),
            "title": f"{number} between {place * width:.3g} and {(place + 1) * width:.3g} s",
        }
        for place, number in enumerate(heights)
    ]
    labels = [
        {"x": round(40 + room * place, 1), "text": f"{place * width:.3g} s"}
        for place in range(0, count + 1, max(1, count // 6))
    ]
    return bars, labels
