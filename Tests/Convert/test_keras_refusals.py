"""What cannot be converted is refused with a sentence that names the layer and says what to do."""

import io
import json
import pathlib
import zipfile

import crnn_convert
import h5py
import numpy as np
import pytest
from crnn_convert import ConversionError

FIXTURES = pathlib.Path(__file__).resolve().parent / "fixtures"


def write_model(
    path: pathlib.Path, *layers: tuple[str, dict], shape=(None, 4, 3), class_name="Sequential"
) -> pathlib.Path:
    """A .keras file of layers without weights, as Keras 3 writes it."""
    described = [{"class_name": "InputLayer", "config": {"batch_shape": shape, "dtype": "float32", "name": "values"}}]
    described += [{"class_name": kind, "config": {"name": f"the_{kind.lower()}", **config}} for kind, config in layers]
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        file.create_group("layers")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps({"class_name": class_name, "config": {"layers": described}}))
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.5.0"}))
        archive.writestr("model.weights.h5", weights.getvalue())
    return path


@pytest.mark.parametrize(
    "kind, config, advice",
    [
        ("ConvLSTM2D", {}, "use TimeDistributed convolutions"),
        ("LayerNormalization", {}, "the file holds 0 of its weights"),
        ("LayerNormalization", {"axis": 1}, "normalise the channels only"),
        ("Embedding", {"mask_zero": True}, "the file holds 0 of its weights"),
        ("Lambda", {}, "its Python code is not in the file"),
        ("Resizing", {}, "resize before the network"),
        ("Masking", {}, "without padding steps"),
        ("MadeUpLayer", {}, "build it from these: Activation, "),
        ("Activation", {"activation": "gelu"}, "the activation 'gelu' is not supported; these are: "),
        ("Dense", {"units": 2}, "the file holds 0 of its weights"),
        ("Reshape", {"target_shape": [5, 7]}, r"cannot become \(5, 7\)"),
        ("MaxPooling1D", {"pool_size": 2, "data_format": "channels_first"}, "'channels_first' is not supported"),
        ("MaxPooling2D", {"pool_size": 2}, "it needs 2"),
        ("MaxPooling1D", {"pool_size": 9}, "larger than its input"),
        ("ReLU", {"threshold": 0.5}, "a threshold other than 0"),
        ("Flatten", {"data_format": "channels_first"}, "'channels_first' is not supported"),
        ("Dense", {"units": 2, "dtype": {"class_name": "QuantizedDTypePolicy"}}, "save the model before quantize"),
    ],
)
def test_the_layer_is_named(tmp_path, kind, config, advice):
    path = write_model(tmp_path / "model.keras", ("Dropout", {"rate": 0.5}), (kind, config))
    with pytest.raises(ConversionError, match=rf"layer 'the_{kind.lower()}' \({kind}\): .*{advice}"):
        crnn_convert.to_onnx(path)


def test_integers_are_no_weights(tmp_path):
    path = write_model(tmp_path / "model.keras", ("Dense", {"units": 2}))
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with h5py.File(weights := io.BytesIO(), "w") as file:
        file["layers/dense/vars/0"] = np.ones((3, 2), np.int8)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**entries, "model.weights.h5": weights.getvalue()}.items():
            archive.writestr(name, content)
    with pytest.raises(ConversionError, match="its weights are integers"):
        crnn_convert.to_onnx(path)


@pytest.mark.parametrize(
    "call, words",
    [
        ([["frames", 0, 0, {}], ["state", 0, 0, {}]], "it is given 2 tensors, it takes one"),
        ([["frames", 0, 0, {"mask": ["state", 0, 0]}]], "it takes a tensor as mask="),
    ],
)
def test_an_initial_state_as_keras_2_writes_it(tmp_path, call, words):
    inputs = [
        {"class_name": "InputLayer", "name": name, "config": {"batch_input_shape": shape}, "inbound_nodes": []}
        for name, shape in (("frames", [None, None, 3]), ("state", [None, 2]))
    ]
    layer = {"class_name": "GRU", "name": "gru", "config": {"units": 2, "reset_after": False}, "inbound_nodes": [call]}
    ends = {"input_layers": [["frames", 0, 0], ["state", 0, 0]], "output_layers": [["gru", 0, 0]]}
    model = {"class_name": "Functional", "config": {"layers": [*inputs, layer], **ends}}
    with h5py.File(tmp_path / "model.h5", "w") as file:
        file.attrs["model_config"], file.attrs["keras_version"] = json.dumps(model), "2.15.0"
        stored = file.create_group("model_weights/gru")
        for name, shape in (("kernel", (3, 6)), ("recurrent_kernel", (2, 6)), ("bias", (6,))):
            stored[name] = np.ones(shape, np.float32)
        stored.attrs["weight_names"] = ["kernel", "recurrent_kernel", "bias"]
    with pytest.raises(ConversionError, match=rf"layer 'gru' \(GRU\): {words}"):
        crnn_convert.to_onnx(tmp_path / "model.h5")


def test_a_mask_between_layers():
    """Keras 3 writes what Masking does as operations, and the mask as an argument of the LSTM that gets it."""
    with pytest.raises(ConversionError, match=r"layer 'lstm_2' \(LSTM\): it is given a mask.*without padding steps"):
        crnn_convert.to_onnx(FIXTURES / "refused/masked.keras")


def test_an_embedding_that_makes_a_mask(tmp_path):
    with zipfile.ZipFile(FIXTURES / "text.keras") as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    described = entries["config.json"].replace(b'"mask_zero": false', b'"mask_zero": true')
    assert described != entries["config.json"]
    with zipfile.ZipFile(tmp_path / "masked.keras", "w") as archive:
        for name, content in {**entries, "config.json": described}.items():
            archive.writestr(name, content)
    with pytest.raises(ConversionError, match=r"\(Embedding\): mask_zero=True is not supported; feed sequences"):
        crnn_convert.to_onnx(tmp_path / "masked.keras")


def test_inside_time_distributed_the_inner_layer_is_named(tmp_path):
    inner = {"class_name": "ConvLSTM2D", "config": {"name": "inner"}}
    path = write_model(tmp_path / "model.keras", ("TimeDistributed", {"layer": inner}))
    with pytest.raises(ConversionError, match=r"layer 'the_timedistributed' \(ConvLSTM2D\)"):
        crnn_convert.to_onnx(path)


def test_an_input_without_a_shape(tmp_path):
    path = write_model(tmp_path / "model.keras", ("Flatten", {}), shape=None)
    with pytest.raises(ConversionError, match=r"layer 'values' \(InputLayer\).*keras.Input\(shape\)"):
        crnn_convert.to_onnx(path)


def test_a_subclassed_model(tmp_path):
    path = write_model(tmp_path / "model.keras", class_name="MyModel")
    with pytest.raises(ConversionError, match="class 'MyModel'.*Sequential or functional"):
        crnn_convert.to_onnx(path)


def test_files_that_are_no_models(tmp_path):
    with pytest.raises(ConversionError, match="there is no such file"):
        crnn_convert.to_onnx(tmp_path / "absent.keras")
    (tmp_path / "empty.keras").write_bytes(b"")
    with pytest.raises(ConversionError, match="neither a .keras nor an .h5 file"):
        crnn_convert.to_onnx(tmp_path / "empty.keras")
    with h5py.File(tmp_path / "weights.h5", "w") as file:
        file["dense"] = np.zeros(3)
    with pytest.raises(ConversionError, match="weights only; save the whole model"):
        crnn_convert.to_onnx(tmp_path / "weights.h5")
    with zipfile.ZipFile(tmp_path / "other.keras", "w") as archive:
        archive.writestr("readme.txt", "no model")
    with pytest.raises(ConversionError, match="damaged or not one that Keras wrote"):
        crnn_convert.to_onnx(tmp_path / "other.keras")


@pytest.mark.parametrize("name", ["crnn.keras", "crnn.h5"])
def test_every_truncation_is_an_error_and_not_a_crash(tmp_path, name):
    content = (FIXTURES / name).read_bytes()
    for length in range(0, len(content), max(1, len(content) // 97)):
        path = tmp_path / name
        path.write_bytes(content[:length])
        with pytest.raises(ConversionError):
            crnn_convert.to_onnx(path)


def test_every_damaged_byte_of_the_description_is_an_error_or_another_model(tmp_path):
    with zipfile.ZipFile(FIXTURES / "crnn.keras") as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    description = entries["config.json"]
    random = np.random.default_rng(0)
    for position in random.choice(len(description), 300, replace=False):
        damaged = bytearray(description)
        damaged[position] ^= 1 << random.integers(0, 7)
        path = tmp_path / "damaged.keras"
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in {**entries, "config.json": bytes(damaged)}.items():
                archive.writestr(name, content)
        try:
            crnn_convert.to_onnx(path)
        except ConversionError:
            pass
