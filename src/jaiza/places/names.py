"""Which place a written name means: sure, to be asked, or unknown.

A sure match is never a guess. It rests on a place code, on what a person confirmed before, on a known name
(official, alternative, Urdu, former), on the same name with its words for kind and direction elsewhere ("Dir
Upper"), on an abbreviation that only one place of the country has, or on another way of spelling the same
sounds. Likeness alone is enough only for long names with the same consonants, when no other place of the whole
country comes near; every other likeness is a question to the user, with the places it may mean.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from jaiza.language import Text, mark, text
from jaiza.places.gazetteer import NAME_KINDS, Gazetteer, KnownName, NameKind, PlaceName
from jaiza.places.spelling import (
    Spelling,
    clean,
    distance_between,
    likeness_between,
    only_kinds,
    pieces_of,
    scripts,
    spell,
)

__all__ = ["NAME_KINDS", "Match", "NameIndex", "NameKind", "PlaceName"]

Outcome = Literal["sure", "ask", "unknown"]
LEVEL_WORDS = {"province": 1, "district": 2, "tehsil": 3}

LONGEST_NAME = 200
MOST_ANSWERS = 50_000
MOST_CANDIDATES = 6
# Likeness: shortest name for one and for two edits, how much further the next place must be, and how like a
# place must be to be offered as a question. Urdu leaves short vowels out, so each of its letters says more.
ONE_EDIT = {"latin": 7, "urdu": 6}
TWO_EDITS = {"latin": 12, "urdu": 11}
SAME_SOUND = {"latin": 6, "urdu": 5}
MARGIN = 2
WORTH_ASKING = 0.72
WORTH_ASKING_ELSEWHERE = 0.85

_CODE_IN_TEXT = re.compile(r"(?<![^\W_])[A-Za-z]{2,3}-?\d{1,9}(?![^\W_])")
_DIRECTION_LETTERS = {d[0]: d for d in ("north", "south", "east", "west", "upper", "lower", "central")}


@dataclass(frozen=True)
class Match:
    """What a text means: ``code`` when sure, else the ``candidates`` to ask about, and the ``evidence``."""

    outcome: Outcome
    code: str | None
    candidates: tuple[str, ...]
    evidence: Text


@dataclass(frozen=True)
class _Scope:
    """Where the place must lie, at which level, and on which day the name was used."""

    parent: str | None
    level: int | None
    as_of: date | None


_KIND_EVIDENCE = {
    "official": mark("official name “{name}”"),
    "alternative": mark("other spelling “{name}”"),
    "urdu": mark("Urdu name “{name}”"),
    "former": mark("name of a former place, “{name}”"),
    "part": mark("“{name}” lies inside this place"),
}


class NameIndex:
    """All known names of one country, and the matcher over them.

    ``members`` gives the present places of a former one, so that a former place can be a parent; ``confirmed``
    what a person has answered before, as (text, parent code or None) → code; ``level_words`` at which level of
    this country "province", "district" and "tehsil" stand. Raises ValueError when a code comes with two parents
    or levels, when a kind is not one of ``NAME_KINDS``, or when a member or confirmed code has no name.
    """

    def __init__(
        self,
        names: Iterable[PlaceName | tuple[str, str, str | None, int, NameKind]],
        *,
        members: Mapping[str, Sequence[str]] | None = None,
        confirmed: Mapping[tuple[str, str | None], str] | None = None,
        level_words: Mapping[str, int] | None = None,
    ) -> None:
        self._level_words = dict(LEVEL_WORDS if level_words is None else level_words)
        self._known = Gazetteer((PlaceName(*name) for name in names), members or {})
        self._answers: dict[tuple[str, _Scope], Match] = {}
        self._codes = {_code_key(code): code for code in self._known.parent}
        self._confirmed: dict[tuple[str, str | None], str] = {}
        self._remember(confirmed or {})

    def _remember(self, confirmed: Mapping[tuple[str, str | None], str]) -> None:
        for (written, parent), code in confirmed.items():
            if code not in self._known.parent or parent not in (None, *self._known.parent):
                raise ValueError(
                    f"confirmed {written!r} in {parent!r} → {code!r}: expected codes of known places; mend the answer"
                )
            self._confirmed[_confirmation_key(written), parent] = code

    def with_confirmed(self, confirmed: Mapping[tuple[str, str | None], str]) -> NameIndex:
        """The same index that also remembers these answers; the index itself is left as it is."""
        other = copy.copy(self)
        other._confirmed, other._answers = dict(self._confirmed), {}
        other._remember(confirmed)
        return other

    def match(
        self, written: str, parent: str | None = None, level: int | None = None, as_of: date | None = None
    ) -> Match:
        """The place that a text means, inside ``parent`` and at ``level`` when these are known.

        With ``as_of``, names that were not in use on that day are left aside ("Kalat" before and after Surab was
        taken from it); without it such a name is asked. Raises ValueError when ``parent`` is no known code.
        """
        if parent is not None and parent not in self._known.parent:
            raise ValueError(f"parent: no place has the code {parent!r}; match the parent first")
        question = clean(written), _Scope(parent, level, as_of)
        answer = self._answers.get(question)
        if answer is None:
            if len(self._answers) >= MOST_ANSWERS:
                self._answers.clear()
            answer = self._answers[question] = self._match(*question)
        return answer

    def _match(self, written: str, scope: _Scope) -> Match:
        if len(written) > LONGEST_NAME or not any(c.isalnum() for c in written):
            return Match("unknown", None, (), text("not a name"))
        remembered = self._confirmed.get((_confirmation_key(written), scope.parent))
        if remembered is not None and scope.level in (None, self._known.level[remembered]):
            return Match("sure", remembered, (remembered,), text("confirmed before"))
        by_code = self._by_code(written, scope)
        if by_code is not None:
            return by_code
        pieces = pieces_of(written)
        if len(scripts(written)) < 2:
            whole = self._by_name(spell(written), scope, fuzzy=len(pieces) == 1)
            if whole is not None:
                return whole
        if len(pieces) > 1:
            return self._by_pieces(pieces, scope)
        return self._question(spell(written), scope)

    # Codes

    def _by_code(self, written: str, scope: _Scope) -> Match | None:
        code = self._codes.get(_code_key(written))
        if code is not None:
            return self._resolve([code], scope, text("place code"))
        found = _CODE_IN_TEXT.findall(written)
        codes = {self._codes[_code_key(f)] for f in found if _code_key(f) in self._codes}
        rest = _CODE_IN_TEXT.sub(" ", written)
        bare = bool(found) and not any(c.isalnum() for c in rest)
        if not codes:
            return Match("unknown", None, (), text("no place has this code")) if bare else None
        if len(codes) == 1 and bare:
            return self._resolve(list(codes), scope, text("place code"))
        named = self.match(rest, None, self._known.level[min(codes)], scope.as_of)
        if len(codes) == 1 and named.code in codes:
            return self._resolve(list(codes), scope, text("place code and name agree"))
        others = tuple(c for c in named.candidates if c not in codes)
        return Match(
            "ask", None, (*sorted(codes), *others)[:MOST_CANDIDATES], text("place code and name differ")
        )

    # Names

    def _by_name(self, spelling: Spelling, scope: _Scope, *, fuzzy: bool) -> Match | None:
        """The first kind of evidence that the index has for this spelling, sure or to be asked; None without."""
        same = self._in_use(self._known.base.get((spelling.base, spelling.directions), ()), scope)
        exact = self._in_use(self._known.full.get(spelling.full, ()), scope)
        if exact:
            # "Karachi City" is a known name in full, so that "City" says nothing more about it.
            return self._resolve_names(exact + same, scope, spelling.kinds - {"other", "former"})
        if same:
            return self._resolve_names(same, scope, spelling.kinds)
        turned = self._in_use(self._known.any_order.get(tuple(sorted(spelling.words)), ()), scope)
        if turned:
            evidence = text("“{name}” in another order", name=turned[0].place.name)
            return self._resolve_names(turned, scope, spelling.kinds, evidence, country=True)
        short = self._in_use(self._known.short.get(spelling.full, ()), scope) or self._by_letter(
            spelling, scope
        )
        if short:
            return self._resolve_names(short, scope, spelling.kinds, text("abbreviation"), country=True)
        if len(spelling.sound) >= SAME_SOUND[spelling.script]:
            same = self._in_use(self._known.sound.get((spelling.sound, spelling.directions), ()), scope)
            if same:
                evidence = text("sounds like “{name}” only", name=same[0].place.name)
                return self._resolve_names(same, scope, spelling.kinds, evidence, country=True)
        return self._by_likeness(spelling, scope) if fuzzy else None

    def _by_likeness(self, spelling: Spelling, scope: _Scope) -> Match | None:
        """Sure only for a long name, with the same consonants, and with no other place of the country near."""
        size = len(spelling.base)
        if size < ONE_EDIT[spelling.script] or spelling.distinct_length < 5:
            return None
        allowed = 2 if size >= TWO_EDITS[spelling.script] else 1
        nearest: dict[str, tuple[int, KnownName]] = {}
        for known in self._in_use(self._known.names, scope):
            if known.spelling.script != spelling.script:
                continue
            distance = distance_between(spelling, known.spelling, allowed + MARGIN)
            if distance < nearest.get(known.place.code, (allowed + MARGIN, known))[0]:
                nearest[known.place.code] = (distance, known)
        if not nearest:
            return None
        ordered = sorted(nearest.values(), key=lambda found: (found[0], found[1].place.code))
        (distance, best), *others = ordered
        alone = all(other >= distance + MARGIN for other, _ in others)
        like = best.spelling
        if (
            distance <= allowed
            and alone
            and best.place.kind != "part"
            and min(len(like.base), size) >= ONE_EDIT[spelling.script]
            and like.consonants == spelling.consonants
            and like.sound[0] == spelling.sound[0]
            and like.directions == spelling.directions
        ):
            evidence = text("differs little from “{name}” and from no other place", name=best.place.name)
            return self._resolve_names([best], scope, spelling.kinds, evidence, country=True)
        return None

    def _by_letter(self, spelling: Spelling, scope: _Scope) -> list[KnownName]:
        """Names that the text shortens by a direction's first letter: "N. Waziristan", "Dir (U)"."""
        words = spelling.base_words
        found: list[KnownName] = []
        if len(words) > 1 and not spelling.directions:
            for letter, rest in ((words[0], words[1:]), (words[-1], words[:-1])):
                direction = _DIRECTION_LETTERS.get(letter)
                if direction is not None:
                    found += self._known.base.get(("".join(rest), frozenset({direction})), [])
        return self._in_use(found, scope)

    # Several names in one cell

    def _by_pieces(self, pieces: Sequence[str], scope: _Scope) -> Match:
        """Sure when every piece is sure and all are one place, or each further piece encloses it."""
        found = [self._piece(piece, scope) for piece in pieces if not only_kinds(piece)]
        codes = sorted(
            {m.code for m in found if m.code is not None}, key=lambda c: (-self._known.depth(c), c)
        )
        sure = bool(codes) and all(m.outcome == "sure" for m in found)
        if sure and all(c == codes[0] or self._known.inside(codes[0], c) for c in codes):
            return self._resolve(codes[:1], scope, text("all parts of the text name this place"))
        candidates = tuple(dict.fromkeys(c for match in found for c in match.candidates))[:MOST_CANDIDATES]
        if not candidates:
            return Match("unknown", None, (), text("no known name comes near"))
        return Match("ask", None, candidates, text("the text names several places, or one unknown"))

    def _piece(self, piece: str, scope: _Scope) -> Match:
        """One name of several: the place looked for, or else any other, such as the province after a comma."""
        looked_for = self._match(piece, scope)
        if looked_for.outcome == "sure":
            return looked_for
        return self._match(piece, _Scope(None, None, scope.as_of))

    # From names to one place

    def _resolve_names(
        self,
        known: Sequence[KnownName],
        scope: _Scope,
        kinds: frozenset[str],
        evidence: Text | None = None,
        *,
        country: bool = False,
    ) -> Match:
        codes = list(dict.fromkeys(k.place.code for k in known))
        former = [c for c in codes if any(k.place.code == c and k.place.kind == "former" for k in known)]
        if "former" in kinds and former:
            codes = former
        elif "former" in kinds:
            kinds = kinds | {"other"}
        best = min(known, key=lambda k: NAME_KINDS.index(k.place.kind))
        said = evidence or text(_KIND_EVIDENCE[best.place.kind], name=best.place.name)
        return self._resolve(codes, scope, said, kinds, country=country)

    def _resolve(
        self,
        codes: Sequence[str],
        scope: _Scope,
        evidence: Text,
        kinds: frozenset[str] = frozenset(),
        *,
        country: bool = False,
    ) -> Match:
        """Sure when exactly one of the codes has the right level and lies inside the parent.

        With ``country`` the text must point to one place of the whole country before that is looked at.
        """
        levels = {self._level_words[kind] for kind in kinds if kind in self._level_words}
        level = {scope.level} if scope.level is not None else levels
        right = [c for c in codes if not level or self._known.level[c] in level]
        inside = [c for c in right if scope.parent is None or self._known.inside(c, scope.parent)]
        candidates = tuple(dict.fromkeys([*sorted(inside), *sorted(right), *sorted(codes)]))[:MOST_CANDIDATES]
        if not right:
            return Match("ask", None, candidates, text("a place of another level"))
        if not inside:
            return Match("ask", None, candidates, text("this place lies elsewhere"))
        if "other" in kinds:
            return Match(
                "ask", None, candidates, text("a city, division or other unit, not the place itself")
            )
        if scope.level is not None and levels and scope.level not in levels:
            return Match("ask", None, candidates, text("the text says another kind of place"))
        if len(inside) > 1 or (country and len(set(codes)) > 1):
            return Match("ask", None, candidates, text("several places have this name"))
        return Match("sure", inside[0], (inside[0],), evidence)

    def _in_use(self, known: Iterable[KnownName], scope: _Scope) -> list[KnownName]:
        day = scope.as_of
        if day is None:
            return list(known)
        return [k for k in known if (k.place.valid_from or day) <= day <= (k.place.valid_to or day)]

    # Questions

    def _question(self, spelling: Spelling, scope: _Scope) -> Match:
        """The places that a text may mean, the likeliest first, or unknown when none comes near."""

        def outside(code: str) -> bool:
            return scope.parent is not None and not self._known.inside(code, scope.parent)

        scores: dict[str, float] = {}
        words = {w for w in spelling.base_words if len(w) >= 4}
        for known in self._in_use(self._known.names, scope):
            if known.spelling.script != spelling.script:
                continue
            code = known.place.code
            score = likeness_between(spelling, known.spelling)
            if score < WORTH_ASKING_ELSEWHERE and outside(code):
                score = 0.0
            shared = any(self._known.is_rare(w) for w in words & set(known.spelling.base_words))
            score = max(score, 0.9 if known.spelling.base == spelling.base else 0.8 if shared else 0.0)
            if score >= WORTH_ASKING:
                scores[code] = max(score, scores.get(code, 0.0))

        def order(code: str) -> tuple[bool, bool, float, str]:
            return outside(code), scope.level not in (None, self._known.level[code]), -scores[code], code

        candidates = tuple(sorted(scores, key=order)[:MOST_CANDIDATES])
        if not candidates:
            return Match("unknown", None, (), text("no known name comes near"))
        return Match("ask", None, candidates, text("like a known name, but not surely the same place"))


def _code_key(code: str) -> str:
    return re.sub(r"[\s-]", "", clean(code)).casefold()


def _confirmation_key(written: str) -> str:
    return " ".join(spell(clean(written)).words)
