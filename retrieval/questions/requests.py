"""Whose statements a question asks for, and who speaks in a sentence, by grammar."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from retrieval.english.words import content_stems

_SAY = (
    r"(?:say|said|tell|told|think|thought|claim|warn|announce|promise|state|tweet|argue|comment"
    r"|mention|suggest|reply|replied|declare|stress|write|wrote|written|predict|remark)(?:e?d)?"
)


_REACT = r"(?:react|respond|reply|replied|answer)(?:ed|d)?"


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


_CLAIMED = (
    r"(?:say|says|said|saying|warns|warned|states|stated|(?P<how>denie[sd]|critici[sz]e[sd]"
    r"|condemn(?:s|ed)|complain(?:s|ed)(?: about)?)|describes|described|argues"
    r"|argued|insists|insisted|(?:thinks|believes)(?! in\b)|stressed"
    r"|commented on|reacted to|responded to|spoke of|used the words?"
    r"|claim(?:s|ed)(?= that\b|.* (?:is|was|are|were|has|have|had|will|would|can|could|should)\b))"
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
        rf"(?:what(?: else| exactly)? )?{_DID} {_WHO}{_ADVERB} (?P<how>den(?:y|ied))"
        r"(?: (?:that )?(?P<topic>.+?))?",
        rf"what(?: else| exactly)? {_DID} {_WHO}{_ADVERB} {_SAY}{_TOLD}{_TOPIC}",
        rf"what(?: else| exactly)? {_DID} {_WHO}{_ADVERB} (?:tell|told) (?!{_LISTENER}\b)"
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
        rf"how {_DID} {_WHO}{_ADVERB} (?:describe|characteri[sz]e)d? (?P<topic>.+)",
        rf"{_WHO} (?:quotes|quotations)(?: (?:on|about) (?P<topic>.+))?",
        rf"(?:what|how)(?: is| are| was| were|['’]s) the (?:{_VIEW}) (?:of|by|from) {_WHO}"
        r" (?:on|about|to|regarding|concerning|towards?) (?P<topic>.+)",
        rf"(?:(?:give me|show me|show|list|find|is there|are there) )?(?:any |all |some |the )?"
        r"(?:quotes?|quotations?|statements?|remarks?|comments?|words?|reactions?|response)"
        rf" (?:by|from) {_WHO}(?: (?:on|about|regarding|concerning|to) (?P<topic>.+))?",
        rf"{_WHO} (?:has |have )?(?:said|says|told \w+|thinks) what{_TOPIC}",
        rf"(?:(?:tell|show) me |find )what {_WHO} (?:has |have |had to )?{_SAY}s?{_TOPIC}",
        rf"what (?:was|is|has been) said(?: by {_WHO})?{_TOPIC}",
        rf"{_WHO} (?:on|about) (?P<topic>[^:,]+)[:,] what {_DID} (?:he|she|they|it) {_SAY}",
        rf"according to (?!.*{_DOCUMENT}.*,){_WHO}, (?:what|why|how) "
        r"(?P<topic>(?:is|are|was|were|did|does|do|has|have|had|will|would|should|must|can|could|might|may|happened|went)\b.+)",
        rf"who(?: else)?(?: has| have| had|['’]s| is(?= saying)| was it that)? {_CLAIMED}(?: that)?"
        r" (?P<phrase>.+)",
        rf"who(?: else)?(?: has| have| had)? (?:called|calls|labelled|branded|dubbed) "
        rf"{_NOT_THEIR_WORDS}(?:(?:it|him|her|them|this|that) )(?P<called>\S.*)",
        rf"who(?: else)?(?: has| have| had)? (?:called|calls|labelled|branded) {_NOT_THEIR_WORDS}"
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


FINITE = re.compile(
    r"\b(said|says|told|tells|stressed|warned|called|added|announced|claimed|insisted|argued|asked"
    r"|stated|denied|rejected|tweeted|wrote|described|confirmed|replied|declared|promised|expects?"
    r"|predicted|urged|suggested|explained|noted|acknowledged|admitted)\b"
)


_PARTICIPLE = re.compile(r"\b(saying|calling|adding|warning|arguing|stating|according to)\b", re.I)


_NAME = re.compile(
    r"[A-ZÀ-Þ][\w’'-]*(?:[ .]+(?:(?:von|van|der|de|al|bin|of|the)\s+)*[A-ZÀ-Þ][\w’'-]*)*"
)


_BEHIND = re.compile(
    rf"\s+(?:(?!(?:that|he|she|it|they|in|on|at|to|of|if)\b)[a-z]+\s+){{0,3}}({_NAME.pattern})"
)


_INVERTED = frozenset(("said", "says", "added", "wrote", "stated", "replied", "according to"))


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
    topic = (phrase or asked.get("topic") or "").strip(" \"'“”‘’?.!,")
    speaker_text = "" if asks_who or is_unexplained else who
    how = _how((asked.get("how") or "").casefold())
    return StatementRequest(
        content_stems(speaker_text), content_stems(topic), topic, speaker_text, asks_who, how
    )


def _how(verb: str) -> How:
    if verb.startswith(("cri", "con", "com")):
        return "criticised"
    return "denied" if verb.startswith("den") else "reacted" if verb else ""


def speakers(sentence: str, before: str) -> frozenset[str]:
    """The stems of the names of whoever may speak in a sentence; `before` is the one before it.

    That is the last name before a verb of saying, or the name right after it. For a pronoun there,
    it is the names earlier in the sentence, or those in the sentence before.
    """
    found: set[str] = set()
    spoken = _outside_quotes(sentence)
    cues = [*FINITE.finditer(spoken)] or [*_PARTICIPLE.finditer(spoken)]
    for cue in cues:
        ahead, behind = spoken[: cue.start()], spoken[cue.end() :]
        if cue[0].lower() in _INVERTED and (after := _BEHIND.match(behind)):
            found |= content_stems(after[1])
        if _PRONOUN.search(ahead):
            own = content_stems(" ".join(name[0] for name in _NAME.finditer(ahead)))
            found |= own or content_stems(" ".join(name[0] for name in _NAME.finditer(before)))
        else:
            names = [name for name in _NAME.finditer(ahead) if content_stems(name[0])]
            clause = ahead.rstrip(" ,").rpartition(",")[2]
            found |= content_stems(ahead[names[-1].start() :] if names else clause)
            found |= content_stems(names[0][0] if names else "")
    return frozenset(found)


def _outside_quotes(sentence: str) -> str:
    """The sentence with blanks for what is in quotation marks."""
    return re.sub(r"[\"“„«].*?[\"”»]", lambda quoted: " " * len(quoted[0]), sentence)
