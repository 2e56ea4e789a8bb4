"""Rules must earn their place."""

import numpy as np

from annotation.ensembles.choosing import Trial, beats, choose_aggregation


def trial(**hits):
    right = [np.array(values, dtype=float) for values in hits.values()]
    return Trial([(name, {}) for name in hits], right, [np.zeros(len(r)) for r in right])


def test_rules_must_earn_their_place():
    n = 100
    base = np.arange(n) < 70
    better = np.arange(n) < 80
    assert choose_aggregation(trial(single=base, majority=base, pooled=base))[1] == "single"
    assert choose_aggregation(trial(single=base, majority=base, pooled=better))[1] == "pooled"
    assert choose_aggregation(trial(single=base, majority=better, pooled=base))[1] == "majority"
    assert choose_aggregation(trial(single=base, majority=better, pooled=better))[1] == "pooled"


def test_to_beat_is_one_standard_error():
    zero = np.zeros(100)
    assert not beats(zero, zero)
    assert beats(np.concatenate([np.ones(4), zero[4:]]), zero)
    noise = np.tile([1.0, -1.0], 50)
    assert not beats(zero + noise + 0.09, zero)
    assert beats(zero + noise + 0.11, zero)


def test_without_a_pool_errors_decide():
    right = [np.array([1.0, 0.0]), np.array([1.0, 1.0])]
    assert Trial([("majority", {}), ("map", {})], right, [np.zeros(2)] * 2).best_loss() == 0.0
