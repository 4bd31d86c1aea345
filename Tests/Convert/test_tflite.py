"""TFLite files: LiteRT's values, from ONNX Runtime and from the converter's interpreter; what is refused, and how."""

import json
import os
import pathlib
import subprocess
import types

import crnn_convert
import numpy as np
import onnx
import onnxruntime
import pytest
from crnn_convert import ConversionError, ConversionWarning

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = pathlib.Path(__file__).resolve().parent / "fixtures" / "tflite"
ZOO = pathlib.Path(os.environ.get("CRNN_ZOO", ROOT.parent / "shared" / "zoo"))
TOOL = pathlib.Path(os.environ.get("CRNN_TOOL", ROOT / "build" / "crnn"))

pytest.importorskip("tflite", reason="the package tflite is not installed: tools/setup python")

from crnn_convert.tflite import export, file  # noqa: E402

MODELS = sorted(path.name for path in FIXTURES.glob("*.tflite"))

# LiteRT computes in 8 bits where these weights are in 8 bits; here they are multiplied in float.
TOLERANCES = {"float": 1e-5, "int8": 0.01}

needs_tool = pytest.mark.skipif(not TOOL.is_file(), reason=f"{TOOL} is not built: make")
needs_zoo = pytest.mark.skipif(not ZOO.is_dir(), reason=f"{ZOO} is not there (CRNN_ZOO names another place)")


def session_of(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def run(model: onnx.ModelProto, examples: np.ndarray, one_call: bool = False) -> np.ndarray:
    session = session_of(model)
    port = session.get_inputs()[0].name
    if one_call:
        return session.run(None, {port: examples})[0]
    return np.concatenate([session.run(None, {port: example[None]})[0] for example in examples])


def evaluated(folder: pathlib.Path, model: onnx.ModelProto, *options, **arrays) -> subprocess.CompletedProcess:
    onnx.save(model, folder / "model.onnx")
    np.savez(folder / "test.npz", **arrays)
    command = [TOOL, "evaluate", folder / "model.onnx", folder / "test.npz", "--json", "-", *options]
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)


def check_exact_or_refused(process: subprocess.CompletedProcess, limit: float, operators: tuple[str, ...]) -> None:
    """An operator that the importer cannot read is named; nothing else may go wrong."""
    if process.returncode == 0:
        assert json.loads(process.stdout)["max_abs_error"] < limit
    else:
        assert any(f"({operator})" in process.stderr for operator in operators), process.stderr


@pytest.mark.parametrize("name", MODELS)
def test_same_values_as_litert(name):
    network, numbers, _ = name.split(".")
    arrays = np.load(FIXTURES / f"{network}.npz")
    # SVDF keeps its past itself: one frame a call there, all of them at once here.
    result = run(crnn_convert.to_onnx(FIXTURES / name), arrays["x"], one_call=network == "svdf")
    np.testing.assert_allclose(result, arrays[numbers], atol=TOLERANCES[numbers])


@needs_tool
@pytest.mark.parametrize("name", MODELS)
def test_the_interpreter_gives_these_values(tmp_path, name):
    network, numbers, _ = name.split(".")
    arrays = np.load(FIXTURES / f"{network}.npz")
    model = crnn_convert.to_onnx(FIXTURES / name)
    process = evaluated(tmp_path, model, x=arrays["x"], ref=arrays[numbers])
    operators = {node.op_type for node in model.graph.node}
    if "Scan" not in operators:
        assert process.returncode == 0, process.stderr
    check_exact_or_refused(process, TOLERANCES[numbers], ("Scan",))


def test_8_bit_weights_keep_their_scales():
    model = crnn_convert.to_onnx(FIXTURES / "picture.int8.tflite")
    constants = {constant.name: onnx.numpy_helper.to_array(constant) for constant in model.graph.initializer}
    found = [node for node in model.graph.node if node.op_type == "DequantizeLinear"]
    assert len(found) == 4 and "QuantizeLinear" not in {node.op_type for node in model.graph.node}
    for node in found:
        stored, scale, zero_point = (constants[name] for name in node.input)
        assert stored.dtype == zero_point.dtype == np.int8
        if scale.ndim:
            # One for each output channel.
            (axis,) = [attribute.i for attribute in node.attribute if attribute.name == "axis"]
            assert axis == 0 and scale.shape == (stored.shape[0],)


class Network:
    """A network of one input and one output, part by part."""

    def __init__(self):
        self.tensors, self.operators = [], []

    def tensor(self, *shape, values=None, kind="FLOAT32", quantization=None) -> int:
        number = len(self.tensors)
        values = None if values is None else np.asarray(values).reshape(shape)
        self.tensors.append(file.Tensor(number, f"t{number}", kind, shape, values, quantization, False))
        return number

    def operator(self, kind, inputs, *shape, **options) -> int:
        result = self.tensor(*shape)
        settings = types.SimpleNamespace(**{name: lambda value=value: value for name, value in options.items()})
        self.operators.append(file.Operator(kind, inputs, [result], settings, f"o{result}"))
        return result

    def model(self) -> onnx.ModelProto:
        last = len(self.tensors) - 1
        main = file.Subgraph("main", self.tensors, self.operators, [0], [last])
        return export.export(file.Model([main]), "model", "0")[0]


def test_weights_of_4_bits_have_scales_too():
    results = []
    for kind in ("INT4", "INT8"):
        network = Network()
        x, scales = network.tensor(1, 3), file.Quantization(np.float32([0.01, 0.5]), np.zeros(2, np.int64), 0)
        weights = network.tensor(2, 3, values=np.int8([7, -3, 1, 2, 0, 5]), kind=kind, quantization=scales)
        options = {"WeightsFormat": 0, "KeepNumDims": False, "FusedActivationFunction": 0}
        network.operator("FULLY_CONNECTED", [x, weights, -1], 1, 2, **options)
        results.append(run(network.model(), np.float32([[[1, 2, 4]]])[0]))
    np.testing.assert_allclose(results[0], [[0.05, 11]], rtol=1e-6)
    np.testing.assert_array_equal(*results)


@pytest.mark.parametrize("step", [0, 2, -1, -3])
def test_one_step_of_a_sequence_that_was_read_backwards(step):
    random, results = np.random.default_rng(3), []
    x = random.normal(size=(1, 6, 3)).astype(np.float32)
    weights = [random.normal(size=shape).astype(np.float32) for shape in ((2, 3), (2, 2), (2,))]
    for length in (6, -1):
        network = Network()
        frames = network.tensor(1, length, 3)
        axis = network.tensor(1, values=np.int32([1]), kind="INT32")
        turned = network.operator("REVERSE_V2", [frames, axis], 1, length, 3)
        stored = [network.tensor(*values.shape, values=values) for values in weights]
        options = {"FusedActivationFunction": 4, "TimeMajor": False}
        results_of = network.operator("UNIDIRECTIONAL_SEQUENCE_RNN", [turned, *stored, -1], 1, length, 2, **options)
        bounds = [
            network.tensor(3, values=np.int32(values), kind="INT32")
            for values in ([0, step, 0], [0, step + 1, 0], [1] * 3)
        ]
        masks = {"ShrinkAxisMask": 2, "BeginMask": 5, "EndMask": 5, "EllipsisMask": 0, "NewAxisMask": 0}
        network.operator("STRIDED_SLICE", [results_of, *bounds], 1, 2, **masks)
        results.append(run(network.model(), x).ravel())
    hidden, steps = np.zeros(2), []
    for frame in x[0, ::-1]:
        hidden = np.tanh(weights[0] @ frame + weights[1] @ hidden + weights[2])
        steps.append(hidden)
    for result in results:
        np.testing.assert_allclose(result, steps[step], atol=1e-6)


def test_scales_of_activations_stand_there_when_asked_for():
    plain = crnn_convert.to_onnx(FIXTURES / "picture.int8.tflite")
    kept = crnn_convert.to_onnx(FIXTURES / "picture.int8.tflite", keep_scales=True)
    assert sum(node.op_type == "QuantizeLinear" for node in kept.graph.node) >= 10
    arrays = np.load(FIXTURES / "picture.npz")
    # With the roundings of every tensor it is what LiteRT computes, to the step of its output.
    assert np.abs(run(kept, arrays["x"]) - arrays["int8"]).max() <= 2 / 256
    assert np.abs(run(plain, arrays["x"]) - arrays["float"]).max() < 0.02


def test_a_projection_and_peepholes():
    """The projection is folded into the recurrent weights: R P, five columns for five units instead of three."""
    model = crnn_convert.to_onnx(FIXTURES / "peepholes.float.tflite")
    (lstm,) = (node for node in model.graph.node if node.op_type == "LSTM")
    constants = {constant.name: onnx.numpy_helper.to_array(constant) for constant in model.graph.initializer}
    assert constants[lstm.input[2]].shape == (1, 20, 5) and constants[lstm.input[7]].shape == (1, 15)


@pytest.mark.parametrize("position", [3, 40, 200, 1000])
def test_damaged_files_are_an_error(tmp_path, position):
    content = (FIXTURES / "picture.float.tflite").read_bytes()
    (tmp_path / "cut.tflite").write_bytes(content[: max(8, position)])
    with pytest.raises(ConversionError):
        crnn_convert.to_onnx(tmp_path / "cut.tflite")


def test_any_flipped_bit_of_the_structure_is_an_error_or_another_model(tmp_path):
    content = (FIXTURES / "svdf.float.tflite").read_bytes()
    random = np.random.default_rng(2)
    for position in random.integers(8, len(content), 60):
        damaged = bytearray(content)
        damaged[position] ^= 1 << int(random.integers(0, 8))
        (tmp_path / "model.tflite").write_bytes(damaged)
        try:
            crnn_convert.to_onnx(tmp_path / "model.tflite")
        except ConversionError:
            pass


@needs_zoo
@needs_tool
@pytest.mark.parametrize("name, limit", [("original", 1e-4), ("original_int8", 0.15)])
def test_digits_by_rows(tmp_path, name, limit):
    """UNIDIRECTIONAL_SEQUENCE_LSTM, in float and in 8 bits throughout."""
    with pytest.warns(ConversionWarning, match="limits its cell state"):
        model = crnn_convert.to_onnx(ZOO / "mnist_lstm" / f"{name}.tflite")
    arrays = np.load(ZOO / "mnist_lstm" / "test.npz")
    process = evaluated(tmp_path, model, x=arrays["x"], y=arrays["y"], ref=arrays["ref"])
    assert process.returncode == 0, process.stderr
    result = json.loads(process.stdout)
    assert result["max_abs_error"] < limit
    assert result["accuracy_percent"] >= 97.3


@needs_zoo
def test_speech_enhancement_step_by_step():
    """A cell written out in single operators, its states packed into one input."""
    model = crnn_convert.to_onnx(ZOO / "dtln_model_1" / "original.tflite")
    session = session_of(model)
    arrays = np.load(ZOO / "dtln_model_1" / "test.npz")
    frame, state = (value.name for value in session.get_inputs())
    values, masks = np.zeros((1, 2, 128, 2), np.float32), []
    for features in arrays["x"][:150]:
        mask, values = session.run(None, {frame: features[None, None], state: values})
        masks.append(mask[0, 0])
    assert np.abs(np.array(masks) - arrays["ref"][:150]).max() < 1e-4


@needs_zoo
def test_wake_words_unrolled(tmp_path):
    """43 copies of one GRU cell behind two convolutions; they share their weights here as in the file."""
    model = crnn_convert.to_onnx(ZOO / "kws_streaming_crnn" / "noflex_non_stream.tflite")
    assert model.ByteSize() < 2_500_000
    arrays = np.load(ZOO / "kws_streaming_crnn" / "test.npz")
    assert np.abs(run(model, arrays["x"][:20]) - arrays["ref"][:20]).max() < 1e-4
    if TOOL.is_file():
        process = evaluated(tmp_path, model, x=arrays["x"][:20], ref=arrays["ref"][:20])
        check_exact_or_refused(process, 1e-4, ("Split", "Gemm", "Concat", "Transpose"))


@needs_zoo
def test_a_front_end_in_the_file_is_refused():
    with pytest.raises(ConversionError, match="AudioSpectrogram.*compute the features before the network"):
        crnn_convert.to_onnx(ZOO / "kws_streaming_crnn" / "original_non_stream.tflite")


@needs_zoo
def test_wake_words_with_8_bit_weights():
    """Float activations, 8-bit weights: the argmax of the float file on 99 % of the clips."""
    model = crnn_convert.to_onnx(ZOO / "kws_streaming_crnn" / "noflex_non_stream_quant.tflite")
    arrays = np.load(ZOO / "kws_streaming_crnn" / "test.npz")
    given = run(model, arrays["x"])
    assert (given.argmax(-1) == arrays["ref"].argmax(-1)).mean() >= 0.99


@needs_zoo
@needs_tool
@pytest.mark.parametrize("name", ["noflex_stream_state_external", "noflex_stream_state_external_quant"])
def test_ring_buffers_of_the_caller_are_refused(tmp_path, name):
    """A streaming file whose convolutions read rows that the caller keeps: the runtime keeps those itself."""
    model = crnn_convert.to_onnx(ZOO / "kws_streaming_crnn" / f"{name}.tflite")
    ring = "streaming/stream/stream/ExternalState"
    assert ring in [value.name for value in model.graph.input]
    (tmp_path / "model.onnx").write_bytes(model.SerializeToString())
    process = subprocess.run(
        [TOOL, "convert", tmp_path / "model.onnx", "-o", tmp_path / "model.crnn", "--calibrate",
         ZOO / "kws_streaming_crnn/calib.npz", "--array", "streaming/speech_features/Mfcc=x", "--state",
         f"{ring}=streaming/stream/concat"], capture_output=True, text=True, check=False)
    assert process.returncode == 1 and not (tmp_path / "model.crnn").exists()
    assert f"'{ring}' cannot be a state" in process.stderr and "with its time axis" in process.stderr


@needs_zoo
@needs_tool
def test_speech_enhancement_as_a_stream(tmp_path):
    """Both cells' states in one input: one state of the runtime, and the masks of the whole clip."""
    model = crnn_convert.to_onnx(ZOO / "dtln_model_1" / "original.tflite")
    arrays = np.load(ZOO / "dtln_model_1" / "test.npz")
    process = evaluated(tmp_path, model, x=arrays["x"], ref=arrays["ref"])
    assert process.returncode == 0, process.stderr
    assert json.loads(process.stdout)["max_abs_error"] < 1e-4
