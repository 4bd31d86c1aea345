"""PyTorch modules and files, with PyTorch itself where it is installed (`make test-torch`); the rest always."""

import importlib.util
import json
import os
import pathlib
import pickle
import subprocess
import sys
import zipfile

import crnn_convert
import numpy as np
import onnx
import pytest
from crnn_convert import ConversionError, pytorch

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = pathlib.Path(__file__).resolve().parent / "fixtures" / "torch"
ZOO = pathlib.Path(os.environ.get("CRNN_ZOO", ROOT.parent / "shared" / "zoo"))
TOOL = pathlib.Path(os.environ.get("CRNN_TOOL", ROOT / "build" / "crnn"))

needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="PyTorch is not installed: make test-torch"
)
without_torch = pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="PyTorch is installed")


class _Trap:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (os.mkdir, (str(self.path),))


def command(*arguments) -> subprocess.CompletedProcess:
    words = [sys.executable, "-m", "crnn_convert", *map(str, arguments)]
    variables = {**os.environ, "PYTHONPATH": str(ROOT / "tools/convert")}
    return subprocess.run(words, env=variables, capture_output=True, text=True, check=False)


def run(model: onnx.ModelProto, examples: np.ndarray) -> np.ndarray:
    import onnxruntime

    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    port = session.get_inputs()[0].name
    return np.concatenate([session.run(None, {port: example[None]})[0] for example in examples])


def test_files_are_told_apart():
    assert pytorch.kind_of(FIXTURES / "keyword.pt2") == "program"
    assert pytorch.kind_of(FIXTURES / "keyword.pt") == "script"
    assert pytorch.kind_of(FIXTURES / "keyword.npz") is None
    assert pytorch.kind_of(FIXTURES / "keyword.dynamo.onnx") is None


@pytest.mark.parametrize("is_archive", [False, True])
def test_a_pickle_is_not_opened(tmp_path, is_archive):
    content = pickle.dumps(_Trap(tmp_path / "sprung"), protocol=2)
    path = tmp_path / "model.pth"
    if is_archive:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("model/data.pkl", content)
    else:
        path.write_bytes(content)
    result = command(path, "--onnx", tmp_path / "model.onnx")
    assert result.returncode == 1
    assert "runs whatever code its author put there" in result.stderr and "--trust-pickle" in result.stderr
    with pytest.raises(ConversionError, match="is not opened"):
        crnn_convert.to_onnx(path)
    assert not (tmp_path / "sprung").exists() and not (tmp_path / "model.onnx").exists()


@without_torch
def test_without_torch_the_package_is_named(tmp_path):
    result = command(FIXTURES / "keyword.pt2", "--onnx", tmp_path / "model.onnx")
    assert result.returncode == 1 and "pip install torch" in result.stderr


@needs_torch
@pytest.mark.parametrize("exporter", pytorch.EXPORTERS)
def test_a_module(exporter):
    import torch
    import torch_modules

    module = torch_modules.randomised(torch_modules.Keyword())
    module.train()
    module.dropout.eval()
    axis = 1 if exporter == "torchscript" else None
    model = crnn_convert.torch(module, torch.zeros(1, 20, 8), time_axis=axis, exporters=[exporter])
    # The module is left as it was, layer by layer.
    assert module.training and module.lstm.training and not module.dropout.training
    arrays = np.load(FIXTURES / "keyword.npz")
    np.testing.assert_allclose(run(model, arrays["x"]), arrays["reference"], atol=1e-5)
    assert model.graph.input[0].name == "sound"
    if axis is not None:
        assert run(model, arrays["x"][:, :7]).shape == (4, 7, 4)


@needs_torch
@pytest.mark.parametrize("name, options", [("keyword.pt2", []), ("keyword.pt", ["--example", "1,20,8"])])
def test_files(tmp_path, name, options):
    result = command(FIXTURES / name, "--onnx", tmp_path / "model.onnx", *options)
    assert result.returncode == 0, result.stderr
    arrays = np.load(FIXTURES / "keyword.npz")
    np.testing.assert_allclose(
        run(onnx.load(tmp_path / "model.onnx"), arrays["x"]), arrays["reference"], atol=1e-5
    )


@needs_torch
@pytest.mark.skipif(not (ZOO.is_dir() and TOOL.is_file()), reason="the zoo (CRNN_ZOO) or the tool is not there")
def test_the_network_inside_a_program(tmp_path):
    """silero's TorchScript file is a program around two networks; one of them is converted, and gives the reference."""
    path, model = ZOO / "silero_vad/original.jit", tmp_path / "silero.onnx"
    result = command(path, "--onnx", model, "--example", "1,512")
    assert result.returncode == 1 and "--submodule _model or --submodule _model_8k" in result.stderr
    result = command(path, "--onnx", model, "--submodule", "_model_16k", "--example", "1,576")
    assert result.returncode == 1 and "there are: _model, _model_8k" in result.stderr
    result = command(path, "--onnx", model, "--submodule", "_model", "--example", "1,576", "--example", "2,1,128")
    assert result.returncode == 0, result.stderr
    options = ["--state", "state=state0", "--window", "x=576:512:64", "--array", "wav_*"]
    evaluate = [TOOL, "evaluate", model, ZOO / "silero_vad/test.npz", *options, "--json", "-"]
    process = subprocess.run(evaluate, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    assert json.loads(process.stdout)["max_abs_error"] < 1e-4


@needs_torch
def test_a_trusted_pickle(tmp_path):
    import torch

    torch.save(torch.nn.Sequential(torch.nn.Linear(3, 2)), tmp_path / "module.pt")
    torch.save(torch.nn.Linear(3, 2).state_dict(), tmp_path / "weights.pt")
    trusted = ["--trust-pickle", "--onnx", tmp_path / "model.onnx"]
    result = command(tmp_path / "module.pt", *trusted, "--example", "1,3")
    assert result.returncode == 0, result.stderr
    result = command(tmp_path / "weights.pt", *trusted, "--example", "1,3")
    assert result.returncode == 1 and "holds weights, not a network" in result.stderr
    result = command(tmp_path / "module.pt", *trusted)
    assert result.returncode == 1 and "--example" in result.stderr


@needs_torch
def test_what_no_exporter_writes_is_said():
    import torch

    class Broken(torch.nn.Module):
        def forward(self, x):
            raise ValueError("my own mistake")

    with pytest.raises(ConversionError, match="(?s)torchscript: .*my own mistake.*dynamo: "):
        crnn_convert.torch(Broken(), torch.zeros(1, 3))


def gpvad_layers() -> list[dict]:
    """The network of gpvad_sre: what its README says, in Keras' words."""
    layers: list[dict] = [
        {"type": "Input", "name": "x", "shape": [-1, 64]},
        {"type": "Reshape", "target_shape": [-1, 64, 1]},
    ]
    pools = {0: [2, 4], 3: [2, 4], 6: [1, 4]}
    for number in (0, 2, 3, 5, 6):
        block = f"features.{number}.block"
        ends = {"gamma": "weight", "beta": "bias", "mean": "running_mean", "variance": "running_var"}
        normalised = {role: f"{block}.0.{end}" for role, end in ends.items()}
        kernel = {"kernel": f"{block}.1.weight"}
        layers += [
            {"type": "BatchNormalization", "name": f"bn{number}", "epsilon": 1e-5, "arrays": normalised},
            {"type": "Conv2D", "name": f"conv{number}", "order": "torch", "padding": "same", "arrays": kernel},
            {"type": "LeakyReLU", "name": f"relu{number}", "negative_slope": 0.1},
        ]
        if number in pools:
            size = {"pool_size": pools[number], "strides": pools[number]}
            layers.append({"type": "LPPooling2D", "name": f"pool{number}", "norm_type": 4, **size})

    def gru(end: str) -> dict:
        ends = {"kernel": "weight_ih", "recurrent_kernel": "weight_hh", "bias": "bias_ih", "recurrent_bias": "bias_hh"}
        arrays = {role: f"gru.{name}_l0{end}" for role, name in ends.items()}
        settings = {"units": 128, "order": "torch", "return_sequences": True, "go_backwards": bool(end)}
        return {"type": "GRU", "name": f"gru{end}", "arrays": arrays, **settings}

    return [
        *layers,
        {"type": "Reshape", "name": "frames", "target_shape": [-1, 128]},
        {"type": "Bidirectional", "name": "both", "layer": gru(""), "backward_layer": gru("_reverse")},
        {"type": "Dense", "name": "y", "order": "torch", "activation": "sigmoid",
         "arrays": {"kernel": "outputlayer.weight", "bias": "outputlayer.bias"}},
    ]  # fmt: skip


@needs_torch
@pytest.mark.skipif(not (ZOO.is_dir() and TOOL.is_file()), reason="the zoo (CRNN_ZOO) or the tool is not there")
def test_weights_of_a_pth_file_that_others_trained(tmp_path):
    """Plain tensors need no --trust-pickle; the float interpreter gives the reference."""
    document = {"weights": str(ZOO / "gpvad_sre/original.pth"), "layers": gpvad_layers()}
    (tmp_path / "gpvad.json").write_text(json.dumps(document))
    onnx.save(crnn_convert.to_onnx(tmp_path / "gpvad.json"), tmp_path / "gpvad.onnx")
    command = [TOOL, "evaluate", tmp_path / "gpvad.onnx", ZOO / "gpvad_sre/test.npz", "--json", "-"]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    assert json.loads(process.stdout)["max_abs_error"] < 1e-4
