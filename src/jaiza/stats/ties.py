"""Ties of an undirected network: read from an adjacency matrix, and changed at random.

Gives:    each tie once, as a pair of node numbers, and the symmetric 0/1 matrix made of them.
Assumes:  a tie that either side reports is a tie; its direction, repeats, weight and self-ties say nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import rustworkx
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from jaiza.stats.arguments import reals

Adjacency: TypeAlias = ArrayLike | sparse.sparray | sparse.spmatrix
"""(nodes, nodes), dense or sparse: any value above 0 is a tie."""

Nodes = NDArray[np.int64]
Matrix: TypeAlias = Any
"""A float64 `scipy.sparse.csr_array`; its published types are too narrow for products to be checked."""


@dataclass(frozen=True)
class Ties:
    """Each tie of `nodes` nodes once: `first[i] < second[i]`, in rising order of the pair."""

    nodes: int
    first: Nodes
    second: Nodes

    @property
    def size(self) -> int:
        """How many ties there are."""
        return int(self.first.size)

    @property
    def possible(self) -> int:
        """How many ties there could be."""
        return self.nodes * (self.nodes - 1) // 2

    def matrix(self) -> Matrix:
        """The symmetric matrix with 1 for each tie, and 0 on its diagonal."""
        rows = np.concatenate([self.first, self.second])
        columns = np.concatenate([self.second, self.first])
        shape = (self.nodes, self.nodes)
        return sparse.coo_array((np.ones(rows.size), (rows, columns)), shape=shape).tocsr()

    def graph(self) -> rustworkx.PyGraph:
        """The same ties for rustworkx, nodes numbered alike."""
        graph = rustworkx.PyGraph(multigraph=False)
        graph.add_nodes_from(range(self.nodes))
        graph.add_edges_from_no_data(list(zip(self.first.tolist(), self.second.tolist(), strict=True)))
        return graph


def read(adjacency: Adjacency) -> Ties:
    """Return the ties of an adjacency matrix, dense or scipy.sparse, each once.

    Raises ValueError for a matrix that is not square, and for nan, infinite or negative entries.
    """
    given: Any = adjacency
    if sparse.issparse(adjacency):
        shape: tuple[int, ...] = given.shape
        entries = given.tocoo()
        values, rows, columns = reals(entries.data, "adjacency", least=0.0), entries.row, entries.col
    else:
        dense = reals(given, "adjacency", dimensions=(2,), least=0.0)
        shape = dense.shape
        rows, columns = np.nonzero(dense)
        values = dense[rows, columns]
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ValueError(
            f"adjacency: expected one row and one column for each node, got shape {shape}; make it square"
        )
    kept = (values > 0) & (rows != columns)
    low = np.minimum(rows, columns)[kept].astype(np.int64)
    high = np.maximum(rows, columns)[kept].astype(np.int64)
    return _from_codes(shape[0], np.unique(low * shape[0] + high))


def without(ties: Ties, count: int, rng: np.random.Generator) -> Ties:
    """Return the ties after dropping `count` of them, all sets of that size being equally likely."""
    left = np.sort(rng.choice(ties.size, ties.size - count, replace=False, shuffle=False))
    return Ties(ties.nodes, ties.first[left], ties.second[left])


def with_more(ties: Ties, count: int, rng: np.random.Generator) -> Ties:
    """Return the ties and `count` more, drawn evenly from the pairs without one; all of those if fewer."""
    present = ties.first * ties.nodes + ties.second
    if ties.possible <= 4 * (ties.size + count):
        low, high = np.triu_indices(ties.nodes, 1)
        free = np.setdiff1d(low * ties.nodes + high, present, assume_unique=True)
        added = rng.choice(free, min(count, free.size), replace=False)
    else:
        # most pairs are free: draw pairs, and drop those already tied or already drawn
        added = np.empty(0, dtype=np.int64)
        while added.size < count:
            ends = rng.integers(ties.nodes, size=(2, 2 * (count - added.size)))
            ends = ends[:, ends[0] != ends[1]]
            drawn = np.concatenate([added, ends.min(axis=0) * ties.nodes + ends.max(axis=0)])
            drawn = drawn[np.sort(np.unique(drawn, return_index=True)[1])]
            added = drawn[~np.isin(drawn, present)][:count]
    return _from_codes(ties.nodes, np.sort(np.concatenate([present, added])))


def _from_codes(nodes: int, codes: Nodes) -> Ties:
    return Ties(nodes, codes // max(nodes, 1), codes % max(nodes, 1))
