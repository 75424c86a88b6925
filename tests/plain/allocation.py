"""The allocation again, slow and obvious: every row of the program written out in loops, in money as it is.

A question is a dictionary with the names of `AllocationProblem`, all of them given, in nested lists or arrays.
Nothing of the package is used. `scipy.optimize` solves what is written.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp


def question(rng, areas=None, approaches=None, channels=None, years=None, limits=True):
    """A random small question; its limits can conflict."""
    a = areas or int(rng.integers(1, 5))
    k = approaches or int(rng.integers(1, 4))
    h = channels or int(rng.integers(1, 3))
    t = years or int(rng.integers(1, 4))
    people, unit_cost = rng.uniform(100, 5000, a), rng.uniform(5, 50, (a, k))
    target = rng.uniform(0.05, 0.5, k)
    full = float((people[:, None] * unit_cost * target).sum())
    asked = {
        "people": people,
        "unit_cost": unit_cost,
        "target": target,
        "weights": rng.uniform(0, 1, (a, k)) + 0.01,
        "budget": rng.uniform(0.1, 0.7, t) * full,
        "coverage": rng.uniform(0, 0.7, (a, k)),
        "multiplier": rng.uniform(0.4, 1, (a, h)),
        "channel_cost": rng.uniform(0.7, 1.3, h),
        "slopes": [1.0, 0.5, 0.25],
        "widths": [0.4, 0.4, 0.2],
        "floor": np.zeros((a, k)),
        "cap": np.full((a, t), math.inf),
        "current": np.zeros((a, k, h)),
        "continuity": 1.0,
        "excluded": np.zeros((a, k, h), dtype=bool),
        "shares": [],
        "state": None,
        "minimum_grant": 0.0,
        "most_places": a,
    }
    if limits:
        if rng.random() < 0.5:
            asked["floor"] = np.where(rng.random((a, 1)) < 0.5, rng.uniform(0.1, 0.6), 0.0) * np.ones((a, k))
        if rng.random() < 0.5:
            asked["cap"] = rng.uniform(0.2, 1.0, (a, t)) * full / a
        if rng.random() < 0.5:
            asked["current"] = rng.uniform(0, 0.3, (a, k, h)) * full / (a * k * h)
            asked["continuity"] = 0.25
        if rng.random() < 0.5 and a * k * h > 1:
            asked["excluded"] = rng.random((a, k, h)) < 0.2
            asked["excluded"].flat[0] = False
        if rng.random() < 0.5:
            led = rng.uniform(0, 1, (a, k, h))
            led.flat[0] = 0.9
            asked["shares"] = [(led, rng.uniform(0.1, 0.5))]
        if h > 1 and rng.random() < 0.5:
            asked["state"] = (1, rng.uniform(0.1, 0.9, a))
    return asked


class Written:
    """Names of columns, and rows as dictionaries {column: value} that are at most a number."""

    def __init__(self):
        self.columns, self.low, self.high, self.cost, self.whole = {}, [], [], [], []
        self.rows, self.most = [], []

    def column(self, name, low=0.0, high=math.inf, cost=0.0, whole=0):
        self.columns[name] = len(self.columns)
        self.low.append(low)
        self.high.append(high)
        self.cost.append(cost)
        self.whole.append(whole)

    def at_most(self, terms, number):
        if math.isfinite(number):
            self.rows.append({self.columns[name]: value for name, value in terms})
            self.most.append(number)

    def at_least(self, terms, number):
        self.at_most([(name, -value) for name, value in terms], -number)

    def matrix(self):
        full = np.zeros((len(self.rows), len(self.columns)))
        for place, row in enumerate(self.rows):
            for column, value in row.items():
                full[place, column] = value
        return full


def sizes(q):
    areas, approaches = np.shape(q["weights"])
    return range(areas), range(approaches), range(len(q["channel_cost"])), range(len(q["budget"]))


def money_rows(q, out):
    """Columns x, and every limit on money alone."""
    A, K, H, T = sizes(q)
    for a, k, h, t in itertools.product(A, K, H, T):
        out.column(("x", a, k, h, t), high=0.0 if q["excluded"][a][k][h] else math.inf)
    for t in T:
        out.at_most([(("x", a, k, h, t), 1.0) for a in A for k in K for h in H], q["budget"][t])
        for led, least in q["shares"]:
            terms = [(("x", a, k, h, t), led[a][k][h] - least) for a in A for k in K for h in H]
            out.at_least(terms, 0.0)
    for a in A:
        today = sum(q["current"][a][k][h] for k in K for h in H)
        for t in T:
            here = [(("x", a, k, h, t), 1.0) for k in K for h in H]
            out.at_most(here, q["cap"][a][t])
            kept = 1.0 - q["continuity"]
            if t == 0:
                out.at_least(here, kept * today)
            else:
                out.at_least(here + [(("x", a, k, h, t - 1), -kept) for k in K for h in H], 0.0)
            if q["state"] is not None:
                channel, limit = q["state"]
                terms = [(("x", a, k, h, t), (1.0 if h == channel else 0.0) - limit[a]) for k in K for h in H]
                out.at_most(terms, 0.0)


def bought(q, a, k, t):
    """Coverage bought by each action of a cell."""
    cost = [
        q["channel_cost"][h] * q["unit_cost"][a][k] * q["target"][k] * q["people"][a]
        for h in range(len(q["channel_cost"]))
    ]
    return [(("x", a, k, h, t), q["multiplier"][a][h] / cost[h]) for h in range(len(cost))]


def coverage_rows(q, out, name, cost=True):
    """Columns s of one set of judgements, and what they may reach."""
    A, K, _, T = sizes(q)
    L = range(len(q["slopes"]))
    for a, k, t in itertools.product(A, K, T):
        for part in L:
            worth = q["weights"][a][k] * q["slopes"][part] if cost else 0.0
            out.column((name, a, k, t, part), high=q["widths"][part], cost=worth)
        reached = [((name, a, k, t, part), 1.0) for part in L]
        out.at_most(reached + [(x, -gain) for x, gain in bought(q, a, k, t)], q["coverage"][a][k])


def written(q, whole=False):
    A, K, H, T = sizes(q)
    out = Written()
    money_rows(q, out)
    coverage_rows(q, out, "s")
    for a, k, t in itertools.product(A, K, T):
        out.at_least([(("s", a, k, t, part), 1.0) for part in range(len(q["slopes"]))], q["floor"][a][k])
    if whole:
        for a in A:
            out.column(("in", a), high=1.0, whole=1)
        out.at_most([(("in", a), 1.0) for a in A], q["most_places"])
        for a, k, h, t in itertools.product(A, K, H, T):
            out.column(("granted", a, k, h, t), high=1.0, whole=1)
            x, granted = ("x", a, k, h, t), ("granted", a, k, h, t)
            out.at_least([(x, 1.0), (granted, -q["minimum_grant"])], 0.0)
            out.at_most([(x, 1.0), (granted, -q["budget"][t])], 0.0)
            out.at_most([(granted, 1.0), (("in", a), -1.0)], 0.0)
    return out


def optimum(q):
    """The best value, or None when no plan keeps every limit."""
    out = written(q)
    found = linprog(
        -np.array(out.cost),
        A_ub=out.matrix(),
        b_ub=out.most,
        bounds=list(zip(out.low, out.high, strict=True)),
        method="highs",
    )
    return -found.fun if found.status == 0 else None


def whole_optimum(q):
    """As `optimum`, with minimum grants and a number of places."""
    out = written(q, whole=True)
    found = milp(
        -np.array(out.cost),
        integrality=np.array(out.whole),
        bounds=Bounds(out.low, out.high),
        constraints=LinearConstraint(out.matrix(), -np.inf, out.most),
        options={"mip_rel_gap": 0.0},
    )
    return -found.fun if found.status == 0 else None


def cautious_optimum(q, draws, chances, beta):
    """The best mean of the worst draws; each draw is a dictionary of what it changes in the question."""
    out = Written()
    money_rows(q, out)
    A, K, _, T = sizes(q)
    for a, k, t in itertools.product(A, K, T):
        out.at_least(bought(q, a, k, t), q["floor"][a][k] - q["coverage"][a][k])
    out.column("eta", low=-math.inf, cost=1.0)
    for number, (draw, chance) in enumerate(zip(draws, chances, strict=True)):
        here = {**q, **draw}
        coverage_rows(here, out, number, cost=False)
        out.column(("z", number), cost=-chance / (1.0 - beta))
        terms = [
            ((number, a, k, t, part), here["weights"][a][k] * here["slopes"][part])
            for a, k, t in itertools.product(A, K, T)
            for part in range(len(here["slopes"]))
        ]
        out.at_least([*terms, (("z", number), 1.0), ("eta", -1.0)], 0.0)
    found = linprog(
        -np.array(out.cost),
        A_ub=out.matrix(),
        b_ub=out.most,
        bounds=list(zip(out.low, out.high, strict=True)),
        method="highs",
    )
    return -found.fun if found.status == 0 else None


def filled_in_order(q):
    """The best value when one budget of one year is the only limit: segments bought in order of worth for money.

    Needs no solver: it is the fractional knapsack.
    """
    A, K, _, _ = sizes(q)
    value, offers = 0.0, []
    for a, k in itertools.product(A, K):
        gain = max(rate for _, rate in bought(q, a, k, 0))
        start = 0.0
        for slope, width in zip(q["slopes"], q["widths"], strict=True):
            there = min(width, max(0.0, q["coverage"][a][k] - start))
            value += q["weights"][a][k] * slope * there
            offers.append((q["weights"][a][k] * slope * gain, (width - there) / gain))
            start += width
    left = q["budget"][0]
    for worth, price in sorted(offers, reverse=True):
        paid = min(left, price)
        value, left = value + worth * paid, left - paid
    return value


def most_moved(q, x, least):
    """The largest sum of |money - x| among plans of at least this value: one program per pattern of signs.

    x is flat, in the order of the columns.
    """
    out = written(q)
    matrix = np.vstack([out.matrix(), -np.array(out.cost)])
    limits = [*out.most, -least]
    best = 0.0
    for signs in itertools.product((-1.0, 1.0), repeat=len(x)):
        aim = np.zeros(len(out.cost))
        aim[: len(x)] = signs
        bounds = list(zip(out.low, out.high, strict=True))
        found = linprog(-aim, A_ub=matrix, b_ub=limits, bounds=bounds, method="highs")
        if found.status == 0:
            best = max(best, float(np.abs(found.x[: len(x)] - x).sum()))
    return best
