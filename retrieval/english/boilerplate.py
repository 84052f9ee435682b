"""Boilerplate: notices and bylines, which are no news."""

import re

NOTICE = re.compile(
    r"^\W*(sign up|subscribe|click here|read more|see also|watch:|listen:|reporting by"
    r"|edit(ed|ing) by|photos?:|file photo|(photo|image|picture) (by|credit)"
    r"|(follow|reach|contact) (him|her|us|@))"
    r"|^\W*((image|media|video) (caption|source)|photograph)\b|\binbox\b|\bnewsletter\b"
    r"|\(([^()]*/)?(AP|AFP|EPA|PA|Reuters|Getty( Images)?|Shutterstock)( Photo)?[^()]*\)\W*$"
    r"|\bcookies?\b.*\b(accept|consent|settings|preferences|browser|improve|ensure)\b"
    r"|\b(accept|consent|our use)\b.*\bcookies\b|\benable javascript\b|\ball rights reserved\b"
    r"|\boriginally appeared (in|on)\b|\bcontributed to this (report|story|article)\b",
    re.I,
)


BYLINE = re.compile(r"^\W*By [A-Z][\w’'-]+ [A-Z][\w’'.-]+(,| and | in |\W*$)")
