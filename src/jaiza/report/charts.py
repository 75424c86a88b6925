"""Small parts of a page: figures with their interval and grade, states, bars, legends, the presence matrix.

Pure functions from numbers to HTML or SVG; the look is in ``jaiza.css``. Words come in as arguments, already
in the reader's language. What is missing is always a word, never a bare 0 and never a blank.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence

from markupsafe import Markup, escape

STATES: Mapping[str, str] = {
    "estimated": "estimated",
    "too_wide": "wide",
    "no_data": "nodata",
    "withheld": "held",
    "not_applicable": "out",
}
"""States of a figure in the order they are drawn, with the CSS name of each."""

GRADES = ("A", "B", "C", "D", "E")

PRESENCE: Mapping[str, tuple[str, str]] = {
    "known_active": ("active", "●"),
    "known_ended": ("ended", "○"),
    "dates_unknown": ("undated", "◌"),
    "coarse_only": ("coarse", "·"),
    "none_known": ("none", ""),
    "blind_spot": ("blind", "!"),
    "withheld": ("held", "–"),
}
"""What a catalogue knows of one approach in one area, with its CSS name and the sign beside the colour."""

CLASSES = ("q1", "q2", "q3", "q4", "q5")
"""CSS names of the five classes, low to high."""

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SAFE_HREF = re.compile(r"(https?://|[/.#?]|[\w-]+(\.[\w-]+)*([/?#]|$))")
_CELL = 7.0  # pitch of the presence picture
_SHAPES = {  # one square of the presence picture, so that states differ by shape as well as by colour
    "known_active": "h5.6v5.6h-5.6z",
    "known_ended": "h5.6v5.6h-5.6zm1.3 1.3v3h3v-3z",
    "dates_unknown": "v5.6h5.6z",
    "coarse_only": "m1.8 1.8h2v2h-2z",
    "blind_spot": "m.5.5h4.6v4.6h-4.6z",
    "withheld": "h5.6v2.1h-5.6zm0 3.5h5.6v2.1h-5.6z",
}
_GROUND = "h5.6v5.6h-5.6z"


def text(words: object) -> Markup:
    """The words escaped for HTML and SVG; characters that XML forbids become the replacement mark.

    Markup is passed through unchanged.
    """
    if isinstance(words, Markup):
        return words
    return escape(_NOT_IN_XML.sub("\ufffd", str(words)))


def link(href: str) -> Markup:
    """An address for ``href="…"``: within the page or the report, or http(s).

    Raises ValueError for any other scheme, so that no script can hide in an address.
    """
    if not _SAFE_HREF.match(href):
        raise ValueError(f"an address within the report or starting with https:// was expected; got {href!r}")
    return text(href)


def plain(value: float, digits: int = 0) -> str:
    """The number as text: thousands separated by commas, a true minus sign, never a negative zero.

    Raises ValueError for nan and infinity: what is not known has a state word instead of a number.
    """
    if not math.isfinite(value):
        raise ValueError(f"a finite number was expected, got {value}; show the state word of a missing figure")
    shown = f"{value:,.{digits}f}"
    if shown.startswith("-"):
        shown = shown[1:] if float(shown.replace(",", "")) == 0 else "\u2212" + shown[1:]
    return shown


def number(value: float, digits: int = 0, unit: str = "") -> Markup:
    """A number for running text, kept left-to-right in either script."""
    return Markup('<bdi class="num" dir="ltr">{}{}</bdi>').format(plain(value, digits), text(unit))


def between(lower: float, upper: float, digits: int = 0, unit: str = "") -> Markup:
    """An interval for running text, such as 0.20–0.31, kept left-to-right in either script."""
    return Markup('<bdi class="num" dir="ltr">{}</bdi>').format(_between(lower, upper, digits, unit))


def _between(lower: float, upper: float, digits: int, unit: str) -> Markup:
    if not lower <= upper:
        raise ValueError(f"lower must not exceed upper, got {lower} and {upper}; exchange them")
    dash = "–" if lower >= 0 else " – "  # beside a minus sign the dash needs air
    return Markup("{}{}{}{}").format(plain(lower, digits), dash, plain(upper, digits), text(unit))


def grade_ring(grade: str, reason: str) -> Markup:
    """The letter of a grade in its ring; ``reason`` is the whole tip, such as "Grade C: one source"."""
    if grade not in GRADES:
        raise ValueError(f"grade must be one of {', '.join(GRADES)}; got {grade!r}")
    return Markup('<span class="grade grade-{g}" role="img" aria-label="{why}" title="{why}">{g}</span>').format(
        g=grade, why=text(reason)
    )


def state_key(state: str, label: str) -> Markup:
    """The sign of a state and its word, such as "no data": what stands where a figure is missing."""
    return _key(_known(state, STATES), label)


def presence_key(kind: str, label: str) -> Markup:
    """The sign of a kind of presence and its word, for legends of the matrix."""
    return _key("p-" + _known(kind, PRESENCE)[0], label)


def hatch_key(label: str) -> Markup:
    """Legend entry for circles whose interval spans three classes or more."""
    return _key("hatched", label)


def _key(name: str, label: str) -> Markup:
    if not label.strip():
        raise ValueError("a state needs its word; give the translated label")
    return Markup('<span class="state"><span class="key k-{}" aria-hidden="true"></span>{}</span>').format(
        name, text(label)
    )


def _known[T](name: str, names: Mapping[str, T]) -> T:
    if name not in names:
        raise ValueError(f"one of {', '.join(names)} was expected; got {name!r}")
    return names[name]


def figure_chip(
    value: float | None,
    lower: float | None,
    upper: float | None,
    grade: str,
    *,
    reason: str,
    interval: str = "",
    digits: int = 2,
    unit: str = "",
    href: str | None = None,
) -> Markup:
    """A figure with its interval and grade, linked to its explanation when ``href`` is given.

    A value of None with bounds shows "?" and the bounds. A value without bounds shows the grade alone; its row or
    caption must then say that no interval is published. ``interval`` is read out before the bounds ("90%
    interval"). Raises ValueError when neither value nor bounds are known: use :func:`state_key`.
    """
    if (lower is None) != (upper is None) or (value is None and lower is None):
        raise ValueError(
            f"a value, or both bounds, or all three were expected; got {value}, {lower}, {upper}; "
            "show the state word when nothing is known"
        )
    bounds = Markup()
    if lower is not None and upper is not None:
        said = Markup('<span class="vh" dir="auto">{} </span>').format(text(interval)) if interval else ""
        bounds = Markup(" <i>{}{}</i>").format(said, _between(lower, upper, digits, unit))
    shown = "?" if value is None else plain(value, digits) + unit
    inside = Markup("<b>{}</b>{} {}").format(text(shown), bounds, grade_ring(grade, reason))
    if href is None:
        return Markup('<span class="fig" dir="ltr">{}</span>').format(inside)
    return Markup('<a class="fig" dir="ltr" href="{}">{}</a>').format(link(href), inside)


def figure_or_state(
    state: str,
    label: str,
    value: float | None,
    lower: float | None,
    upper: float | None,
    grade: str | None,
    *,
    reason: str = "",
    interval: str = "",
    digits: int = 2,
    unit: str = "",
    href: str | None = None,
) -> Markup:
    """The chip of an estimated figure, "?" with its bounds when they are too wide, else the state word."""
    if _known(state, STATES) not in ("estimated", "wide") or grade is None:
        if state == "estimated":
            raise ValueError("an estimated figure needs a grade; got None")
        return state_key(state, label)
    if state == "too_wide" and lower is None:
        return state_key(state, label)
    shown = value if state == "estimated" else None
    return figure_chip(
        shown, lower, upper, grade, reason=reason, interval=interval, digits=digits, unit=unit, href=href
    )


def interval_bar(
    value: float | None,
    lower: float | None,
    upper: float | None,
    *,
    national: float | None = None,
    wide: bool = False,
    axis: tuple[float, float] = (0.0, 1.0),
    missing: str = "",
    label: str = "",
) -> Markup:
    """A bar from lower to upper with a dot at the value, on the axis that :func:`axis` labels.

    The SVG has no viewBox and its coordinates are percentages, so it stretches with its column. What lies beyond
    the axis ends in an arrow instead of being cut off. ``wide`` stripes the bar and drops the dot. When nothing
    is known the track carries the word ``missing``. Hidden from screen readers, as the figure stands beside it,
    unless ``label`` says what the bar shows.
    """
    low, high = axis
    if not low < high:
        raise ValueError(f"the axis must rise, got {axis}")
    if (lower is None) != (upper is None):
        raise ValueError(f"both bounds or none were expected, got {lower} and {upper}")
    marks = Markup()
    if value is None and lower is None:
        if not missing.strip():
            raise ValueError("nothing is known: give the state word as missing")
        marks += Markup('<text x="6" y="50%" dy=".35em"{}>{}</text>').format(_direction(missing), text(missing))
    if lower is not None and upper is not None:
        ends = [_percent(v, low, high) for v in (lower, upper)]
        if lower <= high and upper >= low:
            marks += Markup('<line class="{}" x1="{}" x2="{}" y1="50%" y2="50%"/>').format(
                "rg wide" if wide else "rg", *ends
            )
        marks += _beyond(lower, upper, low, high)
    if national is not None and low <= national <= high:
        at = _percent(national, low, high)
        marks += Markup('<line class="nat" x1="{0}" x2="{0}" y1="0" y2="100%"/>').format(at)
    if value is not None and not wide:
        if low <= value <= high:
            kind = Markup(' class="open"') if lower is None else Markup()
            marks += Markup('<circle{} cx="{}" cy="50%" r="4"/>').format(kind, _percent(value, low, high))
        elif lower is None:
            marks += _beyond(value, value, low, high)
    named = Markup('role="img" aria-label="{}"').format(text(label)) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="iv" {}>{}</svg>').format(named, marks)


def _percent(value: float, low: float, high: float) -> str:
    share = 100 * min(1.0, max(0.0, (value - low) / (high - low)))
    return f"{share:.1f}".removesuffix(".0") + "%"


def _beyond(lower: float, upper: float, low: float, high: float) -> Markup:
    arrow = Markup('<svg class="more" x="{}" y="50%"><path d="{}"/></svg>')
    left = arrow.format("0", "M4-4L-1 0L4 4z") if lower < low else Markup()
    right = arrow.format("100%", "M-4-4L1 0L-4 4z") if upper > high else Markup()
    return left + right


def _direction(words: str) -> Markup:
    """Right-to-left for Urdu text in an SVG, where the page's direction does not reach."""
    return Markup(' direction="rtl" text-anchor="end"') if is_rtl(words) else Markup()


def is_rtl(words: str) -> bool:
    """Whether the words are written from right to left (Arabic letters, as Urdu uses)."""
    return re.search("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]", words) is not None


def axis(low: float = 0.0, high: float = 1.0, *, steps: int = 4) -> Markup:
    """The numbers over a column of interval bars: ends and equal steps, four as the bars' lines are drawn."""
    if not low < high or steps < 1:
        raise ValueError(f"a rising axis of at least one step was expected, got {low} to {high}, {steps} steps")
    ticks = [low + (high - low) * k / steps for k in range(steps + 1)]
    digits = next((d for d in range(6) if all(abs(round(t, d) - t) < 1e-9 for t in ticks)), 6)
    labels = Markup().join(
        Markup('<text x="{}" y="75%">{}</text>').format(_percent(t, low, high), _trimmed(t, digits)) for t in ticks
    )
    return Markup('<svg class="axis" aria-hidden="true">{}</svg>').format(labels)


def _trimmed(value: float, digits: int) -> str:
    shown = plain(value, digits)
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def known_bar(counts: Mapping[str, int], labels: Mapping[str, str]) -> Markup:
    """How many areas are in each state: a bar in shares, and the same counts in words beneath it.

    ``counts`` and ``labels`` go by state (:data:`STATES`); states without areas are left out. Raises ValueError
    when there is no area at all, or a state has no word.
    """
    total = sum(counts.values())
    if total <= 0 or min(counts.values()) < 0:
        raise ValueError(f"counts of areas by state were expected, at least one area; got {dict(counts)}")
    unknown = [s for s in counts if s not in STATES or (counts[s] and not labels.get(s, "").strip())]
    if unknown:
        raise ValueError(f"each state must be one of {', '.join(STATES)} with its label; mend {unknown[0]!r}")
    bars, words, start = Markup(), [], 0.0
    for state in (s for s in STATES if counts.get(s)):
        share = 100 * counts[state] / total
        at = Markup('x="{:.2f}%" width="{:.2f}%"').format(start, share)
        bars += Markup('<rect class="k-{}" {} y="0" height="100%"/>').format(STATES[state], at)
        if state == "too_wide":
            ends = Markup('x1="{:.2f}%" x2="{:.2f}%"').format(start, start + share)
            bars += Markup('<line class="stripes" {} y1="50%" y2="50%"/>').format(ends)
        words.append(Markup("{} {}").format(number(counts[state]), text(labels[state])))
        start += share
    return Markup('<div class="known"><svg aria-hidden="true">{}</svg><span class="note">{}</span></div>').format(
        bars, Markup(" · ").join(words)
    )


def mini_matrix(
    cells: Sequence[Sequence[str]],
    *,
    label: str,
    columns: int | None = None,
    overlaps: Collection[tuple[int, int]] = (),
) -> Markup:
    """The presence matrix as a small picture: ``cells[row][column]`` names a kind of :data:`PRESENCE`.

    Rows are approaches, columns areas. ``columns`` is the widest picture's number of columns, so that pictures
    standing side by side share one scale. ``overlaps`` rings the cells (row, column) of possible duplication.
    One path per kind keeps it small. Shapes differ as well as colours.
    """
    width = len(cells[0]) if cells else 0
    if not width or any(len(row) != width for row in cells):
        raise ValueError("rows of equal length were expected, at least one row and one column")
    drawn: dict[str, list[str]] = {kind: [] for kind in PRESENCE}
    for i, row in enumerate(cells):
        for j, kind in enumerate(row):
            _known(kind, PRESENCE)
            drawn[kind].append(f"M{_short(j * _CELL + 0.7)} {_short(i * _CELL + 0.7)}")
    empty = "".join(f"{at}{_GROUND}" for kind in ("none_known", "coarse_only") for at in drawn[kind])
    paths = Markup('<path class="p-none" d="{}"/>').format(empty) if empty else Markup()
    for kind, starts in drawn.items():
        if starts and kind in _SHAPES:
            shape = "".join(f"{at}{_SHAPES[kind]}" for at in starts)
            paths += Markup('<path class="p-{}" d="{}"/>').format(PRESENCE[kind][0], shape)
    rings = "".join(
        f"M{_short(j * _CELL + 0.2)} {_short(i * _CELL + 0.2)}h6.6v6.6h-6.6z" for i, j in sorted(overlaps)
    )
    paths += Markup('<path class="p-ring" d="{}"/>').format(rings) if rings else Markup()
    across = max(width, columns or 0) * _CELL
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        _short(across), _short(len(cells) * _CELL), text(label), paths
    )


def presence_cell(kind: str, label: str, sign: str | None = None, *, overlap: bool = False) -> Markup:
    """One cell of the large matrix: colour, a sign (or a count as ``sign``), the words as its tip.

    ``none_known`` is a pale cell that its legend explains: nothing recorded, which is not an absence of work.
    """
    name, mark = _known(kind, PRESENCE)
    ring = " p-ring" if overlap else ""
    if kind == "none_known":
        return Markup('<td class="p-none"></td>')
    return Markup('<td class="p-{}{}" title="{}">{}</td>').format(
        name, ring, text(label), text(mark if sign is None else sign)
    )


def class_of(value: float, edges: Sequence[float]) -> str:
    """The CSS name of the class a value falls in; a value on an edge belongs to the class above it."""
    _four(edges)
    if not math.isfinite(value):
        raise ValueError(f"a finite value was expected, got {value}; a missing figure has no class")
    return CLASSES[sum(value >= edge for edge in edges)]


def spans_classes(lower: float, upper: float, edges: Sequence[float]) -> int:
    """How many classes an interval touches; three or more are drawn hatched."""
    return CLASSES.index(class_of(upper, edges)) - CLASSES.index(class_of(lower, edges)) + 1


def _four(edges: Sequence[float]) -> None:
    if len(edges) != 4 or any(b <= a for a, b in zip(edges, edges[1:], strict=False)):
        raise ValueError(f"four rising class edges were expected, got {list(edges)}")


def legend_classes(edges: Sequence[float], *, title: str, digits: int = 2, unit: str = "") -> Markup:
    """The five class colours, low to high, with the edges between them printed."""
    _four(edges)
    shown = [plain(edge, digits) + unit for edge in edges]
    fields = Markup().join(
        Markup('<rect class="{}" x="{}" width="37" height="12"/>').format(name, 38 * k)
        for k, name in enumerate(CLASSES)
    )
    ticks = Markup().join(
        Markup('<text x="{}" y="26">{}</text>').format(38 * k + 37.5, text(s)) for k, s in enumerate(shown, 0)
    )
    return Markup(
        '<div class="classes"><span>{title}</span><svg width="190" height="30" role="img" aria-label="{title}: {all}">'
        "{fields}{ticks}</svg></div>"
    ).format(title=text(title), all=text(", ".join(shown)), fields=fields, ticks=ticks)


def legend(*parts: Markup, keys: Sequence[Markup] = ()) -> Markup:
    """A legend of its parts, such as :func:`legend_classes`, followed by the keys of states."""
    row = Markup('<div class="keys">{}</div>').format(Markup().join(keys)) if keys else Markup()
    return Markup('<div class="legend">{}{}</div>').format(Markup().join(parts), row)


def _short(value: float) -> str:
    """Coordinates to a tenth, without a trailing zero: pictures stay small and the same everywhere."""
    return f"{value:.1f}".removesuffix(".0")
