"""The zoo's streaming networks from Python, in pieces as drivers and users cut them: the bits of a whole run."""

import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = pathlib.Path(os.environ.get("CRNN_TOOL", ROOT / "build/crnn"))
ZOO = pathlib.Path(os.environ.get("CRNN_ZOO", ROOT.parent / "shared/zoo"))
sys.path.insert(0, str(ROOT / "bindings/python"))

import crnn  # noqa: E402

pytestmark = [
    pytest.mark.skipif(not TOOL.is_file(), reason=f"{TOOL} is not built: make"),
    pytest.mark.skipif(not ZOO.is_dir(), reason="the networks of the zoo are not on this machine (CRNN_ZOO)"),
]


def convert(folder, name, source, *options):
    path = folder / f"{name}.crnn"
    environment = {**os.environ, "CRNN_TOOL": str(TOOL), "CRNN_ZOO": str(ZOO)}
    command = [ROOT / "tools/zoo/zoo", "--convert", name, ZOO / name / source, path, *options]
    process = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout + process.stderr
    return crnn.Model(path)


class Case:
    """A network, one sequence for it, what the whole sequence gives, and what the original framework gave."""

    def __init__(self, model, frames, reference):
        self.model = model
        self.frames = frames.reshape(-1, *model.inputs[0].shape)
        self.whole = model.run(self.frames)
        self.reference = reference.reshape(self.whole.shape)

    def pushed(self, sizes, chunk):
        """The sequence in pieces of these sizes, again and again."""
        results, start = [], 0
        with self.model.stream(chunk=chunk) as stream:
            while start < len(self.frames):
                size = sizes[len(results) % len(sizes)]
                results.append(stream.push(self.frames[start : start + size]))
                start += size
            results.append(stream.finish())
        return np.concatenate(results), [len(result) for result in results]


def same_bits(a, b):
    return a.shape == b.shape and a.tobytes() == b.tobytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("streaming")


@pytest.fixture(scope="module")
def silero(folder):
    test = np.load(ZOO / "silero_vad/test.npz")
    # Eleven seconds; the last window stays incomplete and gives nothing.
    return Case(convert(folder, "silero_vad", "model.onnx"), test["wav_jfk"], test["ref_jfk"])


@pytest.fixture(scope="module")
def dtln(folder):
    test = np.load(ZOO / "dtln_model_1/test.npz")
    return Case(convert(folder, "dtln_model_1", "model.onnx"), test["x"], test["ref"])


@pytest.fixture(scope="module")
def kws(folder):
    """The form that gives an output for every frame."""
    test = np.load(ZOO / "kws_streaming_crnn/test.npz")
    return Case(convert(folder, "kws_streaming_crnn", "model_causal.onnx"), test["long_x"], test["long_stream_ref"])


@pytest.mark.parametrize("chunk", [1, 37, 512])
def test_audio_in_hops_of_the_network(silero, chunk):
    result, counts = silero.pushed([512], chunk)
    assert same_bits(result, silero.whole)
    assert counts == [1] * len(silero.whole) + [0, 0]  # at once; none for the cut hop and the end


@pytest.mark.parametrize("sizes", [[37], [160], [1001], [37, 160, 1001, 1, 511]])
def test_audio_in_odd_numbers_of_samples(silero, sizes):
    result, counts = silero.pushed(sizes, 512)
    assert same_bits(result, silero.whole)
    # An output comes with the push that completes its window.
    ends = np.minimum(np.cumsum([sizes[index % len(sizes)] for index in range(len(counts) - 1)]), len(silero.frames))
    assert np.cumsum(counts[:-1]).tolist() == (ends // 512).tolist()


@pytest.mark.parametrize("size", range(1, 8))
@pytest.mark.parametrize("name", ["dtln", "kws"])
def test_frames_in_small_chunks(request, name, size):
    case = request.getfixturevalue(name)
    for chunk in (1, size, 16):
        result, counts = case.pushed([size], chunk)
        assert same_bits(result, case.whole)
        assert counts[:-1] == [min(size, len(case.frames) - start) for start in range(0, len(case.frames), size)]


def test_results_are_those_of_the_networks(silero, dtln, kws):
    """The bars of `make zoo`, for the sequences and the form that are streamed here."""
    assert np.abs(silero.whole - silero.reference).mean() <= 0.01
    error = np.square(dtln.whole - dtln.reference).sum()
    assert 10 * np.log10(np.square(dtln.reference).sum() / error) >= 29
    assert (kws.whole.argmax(-1) == kws.reference.argmax(-1)).mean() >= 0.985
