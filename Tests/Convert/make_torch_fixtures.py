"""Makes fixtures/torch/: small PyTorch modules with random weights as both of PyTorch's exporters write them, the
same as files of torch.export and TorchScript, and what PyTorch computes with them.

    python3 Tests/Convert/make_torch_fixtures.py

Needs tools/convert/requirements-torch.txt. Of the tests, those in test_torch.py need it, too.
"""

from __future__ import annotations

import pathlib
import sys
import zipfile

import numpy as np
import onnx

FOLDER = pathlib.Path(__file__).resolve().parent / "fixtures" / "torch"
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "convert"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import crnn_convert  # noqa: E402
import torch  # noqa: E402
import torch_modules  # noqa: E402


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, make in torch_modules.MODULES.items():
        torch.manual_seed(len(name))
        module = torch_modules.randomised(make()).eval()
        examples = torch.randn(4, *torch_modules.SHAPES[name][1:])
        with torch.no_grad():
            reference = torch.cat([module(example[None]) for example in examples])
        arrays = {"x": examples.numpy(), "reference": reference.numpy()}
        np.savez_compressed(FOLDER / f"{name}.npz", **arrays)
        for exporter in ("torchscript", "dynamo"):
            # The newer exporter fixes the length of what it unrolls.
            axis = None if exporter == "dynamo" else torch_modules.TIME_AXES[name]
            model = crnn_convert.torch(module, examples[:1], time_axis=axis, exporters=[exporter])
            onnx.save(model, FOLDER / f"{name}.{exporter}.onnx")
    module = torch_modules.randomised(torch_modules.Keyword()).eval()
    example = torch.zeros(torch_modules.SHAPES["keyword"])
    program = torch.export.export(module, (example,))
    for node in program.graph.nodes:
        for key in ("stack_trace", "source_fn_stack", "nn_module_stack"):
            node.meta.pop(key, None)
    torch.export.save(program, FOLDER / "keyword.pt2")
    torch.jit.trace(module, example).save(FOLDER / "keyword.pt")
    without_sources(FOLDER / "keyword.pt")


def without_sources(path: pathlib.Path) -> None:
    """TorchScript keeps where each line came from, with this machine's paths; it reads the file as well without."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist() if not name.endswith(".debug_pkl")}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


if __name__ == "__main__":
    main()
