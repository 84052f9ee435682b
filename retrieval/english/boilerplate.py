"""Boilerplate: notices and bylines, which are no news."""

import re

_OPENINGS = (
    "sign up", "subscribe", "click here", "read more", "see also", "watch:", "listen:",
    "reporting by", "edited by", "editing by", "photo:", "photos:", "file photo", "photo by",
    "photo credit", "image by", "image credit", "picture by", "picture credit", "follow him",
    "follow her", "follow us", "follow @", "reach him", "reach her", "reach us", "contact him",
    "contact her", "contact us", r"image caption\b", r"image source\b", r"media caption\b",
    r"media source\b", r"video caption\b", r"video source\b", r"photograph\b",
)  # fmt: skip
_ANYWHERE = (
    "inbox", "newsletter", "enable javascript", "all rights reserved", "our use\\b.*\\bcookies",
    "originally appeared in", "originally appeared on", "contributed to this report",
    "contributed to this story", "contributed to this article", "accept\\b.*\\bcookies",
    "consent\\b.*\\bcookies",
)  # fmt: skip
_OF_COOKIES = ("accept", "consent", "settings", "preferences", "browser", "improve", "ensure")
_PHOTOGRAPHERS = ("AP", "AFP", "EPA", "PA", "Reuters", "Getty", "Shutterstock")
NOTICE = re.compile(
    rf"^\W*(?:{'|'.join(_OPENINGS)})|\b(?:{'|'.join(_ANYWHERE)})\b"
    rf"|\bcookies?\b.*\b(?:{'|'.join(_OF_COOKIES)})\b"
    rf"|\((?:[^()]*/)?(?:{'|'.join(_PHOTOGRAPHERS)})(?: Images)?(?: Photo)?[^()]*\)\W*$",
    re.I,
)
BYLINE = re.compile(r"^\W*By [A-Z][\w’'-]+ [A-Z][\w’'.-]+(,| and | in |\W*$)")
