"""Do rows of a 0/1 matrix share columns more than chance allows, all totals kept?

Estimate: T, the sum over pairs of rows of their squared overlap, against random matrices with the same row
and
          column totals, made by curveball trades. The plain sum of overlaps is fixed by the column totals and
          says nothing.
Assumes:  a row could have stood in any column of a group in which it has as many; trades mix well enough in
          10 per row. Samples all start from the matrix given, which errs towards calling it ordinary.
Source:   Strona et al. (2014), Nature Communications 5:4114; Carstens, Berger and Strona (2016) for trading
all
          rows in pairs at once; methods E2.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from jaiza.stats.arguments import FloatArray, reals
from jaiza.stats.labels import labels
from jaiza.stats.multiplicity import benjamini_hochberg, benjamini_yekutieli

Bits = NDArray[np.uint64]
Block: TypeAlias = tuple[NDArray[np.intp], NDArray[np.intp]]

TRADES_PER_ROW = 10
PAIRS_TOGETHER = 16_384
WORD = 64


@dataclass(frozen=True)
class OverlapPairs:
    """Each pair of rows once, (pairs,): rows 0 and 1, 0 and 2, and so on."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    overlap: NDArray[np.int64]
    """Columns shared."""
    expected: FloatArray
    """Mean over the random matrices."""
    p_value: FloatArray
    """One-sided, for sharing at least as many; nan where no group has columns of both: no test was made."""
    benjamini_hochberg: FloatArray
    benjamini_yekutieli: FloatArray
    """Adjusted over the pairs tested. With S samples no p-value is below 1/(S+1)."""


@dataclass(frozen=True)
class OverlapTest:
    """The overlap of all rows together, and of each pair, against random matrices with the same totals."""

    statistic: int
    """T of the matrix given."""
    p_value: float
    """One-sided, (1 + number of random T of at least this) / (samples + 1)."""
    expected: float
    """Mean T of the random matrices."""
    draws: NDArray[np.int64]
    """(samples,): T of each random matrix."""
    pairs: OverlapPairs
    samples: int
    trades: int
    """Trades made for each sample, over all groups; 0 where the totals leave nothing to trade."""


def overlap_test(
    matrix: ArrayLike | sparse.sparray | sparse.spmatrix,
    *,
    groups: ArrayLike | None = None,
    samples: int = 1999,
    rng: np.random.Generator,
) -> OverlapTest:
    """Return T = sum over i < j of o_ij^2, its p-value, and each pair of rows with one of its own.

    Methods E2. o_ij is the number of columns that rows i and j share. Each of the `samples` random matrices
    comes from at least 10 curveball trades per row: two rows deal the columns that only one of them has, at
    random, each keeping its number. p = (1 + #{T* >= T}) / (samples + 1), and so for each pair's overlap.

    matrix (rows, columns): 0 or 1, or false and true; such as organisations by areas. groups (columns,):
    labels of the columns, such as the province of each area; trades then stay within a group, so that each
    row keeps its number in each group. Rows and columns keep their totals exactly. Raises ValueError for
    fewer than two rows, other values, a wrong number of labels, or no samples.
    """
    table = _binary(matrix)
    blocks = _blocks(table, groups)
    if samples < 1:
        raise ValueError(f"samples: expected at least 1, got {samples!r}")
    overlap = _overlap(table)
    statistic = _total(overlap)
    as_large = np.zeros(overlap.shape, dtype=np.int64)
    summed = np.zeros(overlap.shape)
    draws = np.empty(samples, dtype=np.int64)
    for number, shuffled in enumerate(_shuffled(table, blocks, samples, rng)):
        drawn = _overlap(shuffled)
        draws[number] = _total(drawn)
        as_large += drawn >= overlap
        summed += drawn
    upper = np.triu_indices(table.shape[0], 1)
    p = (1.0 + as_large[upper]) / (samples + 1)
    p[~_could_meet(table, blocks)[upper]] = np.nan
    pairs = OverlapPairs(
        first=upper[0].astype(np.int64),
        second=upper[1].astype(np.int64),
        overlap=overlap[upper].astype(np.int64),
        expected=summed[upper] / samples,
        p_value=p,
        benjamini_hochberg=benjamini_hochberg(p),
        benjamini_yekutieli=benjamini_yekutieli(p),
    )
    return OverlapTest(
        statistic=statistic,
        p_value=float((1 + np.sum(draws >= statistic)) / (samples + 1)),
        expected=float(draws.mean()),
        draws=draws,
        pairs=pairs,
        samples=samples,
        trades=sum(_rounds(rows.size) * (rows.size // 2) for rows, _ in blocks),
    )


def _binary(matrix: ArrayLike | sparse.sparray | sparse.spmatrix) -> NDArray[np.bool_]:
    dense: Any = matrix.toarray() if sparse.issparse(matrix) else matrix
    values = reals(dense, "matrix", dimensions=(2,))
    if not np.isin(values, (0.0, 1.0)).all():
        raise ValueError("matrix: expected 0 and 1 only; count presence, not how much")
    if values.shape[0] < 2 or values.shape[1] == 0:
        raise ValueError(f"matrix: expected two rows or more and a column, got shape {values.shape}")
    return values > 0


def _blocks(table: NDArray[np.bool_], groups: ArrayLike | None) -> list[Block]:
    """Each group: the rows that stand in some but not all of its columns, which alone can trade; its
    columns."""
    width = table.shape[1]
    names = [0] * width if groups is None else labels(groups, "groups", width, "columns").tolist()
    blocks = []
    for label in sorted(set(names), key=str):
        columns = np.flatnonzero([name == label for name in names])
        held = table[:, columns].sum(axis=1)
        blocks.append((np.flatnonzero((held > 0) & (held < columns.size)), columns))
    return blocks


def _could_meet(table: NDArray[np.bool_], blocks: list[Block]) -> NDArray[np.bool_]:
    meet = np.zeros((table.shape[0], table.shape[0]), dtype=np.bool_)
    for _, columns in blocks:
        present = table[:, columns].sum(axis=1) > 0
        meet |= np.logical_and.outer(present, present)
    return meet


def _overlap(table: NDArray[np.bool_]) -> NDArray[np.float32]:
    # counts of columns are exact in float32, whose product is the fast one
    numbers = table.astype(np.float32)
    return numbers @ numbers.T


def _total(overlap: NDArray[np.float32]) -> int:
    exact = overlap.astype(np.float64)
    diagonal = exact.diagonal()
    return round((np.vdot(exact, exact) - np.vdot(diagonal, diagonal)) / 2)


def _rounds(rows: int) -> int:
    """Rounds of disjoint trades that make at least 10 trades per row."""
    return math.ceil(TRADES_PER_ROW * rows / (rows // 2)) if rows > 1 else 0


def _shuffled(
    table: NDArray[np.bool_], blocks: list[Block], samples: int, rng: np.random.Generator
) -> Iterator[NDArray[np.bool_]]:
    """Random matrices with the totals of `table`, each from its own run of trades."""
    together = max(1, 2 * PAIRS_TOGETHER // table.shape[0])
    for start in range(0, samples, together):
        count = min(together, samples - start)
        batch = np.repeat(table[None], count, axis=0)
        for rows, columns in blocks:
            if rows.size > 1:
                traded = _traded(_packed(table[np.ix_(rows, columns)]), count, rng)
                batch[np.ix_(np.arange(count), rows, columns)] = _unpacked(traded, columns.size)
        yield from batch


def _packed(table: NDArray[np.bool_]) -> Bits:
    """(words, rows): each row as bits, so that counting and dealing work on whole words."""
    padded = np.pad(table, ((0, 0), (0, -table.shape[1] % WORD)))
    return np.ascontiguousarray(np.packbits(padded, axis=1).view(np.uint64).T)


def _unpacked(bits: Bits, columns: int) -> NDArray[np.uint8]:
    """(samples, rows, columns) from (words, samples, rows)."""
    last = np.ascontiguousarray(np.moveaxis(bits, 0, -1))
    return np.unpackbits(last.view(np.uint8), axis=-1, count=columns)


def _traded(bits: Bits, samples: int, rng: np.random.Generator) -> Bits:
    """(words, samples, rows): `bits` (words, rows) after all rounds, anew for each sample.

    In each round every row of a sample trades with one other, but for one row where their number is odd.
    """
    words, rows = bits.shape
    half = rows // 2
    flat = np.tile(bits, (1, samples))
    order = np.tile(np.arange(rows), (samples, 1))
    offset = rows * np.arange(samples)[:, None]
    for _ in range(_rounds(rows)):
        order = rng.permuted(order, axis=1)
        one = (order[:, :half] + offset).ravel()
        other = (order[:, half : 2 * half] + offset).ravel()
        a, b = flat[:, one], flat[:, other]
        pool = a ^ b
        dealt = _random_subsets(pool, _count(a & pool), rng)
        common = a & b
        flat[:, one] = common | dealt
        flat[:, other] = common | (pool ^ dealt)
    return flat.reshape(words, samples, rows)


def _count(bits: Bits) -> NDArray[np.int64]:
    counts: NDArray[np.int64] = np.bitwise_count(bits).sum(axis=0, dtype=np.int64)
    return counts


def _random_subsets(pool: Bits, size: NDArray[np.int64], rng: np.random.Generator) -> Bits:
    """A random subset of each column of `pool` (words, sets), of the size given, all such being equally
    likely.

    A fair coin is thrown for each bit. With more heads than wanted, the subset is sought among the heads;
    otherwise the heads are taken and the rest is sought among the tails. No bit is treated unlike another, so
    that the result is even among all subsets of its size.
    """
    chosen = np.zeros_like(pool)
    active = np.flatnonzero(size > 0)
    pool, size = pool[:, active], size[active]
    while active.size:
        heads = rng.integers(0, 2**WORD - 1, size=pool.shape, dtype=np.uint64, endpoint=True)
        heads &= pool
        found = _count(heads)
        many = found > size
        # all ones where the heads are taken, all zeros where they are too many
        taken = many.astype(np.uint64) - np.uint64(1)
        chosen[:, active] |= heads & taken
        pool = heads ^ (pool & taken)
        size = np.where(many, size, size - found)
        left = np.flatnonzero(size > 0)
        active, pool, size = active[left], pool[:, left], size[left]
    return chosen
