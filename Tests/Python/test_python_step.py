"""Stream.step: the bits of push, over arrays that stay."""

import gc
import threading

import crnn
import numpy as np
import pytest


def in_steps(stream, step, x):
    """Everything a stream gives when x is fed by steps and finished."""
    results = []
    for start in range(0, len(x), len(step.input)):
        step.input[...] = x[start : start + len(step.input)]
        results.append(step.output[: step.run()].copy())
    results.append(stream.finish())
    return np.concatenate(results)


@pytest.mark.parametrize("frames", [1, 2, 7, 42])
@pytest.mark.parametrize("chunk", [1, 4])
def test_steps_give_the_same_bits(stream_model, random, chunk, frames):
    x = random.uniform(-1, 1, (42, 8)).astype(np.float32)
    with stream_model.stream(chunk=chunk) as stream:
        np.testing.assert_array_equal(in_steps(stream, stream.step(frames), x), stream_model.run(x))


def test_steps_of_pixels(last_model, random):
    x = random.integers(0, 256, (12, 12), dtype=np.uint8)
    with last_model.stream() as stream:
        step = stream.step(4, np.uint8)
        assert step.input.dtype == np.uint8 and step.input.shape == (4, 12)
        np.testing.assert_array_equal(in_steps(stream, step, x)[0], last_model.run(x))


def test_steps_and_pushes_take_turns(stream_model, random):
    x = random.uniform(-1, 1, (30, 8)).astype(np.float32)
    with stream_model.stream() as stream:
        step, results = stream.step(), []
        for t in range(0, 30, 3):
            results.append(stream.push(x[t : t + 2]))
            step.input[0] = x[t + 2]
            results.append(step.output[: step.run()].copy())
        results.append(stream.finish())
        np.testing.assert_array_equal(np.concatenate(results), stream_model.run(x))
        stream.reset()
        np.testing.assert_array_equal(in_steps(stream, step, x), stream_model.run(x))


def test_a_refused_step_consumes_nothing(stream_model, random):
    x = random.uniform(-1, 1, (9, 8)).astype(np.float32)
    with stream_model.stream(maximum_frames=9) as stream:
        step = stream.step(2)
        results = []
        for start in range(0, 8, 2):
            step.input[...] = x[start : start + 2]
            results.append(step.output[: step.run()].copy())
        with pytest.raises(crnn.CapacityError) as caught:
            step.run()
        assert caught.value.status == 401
        results += [stream.push(x[8:]), stream.finish()]
        np.testing.assert_array_equal(np.concatenate(results), stream_model.run(x))
        with pytest.raises(crnn.StreamStateError) as caught:
            step.run()
        assert caught.value.status == 300


def test_a_step_of_a_closed_stream(stream_model):
    stream = stream_model.stream()
    step = stream.step()
    stream.close()
    with pytest.raises(crnn.StreamStateError) as caught:
        step.run()
    assert caught.value.status == 301
    with pytest.raises(crnn.StreamStateError):
        stream.step()


def test_a_step_keeps_its_stream(stream_model, random):
    x = random.uniform(-1, 1, (5, 8)).astype(np.float32)
    expected = stream_model.stream().push(x)
    step = stream_model.stream().step(5)
    gc.collect()
    step.input[...] = x
    np.testing.assert_array_equal(step.output[: step.run()], expected)


def test_more_output_than_ever_gets_a_larger_array(bounded_model, stream_model, random):
    x = random.uniform(-1, 1, (20, 8)).astype(np.float32)
    with stream_model.stream(chunk=20) as stream:
        step = stream.step(20)
        small = step.output = step.output[:1]
        step._call.output = step._buffers[1].larger(1).address
        step.input[...] = x
        ready = step.run()
        assert len(step.output) >= ready > 1 and step.output is not small
        whole = np.concatenate([step.output[:ready], stream.finish()])
        np.testing.assert_array_equal(whole, stream_model.run(x))


def test_steps_from_several_threads_wait_for_each_other(stream_model):
    with stream_model.stream() as stream:
        step, counts = stream.step(), []
        threads = [
            threading.Thread(target=lambda: counts.append(sum(step.run() for _ in range(2000)))) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(counts) + len(stream.finish()) == len(stream_model.run(np.zeros((8000, 8), np.float32)))


def test_other_threads_go_on_during_a_long_call(stream_model):
    count, is_over = 0, False

    def work():
        nonlocal count
        while not is_over:
            count += 1

    x = np.zeros((200_000, 8), np.float32)
    with stream_model.stream() as stream:
        step = stream.step(len(x))
        thread = threading.Thread(target=work)
        thread.start()
        counts = []
        for call in (lambda: stream.push(x), step.run):
            before = count
            call()
            counts.append(count - before)
        is_over = True
        thread.join()
    assert min(counts) > 1000


def test_what_has_no_steps(stream_model, pair_model):
    with pytest.raises(crnn.ArgumentError):
        pair_model.stream().step()
    with stream_model.stream() as stream:
        for frames, dtype in [(0, np.float32), (-1, np.float32), (1 << 21, np.float32), (1, np.float64), (1, np.int32)]:
            with pytest.raises(crnn.ArgumentError):
                stream.step(frames, dtype)
