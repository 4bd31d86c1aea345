"""The trained networks with several ports, fed piece by piece: any order gives the bits of the whole sequences.

Random arrays stand for data here; that the networks are also right is in test_fusion_networks.py.
"""

import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = pathlib.Path(os.environ.get("CRNN_TOOL", ROOT / "build" / "crnn"))
LIBRARY = ROOT / "build" / "libcrnn.so"

pytestmark = [
    pytest.mark.skipif(not TOOL.is_file(), reason=f"{TOOL} is not built: make"),
    pytest.mark.skipif(not LIBRARY.is_file(), reason=f"{LIBRARY} is not built: make"),
]

# Frame shapes of the inputs, and how many frames each gets.
PORTS = {
    "video": {"frames": ((64, 64, 1), 8)},
    "agreement": {"image": ((28,), 28), "sound": ((20,), 37)},
    "columns": {"columns": ((28,), 60), "strokes": ((6,), 30)},
}


@pytest.fixture(scope="module", params=PORTS)
def network(request, tmp_path_factory):
    """The packed network, and one sequence for each input, by name."""
    sys.path.insert(0, str(ROOT / "bindings/python"))
    crnn = pytest.importorskip("crnn")
    folder, name = tmp_path_factory.mktemp(request.param), request.param
    random = np.random.default_rng(3)
    inputs = {
        port: random.integers(0, 256, (frames, *shape), dtype=np.uint8)
        if port in ("frames", "image", "columns")
        else random.uniform(-1, 1, (frames, *shape)).astype(np.float32)
        for port, (shape, frames) in PORTS[name].items()
    }
    # Calibration with a batch axis; the image of `agreement` as the network's file has it, rows first.
    batch = {port: (array.T if port == "image" else array)[None] for port, array in inputs.items()}
    np.savez(folder / "calibration.npz", **batch)
    command = [sys.executable, "-m", "crnn_convert", ROOT / f"tools/train/{name}.keras", "--crnn", TOOL]
    command += ["-o", folder / "model.crnn", "--calibrate", folder / "calibration.npz"]
    command += ["--input-layout", "image=NHT"] if name == "agreement" else []
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tools/convert")}
    subprocess.run([str(part) for part in command], env=environment, check=True, capture_output=True)
    model = crnn.Model(folder / "model.crnn")
    # (frames, 64, 64, 1) is (frames, 64, 64) to a port that leaves axes of one out.
    shapes = {port.name: port.shape for port in model.inputs}
    return model, {port: array.reshape(len(array), *shapes[port]) for port, array in inputs.items()}


def by_name(model, result):
    return result if isinstance(result, dict) else {model.outputs[0].name: result}


def collected(model, results):
    """What a stream gave, as `Model.run` gives it."""
    outputs = {}
    for port in model.outputs:
        array = np.concatenate([by_name(model, result)[port.name] for result in results])
        outputs[port.name] = array[0] if port.per_sequence else array
    return outputs


@pytest.mark.parametrize("chunk", [1, 5])
def test_any_order_gives_the_bits_of_the_whole(network, chunk):
    model, inputs = network
    expected = by_name(model, model.run(inputs))
    random = np.random.default_rng(4)
    with model.stream(chunk=chunk) as stream:
        left, results = dict(inputs), []
        while left:
            port = random.choice(sorted(left))
            count = random.integers(1, 8)
            results.append(stream.push({port: left[port][:count]}))
            left[port] = left[port][count:]
            if len(left[port]) == 0:
                results.append(stream.finish(port))
                del left[port]
        got = collected(model, results)
    for name, reference in expected.items():
        np.testing.assert_array_equal(got[name], reference)


def test_one_port_after_the_other(network):
    model, inputs = network
    expected = by_name(model, model.run(inputs))
    for order in (sorted(inputs), sorted(inputs, reverse=True)):
        with model.stream() as stream:
            results = []
            for port in order:
                results += [stream.push({port: inputs[port]}), stream.finish(port)]
            got = collected(model, results)
        for name, reference in expected.items():
            np.testing.assert_array_equal(got[name], reference)
