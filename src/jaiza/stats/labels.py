"""Labels of nodes, rows or columns turned into an array, or refused in words."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def labels(values: ArrayLike, name: str, count: int, of: str) -> NDArray[Any]:
    """Return one label for each of `count` things called `of`, such as nodes.

    Labels are anything that can be compared: texts, whole numbers, true and false. Raises ValueError naming
    the argument for another number of labels and for missing ones (nan or None).
    """
    array = np.asarray(values)
    if array.shape != (count,):
        raise ValueError(f"{name}: expected one label for each of the {count} {of}, got shape {array.shape}")
    absent = sum(label is None or label != label for label in array.tolist())
    if absent:
        raise ValueError(f"{name}: {absent} labels are missing; leave those {of} out first")
    return array
