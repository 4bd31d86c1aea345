"""Weights alone with an architecture file: as TensorFlow 1, Keras 1 and PyTorch lay them, against their formulas."""

import json
import os
import pathlib
import struct
import subprocess
import sys

import crnn_convert
import numpy as np
import onnxruntime
import pytest
from crnn_convert import ConversionError, ConversionWarning, frozen_graph

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = pathlib.Path(__file__).resolve().parent / "fixtures"
ZOO = pathlib.Path(os.environ.get("CRNN_ZOO", ROOT.parent / "shared" / "zoo"))

needs_zoo = pytest.mark.skipif(not ZOO.is_dir(), reason=f"{ZOO} is not there (CRNN_ZOO names another place)")


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def random_arrays(**shapes) -> dict[str, np.ndarray]:
    random = np.random.default_rng(6)
    return {name: random.normal(0, 0.5, shape).astype(np.float32) for name, shape in shapes.items()}


def described(folder: pathlib.Path, layers: list[dict], arrays: dict[str, np.ndarray], **rest) -> pathlib.Path:
    np.savez(folder / "weights.npz", **arrays)
    path = folder / "network.json"
    path.write_text(json.dumps({"weights": "weights.npz", "layers": layers, **rest}))
    return path


def run(path: pathlib.Path, x: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(
        crnn_convert.to_onnx(path).SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, {session.get_inputs()[0].name: x.astype(np.float32)})[0]


FRAMES = np.random.default_rng(7).normal(0, 1, (3, 9, 4)).astype(np.float32)
INPUT = {"type": "Input", "name": "frames", "shape": [-1, 4]}


@pytest.mark.parametrize("has_peepholes, width", [(False, None), (True, None), (False, 3), (True, 3)])
def test_lstm_of_tensorflow_1(tmp_path, has_peepholes, width):
    """Sak et al. 2014, as TF1's LSTMCell has it: forget bias, peepholes to c(t-1) and c(t), projection."""
    units = 5
    state = width or units
    arrays = random_arrays(kernel=(4 + state, 4 * units), bias=4 * units, i=units, f=units, o=units, p=(units, state))
    roles = {"kernel": "kernel", "bias": "bias"}
    if has_peepholes:
        roles.update(peephole_i="i", peephole_f="f", peephole_o="o")
    if width:
        roles["projection"] = "p"
    arrays = {name: values for name, values in arrays.items() if name in roles.values()}
    layer = {"type": "LSTM", "units": units, "order": "tf1", "forget_bias": 0.7, "return_sequences": True}
    h, c, expected = np.zeros((3, state)), np.zeros((3, units)), []
    peep = {gate: arrays.get(gate, 0.0) for gate in "ifo"}
    for x in FRAMES.transpose(1, 0, 2):
        i, j, f, o = np.split(np.concatenate([x, h], 1) @ arrays["kernel"] + arrays["bias"], 4, axis=1)
        c = sigmoid(f + 0.7 + peep["f"] * c) * c + sigmoid(i + peep["i"] * c) * np.tanh(j)
        h = sigmoid(o + peep["o"] * c) * np.tanh(c)
        h = h @ arrays["p"] if width else h
        expected.append(h)
    result = run(described(tmp_path, [INPUT, {**layer, "arrays": roles}], arrays), FRAMES)
    np.testing.assert_allclose(result, np.stack(expected, 1), atol=1e-5)


def test_gru_of_tensorflow_1_with_a_relu_candidate(tmp_path):
    arrays = random_arrays(gk=(4 + 6, 12), gb=12, ck=(4 + 6, 6), cb=6)
    roles = {"gates_kernel": "gk", "gates_bias": "gb", "candidate_kernel": "ck", "candidate_bias": "cb"}
    layer = {"type": "GRU", "units": 6, "order": "tf1", "activation": "relu", "arrays": roles}
    h = np.zeros((3, 6))
    for x in FRAMES.transpose(1, 0, 2):
        r, u = np.split(sigmoid(np.concatenate([x, h], 1) @ arrays["gk"] + arrays["gb"]), 2, axis=1)
        candidate = np.maximum(np.concatenate([x, r * h], 1) @ arrays["ck"] + arrays["cb"], 0)
        h = u * h + (1 - u) * candidate
    np.testing.assert_allclose(run(described(tmp_path, [INPUT, layer], arrays), FRAMES), h, rtol=1e-5, atol=1e-5)


def test_gru_of_keras_1_has_an_array_for_each_gate(tmp_path):
    arrays = random_arrays(**{f"W_{g}": (4, 5) for g in "zrh"}, **{f"U_{g}": (5, 5) for g in "zrh"})
    arrays.update(random_arrays(**{f"b_{g}": 5 for g in "zrh"}))
    roles = {"kernel": "W_*", "recurrent_kernel": "U_*", "bias": "b_*"}
    path = described(
        tmp_path, [INPUT, {"type": "GRU", "units": 5, "order": "keras1", "arrays": roles}], arrays, keras_version=1
    )
    a, h = arrays, np.zeros((3, 5))
    for x in FRAMES.transpose(1, 0, 2):
        z, r = (np.clip(0.2 * (x @ a[f"W_{g}"] + h @ a[f"U_{g}"] + a[f"b_{g}"]) + 0.5, 0, 1) for g in "zr")
        h = z * h + (1 - z) * np.tanh(x @ a["W_h"] + (r * h) @ a["U_h"] + a["b_h"])
    np.testing.assert_allclose(run(path, FRAMES), h, atol=1e-5)


@pytest.mark.parametrize("kind, gates", [("LSTM", 4), ("GRU", 3)])
def test_recurrent_layers_of_pytorch(tmp_path, kind, gates):
    arrays = random_arrays(ih=(gates * 5, 4), hh=(gates * 5, 5), bi=gates * 5, bh=gates * 5)
    roles = {"kernel": "ih", "recurrent_kernel": "hh", "bias": "bi", "recurrent_bias": "bh"}
    h, c = np.zeros((3, 5)), np.zeros((3, 5))
    for x in FRAMES.transpose(1, 0, 2):
        given = np.split(x @ arrays["ih"].T + arrays["bi"], gates, axis=1)
        kept = np.split(h @ arrays["hh"].T + arrays["bh"], gates, axis=1)
        if kind == "LSTM":
            i, f, g, o = (a + b for a, b in zip(given, kept))
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
        else:
            r, z = (sigmoid(given[gate] + kept[gate]) for gate in (0, 1))
            h = (1 - z) * np.tanh(given[2] + r * kept[2]) + z * h
    layer = {"type": kind, "units": 5, "order": "torch", "arrays": roles}
    np.testing.assert_allclose(run(described(tmp_path, [INPUT, layer], arrays), FRAMES), h, atol=1e-5)


@pytest.mark.filterwarnings("ignore::crnn_convert.ConversionWarning")
@pytest.mark.parametrize("order", ["torch", "keras"])
def test_a_forget_bias_is_added_with_and_without_biases(tmp_path, order):
    units = 3
    arrays = random_arrays(kernel=(4, 4 * units), recurrent=(units, 4 * units))
    arrays["bias"] = np.zeros(4 * units, np.float32)
    arrays["stated"] = np.repeat(np.float32([0, 1.5, 0, 0]), units)
    if order == "torch":
        arrays.update(kernel=arrays["kernel"].T, recurrent=arrays["recurrent"].T)

    def result(bias, **rest):
        roles = {"kernel": "kernel", "recurrent_kernel": "recurrent", **({"bias": bias} if bias else {})}
        layer = {"type": "LSTM", "units": units, "order": order, "arrays": roles, **rest}
        return run(described(tmp_path, [INPUT, layer], arrays), FRAMES[:1])

    for bias in ("bias", None):
        np.testing.assert_array_equal(result(bias, forget_bias=1.5), result("stated"))


def test_separable_convolutions_and_slopes_of_pytorch(tmp_path):
    kernel, pointwise = random_arrays(kernel=(3, 4, 2), pointwise=(1, 8, 5)).values()
    slope = random_arrays(slope=5)["slope"]
    by_order = {
        "keras": {"kernel": kernel, "pointwise": pointwise, "slope": slope[None]},
        "torch": {
            "kernel": kernel.transpose(1, 2, 0).reshape(8, 1, 3),
            "pointwise": pointwise.transpose(2, 1, 0),
            "slope": slope,
        },
    }
    results = []
    for order, arrays in by_order.items():
        settings = {"kernel_size": 3, "filters": 5, "depth_multiplier": 2, "order": order}
        roles = {"kernel": "kernel", "pointwise": "pointwise"}
        layers = [
            INPUT, {"type": "SeparableConv1D", **settings, "arrays": roles},
            {"type": "PReLU", "shared_axes": [1], "arrays": {"slope": "slope"}},
        ]
        results.append(run(described(tmp_path, layers, arrays), FRAMES[:1]))
    np.testing.assert_array_equal(*results)


def test_both_directions_in_a_wrapper(tmp_path):
    """The backward layer reads from the last step; its results stand in the order of the input."""
    roles, arrays, halves = {}, {}, []
    for way, frames in (("f", FRAMES), ("b", FRAMES[:, ::-1])):
        own = random_arrays(**{f"{way}k": (4, 3), f"{way}r": (3, 3), f"{way}b": 3})
        arrays.update(own)
        roles[way] = {"kernel": f"{way}k", "recurrent_kernel": f"{way}r", "bias": f"{way}b"}
        h, steps = np.zeros((3, 3)), []
        for x in frames.transpose(1, 0, 2):
            h = np.tanh(x @ own[f"{way}k"] + h @ own[f"{way}r"] + own[f"{way}b"])
            steps.append(h)
        halves.append(np.stack(steps if way == "f" else steps[::-1], 1))
    inner = {"type": "SimpleRNN", "units": 3, "return_sequences": True}
    layer = {"type": "Bidirectional", "layer": {**inner, "arrays": roles["f"]}}
    layer["backward_layer"] = {**inner, "arrays": roles["b"]}
    result = run(described(tmp_path, [INPUT, layer], arrays), FRAMES)
    np.testing.assert_allclose(result, np.concatenate(halves, -1), atol=1e-5)


def test_safetensors_toml_and_several_ends(tmp_path):
    arrays = random_arrays(c=(6, 4, 3), b=6, d=(2, 6))
    content, header = b"", {"__metadata__": {"by": "hand"}}
    for name, values in arrays.items():
        stored = values.tobytes()
        kind = "F32"
        if name == "b":  # the upper halves alone
            kind, stored = "BF16", (values.view(np.uint32) >> 16).astype(np.uint16).tobytes()
            arrays[name] = (values.view(np.uint32) & 0xFFFF0000).view(np.float32)
        offsets = [len(content), len(content) + len(stored)]
        header[name] = {"dtype": kind, "shape": list(values.shape), "data_offsets": offsets}
        content += stored
    text = json.dumps(header).encode()
    (tmp_path / "w.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + content)
    if sys.version_info < (3, 11):
        pytest.skip("TOML needs Python 3.11")
    (tmp_path / "n.toml").write_text(
        'weights = "w.safetensors"\n[[layers]]\ntype = "Input"\nname = "frames"\nshape = [-1, 4]\n'
        '[[layers]]\ntype = "Conv1D"\norder = "torch"\nactivation = "relu"\narrays = { kernel = "c", bias = "b" }\n'
        '[[layers]]\ntype = "Dense"\nname = "each"\norder = "torch"\narrays = { kernel = "d" }\n'
    )
    windows = np.stack([FRAMES[:, step : step + 3] for step in range(7)], 1)  # [batch, step, 3, 4]
    hidden = np.maximum(np.einsum("nskc,ock->nso", windows, arrays["c"]) + arrays["b"], 0)
    np.testing.assert_allclose(run(tmp_path / "n.toml", FRAMES), hidden @ arrays["d"].T, atol=1e-5)


def test_keras_own_description_beside_weights_alone(tmp_path):
    """model.to_json() and model.save_weights(), out of a whole model's file."""
    import h5py

    with h5py.File(FIXTURES / "text_line.h5", "r") as whole:
        description = json.loads(whole.attrs["model_config"])
        description["keras_version"] = str(whole.attrs["keras_version"])
        with h5py.File(tmp_path / "line.weights.h5", "w") as alone:
            for name in whole["model_weights"]:
                whole.copy(f"model_weights/{name}", alone)
            alone.attrs["layer_names"] = whole["model_weights"].attrs["layer_names"]
    (tmp_path / "line.json").write_text(json.dumps(description))
    assert crnn_convert.to_onnx(tmp_path / "line.json").graph == crnn_convert.to_onnx(FIXTURES / "text_line.h5").graph


@pytest.mark.filterwarnings("ignore::crnn_convert.ConversionWarning")
@pytest.mark.parametrize(
    "layer, words",
    [
        ({"type": "LSTM", "units": 2, "arrays": {"kernel": "absent"}}, "holds no array 'absent'; it holds kernel"),
        ({"type": "LSTM", "units": 2, "arrays": {"kernel": "kernel"}}, "do not say which is the recurrent_kernel"),
        ({"type": "LSTM", "units": 2, "cell_clip": 5}, "cell_clip: a limit of the cell state is not supported"),
        ({"type": "LSTM", "units": 2, "order": "theano"}, "its order is 'theano'; there are keras"),
        ({"type": "Dense", "activaton": "relu"}, "'activaton' is no setting"),
        ({"type": "Dense", "arrays": {"kernel": "kernel", "weights": "kernel"}}, "name weights, which this type"),
        ({"type": "Lambda", "arrays": {"kernel": "kernel"}}, "this type has no weights, or none that an architecture"),
        ({"type": "Lambda"}, "its Python code is not in the file"),
        ({"type": "GRU", "units": 2, "forget_bias": 1}, "only an LSTM has a forget_bias"),
        ({"type": "BatchNormalization", "arrays": {"gamma": "kernel"}}, "do not say which is the mean"),
        ({"type": "SeparableConv1D", "arrays": {"kernel": "kernel"}}, "do not say which is the pointwise"),
    ],
)
def test_what_is_refused(tmp_path, layer, words):
    path = described(tmp_path, [INPUT, layer], random_arrays(kernel=(4, 3)))
    with pytest.raises(ConversionError, match=words):
        crnn_convert.to_onnx(path)


def test_weights_that_nothing_uses_are_said(tmp_path):
    layers = [INPUT, {"type": "Dense", "arrays": {"kernel": "a"}}]
    path = described(tmp_path, layers, random_arrays(a=(4, 3), forgotten=(3,)))
    with pytest.warns(ConversionWarning, match="not used are forgotten"):
        crnn_convert.to_onnx(path)


# -- Networks that others trained -------------------------------------------------------------------------------------


def zoo_check(tmp_path, name, weights, layers, count=50, shape=None, **rest):
    document = {"weights": str(ZOO / name / weights), "layers": layers, **rest}
    (tmp_path / "network.json").write_text(json.dumps(document))
    arrays = np.load(ZOO / name / "test.npz")
    x = arrays["x"][:count]
    result = run(tmp_path / "network.json", x if shape is None else x.reshape(-1, *shape))
    assert np.abs(result - arrays["ref"][:count]).max() < 1e-4


def tf1_gru(cell: str, units: int, **rest) -> dict:
    parts = [(part, what) for part in ("gates", "candidate") for what in ("kernel", "bias")]
    roles = {f"{part}_{what}": f"{cell}/{part}/{what}" for part, what in parts}
    return {"type": "GRU", "units": units, "order": "tf1", "arrays": roles, **rest}


def dense(name: str, kernel: str, bias: str, activation: str) -> dict:
    return {"type": "Dense", "name": name, "arrays": {"kernel": kernel, "bias": bias}, "activation": activation}


@needs_zoo
def test_hello_edge_lstm(tmp_path):
    cell = "lstm/rnn/basic_lstm_cell"
    roles = {"kernel": f"{cell}/kernel", "bias": f"{cell}/bias"}
    lstm = {"type": "LSTM", "units": 118, "order": "tf1", "arrays": roles}
    layers = [{"type": "Input", "name": "mfcc", "shape": [-1, 10]}, lstm, dense("prob", "W_o", "b_o", "softmax")]
    zoo_check(tmp_path, "hello_edge_basic_lstm_s", "original.pb", layers)


@needs_zoo
def test_hello_edge_gru(tmp_path):
    gru = tf1_gru("rnn/multi_rnn_cell/cell_0/gru_cell", 154)
    layers = [{"type": "Input", "name": "mfcc", "shape": [-1, 10]}, gru, dense("prob", "W_o", "b_o", "softmax")]
    zoo_check(tmp_path, "hello_edge_gru_s", "original.pb", layers)


@needs_zoo
def test_hello_edge_crnn(tmp_path):
    first, second = (
        tf1_gru(f"rnn/multi_rnn_cell/cell_{i}/gru_cell", 60, name=f"gru_{i}", return_sequences=i == 0) for i in (0, 1)
    )
    layers = [
        {"type": "Input", "name": "mfcc", "shape": [49, 10]},
        {"type": "Reshape", "target_shape": [49, 10, 1]},
        {"type": "Conv2D", "strides": [2, 2], "activation": "relu", "arrays": {"kernel": "W", "bias": "Variable"}},
        {"type": "Reshape", "name": "frames", "target_shape": [-1, 192]},
        *(first, second, dense("hidden", "fcw", "Variable_1", "relu")),
        dense("prob", "Variable_2", "Variable_3", "softmax"),
    ]
    zoo_check(tmp_path, "hello_edge_crnn_s", "original.pb", layers)


@needs_zoo
def test_the_music_tagger_of_keras_1(tmp_path):
    def normalisation(name: str) -> dict:
        ends = {"gamma": "gamma", "beta": "beta", "mean": "running_mean", "variance": "running_std"}
        roles = {role: f"{name}/{name}_{end}_1:0" for role, end in ends.items()}
        return {"type": "BatchNormalization", "name": name, "arrays": roles}

    layers = [
        {"type": "Input", "name": "melgram", "shape": [96, 1366, 1]},
        {"type": "ZeroPadding2D", "padding": [[0, 0], [37, 37]]},
        {"type": "Permute", "dims": [1, 3, 2]},
        normalisation("bn_0_freq"),
        {"type": "Permute", "name": "back", "dims": [1, 3, 2]},
    ]
    for number, pool in enumerate((2, 3, 4, 4), 1):
        roles = {"kernel": f"conv{number}/conv{number}_W_1:0", "bias": f"conv{number}/conv{number}_b_1:0"}
        layers += [
            {"type": "Conv2D", "name": f"conv{number}", "order": "keras1", "padding": "same", "arrays": roles},
            normalisation(f"bn{number}"),
            {"type": "ELU", "name": f"elu{number}"},
            {"type": "MaxPooling2D", "name": f"pool{number}", "pool_size": [pool, pool]},
        ]
    layers += [
        {"type": "Permute", "name": "time_first", "dims": [2, 1, 3]},
        {"type": "Reshape", "target_shape": [15, 128]},
    ]
    for name in ("gru1", "gru2"):
        ends = {"kernel": "W_*", "recurrent_kernel": "U_*", "bias": "b_*"}
        roles = {role: f"{name}/{name}_{end}:0" for role, end in ends.items()}
        gru = {"type": "GRU", "name": name, "units": 32, "order": "keras1", "return_sequences": name == "gru1"}
        layers.append({**gru, "arrays": roles})
    layers.append(dense("tags", "output/output_W_1:0", "output/output_b_1:0", "sigmoid"))
    name, shape = "music_tagger_crnn", (96, 1366, 1)
    zoo_check(tmp_path, name, "original_weights_tensorflow.h5", layers, count=1, shape=shape, keras_version=1)


# -- TensorFlow's graphs ----------------------------------------------------------------------------------------------


def field(number: int, content: bytes) -> bytes:
    """A field of protobuf's wire format; everything here is short."""
    return bytes([number << 3 | 2, len(content)]) + content


@pytest.mark.parametrize(
    "stored, values",
    [([1, 2, 3], [1, 2, 3]), ([1, 2], [1, 2, 2]), ([4], [4, 4, 4]), ([], [0, 0, 0]), (None, [0, 0, 0])],
)
def test_constants_leave_out_what_repeats_the_last_value(tmp_path, stored, values):
    tensor = b"\x08\x01" + field(2, field(2, b"\x08\x03"))
    if stored is not None:
        tensor += field(5, np.float32(stored).tobytes())
    node = field(1, b"c") + field(2, b"Const") + field(5, field(1, b"value") + field(2, field(8, tensor)))
    (tmp_path / "graph.pb").write_bytes(field(1, node))
    np.testing.assert_array_equal(frozen_graph.constants(tmp_path / "graph.pb")["c"], np.float32(values))




@needs_zoo
def test_a_frozen_graph_is_refused_with_the_command(tmp_path):
    path = ZOO / "hello_edge_gru_s" / "original.pb"
    assert frozen_graph.ports(frozen_graph.nodes(path)) == (["Mfcc:0"], ["labels_softmax:0"])
    words = [sys.executable, "-m", "crnn_convert", path, "--onnx", tmp_path / "model.onnx"]
    variables = {**os.environ, "PYTHONPATH": str(ROOT / "tools/convert")}
    result = subprocess.run([str(word) for word in words], env=variables, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert f"python3 -m tf2onnx.convert --graphdef {path} --inputs Mfcc:0 --outputs labels_softmax:0" in result.stderr


def test_a_saved_model_is_refused_with_the_command(tmp_path):
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").write_bytes(b"")
    with pytest.raises(ConversionError, match="tf2onnx.convert --saved-model .*saved "):
        crnn_convert.to_onnx(tmp_path / "saved")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConversionError, match="no SavedModel"):
        crnn_convert.to_onnx(tmp_path / "empty")
    (tmp_path / "text.pb").write_text("no graph at all")
    with pytest.raises(ConversionError, match="no frozen graph"):
        crnn_convert.to_onnx(tmp_path / "text.pb")
