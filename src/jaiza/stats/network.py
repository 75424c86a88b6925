"""Who connects whom: brokers, bridges and how far a network falls apart.

Gives:    constraint, betweenness, articulation points, fragmentation, E-I index, and how steady they are.
Assumes:  undirected ties, each counted once. Ties are reported: every figure depends on who answered, so show
          the number of respondents beside it. Names of brokers are restricted (methods E3).
Source:   Burt (1992); Freeman (1977); Krackhardt and Stern (1988); Borgatti (2006) for fragmentation;
          Hopcroft and Tarjan (1973) for articulation points; methods E2 and E3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import rustworkx
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.sparse import csgraph
from scipy.stats import rankdata

from jaiza.stats.arguments import FloatArray
from jaiza.stats.betweenness import SampledBetweenness, betweenness, sampled_betweenness
from jaiza.stats.labels import labels
from jaiza.stats.overlap import OverlapPairs, OverlapTest, overlap_test
from jaiza.stats.ties import Adjacency, Matrix, Ties, read, with_more, without

__all__ = [
    "OverlapPairs",
    "OverlapTest",
    "SampledBetweenness",
    "Stability",
    "articulation_points",
    "betweenness",
    "constraint",
    "external_internal",
    "fragility",
    "fragmentation",
    "overlap_test",
    "sampled_betweenness",
    "stability",
]

# Two-step paths looked at together: bounds the memory of `constraint` in networks with great hubs.
TWO_STEPS_TOGETHER = 4_000_000


@dataclass(frozen=True)
class Stability:
    """A statistic of a network again and again, after random ties were dropped or added."""

    reference: FloatArray
    """The statistic of the network as given: (nodes,), or () for a single figure."""
    changes: tuple[float, ...]
    """Share of the ties dropped (below 0) or added (above 0)."""
    draws: FloatArray
    """(changes, repeats), then as `reference`; nan where the statistic is undefined."""

    def interval(self, level: float = 0.90) -> tuple[FloatArray, FloatArray]:
        """Percentile limits (changes,), then as `reference`; nan where any draw is undefined."""
        limits: FloatArray = np.quantile(self.draws, [(1 - level) / 2, (1 + level) / 2], axis=1)
        return limits[0], limits[1]

    def kept(self, k: int, *, highest: bool = True) -> FloatArray:
        """Share of repeats (changes, nodes) in which each node is among the first k.

        Ties take the mean rank; undefined values come last. `highest=False` puts the lowest first, as for
        constraint. Raises ValueError for a statistic that is a single figure, or k below 1.
        """
        shares: FloatArray = self._first(self.draws, k, highest).mean(axis=1)
        return shares

    def steady(self, k: int, *, highest: bool = True, level: float = 0.90) -> NDArray[np.int64]:
        """Numbers of the nodes among the first k as given and, under each change, in `level` of repeats.

        No other broker may be named (methods E3). Arguments and errors as `kept`.
        """
        always = (self.kept(k, highest=highest) >= level).all(axis=0)
        return np.flatnonzero(always & self._first(self.reference, k, highest))

    @staticmethod
    def _first(values: FloatArray, k: int, highest: bool) -> NDArray[np.bool_]:
        if values.ndim not in (1, 3):
            raise ValueError(
                "kept: expected a statistic with one value per node; this one is a single figure"
            )
        if k < 1:
            raise ValueError(f"k: expected at least 1, got {k!r}")
        order = np.where(np.isnan(values), np.inf, -values if highest else values)
        ranks: NDArray[np.bool_] = rankdata(order, axis=-1) <= k
        return ranks & ~np.isnan(values)


def constraint(adjacency: Adjacency) -> FloatArray:
    """Return Burt's constraint of each node (nodes,): low for brokers; undefined and nan for isolates.

    sum over neighbours j of (p_ij + sum_q p_iq p_qj)^2, p_ij = 1 / (ties of i) (methods E3).
    adjacency: (nodes, nodes), dense or scipy.sparse; see `jaiza.stats.ties.read` for errors.
    """
    matrix = read(adjacency).matrix()
    degree = matrix.sum(axis=1)
    share = np.divide(1.0, degree, out=np.zeros_like(degree), where=degree > 0)
    proportional = sparse.diags_array(share).tocsr() @ matrix
    result = np.full(degree.size, np.nan)
    for rows in _row_blocks(matrix @ degree):
        indirect = (proportional[rows] @ proportional).multiply(matrix[rows])
        result[rows] = (proportional[rows] + indirect).power(2).sum(axis=1)
    result[degree == 0] = np.nan
    return result


def external_internal(adjacency: Adjacency, group: ArrayLike) -> float:
    """Return the E-I index of Krackhardt and Stern, (E - I) / (E + I), from -1 to 1 (methods E3).

    E ties join two groups, I ties lie within one; nan where there is no tie. group (nodes,): labels, such as
    texts or whole numbers. Raises ValueError for another number of labels and for missing (nan) labels; also
    as `constraint`.
    """
    ties = read(adjacency)
    side = labels(group, "group", ties.nodes, "nodes")
    if ties.size == 0:
        return float("nan")
    external = np.sum(side[ties.first] != side[ties.second])
    return float(2 * external - ties.size) / ties.size


def fragmentation(adjacency: Adjacency) -> float:
    """Return the share of pairs of nodes with no way between them, F = 1 - sum s(s-1) / (N(N-1)).

    s are the sizes of the components (methods E3); 0 when all are joined, 1 when none are, nan for fewer than
    two nodes. Raises ValueError as `constraint`.
    """
    ties = read(adjacency)
    if ties.nodes < 2:
        return float("nan")
    sizes = np.bincount(csgraph.connected_components(ties.matrix(), directed=False)[1])
    return _unjoined(float(sizes @ (sizes - 1)), ties.nodes)


def articulation_points(adjacency: Adjacency) -> NDArray[np.int64]:
    """Return the numbers, rising, of the nodes whose removal leaves more components than before.

    Raises ValueError as `constraint`.
    """
    return np.array(sorted(rustworkx.articulation_points(read(adjacency).graph())), dtype=np.int64)


def fragility(adjacency: Adjacency) -> FloatArray:
    """Return how much fragmentation rises when each node is removed (nodes,): F without it - F (methods E3).

    F without the node is over the other N - 1 nodes, so it can fall where an isolate goes; nan for fewer than
    three nodes. All nodes in one pass over the tree of biconnected blocks. Raises ValueError as `constraint`.
    """
    ties = read(adjacency)
    if ties.nodes < 3:
        return np.full(ties.nodes, np.nan)
    count, label = csgraph.connected_components(ties.matrix(), directed=False)
    sizes = np.bincount(label, minlength=count).astype(np.float64)
    size = sizes[label]
    joined = float(sizes @ (sizes - 1))
    left = joined - size * (size - 1) + _joined_in_pieces(ties, label, size)
    change: FloatArray = 1 - left / ((ties.nodes - 1) * (ties.nodes - 2)) - _unjoined(joined, ties.nodes)
    return change


def stability(
    adjacency: Adjacency,
    statistic: Callable[[Matrix], ArrayLike | float],
    rng: np.random.Generator,
    *,
    changes: Sequence[float] = (-0.2, -0.1, 0.1, 0.2),
    repeats: int = 100,
) -> Stability:
    """Return a statistic of the network, and of networks with random ties dropped or added (methods E3).

    statistic: takes a symmetric 0/1 `scipy.sparse.csr_array` and gives one value per node, or a single
    figure; each function of this module does. changes: shares of the ties, dropped evenly at random (below 0)
    or added between pairs without one (above 0, as far as there are such pairs), one tie at least; each
    change is made `repeats` times.

    Raises ValueError for a network without ties, changes of -1 or less or of 0, no repeats, and as
    `constraint`.
    """
    ties = read(adjacency)
    if ties.size == 0:
        raise ValueError("adjacency: expected at least one tie, got none; stability needs ties to drop")
    if repeats < 1:
        raise ValueError(f"repeats: expected at least 1, got {repeats!r}")
    for change in changes:
        if change == 0 or not -1 < change < np.inf:
            raise ValueError(f"changes: expected shares above -1 and not 0, such as -0.1, got {change!r}")
    reference = np.asarray(statistic(ties.matrix()), dtype=np.float64)
    draws = np.empty((len(changes), repeats, *reference.shape))
    for row, change in enumerate(changes):
        count = max(1, round(abs(change) * ties.size))
        alter = without if change < 0 else with_more
        for repeat in range(repeats):
            draws[row, repeat] = statistic(alter(ties, count, rng).matrix())
    return Stability(reference, tuple(float(c) for c in changes), draws)


def _unjoined(joined: float, nodes: int) -> float:
    return 1 - joined / (nodes * (nodes - 1))


def _row_blocks(work: FloatArray) -> Iterator[slice]:
    """Consecutive rows whose work together stays near the bound; at least one row each."""
    block = np.floor(np.cumsum(work) / TWO_STEPS_TOGETHER)
    starts = np.flatnonzero(np.diff(block, prepend=-1.0))
    for start, end in zip(starts, [*starts[1:], work.size], strict=False):
        yield slice(int(start), int(end))


def _joined_in_pieces(ties: Ties, label: NDArray[np.int32], size: FloatArray) -> FloatArray:
    """For each node, sum t(t-1) over the pieces into which its component falls when it is removed.

    Nodes and biconnected blocks form a forest: each block around a node leads to one piece. Rooted at one
    node a component, a block below a node leads to all that hangs from it, a block above it to the rest.
    """
    blocks = dict(rustworkx.biconnected_components(ties.graph()))
    ends = np.array(list(blocks.keys()), dtype=np.int64).reshape(-1, 2)
    block = np.array(list(blocks.values()), dtype=np.int64)
    total = ties.nodes + (int(block.max()) + 1 if block.size else 0)
    member = np.unique(np.concatenate([ends[:, 0], ends[:, 1]]) * total + np.tile(block + ties.nodes, 2))
    # one more vertex above a root of each component makes the forest a tree, walked once
    roots = np.unique(label, return_index=True)[1]
    rows = np.concatenate([member // total, roots])
    columns = np.concatenate([member % total, np.full(roots.size, total)])
    tree = sparse.coo_array((np.ones(rows.size), (rows, columns)), shape=(total + 1, total + 1)).tocsr()
    order, above = csgraph.breadth_first_order(tree, total, directed=False)
    weight = [1.0] * ties.nodes + [0.0] * (total + 1 - ties.nodes)
    parent = above.tolist()
    for vertex in order[:0:-1].tolist():
        weight[parent[vertex]] += weight[vertex]
    hanging = np.array(weight)
    pieces = np.zeros(ties.nodes)
    below = np.arange(ties.nodes, total)
    np.add.at(pieces, above[below], hanging[below] * (hanging[below] - 1))
    rest = size - hanging[: ties.nodes]
    # a root has nothing above it: its rest is 0, and 0 x -1 is 0
    pieces += rest * (rest - 1)
    return pieces
