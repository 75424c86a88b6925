"""Small charts as SVG and HTML: figure chips, grades, states, interval bars, bars of what is known, presence signs.

Everything that is written into them is escaped. Numbers stay left to right. What is missing is never drawn as 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from jaiza.language import text
from jaiza.report.terms import GRADE_TERMS, GRADES, STATES
from jaiza.report.voice import Voice, two, whole

CELL = 7.0  # pitch of a cell in the small matrices
# One path a cell, from its upper left corner: full, half, small, pale ground, hollow.
_SHAPES = {
    "coarse_only": "h5.5v5.5h-5.5z",
    "none_known": "m.4.4h4.7v4.7h-4.7z",
    "known_active": "h5.5v5.5h-5.5z",
    "dates_unknown": "v5.5h5.5z",
    "known_ended": "m1.4 1.4h2.7v2.7h-2.7z",
}

HATCHES = Markup(
    '<svg class="defs" aria-hidden="true"><defs>'
    '<pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="1.3" height="4" fill="#fff" fill-opacity=".85"/></pattern>'
    '<pattern id="hatch-grey" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="1.2" height="4" fill="#5d6974"/></pattern>'
    '<pattern id="hatch-dark" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="4" height="4" fill="#fff"/><rect width="1.2" height="4" fill="#5d6974"/></pattern>'
    "</defs></svg>"
)


def grade_ring(voice: Voice, letter: str | None, why: str = "") -> Markup:
    """The grade in a ring, its reason as the title; nothing where a figure has no grade."""
    if not letter:
        return Markup("")
    name = voice.plain(text("Grade {letter}", letter=letter))
    says = why or voice.plain(GRADES[letter])
    return Markup(
        '<abbr class="grade grade-{0}" role="img" aria-label="{1}" title="{1}, {2}">{0}</abbr>'
    ).format(letter, name, says)


def reason(voice: Voice, letter: str | None, term: str | None) -> str:
    """What sets a grade, in words; what the letter means stands in the table of grades."""
    if not letter:
        return ""
    known = GRADE_TERMS.get(term or "")
    return voice.plain(GRADES[letter] if known is None else text("set by {term}", term=known))


def amount(value: float, unit: str, millions: bool = False) -> str:
    """A figure as it is printed, by its unit: scores with two decimals, counts whole, others with one."""
    if millions:
        return f"{value / 1e6:,.1f}"
    if unit in ("people", "districts", "records"):
        return whole(value)
    return two(value) if unit == "0 to 1" else f"{value:,.1f}"


def figure_chip(
    voice: Voice, value: float | None, lower: float | None, upper: float | None, letter: str | None, *,
    unit: str = "0 to 1", figure: str = "", why: str = "", aloud: bool = False,
) -> Markup:  # fmt: skip
    """Value, interval and grade in one place; a question mark where only bounds are known.

    ``figure`` is the id that ``jaiza explain`` takes; it stands in the title. A count without an interval says so.
    ``aloud`` names the interval to those who listen; in a table the heading of the column does.
    """
    millions = unit == "people" and max(abs(x or 0) for x in (value, upper)) >= 1e5
    shown = Markup("<b>?</b>") if value is None else Markup("<b>{}</b>").format(amount(value, unit, millions))
    if lower is None or upper is None:
        interval = Markup("")
    elif unit == "records":
        interval = Markup("<i>{}</i>").format(voice.plain(text("counted")))
    else:
        interval = Markup("<i>{}{}–{}{}</i>").format(
            Markup('<bdi class="vh">{} </bdi>').format(voice.plain(text("90 % interval"))) if aloud else "", amount(lower, unit, millions), amount(upper, unit, millions),
            Markup(" <bdi>{}</bdi>").format(voice.plain(text("million"))) if millions else "",
        )  # fmt: skip
    origin = Markup(' data-figure="{0}" title="{0}"').format(figure) if figure else Markup("")
    return Markup('<span class="fig"{}>{} {} {}</span>').format(
        origin, shown, interval, grade_ring(voice, letter, why)
    )


def state_key(voice: Voice, state: str, words: str = "") -> Markup:
    """A state with its key: never a blank and never a bare 0."""
    return Markup('<span class="state"><span class="key k-{}"></span>{}</span>').format(
        state, voice.say(words) if words else voice.say(STATES[state])
    )


def percent(share: float) -> str:
    """A share as a coordinate in percent."""
    return f"{100 * min(1.0, max(0.0, share)):.1f}".rstrip("0").rstrip(".") + "%"


def interval_bar(
    value: float | None, lower: float | None, upper: float | None, *, national: float | None = None,
    wide: bool = False,
) -> Markup:  # fmt: skip
    """A bar on [0, 1]: pale for the 90 % interval, a dot for the estimate, dashed for the national value.

    Without an interval nothing but the axis is drawn; without an estimate no dot.
    """
    out = Markup("")
    if lower is not None and upper is not None:
        out += Markup('<line class="rg{}" x1="{}" x2="{}" y1="50%" y2="50%"/>').format(
            " w" if wide else "", percent(lower), percent(upper)
        )
    if national is not None:
        out += Markup('<line class="nat" x1="{0}" x2="{0}" y1="-4" y2="18"/>').format(percent(national))
    if value is not None and not wide:
        out += Markup('<circle cx="{}" cy="50%" r="4"/>').format(percent(value))
    return Markup('<svg class="iv" aria-hidden="true">{}</svg>').format(out)


def axis() -> Markup:
    """The scale above a column of interval bars."""
    labels = ("0", ".25", ".5", ".75", "1")
    return Markup('<span class="axis" aria-hidden="true">{}</span>').format(
        Markup("").join(Markup("<span>{}</span>").format(x) for x in labels)
    )


def known_bar(counts: Mapping[str, int]) -> Markup:
    """How many districts are in each state, as one bar; states without a district take no room."""
    total = sum(counts.values())
    out, at = Markup(""), 0.0
    for state in STATES:
        if not counts.get(state):
            continue
        width = 100 * counts[state] / total
        out += Markup('<rect class="{}" x="{:.2f}%" width="{:.2f}%" y="0" height="100%"/>').format(
            state, at, width
        )
        at += width
    return Markup('<svg class="known" aria-hidden="true">{}</svg>').format(out)


def presence_sign(state: str) -> Markup:
    """One sign of what is recorded; the five differ in shape as well as in shade."""
    return Markup(
        '<svg viewBox="0 0 {0:g} {0:g}" aria-hidden="true"><path class="m-{1}" d="M.75 .75{2}"/></svg>'
    ).format(CELL, state, _SHAPES[state])


def presence_matrix(label: str, columns: Sequence[Sequence[str]], widest: int) -> Markup:
    """A small matrix: a column a district, a row an approach; ``columns`` hold the presence of each cell.

    ``widest`` is the number of columns of the widest matrix beside it, so that all share one scale.
    """
    rows = max((len(c) for c in columns), default=0)
    paths: dict[str, list[str]] = {}
    for j, column in enumerate(columns):
        for i, state in enumerate(column):
            start = f"M{j * CELL + 0.75:g} {i * CELL + 0.75:g}"
            paths.setdefault(state, []).append(start + _SHAPES[state])
    drawn = Markup("").join(
        Markup('<path class="m-{}" d="{}"/>').format(state, "".join(paths[state]))
        for state in _SHAPES
        if state in paths
    )
    return Markup('<svg viewBox="0 0 {:g} {:g}" role="img" aria-label="{}">{}</svg>').format(
        widest * CELL, rows * CELL, label, drawn
    )


def class_legend(edges: Sequence[float]) -> Markup:
    """Five classes with their edges, low to high."""
    cells = Markup("").join(
        Markup('<rect class="q{}" x="{}" y="0" width="33" height="12"/>').format(k + 1, k * 34)
        for k in range(len(edges) + 1)
    )
    ticks = Markup("").join(
        Markup('<text x="{}" y="26" text-anchor="middle">{}</text>').format((k + 1) * 34, two(edge))
        for k, edge in enumerate(edges)
    )
    return Markup('<svg width="{}" height="30" aria-hidden="true">{}{}</svg>').format(
        34 * (len(edges) + 1), cells, ticks
    )
