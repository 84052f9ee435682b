"""Whose statements a question asks for, and who speaks in a sentence, by grammar."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from retrieval.english.names import NAME
from retrieval.english.quotation import masked, strip_marks
from retrieval.english.reporting import forms, pattern
from retrieval.english.words import content_stems

_SAY = pattern("base past done", "asked -criticises")
_SAID = pattern("past done s", "asked -criticises -describes")
_TELL = pattern("base past done", "listener")
_CALLED = pattern("past done s", "describes")
_DENY = pattern("base past done", "denies -criticises")
_REACT = pattern("base past done", "reacts")
_LISTENER = r"(?:us|me|them|the \w+|reporters|journalists|parliament|congress)"


_TOLD = rf"(?:\s+{_LISTENER})?"


_WHO = r"(?P<who>[^,;:?]{1,90}?)"


_ADVERB = (
    r"(?:\s+(?:ever|also|actually|publicly|just|already|really|have to|had to|himself|herself))*"
)


_DID = r"(?:did|does|do|has|have|had)"


_ON = (
    r"(?:about|on|of|over|to|regarding|concerning|as to|towards?|against|for|in response to"
    r"|in reaction to|with regard to|when asked about|when|after|in|at|during)"
)


_LATELY = (
    r"(?:\s+(?:today|yesterday|recently|lately|so far|(?:last|this) \w+|then|again|there|exactly))*"
)


_TOPIC = rf"(?:\s+{_ON}\s+(?P<topic>.+?))?{_LATELY}"


_VIEW = (
    r"(?:view|opinion|position|stance|take|response|reaction|reply|comment|statement|remark|thought"
    r"|verdict|answer|criticism|quote)s?|words"
)


_VIEW_ON = (
    rf"(?:(?:{_VIEW}) (?:on|about|to|regarding|concerning|towards?)"
    r"|(?:view|opinion|criticism)s? of)"
)


_VERBS = "past done s ing"
# Whoever claims that something is so uses words; whoever claims a prize doesn't.
_CLAUSE = (
    r"(?= that (?!\w+(?:\W*$| (?:in|on|at|by|for|from|with|about|of)\b))"
    r"|(?!.* (?:that|which|who)\b)"
    r".* (?:is|was|are|were|has|have|had|will|would|can|could|should)\b)"
)
_CLAIMED = (
    rf"(?:(?P<how>{pattern(_VERBS, 'denies -criticises', 'asked criticises')})(?: about)?"
    rf"|{pattern(_VERBS, 'says asked -thing')}"
    rf"|{pattern('s', 'hearsay thinks')}(?! (?:in|of)\b)|{pattern(_VERBS, 'asked thing')}{_CLAUSE}"
    rf"|{pattern(_VERBS, 'asked informs')} on|{pattern(_VERBS, 'reacts')} to"
    r"|spoke of|used the words?)"
)
_DOCUMENT = (
    r"(?:stud(?:y|ies)|polls?|polling|reports?|surveys?|research|data|figures|index|reviews?|theory"
    r"|hypothesis|custom|bill|sources|estimates|statistics|\w*graphy)\b"
)


_NOT_THEIR_WORDS = r"(?!(?:for|off|on|upon|in|out|an?|the police)\b)"


# Each matches a whole question, from its first word to its last.
_FORMS = [
    re.compile(rf"(?:{form})[\s?.!]*$", re.I)
    for form in (
        rf"(?:what(?: else| exactly)? )?{_DID} {_WHO}{_ADVERB} (?P<how>{_DENY})"
        r"(?: (?:that )?(?P<topic>.+?))?",
        rf"what(?: else| exactly)? {_DID} {_WHO}{_ADVERB} {_SAY}{_TOLD}{_TOPIC}",
        rf"what(?: else| exactly)? {_DID} {_WHO}{_ADVERB} {_TELL} (?!{_LISTENER}\b)"
        r"(?P<topic>\S+(?: \S+)?)",
        rf"(?:did|does|do|has|have|had) {_WHO}{_ADVERB} (?:{_SAY}(?: anything| something)?"
        rf"|spoken? (?=about|of|on))"
        rf"(?:\s+(?:(?:{_ON}|that)\s+)?(?P<topic>\w.+?))?{_LATELY}",
        rf"(?:how )?(?:did|has|have|had) {_WHO}{_ADVERB} (?P<how>{_REACT})(?: to (?P<topic>.+?))?"
        rf"{_LATELY}",
        rf"what (?:is|are|was|were|has|have)(?: been)? {_WHO} (?:been )?saying{_TOPIC}",
        rf"where (?:does|do|did) {_WHO} stand on (?P<topic>.+)",
        rf"(?:what(?: is| are| was| were|['’]s|['’]re) )?{_WHO}(?:['’]s|(?<=s)['’]) "
        rf"(?:\w+ )?{_VIEW_ON} (?P<topic>.+)",
        rf"(?:what|how)(?: is| are| was| were|['’]s|['’]re) {_WHO}(?:['’]s|(?<=s)['’])"
        rf" (?!position)(?:{_VIEW})",
        rf"how {_DID} {_WHO}{_ADVERB} {pattern('base past done', 'asked describes')} (?P<topic>.+)",
        rf"{_WHO} (?:quotes|quotations)(?: (?:on|about) (?P<topic>.+))?",
        rf"(?:what|how)(?: is| are| was| were|['’]s) the (?:{_VIEW}) (?:of|by|from) {_WHO}"
        r" (?:on|about|to|regarding|concerning|towards?) (?P<topic>.+)",
        rf"(?:(?:give me|show me|show|list|find|is there|are there) )?(?:any |all |some |the )?"
        r"(?:quotes?|quotations?|statements?|remarks?|comments?|words?|reactions?|response)"
        rf" (?:by|from) {_WHO}(?: (?:on|about|regarding|concerning|to) (?P<topic>.+))?",
        rf"{_WHO} (?:has |have )?(?:{_SAID}|{_TELL} \w+) what{_TOPIC}",
        rf"(?:(?:tell|show) me |find )what {_WHO} (?:has |have |had to )?(?:{_SAY}|{_SAID})"
        rf"{_TOPIC}",
        rf"what (?:was|is|has been) said(?: by {_WHO})?{_TOPIC}",
        rf"{_WHO} (?:on|about) (?P<topic>[^:,]+)[:,] what {_DID} (?:he|she|they|it) {_SAY}",
        rf"according to (?!.*{_DOCUMENT}.*,){_WHO}, (?:what|why|how) "
        r"(?P<topic>(?:is|are|was|were|did|does|do|has|have|had|will|would|should|must|can|could|might|may|happened|went)\b.+)",
        rf"who(?: else)?(?: has| have| had|['’]s| is(?= \w+ing\b)| was it that)? {_CLAIMED}"
        r"(?: that)? (?P<phrase>.+)",
        rf"who(?: else)?(?: has| have| had)? {_CALLED} "
        rf"{_NOT_THEIR_WORDS}(?:(?:it|him|her|them|this|that) )(?P<called>\S.*)",
        rf"who(?: else)?(?: has| have| had)? {_CALLED} {_NOT_THEIR_WORDS}"
        r"(?!the (?:election|race|vote|state|police|meeting)\b)"
        r"(?P<named>\S+ \S+ \S.*)",
    )
]


_LEADING = re.compile(r"^\W*(?:(?:and|but|so|then|also|please|ok|okay|now)\b[\s,]*)*", re.I)


_ANYONE = re.compile(
    r"(?:any|every|some)(?:one|body)(?: else)?|people|(?:the )?others|nobody|no one", re.I
)


_UNEXPLAINED = re.compile(r"(?:he|she|they|him|her|them)(?: (?:two|both|all))?", re.I)


_UNKNOWN = re.compile(
    r"(?:he|she|it|they|you|we|i|this|that|there|these|those)\b|.*\b(?:what|which|how|who)\b"
    r"|.*\b(?:an?|the|to|of|with|not|for)$"
    r"|(?:the |this )?(?:text|passage|article|story|paragraph|context|author|writer|reviewer|user"
    r"|poster|narrator|law|legend|tradition|bible|census)s?$",
    re.I,
)


FINITE = re.compile(rf"\b({pattern('past third', 'says')})\b")
_PARTICIPLE = re.compile(rf"\b({pattern('ing', 'says')}|according to)\b", re.I)
_BEHIND = re.compile(
    rf"\s+(?:(?!(?:that|he|she|it|they|in|on|at|to|of|if)\b)[a-z]+\s+){{0,3}}({NAME.pattern})"
)


_INVERTED = forms("past third", "tags") | {"according to"}


_PRONOUN = re.compile(r"\b(he|she|they|it)\b\W*(?:\w+\W+)?$", re.I)


How = Literal["", "denied", "criticised", "reacted"]


@dataclass(frozen=True, slots=True)
class StatementRequest:
    """Whose statements a question asks for, and on which topic.

    `speaker` and `topic` are the stems of `speaker_text` and `topic_text`, empty where there is
    none. With `asks_who`, the question is who says `topic_text`, or what anybody says about it.
    Without it and without a speaker, the speaker is a pronoun that nothing explains. `how` is
    "denied" or "criticised" where only such statements are asked for, and "reacted" for a reaction,
    which may be other than words.
    """

    speaker: frozenset[str]
    topic: frozenset[str]
    topic_text: str
    speaker_text: str = ""
    asks_who: bool = False
    how: How = ""


def statement_request(question: str) -> StatementRequest | None:
    """What a question such as "what did X say about T?" requests; None for any other question."""
    plain = _LEADING.sub("", " ".join(question.split()))
    for form in _FORMS:
        if asked := form.match(plain):
            return _taken_apart(asked.groupdict())
    return None


def _taken_apart(asked: Mapping[str, str | None]) -> StatementRequest | None:
    phrase = asked.get("phrase") or asked.get("called") or asked.get("named")
    who = re.sub(r"\s+(?:each|both|all|ever)$", "", asked.get("who") or "")
    asks_who = not who or bool(_ANYONE.fullmatch(who))
    is_unexplained = bool(_UNEXPLAINED.fullmatch(who))
    if not (asks_who or is_unexplained) and (_UNKNOWN.match(who) or not content_stems(who)):
        return None
    topic = strip_marks(phrase or asked.get("topic") or "", "?.!,")
    speaker_text = "" if asks_who or is_unexplained else who
    how = _how((asked.get("how") or "").casefold())
    return StatementRequest(
        content_stems(speaker_text), content_stems(topic), topic, speaker_text, asks_who, how
    )


def _how(verb: str) -> How:
    if verb in forms("any", "criticises"):
        return "criticised"
    return "denied" if verb in forms("any", "denies") else "reacted" if verb else ""


def speakers(sentence: str, before: str) -> frozenset[str]:
    """The stems of the names of whoever may speak in a sentence; `before` is the one before it.

    That is the last name before a verb of saying, or the name right after it. For a pronoun there,
    it is the names earlier in the sentence, or those in the sentence before.
    """
    found: set[str] = set()
    spoken = masked(sentence)
    cues = [*FINITE.finditer(spoken)] or [*_PARTICIPLE.finditer(spoken)]
    for cue in cues:
        ahead, behind = spoken[: cue.start()], spoken[cue.end() :]
        if cue[0].lower() in _INVERTED and (after := _BEHIND.match(behind)):
            found |= content_stems(after[1])
        if _PRONOUN.search(ahead):
            own = content_stems(" ".join(name[0] for name in NAME.finditer(ahead)))
            found |= own or content_stems(" ".join(name[0] for name in NAME.finditer(before)))
        else:
            names = [name for name in NAME.finditer(ahead) if content_stems(name[0])]
            clause = ahead.rstrip(" ,").rpartition(",")[2]
            found |= content_stems(ahead[names[-1].start() :] if names else clause)
            found |= content_stems(names[0][0] if names else "")
    return frozenset(found)
