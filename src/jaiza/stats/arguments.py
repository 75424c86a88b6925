"""Numeric arguments turned into float arrays, or refused in words.

Each refusal says what was expected, what came and how to mend it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def reals(
    values: ArrayLike,
    name: str,
    *,
    dimensions: tuple[int, ...] | None = None,
    missing: bool = False,
    unbounded: bool = False,
    least: float | None = None,
    most: float | None = None,
) -> FloatArray:
    """Return `values` as a float64 array.

    `dimensions` lists the numbers of axes allowed; `missing` allows nan, `unbounded` allows infinity;
    `least` and `most` are inclusive limits. Raises ValueError naming the argument otherwise.
    """
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: expected numbers in a regular array; {error}") from error
    if dimensions is not None and array.ndim not in dimensions:
        wanted = " or ".join(str(d) for d in dimensions)
        raise ValueError(
            f"{name}: expected an array with {wanted} axes, got shape {array.shape}; reshape it first"
        )
    if not missing and np.isnan(array).any():
        absent = int(np.isnan(array).sum())
        raise ValueError(f"{name}: {absent} values are nan; give a number for each or leave them out")
    if not unbounded and np.isinf(array).any():
        raise ValueError(f"{name}: expected finite numbers, got infinity; check for a division by zero")
    if least is not None and (array < least).any():
        raise ValueError(f"{name}: expected values of at least {least:g}, got {np.nanmin(array):g}")
    if most is not None and (array > most).any():
        raise ValueError(f"{name}: expected values of at most {most:g}, got {np.nanmax(array):g}")
    return array


def positive(values: ArrayLike, name: str, *, dimensions: tuple[int, ...] | None = None) -> FloatArray:
    """Return `values` as a float64 array whose every entry is above zero; raises ValueError otherwise."""
    array = reals(values, name, dimensions=dimensions)
    if (array <= 0).any():
        raise ValueError(f"{name}: expected values above 0, got {array.min():g}")
    return array
