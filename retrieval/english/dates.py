"""Dates: days, weekdays and months in a text."""

import re

_DAY = """
monday tuesday wednesday thursday friday saturday sunday january february march april may june july
august september october november december
"""


DAYS = frozenset(_DAY.split())


_MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"


DATE = re.compile(
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b)"
    r"(?:,? \d{4})?|\b(?:1[5-9]|20)\d\d\b"
)
