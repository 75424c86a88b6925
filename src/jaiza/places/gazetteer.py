"""The known names of one country's places, ready to be looked up, and which place lies in which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from jaiza.places.spelling import Spelling, abbreviations_of, clean, spell, whole

NameKind = Literal["official", "alternative", "urdu", "former", "part"]
NAME_KINDS: tuple[NameKind, ...] = ("official", "alternative", "urdu", "former", "part")


class PlaceName(NamedTuple):
    """One known name of a place. ``kind`` "part" marks a place that lies inside ``code`` and has no code itself."""

    code: str
    name: str
    parent: str | None
    level: int
    kind: NameKind
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class KnownName:
    """A name as indexed."""

    place: PlaceName
    spelling: Spelling


class Gazetteer:
    """Names by full spelling, by ``base`` and directions, by sound, by words in any order and by abbreviation.

    Raises ValueError when a code comes with two parents or levels, when a kind is not one of ``NAME_KINDS``, when
    a name has no letters, or when a member of a former place has no name.
    """

    def __init__(self, names: Iterable[PlaceName], members: Mapping[str, Sequence[str]]) -> None:
        self.parent: dict[str, str | None] = {}
        self.level: dict[str, int] = {}
        self.names: list[KnownName] = []
        self.full: dict[str, list[KnownName]] = defaultdict(list)
        self.base: dict[tuple[str, frozenset[str]], list[KnownName]] = defaultdict(list)
        self.sound: dict[tuple[str, frozenset[str]], list[KnownName]] = defaultdict(list)
        self.any_order: dict[tuple[str, ...], list[KnownName]] = defaultdict(list)
        self.short: dict[str, list[KnownName]] = defaultdict(list)
        self._places_by_word: dict[str, set[str]] = defaultdict(set)
        for name in names:
            self._add(name)
        self._members = {former: frozenset(codes) for former, codes in members.items()}
        strangers = {c for codes in self._members.values() for c in codes} - self.parent.keys()
        if strangers:
            raise ValueError(f"members: no name is given for {sorted(strangers)}; add them to the names")

    def _add(self, place: PlaceName) -> None:
        if place.kind not in NAME_KINDS:
            raise ValueError(f"kind of {place.name!r}: expected one of {NAME_KINDS}, got {place.kind!r}")
        here = (place.parent, place.level)
        before = (
            self.parent.setdefault(place.code, place.parent),
            self.level.setdefault(place.code, place.level),
        )
        if here != before:
            raise ValueError(
                f"{place.code}: named with parent and level {before} and again with {here}; give one"
            )
        if not any(c.isalnum() for c in place.name):
            raise ValueError(f"{place.code}: the name {place.name!r} has no letters; leave it out")
        spelling = spell(clean(place.name))
        if "other" in spelling.kinds:
            # The tehsil "Quetta City" is not to be found under "Quetta".
            spelling = whole(spelling)
        known = KnownName(place, spelling)
        if any(
            k.spelling == spelling and k.place._replace(name="") == place._replace(name="")
            for k in self.full[spelling.full]
        ):
            return
        self.names.append(known)
        self.full[spelling.full].append(known)
        self.base[spelling.base, spelling.directions].append(known)
        self.sound[spelling.sound, spelling.directions].append(known)
        if len(spelling.words) > 1:
            self.any_order[tuple(sorted(spelling.words))].append(known)
        for word in set(spelling.base_words):
            self._places_by_word[word].add(place.code)
        for short in abbreviations_of(spelling):
            self.short[short].append(known)

    def _above(self, code: str) -> list[str]:
        above: list[str] = []
        parent = self.parent.get(code)
        while parent is not None and parent not in above:
            above.append(parent)
            parent = self.parent.get(parent)
        return above

    def inside(self, code: str, parent: str) -> bool:
        """True when a place lies in another, or in one of the present places of a former one."""
        above = self._above(code)
        return parent in above or not self._members.get(parent, frozenset()).isdisjoint([code, *above])

    def depth(self, code: str) -> int:
        """How many known places hold this one."""
        former = sum(1 for codes in self._members.values() if code in codes)
        return len(self._above(code)) + former

    def is_rare(self, word: str) -> bool:
        """True for a word that stands in the names of at most four places, so that it says something."""
        return len(self._places_by_word.get(word, ())) <= 4
