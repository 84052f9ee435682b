"""Abbreviations that are written with a full stop, by what the stop may mean.

They are spelled as printed, without their last stop. Acronyms and initials with stops, such as U.S.
and J.K., are known by their shape and need no entry.
"""

_COURTESY = "Mr Mrs Ms Mx Messrs Mme Mlle"
_RANKS = """
Dr Prof Rev Fr Msgr Hon Sen Rep Gov Amb Atty Supt Insp Det Gen Lt Col Capt Sgt Cpl Maj Adm Cmdr Brig
Pvt Pfc Cllr
"""
_OTHER_TITLES = "Drs Profs Pres Sens Reps Govs Asst Sec Gens"
_PLACES = "St Ste Ft Mt"
_NEVER_LAST = "vs v e.g i.e a.k.a d.b.a cf viz approx ca incl"
_MONTHS = "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec"
_WEEKDAYS = "Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun"
_NUMBERED = "No Nos no nos Art Fig Figs Ch Vol Vols Pt Prop Rte Ext Tel Apt Rm Op pp para etc"
_MAY_BE_LAST = """
Inc Co Cos Corp Ltd Bros Pty Assn Dept Univ Intl Natl Mfg Ctr
Ave Blvd Rd Hwy Pkwy Ln Ct Sq Bldg
Ala Ariz Ark Calif Colo Conn Del Fla Ga Ill Ind Kan Ky La Mass Md Mich Minn Miss Mo Mont Neb Nev
Okla Ore Pa Penn Tenn Tex Va Vt Wash Wis Wyo Ont Que Alta
al max min dec oz lb lbs ft hr hrs yr yrs mi avg est
"""
_NAMED_AFTER = """
Day Drive Dr Boulevard Blvd Street St Avenue Ave Way Parkway Pkwy Park Bridge Library Memorial
Center Hospital School High Middle Elementary University Foundation
"""
_ZONES = """
ET EST EDT CT CST CDT MT MST MDT PT PST PDT AKST AKDT HST GMT BST UTC CET CEST IST JST AEST AEDT
Eastern Central Mountain Pacific Greenwich
"""
_LETTERED = """
vitamin vitamins hepatitis plan type grade class category group section schedule appendix exhibit
part generation gen war title option level phase
"""


RANKS = frozenset(_RANKS.split())  # what one person is: "Sen." is a role


# They stand in names.
IN_NAMES = RANKS | frozenset(f"{_COURTESY} {_PLACES}".split())


NAMED = IN_NAMES | frozenset(_OTHER_TITLES.split())  # a name follows: they never end a sentence


NEVER_LAST = frozenset(_NEVER_LAST.split())  # nor do these, whatever follows


MONTHS = frozenset(_MONTHS.split())


WEEKDAYS = frozenset(_WEEKDAYS.split())


# They end a sentence before a capital, but not before a number.
BEFORE_NUMBERS = MONTHS | WEEKDAYS | frozenset(_NUMBERED.split())


# They may end a sentence; the next word decides.
MAY_BE_LAST = frozenset(_MAY_BE_LAST.split())


# They end a sentence before a capital, unless the next word is one of `NAMED_AFTER`.
GENERATIONS = frozenset(("Jr", "Sr"))


NAMED_AFTER = frozenset(_NAMED_AFTER.split())  # "Martin Luther King Jr. Day"


# They end a sentence, but not before a day or a time zone.
CLOCK = frozenset(("a.m", "p.m", "A.M", "P.M"))


TIME_ZONES = frozenset(_ZONES.split())


# Names that end with an exclamation mark.
EXCLAIMED = frozenset(("Yahoo", "Yum", "Jeopardy", "E", "Wham", "Panic", "Oklahoma", "Airplane"))


LETTERED = frozenset(_LETTERED.split())  # a letter after them is no initial: "plan B"
