"""Inputs of different rates: rates.crnn takes two columns for each frame of features."""

from fractions import Fraction

import crnn
import numpy as np
import pytest


@pytest.fixture
def model(models):
    """Ports columns (12,) at rate 2 and features (3,) at rate 1 in; scores (4,) for each frame and end (4,) out."""
    return crnn.Model(models / "rates.crnn")


@pytest.fixture
def inputs(random):
    return {
        "columns": random.uniform(0, 1, (40, 12)).astype(np.float32),
        "features": random.uniform(-1, 1, (20, 3)).astype(np.float32),
    }


def joined(results):
    return {name: np.concatenate([result[name] for result in results]) for name in results[0]}


def same(results, expected):
    results = joined(results)
    np.testing.assert_array_equal(results["scores"], expected["scores"])
    np.testing.assert_array_equal(results["end"][0], expected["end"])


def test_ports_say_their_rates(model):
    assert {port.name: port.rate for port in model.inputs} == {"columns": 2, "features": 1}
    assert {port.name: port.rate for port in model.outputs} == {"scores": Fraction(1), "end": 0}


def test_whole_sequences_and_batches(model, inputs, random):
    one = model.run(inputs)
    assert one["scores"].shape == (20, 4) and one["end"].shape == (4,)
    many = model.run(columns=np.stack([inputs["columns"]] * 3), features=np.stack([inputs["features"]] * 3), threads=2)
    np.testing.assert_array_equal(many["scores"], np.stack([one["scores"]] * 3))
    np.testing.assert_array_equal(many["end"], np.stack([one["end"]] * 3))


@pytest.mark.parametrize("chunk", [1, 3, 16])
def test_any_interleaving_gives_the_same_bits(model, inputs, random, chunk):
    expected = model.run(inputs)
    with model.stream(chunk=chunk) as stream:
        for _ in range(8):
            left, results = dict(inputs), []
            while any(len(array) for array in left.values()):
                name = random.choice(sorted(left))
                count = random.integers(0, 9)
                results.append(stream.push({name: left[name][:count]}))
                left[name] = left[name][count:]
            results.append(stream.finish())
            same(results, expected)
            stream.reset()


def test_one_port_runs_far_ahead(model, inputs):
    with model.stream() as stream:
        results = [stream.push(columns=inputs["columns"]), stream.finish("columns")]
        assert all(len(result["scores"]) == 0 for result in results)
        results += [stream.push(features=inputs["features"][:5]), stream.push(features=inputs["features"][5:])]
        results.append(stream.finish("features"))
        same(results, model.run(inputs))


@pytest.mark.parametrize("chunk", [1, 16])
def test_a_port_that_ends_too_early_can_go_on(model, inputs, chunk):
    with model.stream(chunk=chunk) as stream:
        results = [stream.push(columns=inputs["columns"][:30], features=inputs["features"]), stream.finish("features")]
        with pytest.raises(crnn.StreamStateError, match="'columns' cannot end after 30 frames"):
            stream.finish()
        results += [stream.push(columns=inputs["columns"][30:]), stream.finish()]
        same(results, model.run(inputs))


def test_a_port_cannot_outlast_another(model, inputs):
    with model.stream(chunk=4) as stream:
        results = [stream.push(features=inputs["features"][:10]), stream.finish("features")]
        results.append(stream.push(columns=inputs["columns"][:10]))
        with pytest.raises(crnn.CapacityError, match="'features', which has ended"):
            stream.push(columns=inputs["columns"][10:30])
        # Nothing of it was consumed.
        results += [stream.push(columns=inputs["columns"][10:20]), stream.finish()]
        same(results, model.run(columns=inputs["columns"][:20], features=inputs["features"][:10]))


def test_outputs_of_a_call_that_raises_come_with_the_next(model, inputs):
    with model.stream(chunk=4) as stream:
        stream.push(features=inputs["features"])
        stream.finish("features")
        results = [stream.push(columns=inputs["columns"][:6])]
        with pytest.raises(crnn.StreamStateError):
            stream.finish("columns")
        results += [stream.push(columns=inputs["columns"][6:]), stream.finish("columns")]
        same(results, model.run(inputs))


def test_lengths_that_do_not_fit_are_refused(model, inputs):
    with pytest.raises(crnn.StreamStateError, match="'features' and 'columns' do not fit each other"):
        model.run(columns=inputs["columns"], features=inputs["features"][:15])
    # An odd column makes no frame.
    odd = model.run(columns=inputs["columns"][:31], features=inputs["features"][:15])
    even = model.run(columns=inputs["columns"][:30], features=inputs["features"][:15])
    np.testing.assert_array_equal(odd["scores"], even["scores"])


@pytest.mark.parametrize("chunk", [1, 2, 5, 16])
def test_a_slow_port_takes_more_at_once_than_its_share(model, inputs, chunk):
    """Pieces as large as the chunk are more than the slow port's ring may hold; they are cut smaller."""
    with model.stream(chunk=chunk) as stream:
        results = []
        for start in range(0, 20, 10):
            results.append(stream.push(features=inputs["features"][start : start + 10]))
            results.append(stream.push(columns=inputs["columns"][2 * start : 2 * start + 20]))
        results.append(stream.finish())
        same(results, model.run(inputs))
