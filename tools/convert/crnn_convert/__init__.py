"""Keras, TFLite and PyTorch models to ONNX, and on to crnn's own format. No TensorFlow; PyTorch only for PyTorch's
models.

python3 -m crnn_convert digits.keras -o digits.crnn --calibrate images/

import crnn_convert
onnx_model = crnn_convert.to_onnx("digits.keras")
onnx_model = crnn_convert.torch(module, torch.zeros(1, 100, 40), time_axis=1)
"""

from __future__ import annotations

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import onnx

from . import formats, pytorch
from .errors import ConversionError, ConversionWarning
from .onnx_export import VERSION as __version__

__all__ = ["ConversionError", "ConversionWarning", "__version__", "to_onnx", "torch"]


def to_onnx(
    path: str | pathlib.Path,
    *,
    example: Sequence[Any] | None = None,
    time_axis: int | Mapping[str, int] | None = None,
    trust_pickle: bool = False,
    keep_scales: bool = False,
    weights: str | pathlib.Path | None = None,
    submodule: str | None = None,
) -> onnx.ModelProto:
    """The model in a file as ONNX. What the file is, its content says: `.keras`, `.h5`, `.tflite`, `.pt2`, TorchScript.

    Args:
        path: the file.
        example: for a TorchScript or pickled module, tensors of the shapes that it takes.
        time_axis: for PyTorch, the axis of the inputs (or `{input: axis}`) whose length is to stay open.
        trust_pickle: opens pickled PyTorch modules, which runs the code in them.
        keep_scales: writes the scales that a quantised TFLite file gives its activations, too.
        weights: for an architecture file, where its weights are, if the file does not say so itself.
        submodule: the module inside a PyTorch file that is to be converted, as in `model.encoder`.

    Inputs and outputs keep their names and shapes. Raises ConversionError, whose text names the layer or operator that
    cannot be converted, its class, and what would work. Warns (ConversionWarning) of what was assumed.
    """
    return next(
        formats.candidates(
            path,
            example=example,
            time_axis=time_axis,
            trust_pickle=trust_pickle,
            keep_scales=keep_scales,
            weights=weights,
            submodule=submodule,
        )
    )


def torch(
    module: Any,
    example: Any = None,
    *,
    time_axis: int | Mapping[str, int] | None = None,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
    exporters: Sequence[str] = pytorch.EXPORTERS,
) -> onnx.ModelProto:
    """A PyTorch module as ONNX, through `torch.onnx.export`; the module itself is left as it was.

    Args:
        module: a `torch.nn.Module`, a `torch.jit.ScriptModule` or a `torch.export.ExportedProgram`.
        example: a tensor or a tuple of tensors that the module takes, with a batch of 1: only their shapes count. An
            ExportedProgram brings its own.
        time_axis: the axis whose length is open, of every input or of those named: `1`, `{"sound": 1}`. What has none
            keeps the example's lengths.
        input_names: as the ports are to be called; by default as the parameters of `forward`.
        output_names: likewise.
        exporters: which of PyTorch's exporters, in what order they are tried: "dynamo", "torchscript".

    Raises ConversionError with what each exporter said where none can write the module.
    """
    return pytorch.torch_to_onnx(
        module,
        example,
        time_axis=time_axis,
        input_names=input_names,
        output_names=output_names,
        exporters=exporters,
    )
