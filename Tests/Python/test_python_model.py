"""Model: opening, ports, run, batches, threads."""

import copy
import gc
import pickle
import struct
import threading
from fractions import Fraction

import crnn
import numpy as np
import pytest


def test_ports(stream_model, last_model, pair_model):
    (features,), (scores,) = stream_model.inputs, stream_model.outputs
    assert features.name == "features" and features.shape == (8,) and not features.per_sequence
    assert scores.name == "scores" and scores.shape == (5,) and scores.rate == features.rate == Fraction(1)
    assert last_model.outputs[0].per_sequence and last_model.outputs[0].rate == 0
    assert [port.name for port in pair_model.inputs] == ["sound", "image"]


def test_a_copied_file_may_change(tmp_path, models, stream_model, random):
    path = tmp_path / "own.crnn"
    path.write_bytes((models / "stream.crnn").read_bytes())
    model = crnn.Model(path, copy=True)
    path.write_bytes(b"something else")
    features = random.uniform(-1, 1, (9, 8)).astype(np.float32)
    assert (model.run(features) == stream_model.run(features)).all()


def test_timing(stream_model, last_model, bounded_model, pair_model):
    timing = stream_model.timing()
    assert timing == stream_model.timing("scores", "features") == crnn.Timing(True, True, False, 1, 1, 1, 3)
    whole = last_model.timing()
    assert whole.whole_sequence and whole.lookahead is None and whole.receptive_field is None
    assert (whole.input_frames, whole.output_frames) == (0, 0)
    assert bounded_model.timing().lookahead is None and bounded_model.timing().receptive_field == 1
    assert pair_model.timing(input="image") == pair_model.timing(0, 1)


def test_frames_come_when_their_lookahead_has_come(stream_model, random):
    lookahead = stream_model.timing().lookahead
    with stream_model.stream() as stream:
        for i, frame in enumerate(random.uniform(-1, 1, (9, 1, 8)).astype(np.float32)):
            assert len(stream.push(frame)) == (i >= lookahead)


def test_span(stream_model, last_model, bounded_model):
    assert [stream_model.span(i, 10) for i in (0, 4, 9)] == [range(0, 2), range(3, 6), range(8, 10)]
    assert stream_model.span(9) == range(8, 11)
    assert last_model.span(0, 12) == range(12) and last_model.span(0) == range(2**63 - 1)
    assert bounded_model.span(5, 12) == range(5, 6)


@pytest.mark.parametrize("arguments, status", [
    ((-1,), 100), ((0, 0), 100), ((0, 2**41), 100), ((1.5,), 100), ((0, 9, "nothing"), 103), ((0, 9, 1), 100),
    ((0, 9, 0, "nothing"), 103), ((0, 9, 0, -1), 100),
])
def test_a_span_of_what_is_not_there_is_refused(stream_model, arguments, status):
    with pytest.raises(crnn.ArgumentError) as caught:
        stream_model.span(*arguments)
    assert caught.value.status == status


def test_one_sequence(stream_model, random):
    y = stream_model.run(random.uniform(-1, 1, (20, 8)).astype(np.float32))
    assert y.shape == (20, 5) and y.dtype == np.float32
    np.testing.assert_allclose(y.sum(axis=1), 1, atol=1e-5)


def test_a_batch_gives_each_sequence_its_own_answer(stream_model, random):
    x = random.uniform(-1, 1, (9, 20, 8)).astype(np.float32)
    one_by_one = np.stack([stream_model.run(sequence) for sequence in x])
    for threads in (1, 2, 5, 100):
        np.testing.assert_array_equal(stream_model.run(x, threads=threads), one_by_one)


def test_output_per_sequence_has_no_time_axis(last_model, random):
    x = random.uniform(0, 1, (3, 12, 12)).astype(np.float32)
    assert last_model.run(x[0]).shape == (10,)
    y = last_model.run(x)
    assert y.shape == (3, 10)
    np.testing.assert_array_equal(y[1], last_model.run(x[1]))


def test_inputs_by_name(pair_model, random):
    sound, image = random.uniform(-1, 1, (15, 10)), random.uniform(0, 1, (15, 6))
    y = pair_model.run(sound=sound, image=image)
    assert y.shape == (15, 3)
    np.testing.assert_array_equal(pair_model.run({"image": image, "sound": sound}), y)
    batch = pair_model.run(sound=np.stack([sound] * 4), image=np.stack([image] * 4), threads=2)
    np.testing.assert_array_equal(batch, np.stack([y] * 4))


@pytest.mark.parametrize("names", [{}, {"sound": 1}, {"sound": 1, "image": 1, "smell": 1}])
def test_wrong_names_are_refused(pair_model, names):
    arrays = {"sound": np.zeros((3, 10)), "image": np.zeros((3, 6)), "smell": np.zeros((3, 6))}
    with pytest.raises(crnn.ArgumentError) as caught:
        pair_model.run({name: arrays[name] for name in names})
    assert caught.value.status == 103


def test_a_batch_of_one_input_only_is_refused(pair_model):
    with pytest.raises(crnn.ArgumentError, match="batch"):
        pair_model.run(sound=np.zeros((2, 3, 10)), image=np.zeros((3, 6)))


def test_empty_batch(stream_model, last_model):
    assert stream_model.run(np.zeros((0, 20, 8))).shape == (0, 20, 5)
    assert last_model.run(np.zeros((0, 12, 12)), threads=3).shape == (0, 10)


def test_empty_sequence(stream_model):
    assert stream_model.run(np.zeros((0, 8))).shape == (0, 5)


@pytest.mark.parametrize("frames", [0, 1])
@pytest.mark.parametrize("batch", [(), (3,)])
def test_a_sequence_too_short_for_its_one_output(last_model, frames, batch):
    expected = f"a sequence of {frames} frame{'s' * (frames != 1)} is too short to give an output"
    with pytest.raises(crnn.StreamStateError, match=expected) as caught:
        last_model.run(np.zeros((*batch, frames, 12)))
    assert caught.value.status == 302


def test_bounded_model(models, random):
    model = crnn.Model(models / "bounded.crnn")
    assert model.is_bounded
    x = random.uniform(-1, 1, (3, 25, 6))
    np.testing.assert_array_equal(model.run(x, threads=2)[2], model.run(x[2]))


def test_an_error_in_one_thread_reaches_the_caller(stream_model):
    with pytest.raises(crnn.ArgumentError):
        stream_model.run(np.zeros((9, 20, 7)), threads=3)
    with pytest.raises(crnn.ArgumentError, match="threads"):
        stream_model.run(np.zeros((9, 20, 8)), threads=0)


def test_every_instruction_set_gives_the_same_bits(models, random):
    x = random.uniform(-1, 1, (30, 8))
    names = crnn.isas()
    assert names[0] == "reference"
    results = [crnn.Model(models / "stream.crnn", isa=name).run(x) for name in names]
    for result in results[1:]:
        np.testing.assert_array_equal(result, results[0])


def test_unknown_instruction_set(models):
    with pytest.raises(crnn.RuntimeEnvironmentError) as caught:
        crnn.Model(models / "stream.crnn", isa="abacus")
    assert caught.value.status == 502 and "abacus" in str(caught.value)


def test_many_threads_on_one_model(stream_model, random):
    x = random.uniform(-1, 1, (50, 8)).astype(np.float32)
    expected, failures = stream_model.run(x), []

    def work():
        for _ in range(20):
            if not np.array_equal(stream_model.run(x), expected):
                failures.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def crc32c(content):
    value = 0xFFFFFFFF
    for byte in content:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def for_a_newer_reader(content):
    """The same model, whole and undamaged, that says it needs the next version of the reader."""
    header = bytearray(content[:124])
    struct.pack_into("<H", header, 10, struct.unpack_from("<H", header, 10)[0] + 1)
    return bytes(header) + struct.pack("<I", crc32c(header)) + content[128:]


def test_the_checksum_of_these_tests_is_the_one_of_the_files(models):
    content = (models / "stream.crnn").read_bytes()
    assert crc32c(b"123456789") == 0xE3069283
    assert struct.unpack_from("<I", content, 124)[0] == crc32c(content[:124])


@pytest.mark.parametrize(("change", "status"), [
    pytest.param(lambda content: b"", 206, id="empty"),
    pytest.param(lambda content: content[:127], 201, id="less than a header"),
    pytest.param(lambda content: content[:-1], 201, id="truncated"),
    pytest.param(lambda content: b"x" * 1000, 200, id="text"),
    pytest.param(lambda content: b"c" + content[1:], 200, id="wrong magic"),
    pytest.param(lambda content: content[:20] + bytes([content[20] ^ 1]) + content[21:], 202, id="flipped header"),
    pytest.param(lambda content: content[:-1] + bytes([content[-1] ^ 1]), 202, id="flipped at the end"),
    pytest.param(for_a_newer_reader, 203, id="too new"),
])
def test_files_that_are_no_models(tmp_path, models, change, status):
    path = tmp_path / "file.crnn"
    path.write_bytes(change((models / "stream.crnn").read_bytes()))
    with pytest.raises(crnn.FileError) as caught:
        crnn.Model(path)
    assert caught.value.status == status and len(str(caught.value)) > 10


def test_no_file(tmp_path):
    with pytest.raises(crnn.RuntimeEnvironmentError) as caught:
        crnn.Model(tmp_path / "absent.crnn")
    assert caught.value.status == 500


def test_texts(stream_model, last_model):
    assert stream_model.text("no such text") is None
    assert stream_model.labels == [] and stream_model.alphabet is None
    assert last_model.labels == list("0123456789")


def test_models_are_not_copied(stream_model):
    for use in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="cannot be copied or pickled"):
            use(stream_model)


def test_a_model_lives_as_long_as_its_streams(models, random):
    stream = crnn.Model(models / "stream.crnn").stream()
    gc.collect()
    assert stream.push(random.uniform(-1, 1, (20, 8))).shape[1:] == (5,)


def test_stream_memory_is_known_before(stream_model):
    assert 0 < stream_model.stream_bytes() < stream_model.stream_bytes(chunk=64)


@pytest.mark.parametrize("isa", crnn.isas())
def test_prepared_weights_change_nothing(models, random, isa):
    model = crnn.Model(models / "wide.crnn", isa=isa)
    columns = random.uniform(0, 1, (50, 8)).astype(np.float32)
    expected = model.run(columns)
    assert (model.prepare_weights() > 0) == (isa == "avx2")
    np.testing.assert_array_equal(model.run(columns), expected)


def test_ports_and_timings_do_not_change(stream_model):
    port, timing = stream_model.inputs[0], stream_model.timing()
    assert hash(timing) == hash(stream_model.timing()) and repr(timing).startswith("Timing(depends=True, ")
    with pytest.raises(AttributeError):
        port.name = "other"
    with pytest.raises(AttributeError):
        del timing.depends
    with pytest.raises(TypeError):
        crnn.Timing(True)
