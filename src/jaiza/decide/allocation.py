"""Where a sum of money would close most: plans, their opposites, their reasons. Numbers only, no sentences.

The model (methods K): money x over areas, approaches, channels and years buys coverage of the response; the
plan maximises coverage weighted by need, worth less the more there is already, under a budget and limits that
people set. It says nothing of violence averted, rests on judgements (weights, slopes, channel multipliers,
unit costs, targets), is a draft for deliberation, and never a reason for an automatic cut.

This is the front door; the rooms behind it are `allocation_problem` (what is asked), `allocation_model` (the
program and its solver), `allocation_plan` (the best plan and its gain per unit), `allocation_conflicts` (why
there is none), `allocation_baselines` (simple rules), `allocation_alternatives` (opposite assumptions, nearly
as good plans) and `allocation_robust` (plans over draws of the judgements).
"""

from __future__ import annotations

from jaiza.decide.allocation_alternatives import (
    Alternative,
    NearOptimal,
    Opposite,
    Opposites,
    moved_share,
    near_optimal,
    opposites,
)
from jaiza.decide.allocation_baselines import Baseline, Baselines, baselines, nearest
from jaiza.decide.allocation_conflicts import (
    Concession,
    Infeasibility,
    InfeasibleError,
    Limit,
    broken_limits,
    explain_infeasible,
)
from jaiza.decide.allocation_model import SolverStoppedError
from jaiza.decide.allocation_plan import Duals, GainPerUnit, Plan, gain_per_unit, solve
from jaiza.decide.allocation_problem import AllocationProblem, ReservedShare, channel_multiplier
from jaiza.decide.allocation_robust import (
    JudgementDraws,
    RobustActions,
    RobustPlan,
    cvar,
    robust_actions,
    tail_mean,
)

__all__ = [
    "AllocationProblem",
    "Alternative",
    "Baseline",
    "Baselines",
    "Concession",
    "Duals",
    "GainPerUnit",
    "Infeasibility",
    "InfeasibleError",
    "JudgementDraws",
    "Limit",
    "NearOptimal",
    "Opposite",
    "Opposites",
    "Plan",
    "ReservedShare",
    "RobustActions",
    "RobustPlan",
    "SolverStoppedError",
    "baselines",
    "broken_limits",
    "channel_multiplier",
    "cvar",
    "explain_infeasible",
    "gain_per_unit",
    "moved_share",
    "near_optimal",
    "nearest",
    "opposites",
    "robust_actions",
    "solve",
    "tail_mean",
]
