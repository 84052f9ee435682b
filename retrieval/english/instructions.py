"""Instructions: sentences that address a language model, and addresses in a text."""

import re

from retrieval.english.quotation import masked

# What readers are told apart from what language models are told: sentences that give orders on an
# answer are no news. Their words prove nothing, and they are not quoted.
_ORDER = re.compile(
    r"\b(?:in|to|of|with|from|for|end|begin|start|change|modify|augment|enhance) your (?:\w+ )?"
    r"(?:answer|response|reply|replies|output|completion|message|prompts?)\b"
    r"|\byour (?:answer|response|reply|replies|output) (?:must|should|with|to|as|in)\b"
    r"|\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}"
    r"\b(?:instructions?|prompts?|above|everything)\b"
    r"|\b(?:just|only|simply) (?:print|reply|respond|output)\b"
    r"|\b(?:reply|respond|answer) (?:only )?with\s*:?\s*[\"“'‘]"
    r"|\bfrom now on,? you\b|\byou are (?:now|going|about) to (?:act|be|pretend|immerse|play)\b"
    r"|\b(?:developer mode|do anything now|jailbreak\w*)\b|\b(?-i:DANs?) (?:mode|stands|can)\b"
    r"|\b(?:pretend|roleplay) (?:to be|as|that you)\b|\bas an (?:AI|language) (?:model|assistant)\b"
    r"|^\W*(?:note to|attention|dear) (?:the )?(?:AI|assistant|(?:language )?model|chatbot|bot)\b"
    r"|^\W*(?:system|assistant|user)\s*:|</?(?:system|assistant|user|instructions?|passages?)\b"
    r"|\[/?INST\]|<\||\bthe (?:secret|magic|code) ?word is\b|\bstop everything\b",
    re.I,
)


# How an order begins; news has no sentence that does, but for recipes and advice.
_BEGINS_AN_ORDER = re.compile(
    r"^\W*(?:please )?(?:include|insert|append|integrate|augment|enhance|modify|mention|print"
    r"|repeat|reply|respond|ignore|disregard|pretend|translate|summari[sz]e|replace|convert|render"
    r"|substitute|rearrange|anagram|scramble|jumble|misspell|introduce|compose|develop|draft|write"
    r"|explain|describe|provide|create|generate|output|rewrite|combine|group|remove|add|start with"
    r"|begin with|end with|finish with|say|answer with|use numbers|use anagrams|use commonly"
    r"|break down|tell me|give me|show me|in your)\b(?! (?:of|and|to that)\b)",
    re.I,
)


# What whoever writes about a text is told to do with it; in quotation marks it is somebody's words.
_WRITE = (
    "(?:say|write|state|output|print|mention|include|contain|repeat|reply|answer|respond|finish"
    "|begin|start|end|add|insert|append|quote|use|give|display|show|note|tell)"
)


_WRITER = (
    r"(?:you|assistants?|(?:language )?models?|AIs?|(?:chat ?)?bots?|summar(?:y|ies)|answers?"
    r"|repl(?:y|ies)|responses?|outputs?|(?:whoever|any(?:one|body) who|every(?:one|body) who) \w+)"
)


_OUGHT = r"(?:must|should|shall|has to|have to|needs? to|ought to|(?:is|are) to)"


_DEMANDS = re.compile(
    rf"\b{_WRITER}\b[^.!?]{{0,40}}\b{_OUGHT}\b[^.!?]{{0,15}}\b{_WRITE}\b"
    r"|^[^\w\"“‘']*(?:always|never|kindly|please|finally|be sure to|make sure (?:to|that you)"
    r"|(?:do not|don[’']t|never) forget to|remember to|ensure (?:to|that you)|you are to)"
    rf" (?:\w+ )?{_WRITE}\b"
    r"|^[^\w\"“‘']*(?:tell|show|give|inform) (?:the|your) (?:readers?|users?|people)\b"
    rf"|\bit is (?:important|vital|essential|necessary|crucial) (?:that|for) (?:you|{_WRITER})\b"
    r"|\byour (?:first|last|opening|final|next) (?:word|line|sentence|paragraph)\b"
    r"|^[^\w\"“‘']*(?:make|let) .{1,40}\b(?:first|last|opening|final) (?:word|line|sentence)\b",
    re.I,
)


_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")


_ADDRESS = re.compile(
    r"\b[a-z][a-z0-9+.-]*://|\bwww\.|\S@[\w-]+\.\w|(?<!\w)@\w|<[@#:/a-z]|\]\s*\(|`"
    r"|\b[\w-]+\.(?:com|org|net|io|info|biz|xyz|gg|co|ru|cn|de|uk|eu|app|dev|me|tv|link|site"
    r"|online|top|shop|club)\b",
    re.I,
)


def addresses_the_model(sentence: str) -> bool:
    """Whether a sentence tells whoever answers what to write."""
    said = _UNSEEN.sub("", sentence)
    spoken = masked(said.replace("\n", " "), '""')
    return bool(_ORDER.search(said) or _BEGINS_AN_ORDER.search(said) or _DEMANDS.search(spoken))


def has_address(sentence: str) -> bool:
    """Whether it has a link, a mention, an address of mail, or markup."""
    return bool(_ADDRESS.search(sentence))
