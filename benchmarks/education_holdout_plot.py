"""The plot of the held-out districts, written as SVG by hand: two panels, no drawing library.

Used by education_holdout.py.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

WIDTH, HEIGHT, SIDE = 940, 500, 360
INK, FAINT, FIRST, SECOND = "#333333", "#cccccc", "#1b6ca8", "#c05621"


def text_at(x: float, y: float, words: str, anchor: str = "middle", size: int = 13, turn: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"{turn}>{words}</text>'


def frame(left: float, top: float, title: str, across: str, up: str) -> list[str]:
    middle = top + SIDE / 2
    turn = f' transform="rotate(-90 {left - 46:.0f} {middle:.0f})"'
    return [
        f'<rect x="{left}" y="{top}" width="{SIDE}" height="{SIDE}" fill="none" stroke="{FAINT}"/>',
        text_at(left + SIDE / 2, top - 16, title, size=15),
        text_at(left + SIDE / 2, top + SIDE + 42, across),
        text_at(left - 46, middle, up, turn=turn),
    ]


class Held(Protocol):
    """Predictions of held-out districts."""

    inside: np.ndarray
    predicted: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def scatter(title: str, p: Held, shares: np.ndarray, left: float, top: float) -> list[str]:
    """Held-out prediction with its interval, across, against the district's own estimate, up."""

    def across(value: float) -> float:
        return left + SIDE * value

    def up(value: float) -> float:
        return top + SIDE * (1.0 - value)

    parts = frame(left, top, title, "predicted while held out, %", "own direct estimate, %")
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(text_at(across(tick), top + SIDE + 20, f"{100 * tick:.0f}"))
        parts.append(text_at(left - 8, up(tick) + 4, f"{100 * tick:.0f}", "end"))
    parts.append(
        f'<line x1="{left}" y1="{top + SIDE}" x2="{left + SIDE}" y2="{top}" stroke="{INK}" stroke-dasharray="4 4"/>'
    )
    for share, mid, low, high, hit in zip(shares, p.predicted, p.lower, p.upper, p.inside, strict=True):
        colour = FIRST if hit else SECOND
        parts.append(
            f'<line x1="{across(low):.1f}" y1="{up(share):.1f}" x2="{across(high):.1f}" y2="{up(share):.1f}" '
            f'stroke="{colour}" stroke-opacity="0.3"/>'
        )
        parts.append(f'<circle cx="{across(mid):.1f}" cy="{up(share):.1f}" r="3.2" fill="{colour}"/>')
    missed = int((~p.inside).sum())
    parts.append(
        text_at(
            left + 10,
            top + 20,
            f"{shares.size} districts, {missed} outside their 90 % interval",
            "start",
            12,
        )
    )
    return parts


def histogram(values: np.ndarray, left: float, top: float) -> list[str]:
    """How many series have which coverage."""
    edges = np.arange(0.70, 1.0001, 0.02)
    counts, _ = np.histogram(np.clip(values, 0.7, 0.9999), edges)
    parts = frame(
        left,
        top,
        f"Coverage of {values.size} series",
        "held-out districts inside their 90 % interval, %",
        "series",
    )
    scale = SIDE / (counts.max() * 1.1)
    step = SIDE / len(counts)
    for i, count in enumerate(counts):
        parts.append(
            f'<rect x="{left + i * step + 1:.1f}" y="{top + SIDE - count * scale:.1f}" width="{step - 2:.1f}" '
            f'height="{count * scale:.1f}" fill="{FIRST}" fill-opacity="0.7"/>'
        )
    for tick in (0.7, 0.8, 0.9, 1.0):
        parts.append(text_at(left + SIDE * (tick - 0.7) / 0.3, top + SIDE + 20, f"{100 * tick:.0f}"))
    for tick in range(0, int(counts.max() * 1.1) + 1, 25):
        parts.append(text_at(left - 8, top + SIDE - tick * scale + 4, str(tick), "end"))
    aim = left + SIDE * (0.9 - 0.7) / 0.3
    parts.append(
        f'<line x1="{aim:.1f}" y1="{top}" x2="{aim:.1f}" y2="{top + SIDE}" stroke="{INK}" stroke-dasharray="4 4"/>'
    )
    return parts


def plot(title: str, held: Held, shares: np.ndarray, coverage: np.ndarray) -> str:
    """Return the SVG: one series held out, and the coverage of all."""
    says = "Left: predictions of held-out districts against their own estimates. Right: coverage by series."
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{says}" '
            f'font-family="sans-serif" fill="{INK}">',
            f"<title>{says}</title>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
            *scatter(title, held, shares, 80, 60),
            *histogram(coverage, 550, 60),
            "</svg>\n",
        ]
    )
