"""Speakers across articles, each with all names and descriptions that articles give them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from retrieval.attribution.speaker import Speaker
from retrieval.english import names
from retrieval.english.gazetteer import ROLES
from retrieval.library.index import Index
from retrieval.library.statements import SpeakerName


@dataclass(frozen=True, slots=True)
class SpeakerProfile:
    """A speaker across articles, with the most frequent full name and description.

    `keys` are the names under which the libraries store their statements, `count` how many there
    are.
    """

    speaker: Speaker
    keys: tuple[str, ...]
    count: int


def speaker_profiles(indexes: Sequence[Index], asked: str) -> list[SpeakerProfile]:
    """The speakers who may be meant by a name or description, the most quoted first.

    For a full name, only those who have exactly this name, if there are any; for one word, nobody
    whose first name it is, if others have it as a surname.
    """
    called = [one for index in indexes for one in index.statements.similar_speakers(asked)]
    meant = [some for some in _people(called) if _is_meant(asked, _alone(some))]
    own = names.key(asked)
    if " " in own:
        closest = [
            some
            for some in meant
            if any(one.key == own and one.speaker.is_named for one in _alone(some))
        ]
    else:
        closest = [some for some in meant if not _is_first_name(own, some)]
    return _ordered(closest or meant)


def _is_meant(asked: str, called: Sequence[SpeakerName]) -> bool:
    """Whether one of these names is meant; for a full name, a surname alone isn't enough."""
    if " " in names.key(asked):
        full = [one for one in called if " " in one.key]
        called = full or [one for one in called if one.speaker.description]
    return any(names.is_asked(asked, one.speaker.name, one.speaker.description) for one in called)


def _is_first_name(word: str, called: Sequence[SpeakerName]) -> bool:
    return all(
        one.key.startswith(f"{word} ") and names.surname(one.key) != word for one in _alone(called)
    )


def speakers_like(indexes: Sequence[Index], typed: str, most: int) -> list[SpeakerProfile]:
    """Speakers with a name that has the words typed, or beginnings; the most quoted first."""
    # A speaker has several names, so more names are read than speakers shown.
    called = [one for index in indexes for one in index.statements.speakers(typed, most=4 * most)]
    return _ordered(_people(called))[:most]


def _ordered(people: Iterable[Sequence[SpeakerName]]) -> list[SpeakerProfile]:
    return sorted(map(_profile, people), key=lambda one: (-one.count, one.speaker.name))


def _people(called: Iterable[SpeakerName]) -> list[list[SpeakerName]]:
    """The names of each speaker, one list a speaker.

    A surname goes to the one person who has it, if the descriptions agree. A joint statement of
    several speakers goes to each of them who can be told by name.
    """
    people: list[list[SpeakerName]] = []
    bearing: dict[str, list[list[SpeakerName]]] = defaultdict(list)  # by key, ends and last word
    for one in sorted(called, key=lambda one: (one.speaker.is_joint, -len(one.key.split()))):
        same = _same(one, bearing)
        for some in same:
            some.append(one)
        if not same:
            people.append([one])
            for word in {one.key, names.ends(one.key), one.key.rpartition(" ")[2]}:
                bearing[word].append(people[-1])
    return people


def _same(
    one: SpeakerName, bearing: Mapping[str, list[list[SpeakerName]]]
) -> list[list[SpeakerName]]:
    """The speakers so far whose name it is; several only for a joint statement."""
    if one.speaker.is_joint:
        parts = re.split(r",\s|\sand\s", one.speaker.name)
        full = [part for part in parts if " " in names.key(part)]
        return [some for part in full for some in _bearer(part, names.key(part), bearing)]
    found = _bearer(one.speaker.name, one.key, bearing)
    return [some for some in found if some[0].key == one.key or _is_as(one, some)]


def _is_as(one: SpeakerName, others: Sequence[SpeakerName]) -> bool:
    """Whether it is a full name, or the same role is known of the others: "President"."""
    roles = ROLES & {*names.words(one.speaker.description)}
    known = {word for other in others for word in names.words(other.speaker.description)}
    return one.speaker.is_named and (" " in one.key or bool(roles & known))


def _bearer(
    name: str, key: str, bearing: Mapping[str, list[list[SpeakerName]]]
) -> list[list[SpeakerName]]:
    """The only speaker with this name, if there is exactly one."""
    if " " in key:
        alike = bearing.get(names.ends(key), [])
        same = [some for some in alike if names.same_person(name, some[0].speaker.name)]
    else:
        same = [some for some in bearing.get(key, []) if some[0].speaker.is_named]
    exact = [some for some in bearing.get(key, []) if some[0].key == key]
    return exact or (same if len(same) == 1 else [])


def _alone(called: Sequence[SpeakerName]) -> list[SpeakerName]:
    return [one for one in called if not one.speaker.is_joint] or [*called]


def _profile(called: Sequence[SpeakerName]) -> SpeakerProfile:
    ordered = sorted(called, key=lambda one: (one.speaker.is_joint, -one.count, one.speaker.name))
    alone = _alone(ordered)
    name = next((one for one in alone if " " in one.key), alone[0]).speaker.name
    description = next((one.speaker.description for one in alone if one.speaker.description), "")
    speaker = Speaker(name, description, any(one.speaker.is_named for one in alone))
    keys = tuple(dict.fromkeys(one.key for one in ordered))
    return SpeakerProfile(speaker, keys, sum(one.count for one in called))
