"""Time of the network statistics against networkx, and of the overlap test against plain trades of sets.

Random networks with ten ties a node: a small one on which networkx can be waited for, which gives the ratios,
and one of 10,000 nodes and 100,000 ties, on which the goals are set. networkx has no fragility; removing one
node after another and counting components stands for it. The overlap test takes 1,999 samples of 500 rows by
160 columns, as one group and as eight; the plain trades are timed on a few samples and scaled. All values are
compared before any time is printed.

    python benchmarks/network_speed.py [--nodes 10000] [--small 1000] [--samples 1999]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
from scipy import sparse

from jaiza.stats import network

TIES_PER_NODE = 10
STARTS = 512
ROWS, COLUMNS, GROUPS, DENSITY = 500, 160, 8, 0.1
PLAIN_SAMPLES = 2
LINE = "{:<36}{:>12}{:>14}{:>9}{:>10}"

Statistic = Callable[[Any], Any]


def random_network(nodes: int) -> nx.Graph:
    return nx.gnm_random_graph(nodes, TIES_PER_NODE * nodes, seed=1)


def timed(call: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds on the clock, seconds of processor time, and the result."""
    clock, processor = time.perf_counter(), time.process_time()
    result = call()
    return time.perf_counter() - clock, time.process_time() - processor, result


def components_joined(graph: nx.Graph) -> float:
    nodes = graph.number_of_nodes()
    joined = sum(len(part) * (len(part) - 1) for part in nx.connected_components(graph))
    return 1 - joined / (nodes * (nodes - 1))


def removal(graph: nx.Graph) -> list[float]:
    whole = components_joined(graph)
    return [components_joined(graph.subgraph(set(graph) - {node})) - whole for node in graph]


def external_internal(graph: nx.Graph, group: np.ndarray) -> float:
    external = sum(group[a] != group[b] for a, b in graph.edges)
    return (2 * external - graph.number_of_edges()) / graph.number_of_edges()


def statistics(nodes: int) -> list[tuple[str, Statistic, Statistic, str]]:
    """(name, ours, theirs, goal at full size) of each statistic."""
    group = np.arange(nodes) % 5
    return [
        ("constraint", network.constraint, lambda g: list(nx.constraint(g).values()), "2 s"),
        (
            "betweenness, exact",
            network.betweenness,
            lambda g: list(nx.betweenness_centrality(g, normalized=False).values()),
            "30 s",
        ),
        (
            "articulation points",
            network.articulation_points,
            lambda g: sorted(nx.articulation_points(g)),
            "2 s",
        ),
        ("fragmentation", network.fragmentation, components_joined, "2 s"),
        ("fragility of every node", network.fragility, removal, "2 s"),
        (
            "external-internal",
            lambda a: network.external_internal(a, group),
            lambda g: external_internal(g, group),
            "2 s",
        ),
    ]


def against_networkx(nodes: int) -> None:
    graph = random_network(nodes)
    adjacency = nx.to_scipy_sparse_array(graph)
    print(LINE.format(f"{nodes:,} nodes, {graph.number_of_edges():,} ties", "jaiza", "networkx", "ratio", ""))
    for name, ours, theirs, _ in statistics(nodes):
        mine, _, value = timed(lambda ours=ours: ours(adjacency))
        other, _, expected = timed(lambda theirs=theirs: theirs(graph))
        np.testing.assert_allclose(value, expected, atol=1e-6)
        print(LINE.format(name, f"{mine:.3f} s", f"{other:.2f} s", f"{other / mine:.0f}x", ""))


def full_size(nodes: int) -> None:
    graph = random_network(nodes)
    adjacency = nx.to_scipy_sparse_array(graph)
    print()
    print(LINE.format(f"{nodes:,} nodes, {graph.number_of_edges():,} ties", "jaiza", "processor", "", "goal"))
    exact = None
    for name, ours, _, goal in statistics(nodes):
        mine, busy, value = timed(lambda ours=ours: ours(adjacency))
        exact = value if name.startswith("betweenness") else exact
        print(LINE.format(name, f"{mine:.2f} s", f"{busy:.2f} s", "", goal))
    mine, busy, sampled = timed(
        lambda: network.sampled_betweenness(adjacency, STARTS, np.random.default_rng(1))
    )
    print(LINE.format(f"betweenness, {STARTS} starts", f"{mine:.2f} s", f"{busy:.2f} s", "", "2 s"))
    near = np.abs(sampled.estimate - exact) <= 2 * sampled.se
    leading = np.argsort(exact)[-max(1, nodes // 100) :]
    print(f"  exact value within two errors: {near.mean():.0%} of nodes")
    print(f"  and of the leading hundredth: {near[leading].mean():.0%}")
    correlation = np.corrcoef(ranks(exact), ranks(sampled.estimate))[0, 1]
    print(f"  rank correlation with the exact value: {correlation:.3f}")


def ranks(values: np.ndarray) -> np.ndarray:
    return np.argsort(np.argsort(values))


def plain_sample(table: np.ndarray, rng: np.random.Generator) -> int:
    """One sample by trading Python sets, ten trades a row."""
    rows = [set(np.flatnonzero(row).tolist()) for row in table]
    for _ in range(10 * len(rows)):
        i, j = (int(row) for row in rng.choice(len(rows), 2, replace=False))
        common = rows[i] & rows[j]
        dealt = rng.permutation(list(rows[i] ^ rows[j])).tolist()
        mine = len(rows[i]) - len(common)
        rows[i], rows[j] = common | set(dealt[:mine]), common | set(dealt[mine:])
    return sum(len(rows[i] & rows[j]) ** 2 for i in range(len(rows)) for j in range(i))


def overlap(samples: int) -> None:
    rng = np.random.default_rng(1)
    table = rng.random((ROWS, COLUMNS)) < DENSITY
    _, plain, _ = timed(lambda: [plain_sample(table, rng) for _ in range(PLAIN_SAMPLES)])
    plain *= samples / PLAIN_SAMPLES
    print()
    print(LINE.format(f"overlap, {samples:,} of {ROWS} x {COLUMNS}", "jaiza", "processor", "", "goal"))
    for name, groups in (("one group", None), (f"{GROUPS} groups", np.arange(COLUMNS) % GROUPS)):
        mine, busy, result = timed(
            lambda groups=groups: network.overlap_test(
                sparse.csr_array(table), groups=groups, samples=samples, rng=np.random.default_rng(2)
            )
        )
        label = f"{name}, {result.trades:,} trades each"
        print(LINE.format(label, f"{mine:.1f} s", f"{busy:.1f} s", "", "20 s"))
        if groups is None:
            print(
                LINE.format(
                    "  plain trades of sets, scaled", "", f"{plain:.0f} s", f"{plain / busy:.0f}x", ""
                )
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nodes", type=int, default=10_000)
    parser.add_argument("--small", type=int, default=1_000)
    parser.add_argument("--samples", type=int, default=1999)
    options = parser.parse_args()
    against_networkx(options.small)
    full_size(options.nodes)
    overlap(options.samples)


if __name__ == "__main__":
    main()
