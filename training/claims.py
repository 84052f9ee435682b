"""Material → Claims: a sentence, the text that it is held against, and whether that supports it.

Judged by people: `claims/fever` and `claims/news_summaries`. Made: sentences of news articles
reworded, with or without one edit that changes what they say, made in the sentence or in the
passage, so that neither alone tells; and questions put as statements, with the right answer or
another one of the same context.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from retrieval.english.sentences import sentences
from retrieval.english.words import content_stems
from retrieval.models.support import closest
from training.material import held_back, rows

TRAIN, TUNE, HELD = "train", "tune", "held"
MADE = "edited news"
ORIGINS = ("fever", "summary", MADE)
_ARTICLE = 4000  # characters
_ROOMS = (300, 400, 400, 400, 800)  # characters of evidence; short ones train faster


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence held against a text; `kind` says where it comes from or how it was edited."""

    kind: str
    text: str
    evidence: str
    supported: bool


def part(key: str, tenths: tuple[int, int]) -> str:
    """Which part a text belongs to: so many tenths are held back, so many to tune on."""
    drawn = random.Random(key).randrange(10)
    return HELD if drawn < tenths[0] else TUNE if drawn < sum(tenths) else TRAIN


def tuning(data: Path) -> list[Claim]:
    """What thresholds are chosen on: of no part else."""
    return [*fever(data, TUNE)[:400], *summaries(data, TUNE), *edited_news(data, 120, 2, 7, TUNE)]


def held_claims(data: Path) -> list[Claim]:
    """What figures are reported on: neither trained nor tuned on."""
    return [*fever(data, HELD)[:600], *summaries(data, HELD), *edited_news(data, 150, 2, 8, HELD)]


def origin(one: Claim) -> str:
    """One of `ORIGINS`."""
    return one.kind if one.kind in ORIGINS else MADE


# Judged by people


def fever(data: Path, wanted: str) -> list[Claim]:
    """The claims on Wikipedia of one part; no evidence and no claim is in two parts."""
    found = [
        (part(row["evidence"], (2, 1)), _row("fever", row))
        for row in rows(data / "claims/fever.jsonl.gz")
    ]
    taken: dict[str, str] = {}
    for where in (TUNE, TRAIN, HELD):
        taken |= {one.text: where for its, one in found if its == where}
    return [one for where, one in found if where == wanted == taken[one.text]]


def summaries(data: Path, wanted: str) -> list[Claim]:
    """The edited news summaries of one part, split by article: half held back, half to tune on."""
    return [
        _row("summary", row)
        for row in rows(data / "claims/news_summaries.jsonl.gz")
        if part(row["evidence"], (5, 5)) == wanted
    ]


def _row(kind: str, row: dict[str, str]) -> Claim:
    return Claim(kind, _plain(row["claim"]), _plain(row["evidence"]), bool(row["supported"]))


def _plain(text: str) -> str:
    for treebank, char in (("-LRB-", "("), ("-RRB-", ")"), ("``", '"'), ("''", '"'), ("--", "–")):
        text = text.replace(treebank, char)
    return text


def strangers(claims: Sequence[Claim], share: float, seed: int) -> Iterator[Claim]:
    """Supported claims with evidence of others that share a word with them."""
    draw = random.Random(seed)
    by_word: dict[str, list[Claim]] = {}
    for one in claims:
        by_word.setdefault(one.text.split()[0], []).append(one)
    for one in claims:
        if one.supported and draw.random() < share:
            other = draw.choice(by_word[one.text.split()[0]])
            if len(content_stems(one.text) & content_stems(other.evidence)) < 0.6 * len(
                content_stems(one.text)
            ):
                yield Claim("stranger", one.text, other.evidence, False)


# Made from questions

_ASKED = re.compile(r"(?i)^(who|what|which|how many|how much)\s+(?!did\b|do\b|does\b)(.*?)\?*$")
_WHEN = re.compile(
    r"(?i)^(?:in what year|what year|when|where)\s+(?:did|do|does|was|were|is|are)\s+(.*?)\?*$"
)
_NUMBERED = re.compile(r"(?i)^(how many|how much|when|in what year|what year)\b")
_FIGURE = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")


def statement(question: str, answer: str) -> str | None:
    """The question and its answer as a statement; None for questions that don't lend themselves."""
    question = " ".join(question.split())
    if asked := _ASKED.match(question):
        rest = asked[2]
        if asked[1].lower() == "which" and (noun := re.match(r"\w+ (?=\w+ )", rest)):
            rest = rest[noun.end() :]
        made = f"{answer} {rest}."
    elif asked := _WHEN.match(question):
        made = f"{asked[1]} {answer}."
    else:
        return None
    return made[0].upper() + made[1:]


def asked(data: Path, count: int, seed: int, *, held: bool) -> Iterator[Claim]:
    """`count` statements from questions to contexts: with the right answer or another one."""
    draw = random.Random(seed)
    every = [row for row in rows(data / "reading/reading.jsonl.gz")
             if held_back(row["context"]) == held
             and "amazon" not in row["source"] and "reddit" not in row["source"]]  # fmt: skip
    draw.shuffle(every)
    for row in every:
        question, context, answer = row["question"], row["context"], row["answer"]
        others = _FIGURE.findall(context) if _NUMBERED.match(question) else names(context)
        others = [
            one for one in others
            if not answer or (one.lower() not in answer.lower()
                              and answer.lower() not in one.lower() and one not in question)
        ]  # fmt: skip
        right = answer is not None and (not others or draw.random() < 0.6)
        given = answer if right else draw.choice(others) if others else None
        made = statement(question, given) if given and len(given) < 80 else None
        if made and count > 0:
            count -= 1
            room = draw.choice(_ROOMS)
            yield Claim("asked", made, closest(made, [context], room), right)


# Made from news

_NAME = re.compile(
    r"(?<=[a-z,;] )[A-ZÀ-Þ][\w’'-]*[\w](?: (?:of |the |de |van |von )?[A-ZÀ-Þ][\w’'-]*\w){0,3}"
)
_DATES = re.compile(
    r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(?:January|February|March|April|May|June"
    r"|July|August|September|October|November|December|Jan|Feb|Aug|Sept|Oct|Nov|Dec)\b"
)


def names(text: str) -> list[str]:
    """The names that stand inside the text's sentences, each once, without days and months."""
    found = dict.fromkeys(one.removesuffix("’s").removesuffix("'s") for one in _NAME.findall(text))
    return [one for one in found if len(one) > 2 and not _DATES.search(one)]


def edited_news(data: Path, articles: int, each: int, seed: int, wanted: str) -> Iterator[Claim]:
    """Pairs, one supported and one not, from up to `each` sentences of so many news articles."""
    draw = random.Random(seed)
    every = [row for row in rows(data / "news/train.articles.jsonl.gz")
             if part(row["url"], (1, 1)) == wanted]  # fmt: skip
    draw.shuffle(every)
    for row in every[:articles]:
        text = row["text"][:_ARTICLE]
        said = [" ".join(text[a:b].split()) for a, b in sentences(text)]
        places = [n for n, one in enumerate(said) if 40 < len(one) < 280 and one[-1] in '.”"']
        for place in draw.sample(places, min(each, len(places))):
            yield from _pair(said, place, draw)


def _pair(said: Sequence[str], place: int, draw: random.Random) -> Iterator[Claim]:
    room = draw.choice(_ROOMS)
    first, last = place, place + 1
    while (size := sum(map(len, said[first:last]))) < room and last - first < len(said):
        before = first > 0 and (draw.random() < 0.5 or last == len(said))
        first, last = (first - 1, last) if before else (first, min(last + 1, len(said)))
        if size > 2 * room:
            break
    passage, sentence = list(said[first:last]), said[place]
    known = names(" ".join(said))
    here = [name for name in known if name in " ".join(passage)]
    edits = [*EDITS]
    draw.shuffle(edits)
    for kind in sorted(edits, key=lambda kind: kind not in ("roles", "attribution")
                       or draw.random() < 0.3):  # fmt: skip
        if kind == "elsewhere":
            yield from _elsewhere(said, range(first, last), sentence, " ".join(passage), draw)
            return
        if (other := EDITS[kind](sentence, here, draw)) and other != sentence:
            break
    else:
        return
    changed = [other if one == sentence else one for one in passage]
    for supported in (True, False):
        flipped = draw.random() < 0.5
        text = other if flipped else sentence
        evidence = passage if supported != flipped else changed
        yield Claim(
            kind, reworded(text, draw, here), closest(text, [" ".join(evidence)], room), supported
        )


def _elsewhere(
    said: Sequence[str], inside: range, sentence: str, passage: str, draw: random.Random
) -> Iterator[Claim]:
    """What the article says elsewhere: the sentence that shares most with the passage."""
    there = content_stems(passage)
    likest, best = "", 0.3
    for n, one in enumerate(said):
        own = content_stems(one)
        share = len(own & there) / len(own) if len(own) > 5 else 0.0
        if n not in inside and best < share < 0.7:
            likest, best = one, share
    if likest and 40 < len(likest) < 280:
        yield Claim("elsewhere", reworded(sentence, draw, []), passage, True)
        yield Claim("elsewhere", reworded(likest, draw, []), passage, False)


def _swapped(text: str, one: str, other: str) -> str:
    """The text with the two exchanged, or `one` replaced where `other` isn't there."""
    parts = re.split(rf"(\b{re.escape(one)}\b|\b{re.escape(other)}\b)", text)
    return "".join(other if part == one else one if part == other else part for part in parts)


_VERB = re.compile(
    r"\b(is|are|was|were|has|have|had|will|would|said|says|told|\w{3,}ed|won|beat|met|sent|gave|took"
    r"|made|led|left|saw|held|put|hit|got|lost|sold|bought|wrote|against|over|to|from|by|after)\b"
)


def _roles(sentence: str, here: Sequence[str], draw: random.Random) -> str | None:
    """Two names exchanged that something is said between."""
    inside = sorted((sentence.find(name), name) for name in here if name in sentence)
    pairs = [
        (one, other)
        for (at, one), (to, other) in pairwise(inside)
        if at + len(one) < to and _VERB.search(sentence[at + len(one) : to])
        and one not in other and other not in one
    ]  # fmt: skip
    return _swapped(sentence, *draw.choice(pairs)) if pairs else None


def _name(sentence: str, here: Sequence[str], draw: random.Random) -> str | None:
    """A name replaced by another one of the passage, if possible of as many words."""
    inside = [name for name in here if name in sentence]
    if not inside:
        return None
    one = draw.choice(inside)
    others = [name for name in here if name not in sentence and one not in name]
    alike = [name for name in others if len(name.split()) == len(one.split())]
    return _swapped(sentence, one, draw.choice(alike or others)) if others else None


_SAID_AHEAD = re.compile(
    r"^(?P<who>[A-Z][^,;:“\"]{2,60}?) (?:said|says|told [\w ]{2,25}?)(?: that)? "
    r"(?P<what>(?:the|a|it|they|there|he|she|his|her|its|their|this|some|[A-Z])\b.{15,})[.]$"
)
_SAID_BEHIND = re.compile(
    r"^(?P<what>[^“”\"]{20,}), (?P<who>(?!he\b|she\b|it\b|they\b)[^,;:]{3,60}) "
    r"(?:said|says)\b[^,]{0,30}\.$"
)


def _attribution(sentence: str, here: Sequence[str], draw: random.Random) -> str | None:
    """What somebody said, from the mouth of another one whom the passage names."""
    said = _SAID_AHEAD.match(sentence) or _SAID_BEHIND.match(sentence)
    if not said:
        return None
    others = [name for name in here if name not in said["who"] and len(name.split()) in (1, 2)]
    if not others:
        return None
    first, last = said.span("who")
    return sentence[:first] + draw.choice(others) + sentence[last:]


def _number(sentence: str, here: Sequence[str], draw: random.Random) -> str | None:
    found = [*_FIGURE.finditer(sentence)]
    if not found:
        return None
    one = draw.choice(found)
    digits = one[0].replace(",", "")
    new = str(draw.randrange(2, 90)) if not digits.isdigit() else str(
        max(1, int(digits) + draw.choice([-3, -1, 1, 2, 5]) * 10 ** max(0, len(digits) - 2))
    )  # fmt: skip
    return sentence[: one.start()] + new + sentence[one.end() :]


_AUXILIARY = re.compile(
    r"\b(is|are|was|were|will|would|has|have|had|can|could|should|must|may|might)\b"
    r"(?! not|n['’]t| no | never)"
)
_NEGATED = re.compile(r"(?<=\w)(?: not| never|n['’]t)\b")
_PAST = {
    past: base
    for past, base in re.findall(
        r"(\w+) (\w+)",
        "won win,lost lose,made make,took take,gave give,went go,came come,found find,told tell,"
        "began begin,saw see,held hold,sent send,led lead,paid pay,bought buy,sold sell,met meet,"
        "became become,left leave,said say,got get,knew know,spoke speak,wrote write,broke break,"
        "signed sign,agreed agree,announced announce,called call,used use,asked ask,moved move,"
        "launched launch,released release,killed kill,attacked attack,arrested arrest,joined join,"
        "returned return,visited visit,approved approve,backed back,voted vote,received receive,"
        "appeared appear,played play,worked work,helped help,started start,ended end,caused cause",
    )
}
_PAST_WORD = re.compile(
    r"(?<!was )(?<!were )(?<!been )(?<!has )(?<!have )(?<!had )(?<!be )(?<!is )(?<!are )"
    + rf"\b({'|'.join(_PAST)})\b"
)


def _negation(sentence: str, here: Sequence[str], draw: random.Random) -> str | None:
    """One "not" more or less."""
    if (not_ := _NEGATED.search(sentence)) and "n’t" not in not_[0] and draw.random() < 0.8:
        return sentence[: not_.start()] + sentence[not_.end() :]
    found = [*_AUXILIARY.finditer(sentence)]
    if (past := _PAST_WORD.search(sentence)) and (not found or draw.random() < 0.5):
        way = draw.choice([f"did not {_PAST[past[0]]}", f"didn't {_PAST[past[0]]}",
                           f"never {past[0]}"])  # fmt: skip
        return sentence[: past.start()] + way + sentence[past.end() :]
    if not found:
        return None
    one = draw.choice(found)
    return sentence[: one.end()] + draw.choice([" not", " not", " never"]) + sentence[one.end() :]


def _both_ways(pairs: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one, other in (pair.strip().split("/") for pair in pairs.split(",")):
        found.setdefault(one, []).append(other)
        found.setdefault(other, []).append(one)
    return found


_OPPOSITES = _both_ways(
    "rise/fall,rose/fell,rises/falls,rising/falling,risen/fallen,increase/decrease,increased/decreased,"
    "increases/decreases,increasing/decreasing,up/down,higher/lower,high/low,highest/lowest,more/less,"
    "more/fewer,most/least,accept/reject,accepted/rejected,accepts/rejects,approve/reject,"
    "approved/rejected,win/lose,won/lost,wins/loses,winning/losing,winner/loser,victory/defeat,"
    "before/after,above/below,support/oppose,supported/opposed,supports/opposes,supporters/opponents,"
    "first/last,northern/southern,north/south,eastern/western,east/west,ally/rival,allies/enemies,"
    "allow/ban,allowed/banned,allows/bans,praise/criticise,praised/criticised,praised/criticized,"
    "praised/condemned,confirm/deny,confirmed/denied,confirms/denies,hired/fired,arrive/leave,"
    "arrived/left,begin/end,began/ended,begins/ends,start/stop,started/stopped,starting/stopping,"
    "open/close,opened/closed,opening/closing,guilty/innocent,convicted/acquitted,alive/dead,"
    "survived/died,male/female,man/woman,men/women,son/daughter,father/mother,brother/sister,"
    "husband/wife,he/she,largest/smallest,biggest/smallest,larger/smaller,bigger/smaller,big/small,"
    "large/small,old/new,older/younger,oldest/youngest,early/late,earlier/later,best/worst,"
    "better/worse,good/bad,strong/weak,stronger/weaker,success/failure,successful/unsuccessful,"
    "succeeded/failed,pass/fail,passed/failed,enter/leave,entered/left,join/leave,joined/left,"
    "buy/sell,bought/sold,buying/selling,lend/borrow,export/import,exports/imports,gain/loss,"
    "gains/losses,profit/loss,profits/losses,raise/lower,raised/lowered,raise/cut,raised/cut,"
    "expand/shrink,expanded/shrank,growth/decline,grew/shrank,improve/worsen,improved/worsened,"
    "public/private,local/foreign,domestic/foreign,legal/illegal,lawful/unlawful,safe/dangerous,"
    "rich/poor,light/heavy,inside/outside,with/without,for/against,remove/install,removed/added,"
    "possible/impossible,likely/unlikely,able/unable,agree/disagree,agreed/refused,agreed/disagreed,"
    "friend/enemy,peace/war,attack/defend,attacked/defended,attacking/defending,Republican/Democratic,"
    "Republicans/Democrats,Democrat/Republican,left-wing/right-wing,liberal/conservative,"
    "majority/minority,increase/cut,temporary/permanent,temporarily/permanently,rare/common,"
    "minimum/maximum,hot/cold,warm/cool,day/night,morning/evening,current/former,appointed/dismissed,"
    "arrested/released,released/detained,imposed/lifted,impose/lift,strengthen/weaken,"
    "advance/retreat,advanced/retreated,found/lost,true/false,all/none,many/few,both/neither,"
    "always/never,often/rarely,everyone/nobody,delayed/accelerated,demand/supply,demanded/offered,"
    "urged/forbade,encouraged/discouraged,prevent/cause,prevented/caused,protect/harm,build/destroy,"
    "built/destroyed,love/hate,loved/hated,remember/forget,teacher/student,employer/employee,"
    "employers/employees,doctors/patients,owner/tenant,positive/negative,optimistic/pessimistic"
)
_MODALITY = {
    "will": ["may", "might", "will not", "did"], "would": ["will", "may"], "may": ["will", "must"],
    "might": ["will"], "could": ["will", "must", "did"], "should": ["will", "may"], "must": ["may"],
    "can": ["must", "cannot"], "plans to": ["refuses to", "has started to", "no longer plans to"],
    "planned to": ["refused to", "did"], "plan to": ["refuse to", "have begun to"],
    "wants to": ["refuses to", "has managed to"], "wanted to": ["refused to", "managed to"],
    "tried to": ["managed to", "refused to"], "failed to": ["managed to"],
    "hopes to": ["has managed to", "fears to"], "expected to": ["forbidden to", "certain to"],
    "is expected to": ["has been ordered to", "did"], "considering": ["ruling out", "rejecting"],
    "called for": ["ordered", "rejected"], "threatened to": ["promised not to", "began to"],
    "agreed to": ["refused to", "offered to"], "refused to": ["agreed to"], "asked": ["ordered"],
    "accused of": ["convicted of", "cleared of"], "charged with": ["convicted of", "cleared of"],
    "suspected": ["convicted"], "alleged": ["proven"], "allegedly": ["undoubtedly"],
    "reportedly": ["certainly"], "proposed": ["enacted", "withdrew"], "suggested": ["proved"],
    "has been": ["will be", "was almost"], "have been": ["will be"], "likely": ["certain"],
    "nearly": ["more than", "far from"], "almost": ["more than"], "more than": ["less than"],
    "less than": ["more than"], "at least": ["at most"], "up to": ["at least"], "only": ["also"],
    "some": ["all"], "all": ["some"], "most": ["a few"], "many": ["all"], "because of": ["despite"],
    "despite": ["because of"], "if": ["because"], "unless": ["because"], "until": ["since"],
    "because": ["although"], "not yet": ["already"], "already": ["not yet"], "first": ["second"],
    "second": ["first"], "claimed": ["denied"], "believes": ["doubts"], "denied": ["admitted"],
    "warned": ["denied"], "promised": ["refused"], "said": ["denied"], "says": ["denies"],
}  # fmt: skip
_EQUALS = _both_ways(
    "said/stated,said/noted,says/states,big/large,bigger/larger,started/began,start/begin,buy/purchase,"
    "bought/purchased,announced/revealed,help/assist,helped/assisted,about/around,about/approximately,"
    "more than/over,because/since,although/though,is not/isn't,did not/didn't,"
    "was not/wasn't,will not/won't,has not/hasn't,does not/doesn't,are not/aren't,US/United States,"
    "U.S./United States,UK/United Kingdom,percent/%,per cent/%,showed/demonstrated,"
    "killed/left dead,people/persons,children/kids,however/though,company/firm,companies/firms,"
    "government/administration,need/require,needs/requires,needed/required,get/receive,got/received,"
    "tell/inform,told/informed,use/employ,near/close to,also/too,happened/occurred,happen/occur,"
    "hurt/injured,whole/entire,quickly/rapidly,huge/enormous,important/significant,"
    "significant/substantial,currently/now,nearly/almost,several/a number of,many/numerous,"
    "including/among them,chief executive/CEO,president/head of state,film/movie,movie/picture,"
    "attorney/lawyer,doctor/physician,police/officers,car/vehicle,cars/vehicles,house/home,"
    "job/position,jobs/positions,money/funds,talks/negotiations,deal/agreement,law/legislation,"
    "election/vote,probe/investigation,inquiry/investigation,report/account,problem/issue,"
    "problems/issues,try/attempt,tried/attempted,trying/attempting,chose/picked,choose/select,"
    "made/produced,built/constructed,build/construct,created/made,get rid of/remove,end/conclude,"
    "ended/concluded,finished/completed,allow/permit,allowed/permitted,demand/call for,"
    "demanded/called for,asked/requested,ask/request,warned/cautioned,died/lost their lives,"
    "arrested/detained,rose/climbed,rose/increased,fell/dropped,fell/declined,rise/increase,"
    "fall/drop,won/secured,led/headed,wants/seeks,want/wish,gave/handed,sent/dispatched,"
    "took place/was held,according to/in the words of,before/ahead of,after/following,"
    "while/as,but/yet,kill/slay,fight/battle,struck/hit,damaged/harmed,support/back,"
    "supported/backed,supports/backs,criticised/condemned,criticized/condemned,former/ex-,"
    "confirmed/verified,approved/signed off on,cut/reduced,reduce/lower,raised/increased,"
    "plans to/intends to,plan to/intend to,planned to/intended to,can/is able to,must/has to,"
    "is expected to/is likely to,may/might,could/might,refused to/declined to"
)


def _word(table: dict[str, list[str]], sentence: str, draw: random.Random) -> str | None:
    """The sentence with one word of the table replaced."""
    found = [
        match
        for word in table
        for match in re.finditer(rf"(?<![\w’'-]){re.escape(word)}(?![\w’'-])", sentence)
    ]
    if not found:
        return None
    one = draw.choice(found)
    return sentence[: one.start()] + draw.choice(table[one[0]]) + sentence[one.end() :]


EDITS = {
    "roles": _roles,
    "name": _name,
    "attribution": _attribution,
    "number": _number,
    "negation": _negation,
    "opposite": lambda sentence, _, draw: _word(_OPPOSITES, sentence, draw),
    "modality": lambda sentence, _, draw: _word(_MODALITY, sentence, draw),
    "elsewhere": None,
}

_LEADING = re.compile(
    r"^(?:(?:On|In|At|Last|This|Earlier|Later|During|Since)\b[^,]{2,30}|However|But|And|Meanwhile"
    r"|Still|Also|Moreover|Indeed|In addition),? (?=\w)"
)
_ASIDE = re.compile(
    r", (?:which|who|whose|where|including|an?|the)\b[^,.]{5,70},(?= )| \([^)]{2,60}\)"
)
_TRAILING = re.compile(
    r",? (?:which|who|while|as|after|when|where|with|including|amid|following|saying|adding)"
    r"\b[^,]{5,}\.$"
)
_PASSIVE = re.compile(
    r"^(?P<what>[A-Z][^,;]{2,50}?) (?:was|were) (?P<verb>\w{3,}ed) by "
    r"(?P<who>(?:the |a )?[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*)"
)


def reworded(sentence: str, draw: random.Random, here: Sequence[str]) -> str:
    """The sentence in other words that say no more, as somebody who reports it might."""
    text = sentence.strip('“”" ')
    for pattern, by, chance in (
        (_LEADING, "", 0.5), (_ASIDE, "", 0.5), (_TRAILING, ".", 0.35),
    ):  # fmt: skip
        if draw.random() < chance and len(shorter := pattern.sub(by, text, count=1)) > 30:
            text = shorter
    text = text[0].upper() + text[1:]
    if draw.random() < 0.5:
        text = _retold(text, draw)
    if (passive := _PASSIVE.match(text)) and draw.random() < 0.7:
        active = f"{passive['who']} {passive['verb']} {passive['what']}"
        text = active + text[passive.end() :]
    for _ in range(draw.choice([0, 1, 1, 2, 3])):
        text = _word(_EQUALS, text, draw) or text
    for name in here:
        if len(name.split()) == 2 and draw.random() < 0.2:
            text = text.replace(name, name.split()[1])
    return text[0].upper() + text[1:]


def _retold(text: str, draw: random.Random) -> str:
    """What somebody said, told the other way round."""
    said = _SAID_AHEAD.match(text) or _SAID_BEHIND.match(text)
    if not said:
        return text
    who, what = said["who"], said["what"]
    lower = what[0].lower() + what[1:] if _SMALL.match(what) else what
    return draw.choice([
        f"According to {who}, {lower}.",
        f"{what[0].upper()}{what[1:]}, according to {who}.",
        f"{who[0].upper()}{who[1:]} said that {lower}.",
    ])  # fmt: skip


_SMALL = re.compile(
    r"(?:The|An?|It|They|There|He|She|His|Her|Its|Their|These|This|Some|We|In|On|If|Most) "
)
