"""Reporting: the verbs that tell of somebody's words, each once, with its forms and kinds.

The kinds of a verb:

says        what follows is somebody's words ("insisted that …")
hearsay     the article doesn't vouch for what follows, so a shorter version must keep the verb
neutral     tells only that it was said, not how; neutral verbs may replace one another
tags        may stand between a quotation and its speaker ("…", added Lee)
listener    has the listener as its object ("told reporters")
asked       "what did Lee …?" asks for words
thing       may have a thing as its object: "who claimed the prize?" doesn't ask for words
asks        asks somebody
denies      denies something
criticises  disapproves of somebody or something
reacts      answers what another said or did
thinks      tells of a view or a wish, which needn't be put in words
describes   says what somebody or something is
informs     gives information, or speaks of something
refuses     "… to say" means that it wasn't said
unsure      what follows is only claimed, wanted or planned
acts        tells of a deed ("rejected the offer"), unless a clause or a quotation follows
publishes   what a newspaper does
noun        mostly a noun, except in its past forms ("states", "a promise")
"""

import re
from functools import cache

from retrieval.english.patterns import any_of, table
from retrieval.english.words import stems

_KINDS = table("""
says hearsay neutral asked tags: say
says hearsay neutral asked tags noun: state
says hearsay neutral asked thing listener: tell
says hearsay asked tags: argue, insist, warn
says hearsay asked noun: stress
says hearsay asked thing tags publishes: write
says hearsay asked thing tags noun: tweet
hearsay neutral publishes noun: report
hearsay asked thinks unsure: think
hearsay thinks unsure: believe
hearsay: cite
says asked thing: acknowledge, admit, announce, declare
says asked thing unsure: allege, predict, suggest, vow
says asked thing unsure noun: claim, pledge, promise
says asked: mention
says asked noun: remark
says asked reacts tags noun: reply
says reacts: respond
says asked describes: describe
says describes noun: call
says tags: add, explain
says tags asks: ask
says unsure: urge
says: confirm
says noun: note
says denies: deny, refute
says denies noun: dispute
says denies criticises acts: reject
denies: disavow, rebut
refuses noun: decline
refuses acts: refuse
asks noun: press, question
reacts: answer, react
asked describes: characterise, characterize
describes: brand, dub, label
thinks: know, mean
thinks unsure: expect, fear, hope, want
asked informs: comment
informs: disclose, discuss, elaborate, give, identify, name, offer, provide, reveal, speak
informs: specify, talk
asked criticises: complain, condemn, criticise, criticize, decry, denounce, lambaste, slam
criticises unsure: accuse
criticises: assail, attack, blame, blast, fault, mock, object, rebuke, ridicule
criticises acts: oppose
unsure: demand, propose, suspect, threaten
unsure acts: consider, plan, seek
acts: accept, adopt, agree, approve, back, ban, decide, embrace, endorse, file, investigate
acts: review, sign, sue, support, vote, welcome
publishes: print, publish
""")
VERBS = {verb: tuple(kinds.split()) for verb, kinds in _KINDS.items()}
# Past, and a participle or spelling beside it.
IRREGULAR = {
    "give": ("gave", "given"), "know": ("knew", "known"), "label": ("labelled", "labeled"),
    "mean": ("meant",), "say": ("said",), "seek": ("sought",), "speak": ("spoke", "spoken"),
    "tell": ("told",), "think": ("thought",), "write": ("wrote", "written"),
}  # fmt: skip
_MIN_STEM = 5  # letters: "criticism" belongs to "criticis…", but "bank" not to "ban"
_DOUBLED = re.compile(r"(?<=[^aeiou][aiu])([bmnt])$")  # planned, rebutted
_TURNED = re.compile(r"(?<=[^aeou])y$")  # denies, denied


@cache
def forms(wanted: str, *kinds: str) -> frozenset[str]:
    """The wanted forms of the verbs that have all kinds in one of `kinds`; "-noun" excludes a kind.

    Forms are "base", "past", "done" (the participle), "ing", "s" (third person), "any" of these,
    and "stem" (any form, or the verb with any ending if it is long enough). "third" is "s" and
    "present" is "base s", both without the verbs that are mostly nouns.
    """
    return frozenset(
        form
        for verb, own in VERBS.items()
        if any(
            all((one.strip("-") in own) != one.startswith("-") for one in each.split())
            for each in kinds
        )
        for one in wanted.split()
        if not ("noun" in own and one in ("third", "present"))
        for form in _inflected(verb)[one]
    )


def pattern(wanted: str, *kinds: str) -> str:
    """A regular expression for these forms, without word boundaries."""
    return any_of(forms(wanted, *kinds))


@cache
def _inflected(verb: str) -> dict[str, set[str]]:
    bare = re.sub(r"(?<!e)e$", "", _DOUBLED.sub(r"\1\1", verb))
    past, *rest = IRREGULAR.get(verb, (_TURNED.sub("i", bare.removesuffix("e")) + "ed",))
    third = re.sub(r"(s|sh|ch|x)$", r"\1e", _TURNED.sub("ie", verb)) + "s"
    every, stem = {verb, third, past, *rest, f"{bare}ing"}, bare.removesuffix("y")
    return {
        "base": {verb}, "s": {third}, "third": {third}, "present": {verb, third}, "past": {past},
        "done": {*rest} or {past}, "ing": {f"{bare}ing"}, "any": every,
        "stem": every | ({f"{stem}*"} if len(stem) >= _MIN_STEM else set()),
    }  # fmt: skip


# Stems of the words that tell only that something was said, not how.
SAYING_STEMS = frozenset(stems(" ".join([*forms("any", "neutral"), "according"])))
