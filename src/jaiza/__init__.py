"""Jaiza finds the gaps in community-led work against violent extremism and says how sure it is.

>>> import jaiza
>>> study = jaiza.open("demo")                      # doctest: +SKIP
>>> result = study.assess(draws=2000, seed=0)       # doctest: +SKIP
>>> result.to_frame("need")                         # doctest: +SKIP
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jaiza.errors import DataProblems, JaizaError, Refused, WrongUse
    from jaiza.explain import explain
    from jaiza.store.results import Results
    from jaiza.study import Study, demo, new_study
    from jaiza.study import open_study as open

__version__ = version("jaiza")
__all__ = [
    "DataProblems",
    "JaizaError",
    "Refused",
    "Results",
    "Study",
    "WrongUse",
    "demo",
    "explain",
    "new_study",
    "open",
]

_WHERE = {
    "Study": "jaiza.study",
    "demo": "jaiza.study",
    "new_study": "jaiza.study",
    "open": "jaiza.study",
    "explain": "jaiza.explain",
    "Results": "jaiza.store.results",
    "JaizaError": "jaiza.errors",
    "DataProblems": "jaiza.errors",
    "Refused": "jaiza.errors",
    "WrongUse": "jaiza.errors",
}


def __getattr__(name: str) -> Any:
    """The front door is opened when it is used: ``from jaiza.stats import rates`` then loads no database."""
    if name not in _WHERE:
        raise AttributeError(f"module 'jaiza' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_WHERE[name]), "open_study" if name == "open" else name)
