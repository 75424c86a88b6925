"""Many tests at once: p-values adjusted so that few of those called positive are false.

Estimate: the smallest false discovery rate at which each test would still be called positive.
Assumes:  Benjamini-Hochberg, independent or positively dependent tests; Benjamini-Yekutieli, any dependence.
Source:   Benjamini and Hochberg (1995), JRSS B 57; Benjamini and Yekutieli (2001), Annals of Statistics 29;
          methods E2 and X-E3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from jaiza.stats.arguments import FloatArray, reals


def benjamini_hochberg(p: ArrayLike) -> FloatArray:
    """Return p-values adjusted for the false discovery rate, in the order given (methods E2).

    The i-th smallest of m becomes min over j >= i of min(1, p_(j) m / j); calling positive all that are at
    most q keeps the expected share of false ones at q where tests are independent or positively dependent.

    p (tests,): between 0 and 1; nan means that a test was not made: it stays nan and is not counted in m.
    An empty array gives an empty one. Raises ValueError for values outside [0, 1] and for other shapes.
    """
    return _step_up(p, any_dependence=False)


def benjamini_yekutieli(p: ArrayLike) -> FloatArray:
    """Return p-values adjusted for the false discovery rate under any dependence between the tests.

    As `benjamini_hochberg`, times 1 + 1/2 + ... + 1/m, at most 1 (methods E2). Same shapes, nan and errors.
    """
    return _step_up(p, any_dependence=True)


def _step_up(p: ArrayLike, *, any_dependence: bool) -> FloatArray:
    values = reals(p, "p", dimensions=(1,), missing=True, least=0.0, most=1.0)
    made = np.flatnonzero(~np.isnan(values))
    adjusted = np.full(values.shape, np.nan)
    rank = np.arange(1, made.size + 1)
    price = float(np.sum(1.0 / rank)) if any_dependence else 1.0
    order = made[np.argsort(values[made], kind="stable")]
    scaled = values[order] * (price * made.size) / rank
    # an adjusted value may not exceed that of a larger p: take the running minimum from the largest down
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    # p m / m may come out one unit in the last place below p.
    at_least: FloatArray = np.maximum(adjusted, values)
    return at_least
