"""Lists of sequences of any lengths, on several threads: each gives what it gives alone."""

import sys
import threading

import crnn
import numpy as np
import pytest

LENGTHS = [20, 3, 57, 20, 1, 33, 8, 41, 12]


@pytest.mark.parametrize("threads", [1, 2, 5, 100])
@pytest.mark.parametrize("name", ["stream", "bounded", "last", "strided"])
def test_a_list_gives_each_sequence_its_own_answer(models, random, name, threads):
    model = crnn.Model(models / f"{name}.crnn")
    shortest = {"last": 2, "strided": 16}.get(name, 1)
    x = [random.uniform(-1, 1, (max(n, shortest), *model.inputs[0].shape)).astype(np.float32) for n in LENGTHS]
    results = model.run(x, threads=threads)
    assert isinstance(results, list) and len(results) == len(x)
    for sequence, result in zip(x, results):
        np.testing.assert_array_equal(result, model.run(sequence))
        assert result.flags.c_contiguous and result.dtype == np.float32


def test_several_ports(models, random):
    model = crnn.Model(models / "rates.crnn")
    columns = [random.uniform(0, 1, (2 * n, 12)) for n in LENGTHS]
    features = [random.uniform(-1, 1, (n, 3)) for n in LENGTHS]
    results = model.run(columns=columns, features=tuple(features), threads=2)
    assert set(results) == {"scores", "end"}
    for i in range(len(LENGTHS)):
        alone = model.run({"columns": columns[i], "features": features[i]})
        np.testing.assert_array_equal(results["scores"][i], alone["scores"])
        np.testing.assert_array_equal(results["end"][i], alone["end"])
        assert results["end"][i].shape == (4,)


def test_a_list_beside_a_batch(pair_model, random):
    sound, image = random.uniform(-1, 1, (3, 15, 10)), random.uniform(0, 1, (3, 15, 6))
    y = pair_model.run(sound=list(sound), image=image)
    np.testing.assert_array_equal(np.stack(y), pair_model.run(sound=sound, image=image))


def test_types_and_strides_of_a_list(stream_model, random):
    x = random.uniform(-1, 1, (30, 8))
    y = stream_model.run([x, x.astype(np.float32)[::-1], (x * 100).astype(np.int16)[:, ::-1]], threads=2)
    np.testing.assert_array_equal(y[0], stream_model.run(x))
    np.testing.assert_array_equal(y[1], stream_model.run(x[::-1].copy()))
    np.testing.assert_array_equal(y[2], stream_model.run((x * 100).astype(np.int16)[:, ::-1].copy()))


def test_empty_lists_and_sequences(stream_model, pair_model):
    assert stream_model.run([]) == []
    assert pair_model.run(sound=[], image=[], threads=2) == []
    results = stream_model.run([np.zeros((0, 8)), np.zeros((2, 8))])
    assert [result.shape for result in results] == [(0, 5), (2, 5)]


def test_numbers_in_lists_are_one_array(stream_model, random):
    x = random.uniform(-1, 1, (6, 8)).astype(np.float32)
    np.testing.assert_array_equal(stream_model.run(x.tolist()), stream_model.run(x))
    np.testing.assert_array_equal(stream_model.run(list(x)), stream_model.run(x))  # frames
    assert stream_model.run([x.tolist(), x.tolist()]).shape == (2, 6, 5)


def test_what_does_not_fit_is_refused(stream_model, pair_model, last_model):
    with pytest.raises(crnn.ArgumentError) as caught:
        stream_model.run([np.zeros((4, 8)), np.zeros((4, 7))])
    assert caught.value.status == 101
    with pytest.raises(crnn.ArgumentError, match="do not agree on the number of sequences"):
        pair_model.run(sound=[np.zeros((3, 10))], image=[np.zeros((3, 6))] * 2)
    with pytest.raises(crnn.StreamStateError, match="item 1: .*1 frame is too short"):
        last_model.run([np.zeros((9, 12)), np.zeros((1, 12))])
    with pytest.raises(crnn.StreamStateError, match="^item 2: .*do not fit each other") as caught:
        pair_model.run(sound=[np.zeros((3, 10))] * 3, image=[np.zeros((n, 6)) for n in (3, 3, 2)], threads=2)
    assert caught.value.status == 302


def test_nan_is_taken_for_0(stream_model):
    x = [np.zeros((5, 8)) for _ in range(4)]
    x[3] = np.full((5, 8), np.nan)
    np.testing.assert_array_equal(stream_model.run(x, threads=3)[3], stream_model.run(x[0]))


def test_threads_end_with_the_call(stream_model, random):
    before = threading.active_count()
    stream_model.run([random.uniform(-1, 1, (n, 8)) for n in LENGTHS], threads=4)
    assert threading.active_count() == before


def test_without_threads_the_caller_does_it_all(stream_model, random, monkeypatch):
    x = [random.uniform(-1, 1, (n, 8)) for n in LENGTHS]
    expected = stream_model.run(x)
    start, started = threading.Thread.start, []

    def start_one(thread):
        if started:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_one)
    for result, alone in zip(stream_model.run(x, threads=6), expected):
        np.testing.assert_array_equal(result, alone)


def test_batches_beside_each_other(stream_model, random):
    x = [random.uniform(-1, 1, (n, 8)) for n in LENGTHS]
    expected, failures = stream_model.run(x), []

    def work():
        for _ in range(10):
            results = stream_model.run(x, threads=3)
            if not all(np.array_equal(a, b) for a, b in zip(results, expected)):
                failures.append(1)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failures


def test_nothing_is_kept(stream_model, random):
    x = [random.uniform(-1, 1, (n, 8)).astype(np.float32) for n in LENGTHS]
    stream_model.run(x, threads=2)
    before = [sys.getrefcount(array) for array in x]
    for _ in range(5):
        stream_model.run(x, threads=2)
    assert [sys.getrefcount(array) for array in x] == before
