"""Betweenness: how many shortest paths between others lead through each node.

Estimate: exact, or from shortest paths that start at sampled nodes, with the error of the sample.
Assumes:  undirected ties of equal length.
Source:   Freeman (1977); Brandes (2001), J. Math. Sociology 25(2), for the counting backwards from the far
          end; Brandes and Pich (2007) for sampled starts; methods E3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import rustworkx
from numpy.typing import NDArray
from scipy.sparse import csgraph

from jaiza.stats.arguments import FloatArray
from jaiza.stats.ties import Adjacency, Matrix, Ties, read

# Many starts advance together through one sparse product, which beats one start at a time when the network
# is large and its paths are short; where paths are long, most of each product would be zeros.
TOGETHER = 16
LARGE = 1000
SHORT_PATH = 16


@dataclass(frozen=True)
class SampledBetweenness:
    """Betweenness estimated from some of the starts."""

    estimate: FloatArray
    """(nodes,): unbiased over the choice of starts."""
    se: FloatArray
    """(nodes,): standard error of the choice of starts; 0 when all nodes are starts."""
    starts: NDArray[np.int64]
    """Node numbers from which paths were followed."""


def betweenness(adjacency: Adjacency) -> FloatArray:
    """Return the betweenness of each node (nodes,): sum over pairs s < t of the share of their shortest paths
    that lead through the node, its own ends left out (methods E3).

    Not divided by the number of pairs; 0 for isolates. Exact to rounding: time grows as nodes x ties, so
    that above some 10,000 nodes and 100,000 ties `sampled_betweenness` is the better choice.
    adjacency: (nodes, nodes), dense or scipy.sparse; see `jaiza.stats.ties.read` for errors.
    """
    ties = read(adjacency)
    matrix = ties.matrix()
    if ties.nodes < LARGE or _longest_from_hub(matrix) > SHORT_PATH:
        shares = rustworkx.graph_betweenness_centrality(ties.graph(), normalized=False)
        return np.array([shares[node] for node in range(ties.nodes)], dtype=np.float64)
    total = np.zeros(ties.nodes)
    for start in range(0, ties.nodes, TOGETHER):
        starts = np.arange(start, min(start + TOGETHER, ties.nodes))
        total += _dependencies(matrix, starts).sum(axis=1)
    # each pair was met from both of its ends
    return total / 2


def sampled_betweenness(adjacency: Adjacency, starts: int, rng: np.random.Generator) -> SampledBetweenness:
    """Return betweenness estimated from `starts` nodes drawn without replacement, with its standard error.

    With d_s(v) the sum over t of the share of shortest s-t paths through v: estimate = n/2 mean_s d_s(v), of
    standard error n/2 sd_s d_s(v) sqrt((1 - k/n)/k) for k starts of n nodes. Most of it comes from
    starts next to the node: where fewer than about ten of its neighbours are starts, the error is too small
    (with 512 starts among 10,000 nodes of 20 ties each, two errors held the exact value for two thirds of the
    nodes, and for four fifths of the leading hundred). Differences within two errors are not differences.

    Raises ValueError for fewer than 2 starts or more than nodes, and as `betweenness`.
    """
    ties = read(adjacency)
    if not 2 <= starts <= ties.nodes:
        raise ValueError(f"starts: expected 2 to {ties.nodes}, the number of nodes, got {starts}")
    chosen = np.sort(rng.choice(ties.nodes, starts, replace=False))
    total, squares = _sums(ties, chosen)
    mean = total / starts
    variance = np.maximum(squares - starts * mean**2, 0.0) / (starts - 1)
    se = ties.nodes / 2 * np.sqrt(variance * (1 - starts / ties.nodes) / starts)
    return SampledBetweenness(ties.nodes / 2 * mean, se, chosen.astype(np.int64))


def _sums(ties: Ties, starts: NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
    matrix = ties.matrix()
    total, squares = np.zeros(ties.nodes), np.zeros(ties.nodes)
    for begin in range(0, starts.size, TOGETHER):
        through = _dependencies(matrix, starts[begin : begin + TOGETHER])
        total += through.sum(axis=1)
        squares += np.einsum("ij,ij->i", through, through)
    return total, squares


def _longest_from_hub(matrix: Matrix) -> float:
    """Ties on the longest of the shortest paths from the node with most ties."""
    hub = int(np.argmax(np.diff(matrix.indptr)))
    steps = csgraph.dijkstra(matrix, directed=False, indices=[hub], unweighted=True)
    return float(steps[np.isfinite(steps)].max())


def _dependencies(matrix: Matrix, starts: NDArray[np.int64]) -> FloatArray:
    """Brandes' dependencies (nodes, starts): the sum over ends of the shares of paths through each node."""
    columns = np.arange(starts.size)
    shape = (matrix.shape[0], starts.size)
    paths = np.zeros(shape)
    paths[starts, columns] = 1.0
    depth = np.full(shape, -1, dtype=np.int32)
    depth[starts, columns] = 0
    arriving, level = paths.copy(), 0
    while True:
        arriving = matrix @ arriving
        arriving *= depth < 0
        reached = arriving > 0
        if not reached.any():
            break
        level += 1
        depth[reached] = level
        paths += arriving
    through = np.zeros(shape)
    for step in range(level, 1, -1):
        per_path = np.zeros(shape)
        np.divide(1.0 + through, paths, out=per_path, where=depth == step)
        back = matrix @ per_path
        back *= paths
        back *= depth == step - 1
        through += back
    return through
