"""Stream: any cutting gives the bits of the whole, and every state refuses what it cannot do."""

import copy
import pickle
import threading

import crnn
import numpy as np
import pytest


def in_pieces(stream, x, sizes):
    """Everything a stream gives when x is pushed in pieces of these sizes, over and over."""
    results, start, index = [], 0, 0
    while start < len(x):
        size = sizes[index % len(sizes)]
        results.append(stream.push(x[start : start + size]))
        start, index = start + size, index + 1
    results.append(stream.finish())
    return np.concatenate(results)


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64])
@pytest.mark.parametrize("sizes", [[1], [3], [1, 0, 5, 2], [1000]])
def test_any_cutting_gives_the_same_bits(stream_model, random, chunk, sizes):
    x = random.uniform(-1, 1, (50, 8)).astype(np.float32)
    with stream_model.stream(chunk=chunk) as stream:
        np.testing.assert_array_equal(in_pieces(stream, x, sizes), stream_model.run(x))


def test_reset_starts_anew(stream_model, random):
    x = random.uniform(-1, 1, (30, 8)).astype(np.float32)
    stream = stream_model.stream()
    stream.push(x[:11])
    stream.reset()
    first = in_pieces(stream, x, [4])
    stream.reset()
    np.testing.assert_array_equal(in_pieces(stream, x, [9]), first)


def test_output_per_sequence_comes_at_the_end(last_model, random):
    x = random.integers(0, 256, (12, 12), dtype=np.uint8)
    with last_model.stream() as stream:
        assert stream.push(x).shape == (0, 10)
        y = stream.finish()
    assert y.shape == (1, 10)
    np.testing.assert_array_equal(y[0], last_model.run(x))


def test_ports_may_be_fed_one_after_the_other(pair_model, random):
    sound, image = random.uniform(-1, 1, (40, 10)), random.uniform(0, 1, (40, 6))
    expected = pair_model.run(sound=sound, image=image)
    with pair_model.stream(chunk=2) as stream:
        reused = sound.copy()
        results = [stream.push(sound=reused)]
        reused[:] = 0  # what waits inside must not be the caller's array
        results += [stream.push({"image": image[:25]}), stream.finish("sound"), stream.push(image=image[25:])]
        results.append(stream.finish("image"))
    np.testing.assert_array_equal(np.concatenate(results), expected)


def test_one_frame_after_the_other_in_an_array_of_the_callers(pair_model, random):
    sound, image = random.uniform(-1, 1, (2, 9, 10)).astype(np.float32)[0], random.uniform(0, 1, (9, 6))
    expected, frame, results = pair_model.run(sound=sound, image=image), np.empty((1, 10), np.float32), []
    with pair_model.stream() as stream:
        for values in sound:
            frame[0] = values
            results.append(stream.push(sound=frame))
        results += [stream.push(image=image), stream.finish()]
    np.testing.assert_array_equal(np.concatenate(results), expected)


def test_an_end_that_is_refused_ends_no_port(pair_model, random):
    sound, image = random.uniform(-1, 1, (5, 10)), random.uniform(0, 1, (5, 6))
    expected = pair_model.run(sound=sound, image=image)
    with pair_model.stream() as stream:
        results = [stream.push(sound=sound[:3], image=image)]
        with pytest.raises(crnn.StreamStateError):
            stream.finish()
        results += [stream.push(sound=sound[3:]), stream.finish()]
        with pytest.raises(crnn.StreamStateError):
            stream.push(sound=sound, image=image)
    np.testing.assert_array_equal(np.concatenate(results), expected)


def test_no_frames_at_all_are_no_push(stream_model):
    for nothing in (None, {}):
        with stream_model.stream() as stream, pytest.raises(crnn.ArgumentError):
            stream.push(nothing)


def test_nothing_more_after_finish(stream_model):
    stream = stream_model.stream()
    stream.finish()
    with pytest.raises(crnn.StreamStateError) as caught:
        stream.push(np.zeros((1, 8)))
    assert caught.value.status == 300
    assert stream.finish().shape == (0, 5)
    stream.reset()
    stream.push(np.zeros((1, 8)))


def test_nothing_at_all_after_close(stream_model):
    stream = stream_model.stream()
    stream.close()
    stream.close()
    for use in (lambda: stream.push(np.zeros((1, 8))), stream.finish, stream.reset, stream.__enter__):
        with pytest.raises(crnn.StreamStateError) as caught:
            use()
        assert caught.value.status == 301


def test_wrong_frames_leave_the_stream_as_it_was(stream_model, random):
    x = random.uniform(-1, 1, (20, 8)).astype(np.float32)
    stream = stream_model.stream()
    results = [stream.push(x[:10])]
    for wrong in (np.zeros((1, 7)), np.zeros(8), np.zeros((1, 8), object), np.zeros((1, 1, 8))):
        with pytest.raises(crnn.ArgumentError):
            stream.push(wrong)
    with pytest.raises(crnn.ArgumentError):
        stream.push(nothing=x)
    for nothing in (lambda: stream.push(None), stream.push):
        with pytest.raises(crnn.ArgumentError, match="push needs frames"):
            nothing()
    results += [stream.push(x[10:]), stream.finish()]
    np.testing.assert_array_equal(np.concatenate(results), stream_model.run(x))


def test_bounded_streams(models):
    model = crnn.Model(models / "bounded.crnn")
    with pytest.raises(crnn.Error) as caught:
        model.stream()
    assert caught.value.status in range(100, 600) and "maximum_frames" in str(caught.value)
    stream = model.stream(maximum_frames=10)
    stream.push(np.zeros((10, 6)))
    with pytest.raises(crnn.CapacityError) as caught:
        stream.push(np.zeros((1, 6)))
    assert caught.value.status == 401


@pytest.mark.parametrize("chunk", [1, 2, 64])
def test_a_push_that_is_too_long_consumes_nothing(stream_model, random, chunk):
    x = random.uniform(-1, 1, (20, 8)).astype(np.float32)
    stream = stream_model.stream(chunk=chunk, maximum_frames=20)
    results = [stream.push(x[:7])]
    with pytest.raises(crnn.CapacityError, match="at most 20 .* 7 have come and 14 more") as caught:
        stream.push(np.zeros((14, 8)))
    assert caught.value.status == 401
    results += [stream.push(x[7:]), stream.finish()]
    np.testing.assert_array_equal(np.concatenate(results), stream_model.run(x))
    stream.reset()
    stream.push(x)


def test_a_push_that_is_too_long_at_one_port_consumes_nothing_at_the_others(pair_model, random):
    sound, image = random.uniform(-1, 1, (4, 10)), random.uniform(0, 1, (4, 6))
    stream = pair_model.stream(maximum_frames=4)
    with pytest.raises(crnn.CapacityError):
        stream.push(sound=np.zeros((4, 10)), image=np.zeros((5, 6)))
    results = [stream.push(sound=sound)]  # waits inside, and counts
    with pytest.raises(crnn.CapacityError):
        stream.push(sound=sound[:1], image=image)
    results += [stream.push(image=image), stream.finish()]
    np.testing.assert_array_equal(np.concatenate(results), pair_model.run(sound=sound, image=image))


def test_streams_are_not_copied(stream_model):
    for use in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="cannot be copied or pickled"):
            use(stream_model.stream())


@pytest.mark.parametrize("options", [{"chunk": -1}, {"chunk": 65537}, {"maximum_frames": -1}])
def test_options_out_of_range(stream_model, options):
    with pytest.raises(crnn.ArgumentError):
        stream_model.stream(**options)


def test_threads_on_one_stream_wait_for_each_other(stream_model, random):
    x = random.uniform(-1, 1, (5, 8)).astype(np.float32)
    stream, total = stream_model.stream(), []

    def work():
        for _ in range(50):
            total.append(len(stream.push(x)))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(total) + len(stream.finish()) == 4 * 50 * 5


def test_a_saved_stream_goes_on_with_the_same_bits(stream_model, random):
    x = random.uniform(-1, 1, (40, 8)).astype(np.float32)
    stream = stream_model.stream(chunk=3)
    first = stream.push(x[:17])
    saved = stream.save()
    stream.push(x[:5])  # what happens to the original does not matter any more
    with stream_model.restore(saved) as restored:
        rest = [restored.push(x[17:]), restored.finish()]
        restored.reset()
        again = in_pieces(restored, x, [6])
    np.testing.assert_array_equal(np.concatenate([first, *rest]), stream_model.run(x))
    np.testing.assert_array_equal(again, stream_model.run(x))


def test_what_is_no_saved_stream_is_refused(stream_model, pair_model):
    saved = stream_model.stream().save()
    with pytest.raises(crnn.CapacityError):
        stream_model.restore(saved[:-1])
    with pytest.raises(crnn.StreamStateError):
        stream_model.restore(b"x" * len(saved))
    with pytest.raises(crnn.ArgumentError):
        stream_model.restore("text")
    with pytest.raises(crnn.ArgumentError, match="one input"):
        pair_model.stream().save()
    with pytest.raises(crnn.ArgumentError, match="one input"):
        pair_model.restore(saved)
