"""Each notice is a line that would be news without its entry."""

import pytest

from retrieval.english.boilerplate import BYLINE, NOTICE
from tests.english.mutation import survivors

NOTICES = """
Sign up for updates.|Subscribe to The Times.|Click here for the map.|Read more: A storm.
See also: A storm.|Watch: A storm.|Listen: A storm.|Reporting by Ann Lee.|Edited by Ann Lee.
Editing by Ann Lee.|Photo: A storm.|Photos: A storm.|File photo of a storm.|Photo by Ann Lee.
Photo credit Ann Lee.|Image by Ann Lee.|Image credit Ann Lee.|Picture by Ann Lee.
Picture credit Ann Lee.|Follow him there.|Follow her there.|Follow us there.|Follow @ann there.
Reach him there.|Reach her there.|Reach us there.|Contact him there.|Contact her there.
Contact us there.|Image caption A storm.|Image source A storm.|Media caption A storm.
Media source A storm.|Video caption A storm.|Video source A storm.|Photograph of a storm.
Get it in your inbox.|From the newsletter of May.|Please enable JavaScript first.
It has all rights reserved.|It originally appeared in The Times.|It originally appeared on Vox.
He contributed to this report.|He contributed to this story.|He contributed to this article.
To accept all of our cookies.|With your consent to cookies.|About our use of such cookies.
Cookies that you accept.|Cookies need consent.|Cookie settings.|Cookie preferences.
Cookies of your browser.|Cookies improve it.|Cookies ensure it.
A storm (AP).|A storm (AFP).|A storm (EPA).|A storm (PA).|A storm (Reuters).|A storm (Getty).
A storm (Shutterstock).|A storm (Getty Images).|A storm (AP Photo/Ann Lee).|A storm (Lee/Reuters).
"""
NEWS = """
He signed up for updates.|The photo shows a storm.|He baked cookies.|All rights were reserved.
The storm (of 1998) passed.|He reached her there.|Photographers left.
"""


def cases(table: str) -> list[str]:
    return [one for line in table.strip().split("\n") for one in line.split("|")]


def results() -> list[bool]:
    """Which texts are notices."""
    return [bool(NOTICE.search(one)) for one in cases(NOTICES) + cases(NEWS)]


@pytest.mark.parametrize("text", cases(NOTICES))
def test_a_notice_is_no_news(text: str) -> None:
    assert NOTICE.search(text)


@pytest.mark.parametrize("text", cases(NEWS))
def test_news_is_no_notice(text: str) -> None:
    assert not NOTICE.search(text)


def test_bylines() -> None:
    assert BYLINE.match("By Ann Lee and Bob Park")
    assert BYLINE.match("By Ann Lee")
    assert not BYLINE.match("By Monday night it was over.")


@pytest.mark.slow
@pytest.mark.parametrize("table", ["_OPENINGS", "_ANYWHERE", "_OF_COOKIES", "_PHOTOGRAPHERS"])
def test_each_notice_is_needed(table: str) -> None:
    assert survivors(f"retrieval.english.boilerplate:{table}", f"{__name__}:results") == []
