"""Networks: worked example X-E4, networkx, four published networks, and removal node by node."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from jaiza.stats import betweenness as paths
from jaiza.stats import network, ties

PUBLISHED = {
    "florentine": nx.florentine_families_graph(),
    "karate": nx.karate_club_graph(),
    "kite": nx.krackhardt_kite_graph(),
    "les-miserables": nx.les_miserables_graph(),
}


def adjacency(graph):
    return nx.to_numpy_array(graph, weight=None)


@st.composite
def graphs(draw, most=14):
    nodes = draw(st.integers(3, most))
    pairs = st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1))
    graph = nx.Graph()
    graph.add_nodes_from(range(nodes))
    graph.add_edges_from(draw(st.lists(pairs.filter(lambda e: e[0] != e[1]), max_size=2 * nodes)))
    return graph


def plain_fragmentation(graph):
    nodes = list(graph)
    apart = sum(not nx.has_path(graph, a, b) for a in nodes for b in nodes if a != b)
    return apart / (len(nodes) * (len(nodes) - 1))


@pytest.fixture
def e4():
    names = ["c1", "c2", "c3", "c4", "s1", "s2", "s3"]
    graph = nx.Graph()
    graph.add_nodes_from(names)
    graph.add_edges_from([("c1", "c2"), ("c1", "s1"), ("s1", "s2"), ("c3", "c4")])
    return adjacency(graph), [name[0] for name in names]


def test_worked_example_e4(e4):
    matrix, group = e4
    assert network.external_internal(matrix, group) == pytest.approx(-0.5)
    assert network.fragmentation(matrix) == pytest.approx(2 / 3)
    np.testing.assert_allclose(network.constraint(matrix)[:2], [0.5, 1.0])
    assert np.isnan(network.constraint(matrix)[6])
    assert network.betweenness(matrix)[0] == pytest.approx(2.0)
    assert network.articulation_points(matrix).tolist() == [0, 4]


def test_florentine_marriages_as_published():
    # Jackson, Social and Economic Networks (2008), chapter 1: shares of the 91 pairs of 15 families
    graph = PUBLISHED["florentine"]
    share = dict(zip(graph, network.betweenness(adjacency(graph)) / 91, strict=True))
    for family, published in [("Medici", 0.522), ("Guadagni", 0.255), ("Strozzi", 0.103)]:
        assert share[family] == pytest.approx(published, abs=5e-4)
    assert max(share, key=share.get) == "Medici"


def test_zachary_karate_club_as_published():
    # Girvan and Newman's example; members are numbered from 1 in print
    matrix = adjacency(PUBLISHED["karate"])
    between = network.betweenness(matrix)
    for member, published in [(1, 231.0714), (34, 160.5516), (33, 76.6905), (3, 75.8508), (32, 73.0095)]:
        assert between[member - 1] == pytest.approx(published, abs=1e-4)
    assert network.articulation_points(matrix).tolist() == [0]


def test_krackhardt_kite_as_published():
    # Krackhardt (1990): Diane has most ties, Heather most betweenness
    matrix = adjacency(PUBLISHED["kite"])
    assert int(matrix.sum(axis=0).argmax()) == 3
    between = network.betweenness(matrix)
    np.testing.assert_allclose(between[[7, 8, 5, 6, 3]], [14, 8, 25 / 3, 25 / 3, 11 / 3])


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_networks_against_networkx(name):
    graph = PUBLISHED[name]
    matrix, nodes = adjacency(graph), list(graph)
    expected = nx.betweenness_centrality(graph, normalized=False)
    np.testing.assert_allclose(network.betweenness(matrix), [expected[n] for n in nodes], atol=1e-9)
    unweighted = nx.from_numpy_array(matrix)
    burt = nx.constraint(unweighted)
    np.testing.assert_allclose(network.constraint(matrix), [burt[n] for n in unweighted], atol=1e-9)
    cut = sorted(nodes.index(n) for n in nx.articulation_points(graph))
    assert network.articulation_points(matrix).tolist() == cut


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_random_networks_against_networkx(graph):
    matrix = adjacency(graph)
    between = nx.betweenness_centrality(graph, normalized=False)
    np.testing.assert_allclose(network.betweenness(matrix), [between[n] for n in graph], atol=1e-9)
    burt = nx.constraint(nx.from_numpy_array(matrix))
    np.testing.assert_allclose(network.constraint(matrix), [burt[n] for n in graph], atol=1e-9)
    assert network.articulation_points(matrix).tolist() == sorted(nx.articulation_points(graph))
    assert network.fragmentation(matrix) == pytest.approx(plain_fragmentation(graph))


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_fragility_by_removing_each_node(graph):
    whole = plain_fragmentation(graph)
    expected = [plain_fragmentation(graph.subgraph(set(graph) - {node})) - whole for node in graph]
    np.testing.assert_allclose(network.fragility(adjacency(graph)), expected, atol=1e-12)


def test_fragility_of_a_long_chain_and_a_star():
    chain = adjacency(nx.path_graph(3000))
    sizes = np.array([i * (i - 1) + (2999 - i) * (2998 - i) for i in range(3000)])
    np.testing.assert_allclose(network.fragility(chain), 1 - sizes / (2999 * 2998), atol=1e-12)
    assert network.fragility(adjacency(nx.star_graph(9)))[0] == pytest.approx(1.0)


@settings(max_examples=40, deadline=None)
@given(graphs(), st.randoms(use_true_random=False))
def test_direction_repeats_self_ties_weights_and_form_change_nothing(graph, random):
    matrix = adjacency(graph)
    nodes = matrix.shape[0]
    reported = matrix * [[random.choice([0.5, 1, 7]) for _ in range(nodes)] for _ in range(nodes)]
    one_sided = np.triu(reported) if random.random() < 0.5 else np.tril(reported)
    one_sided[0, 0] = 3.0
    entries = sparse.coo_array(one_sided)
    twice = sparse.coo_array(
        (np.tile(entries.data, 2), (np.tile(entries.row, 2), np.tile(entries.col, 2))), shape=matrix.shape
    )
    for other in (one_sided, one_sided > 0, sparse.csc_array(one_sided), twice, sparse.csr_matrix(reported)):
        np.testing.assert_array_equal(network.constraint(other), network.constraint(matrix))
        np.testing.assert_array_equal(network.betweenness(other), network.betweenness(matrix))
        assert network.fragmentation(other) == network.fragmentation(matrix)
        assert network.external_internal(other, range(nodes)) == pytest.approx(
            network.external_internal(matrix, range(nodes)), nan_ok=True
        )


@settings(max_examples=30, deadline=None)
@given(graphs(), st.randoms(use_true_random=False))
def test_renumbering_the_nodes_renumbers_the_results(graph, random):
    matrix = adjacency(graph)
    order = list(range(matrix.shape[0]))
    random.shuffle(order)
    moved = matrix[np.ix_(order, order)]
    for statistic in (network.constraint, network.betweenness, network.fragility):
        np.testing.assert_allclose(statistic(moved), statistic(matrix)[order], atol=1e-9)


def test_paths_followed_together_give_the_same(monkeypatch):
    monkeypatch.setattr(paths, "LARGE", 2)
    for graph in [*PUBLISHED.values(), nx.gnm_random_graph(60, 90, seed=1), nx.path_graph(10)]:
        expected = nx.betweenness_centrality(graph, normalized=False)
        np.testing.assert_allclose(network.betweenness(adjacency(graph)), list(expected.values()), atol=1e-9)


def test_constraint_in_small_portions_gives_the_same(monkeypatch):
    matrix = adjacency(PUBLISHED["les-miserables"])
    expected = network.constraint(matrix)
    monkeypatch.setattr(network, "TWO_STEPS_TOGETHER", 50)
    np.testing.assert_array_equal(network.constraint(matrix), expected)


def test_sampled_betweenness_is_unbiased_and_its_error_honest():
    matrix = adjacency(PUBLISHED["les-miserables"])
    exact = network.betweenness(matrix)
    runs = [network.sampled_betweenness(matrix, 25, np.random.default_rng(seed)) for seed in range(300)]
    estimates = np.array([run.estimate for run in runs])
    brokers = np.argsort(exact)[-5:]
    spread = estimates[:, brokers].std(axis=0)
    assert (np.abs(estimates.mean(axis=0) - exact)[brokers] < 4 * spread / math.sqrt(300)).all()
    np.testing.assert_allclose(np.mean([run.se[brokers] for run in runs], axis=0), spread, rtol=0.2)
    everyone = network.sampled_betweenness(matrix, len(exact), np.random.default_rng(0))
    np.testing.assert_allclose(everyone.estimate, exact, atol=1e-9)
    np.testing.assert_array_equal(everyone.se, 0)


def test_ties_dropped_and_added_are_as_many_as_asked():
    matrix = adjacency(PUBLISHED["florentine"])
    seen = network.stability(matrix, lambda m: m.sum() / 2, np.random.default_rng(0), repeats=20)
    assert seen.reference == 20
    assert seen.changes == (-0.2, -0.1, 0.1, 0.2)
    np.testing.assert_array_equal(seen.draws, np.repeat([[16], [18], [22], [24]], 20, axis=1))


@settings(max_examples=40, deadline=None)
@given(graphs(), st.integers(0, 2**32), st.integers(0, 40))
def test_ties_change_only_as_they_should(graph, seed, count):
    rng = np.random.default_rng(seed)
    given_ties = ties.read(adjacency(graph))
    before = set(zip(given_ties.first.tolist(), given_ties.second.tolist(), strict=True))
    fewer = ties.without(given_ties, min(count, given_ties.size), rng)
    left = set(zip(fewer.first.tolist(), fewer.second.tolist(), strict=True))
    assert left <= before
    assert len(left) == len(before) - min(count, given_ties.size)
    more = ties.with_more(given_ties, count, rng)
    grown = list(zip(more.first.tolist(), more.second.tolist(), strict=True))
    assert before <= set(grown)
    assert len(grown) == len(set(grown)) == min(len(before) + count, given_ties.possible)
    assert all(a < b for a, b in grown)


def test_added_ties_are_even_among_free_pairs_in_a_sparse_network():
    given_ties = ties.read(adjacency(nx.path_graph(12)))
    rng = np.random.default_rng(4)
    counts = np.zeros((12, 12))
    for _ in range(4000):
        more = ties.with_more(given_ties, 1, rng)
        counts[more.first, more.second] += 1
    free = counts[np.triu_indices(12, 2)]
    assert free.sum() == 4000
    expected = 4000 / free.size
    assert ((free - expected) ** 2 / expected).sum() < 95  # 0.999 point of chi-square on 54 degrees is 91.9


def test_a_steady_broker_may_be_named_and_an_accidental_one_not():
    matrix = adjacency(PUBLISHED["florentine"])
    seen = network.stability(matrix, network.betweenness, np.random.default_rng(1), repeats=60)
    medici = list(PUBLISHED["florentine"]).index("Medici")
    assert seen.kept(1).shape == (4, 15)
    assert medici in seen.steady(3)
    ring = network.stability(
        adjacency(nx.cycle_graph(12)), network.betweenness, np.random.default_rng(1), repeats=60
    )
    assert ring.steady(3).size == 0
    low = network.stability(matrix, network.constraint, np.random.default_rng(1), repeats=60)
    assert medici in low.steady(2, highest=False)


def test_the_same_seed_gives_the_same_draws_and_single_figures_have_intervals():
    matrix = adjacency(PUBLISHED["karate"])
    one, two = (
        network.stability(matrix, network.fragmentation, np.random.default_rng(9), repeats=30)
        for _ in range(2)
    )
    np.testing.assert_array_equal(one.draws, two.draws)
    lower, upper = one.interval()
    assert lower.shape == (4,)
    assert (lower <= upper).all()
    with pytest.raises(ValueError, match="single figure"):
        one.kept(3)


def test_no_ties_and_few_nodes():
    alone = np.zeros((3, 3))
    assert np.isnan(network.constraint(alone)).all()
    assert network.betweenness(alone).tolist() == [0, 0, 0]
    assert network.fragmentation(alone) == 1
    assert math.isnan(network.external_internal(alone, ["a", "b", "c"]))
    assert network.articulation_points(alone).size == 0
    np.testing.assert_array_equal(network.fragility(alone), 0)
    assert math.isnan(network.fragmentation(np.zeros((1, 1))))
    assert np.isnan(network.fragility(np.ones((2, 2)))).all()
    assert network.constraint(np.zeros((0, 0))).size == 0


KITE = adjacency(PUBLISHED["kite"])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: network.constraint(np.ones((2, 3))), "square"),
        (lambda: network.constraint(sparse.csr_array((2, 3))), "square"),
        (lambda: network.betweenness([[0, math.nan], [0, 0]]), "nan"),
        (lambda: network.fragmentation([[0, -1], [0, 0]]), "at least 0"),
        (lambda: network.fragmentation(sparse.csr_array([[0.0, -1], [0, 0]])), "at least 0"),
        (lambda: network.external_internal(KITE, ["a"]), "one label"),
        (lambda: network.external_internal(KITE, [None] * 10), "missing"),
        (lambda: network.external_internal(KITE, [math.nan] * 10), "missing"),
        (lambda: network.sampled_betweenness(KITE, 1, np.random.default_rng(0)), "starts"),
        (lambda: network.sampled_betweenness(KITE, 11, np.random.default_rng(0)), "starts"),
        (lambda: network.stability(np.zeros((3, 3)), len, np.random.default_rng(0)), "at least one tie"),
        (lambda: network.stability(KITE, len, np.random.default_rng(0), changes=[0.0]), "changes"),
        (lambda: network.stability(KITE, len, np.random.default_rng(0), changes=[-1.0]), "changes"),
        (lambda: network.stability(KITE, len, np.random.default_rng(0), repeats=0), "repeats"),
    ],
)
def test_refusals(call, words):
    with pytest.raises(ValueError, match=words):
        call()
