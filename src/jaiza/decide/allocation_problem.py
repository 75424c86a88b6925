"""What an allocation is asked: places, approaches, channels, money, and the limits a plan must keep.

The money of a plan buys coverage of the response, never violence averted. Weights, slopes and channel
multipliers are judgements; whatever uses them is a draft for people to discuss.

Assumes:  areas, approaches, channels and years are known by their position along an axis; money is in one
          currency of constant value; coverage of a year comes from money of that year.
Source:   methods K; methods G4 for the channel multiplier.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jaiza.stats.arguments import FloatArray, positive, reals

BoolArray = NDArray[np.bool_]


def channel_multiplier(trust: ArrayLike, delta: float = 0.5) -> FloatArray:
    """Return m = 1 - delta (1 - trust), of the shape of `trust` (methods G4).

    trust: share of people who trust the channel, in [0, 1]; a hybrid channel takes the mean of both trusts.
    delta: how much lack of trust costs, in [0, 1]; an assumption, not a fact, and 0 gives exactly 1.
    Raises ValueError when either is missing or outside [0, 1].
    """
    level = reals(trust, "trust", least=0.0, most=1.0)
    strength = float(reals(delta, "delta", dimensions=(0,), least=0.0, most=1.0))
    return np.asarray(1.0 - strength * (1.0 - level))


@dataclass(frozen=True, eq=False, kw_only=True)
class ReservedShare:
    """A least share of each year's money for organisations of one kind, such as women-led ones.

    led: the part of an action's money that they receive, in [0, 1], by channel (channels,) or by action
    (areas, approaches, channels). least: the share asked for, in [0, 1].
    """

    led: FloatArray
    least: float


@dataclass(frozen=True, eq=False, kw_only=True)
class AllocationProblem:
    """One question for the planner: checked, and with every array brought to its full shape.

    Arrays may be given as anything NumPy reads. Axes: A areas, K approaches, H channels, T years, L segments.
    An action is one approach in one area through one channel.

    people: eligible people R (A,). unit_cost: u, money per person served, (K,) or (A, K). target: tau, the
    share of eligible people to be served, (K,) or (A, K), in (0, 1]. weights: omega (A, K), at least 0.
    budget: B, money of each year, a number or (T,). coverage: c0 (A, K) in [0, 1], what stands without this
    money. multiplier: m (A, H) in [0, 1], see `channel_multiplier`. channel_cost: mu (H,).
    slopes, widths: what a point of coverage is worth along the curve, never rising, and how long each
    segment is, (L,), summing to 1.

    floor: phi, the least coverage in every year, a number or (A, K). floor_where: where it binds, (A,) or
    (A, K); everywhere if not given. shares: least shares of each year's money. cap: the most an area can
    absorb in a year, (A,) or (A, T), inf for no limit. current: today's yearly money x0 (A, K, H).
    continuity: d, the largest part by which an area's money may fall from a year to the next; from today
    too where `current` is given. excluded: actions never paid for, (A, K) or (A, K, H).
    state_channel, state_limit: the position of the state's channel, and the largest share of an area's
    money through it in any year, (A,). minimum_grant: an action gets nothing in a year, or at least this, a
    number or (H,). most_places: how many areas may receive money over the plan. These last two need whole
    numbers, and make a plan slower to find.

    Raises ValueError, saying what was expected, what came and how to mend it, for anything else.
    """

    people: FloatArray
    unit_cost: FloatArray
    target: FloatArray
    weights: FloatArray
    budget: FloatArray
    coverage: FloatArray = field(default_factory=lambda: np.zeros(()))
    multiplier: FloatArray = field(default_factory=lambda: np.ones(()))
    channel_cost: FloatArray = field(default_factory=lambda: np.ones(1))
    slopes: FloatArray = field(default_factory=lambda: np.array([1.0, 0.5, 0.25]))
    widths: FloatArray = field(default_factory=lambda: np.array([0.4, 0.4, 0.2]))
    floor: FloatArray = field(default_factory=lambda: np.zeros(()))
    floor_where: BoolArray | None = None
    shares: tuple[ReservedShare, ...] = ()
    cap: FloatArray | None = None
    current: FloatArray | None = None
    continuity: float | None = None
    excluded: BoolArray | None = None
    state_channel: int | None = None
    state_limit: FloatArray | None = None
    minimum_grant: FloatArray | None = None
    most_places: int | None = None

    def __post_init__(self) -> None:
        weights = _weights(self.weights)
        areas, approaches = cells = weights.shape
        channel_cost = positive(np.atleast_1d(self.channel_cost), "channel_cost", dimensions=(1,))
        actions = (areas, approaches, channel_cost.size)
        budget = _budget(self.budget)
        slopes, widths = _curve(self.slopes, self.widths)
        where = _where(self.floor_where, "floor_where", cells)
        floor = _spread(reals(self.floor, "floor", least=0.0, most=1.0), "floor", cells)
        checked: dict[str, object] = {
            "weights": weights,
            "channel_cost": channel_cost,
            "budget": budget,
            "slopes": slopes,
            "widths": widths,
            "people": _people(self.people, areas),
            "unit_cost": _spread(positive(self.unit_cost, "unit_cost"), "unit_cost", cells),
            "target": _spread(reals(positive(self.target, "target"), "target", most=1.0), "target", cells),
            "coverage": _spread(reals(self.coverage, "coverage", least=0.0, most=1.0), "coverage", cells),
            "multiplier": _spread(
                reals(self.multiplier, "multiplier", least=0.0, most=1.0), "multiplier", (areas, actions[2])
            ),
            "floor": np.where(where, floor, 0.0),
            "floor_where": where,
            "shares": tuple(_share(share, actions) for share in self.shares),
            "cap": _cap(self.cap, (areas, budget.size)),
            "current": _current(self.current, actions),
            "excluded": _excluded(self.excluded, actions),
            "minimum_grant": _minimum_grant(self.minimum_grant, channel_cost.size),
        }
        for name, value in checked.items():
            if isinstance(value, np.ndarray):
                value = value.copy()
                value.flags.writeable = False
            object.__setattr__(self, name, value)
        self._check_rules()

    def _check_rules(self) -> None:
        """Checks that look at more than one argument, or at plain numbers."""
        if self.continuity is not None:
            fall = float(reals(self.continuity, "continuity", dimensions=(0,), least=0.0, most=1.0))
            object.__setattr__(self, "continuity", fall)
        if (self.state_channel is None) != (self.state_limit is None):
            raise ValueError("state_channel and state_limit: expected both or neither; give the missing one")
        if self.state_channel is not None and self.state_limit is not None:
            if not 0 <= self.state_channel < self.channels:
                raise ValueError(
                    f"state_channel: expected a position from 0 to {self.channels - 1}, "
                    f"got {self.state_channel}"
                )
            limit = reals(self.state_limit, "state_limit", least=0.0, most=1.0)
            object.__setattr__(self, "state_limit", _spread(limit, "state_limit", (self.areas,)))
        if self.most_places is not None and self.most_places < 1:
            raise ValueError(f"most_places: expected at least 1, got {self.most_places}; or leave it out")
        if self.minimum_grant is not None and self.minimum_grant.min() > self.budget.max():
            raise ValueError(
                f"minimum_grant: expected at most the budget of a year, {self.budget.max():g}, got "
                f"{self.minimum_grant.min():g}; nothing could be granted"
            )
        if not self.allowed.any():
            raise ValueError("excluded: every action is excluded; allow at least one")
        for number, share in enumerate(self.shares):
            best = float(share.led[self.allowed].max())
            if best < share.least:
                raise ValueError(
                    f"shares: share {number} asks for {share.least:g} of the money, but no action gives its "
                    f"organisations more than {best:g}; lower the share or correct `led`"
                )

    @property
    def areas(self) -> int:
        return int(self.weights.shape[0])

    @property
    def approaches(self) -> int:
        return int(self.weights.shape[1])

    @property
    def channels(self) -> int:
        return int(self.channel_cost.size)

    @property
    def years(self) -> int:
        return int(self.budget.size)

    @property
    def whole(self) -> bool:
        """True when the plan needs whole numbers: a minimum grant, or a limit on the number of places."""
        return self.minimum_grant is not None or self.most_places is not None

    @cached_property
    def full_cost(self) -> FloatArray:
        """Money that serves a cell's whole target through a channel, mu u tau R, (A, K, H)."""
        served = self.unit_cost * self.target * self.people[:, None]
        return np.asarray(served[:, :, None] * self.channel_cost)

    @cached_property
    def gain(self) -> FloatArray:
        """Coverage bought by one unit of money, m / (mu u tau R), (A, K, H)."""
        return np.asarray(self.multiplier[:, None, :] / self.full_cost)

    @cached_property
    def allowed(self) -> BoolArray:
        """Actions that may be paid for, (A, K, H)."""
        shape = (self.areas, self.approaches, self.channels)
        return np.ones(shape, dtype=bool) if self.excluded is None else ~self.excluded

    def covered(self, x: FloatArray) -> FloatArray:
        """Return coverage (A, K, T) under money x (A, K, H, T): min(1, c0 + sum over channels of gain x)."""
        return np.minimum(self.reach(x), 1.0)

    def reach(self, x: FloatArray) -> FloatArray:
        """As `covered`, without the limit of 1: above it, money is spent to no effect."""
        return np.asarray(self.coverage[:, :, None] + np.einsum("akh,akht->akt", self.gain, x))

    def worth(self, coverage: FloatArray) -> FloatArray:
        """What coverage is worth on the curve, before weights; the same shape, 0 at 0."""
        return curve(coverage, self.slopes, self.widths)

    def value(self, x: FloatArray) -> float:
        """Return the objective of money x (A, K, H, T): sum of omega times the worth of coverage."""
        return float(np.einsum("ak,akt->", self.weights, self.worth(self.covered(x))))

    @cached_property
    def value_of_no_money(self) -> float:
        """The objective when nothing is spent: what stands already, counted once for each year."""
        return float((self.weights * self.worth(self.coverage)).sum() * self.years)


def curve(coverage: FloatArray, slopes: FloatArray, widths: FloatArray) -> FloatArray:
    """Return the worth of coverage in [0, 1] on a curve of segments, elementwise."""
    edges = np.concatenate([[0.0], np.cumsum(widths)])
    edges[-1] = 1.0
    return np.asarray(np.interp(coverage, edges, np.concatenate([[0.0], np.cumsum(slopes * widths)])))


def positions(found: NDArray[np.intp], most: int = 6) -> str:
    """Return the first few positions, in words for a refusal."""
    named = ", ".join(str(place) for place in found[:most])
    return named + (f" and {found.size - most} more" if found.size > most else "")


def _spread(values: FloatArray, name: str, shape: tuple[int, ...]) -> FloatArray:
    try:
        return np.broadcast_to(values, shape)
    except ValueError as error:
        raise ValueError(f"{name}: expected shape {shape}, got {values.shape}; check its axes") from error


def _weights(values: ArrayLike) -> FloatArray:
    array = reals(values, "weights", dimensions=(2,), missing=True, unbounded=True)
    if array.size == 0:
        raise ValueError(f"weights: expected at least one area and one approach, got shape {array.shape}")
    unknown = ~np.isfinite(array)
    if unknown.all():
        raise ValueError("weights: none is known, so no plan can be made; find out at least one gap first")
    if unknown.any():
        raise ValueError(
            f"weights: {int(unknown.sum())} of {array.size} are not finite, first in areas "
            f"{positions(np.flatnonzero(unknown.any(axis=1)))}; leave unknown areas out, or plan with their lower and upper bounds"
        )
    array = reals(array, "weights", least=0.0)
    if not array.any():
        raise ValueError("weights: all are 0, so every plan is worth the same; give at least one above 0")
    return array


def _people(values: ArrayLike, areas: int) -> FloatArray:
    array = reals(values, "people", dimensions=(1,), least=0.0)
    if array.size != areas:
        raise ValueError(f"people: expected one number for each of {areas} areas, got {array.size}")
    empty = np.flatnonzero(array == 0)
    if empty.size:
        raise ValueError(
            f"people: areas {positions(empty)} have no eligible people, so coverage is undefined there; "
            "leave them out"
        )
    return array


def _budget(values: ArrayLike) -> FloatArray:
    array = reals(np.atleast_1d(reals(values, "budget")), "budget", dimensions=(1,))
    if array.size == 0:
        raise ValueError("budget: expected at least one year, got none")
    if (array <= 0).any():
        raise ValueError(
            f"budget: expected money above 0 in every year, got {array.min():g}; "
            "leave out years without money, or raise them"
        )
    return array


def _curve(slopes: ArrayLike, widths: ArrayLike) -> tuple[FloatArray, FloatArray]:
    slope = reals(slopes, "slopes", dimensions=(1,), least=0.0)
    width = positive(widths, "widths", dimensions=(1,))
    if slope.size != width.size or slope.size == 0:
        raise ValueError(
            f"slopes and widths: expected one of each per segment, got {slope.size}, {width.size}"
        )
    if (np.diff(slope) > 0).any():
        raise ValueError(
            "slopes: expected each at most the one before it, so that the first points of coverage count most, "
            f"got {slope.tolist()}"
        )
    if slope[0] == 0:
        raise ValueError("slopes: all are 0, so coverage is worth nothing; give at least the first above 0")
    if abs(width.sum() - 1.0) > 1e-9:
        raise ValueError(f"widths: expected segments that sum to 1, got {width.sum():g}")
    return slope, width


def _where(mask: ArrayLike | None, name: str, shape: tuple[int, ...]) -> BoolArray:
    """A mask over `shape`; one with fewer axes speaks for the first ones. All true when None."""
    if mask is None:
        return np.ones(shape, dtype=bool)
    array = np.asarray(mask)
    if array.dtype != np.bool_:
        raise ValueError(
            f"{name}: expected true or false values, got {array.dtype}; compare first, as in need > .6"
        )
    if array.shape != shape[: array.ndim]:
        raise ValueError(f"{name}: expected shape {shape} or its first axes, got {array.shape}")
    return np.broadcast_to(array.reshape(array.shape + (1,) * (len(shape) - array.ndim)), shape)


def _excluded(mask: ArrayLike | None, actions: tuple[int, int, int]) -> BoolArray | None:
    return None if mask is None else _where(mask, "excluded", actions)


def _share(share: ReservedShare, actions: tuple[int, int, int]) -> ReservedShare:
    led = reals(share.led, "shares: led", dimensions=(1, 3), least=0.0, most=1.0)
    least = float(reals(share.least, "shares: least", dimensions=(0,), least=0.0, most=1.0))
    return ReservedShare(led=_spread(led, "shares: led", actions), least=least)


def _cap(values: ArrayLike | None, shape: tuple[int, int]) -> FloatArray | None:
    if values is None:
        return None
    array = reals(values, "cap", dimensions=(0, 1, 2), unbounded=True, least=0.0)
    return _spread(array[:, None] if array.ndim == 1 else array, "cap", shape)


def _current(values: ArrayLike | None, actions: tuple[int, int, int]) -> FloatArray | None:
    return None if values is None else _spread(reals(values, "current", least=0.0), "current", actions)


def _minimum_grant(values: ArrayLike | None, channels: int) -> FloatArray | None:
    if values is None:
        return None
    return _spread(reals(values, "minimum_grant", dimensions=(0, 1), least=0.0), "minimum_grant", (channels,))
