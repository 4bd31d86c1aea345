"""PyTorch modules and files to ONNX, through the exporters that come with PyTorch itself.

PyTorch has two: the one that records a run (`dynamo=False`), and the newer one through `torch.export`
(`dynamo=True`). Each writes what the other cannot; both are tried. The recorder comes first where it can: it writes
every recurrent layer as one node, where the other unrolls some of them over the example's steps.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import logging
import pathlib
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import onnx

from .errors import ConversionError

EXPORTERS = ("torchscript", "dynamo")

_WHY_NOT_UNPICKLED = (
    "it is a pickle, which runs whatever code its author put there as soon as it is opened. If you trust where it "
    "comes from, pass --trust-pickle; better, save the network as data only: "
    "torch.export.save(torch.export.export(module, example), 'model.pt2')"
)


def library():
    """The package torch. Raises ConversionError where it is not installed."""
    try:
        import torch
    except ImportError as error:
        raise ConversionError("PyTorch models need the package torch: pip install torch") from error
    return torch


def exports(
    module: Any,
    example: Any = None,
    *,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
    time_axis: int | Mapping[str, int] | None = None,
    exporters: Sequence[str] = EXPORTERS,
) -> Iterator[tuple[str, onnx.ModelProto]]:
    """What each exporter makes of a module, one after another. Raises ConversionError where neither makes anything."""
    torch = library()
    is_program = isinstance(module, torch.export.ExportedProgram)
    is_script = isinstance(module, torch.jit.ScriptModule)
    if not is_program:
        if example is None:
            raise ConversionError(
                "a module needs an example of its inputs (zeros of the right shape): --example 1,100,40, one for each "
                "input, or the argument example"
            )
        example = tuple(example) if isinstance(example, (tuple, list)) else (example,)
        input_names = list(input_names or _parameter_names(module, len(example)))
    # Each of the two reads what the other cannot.
    possible = ["dynamo"] if is_program else ["torchscript"] if is_script else list(EXPORTERS)
    chosen = [exporter for exporter in exporters if exporter in possible]
    if not chosen:
        raise ConversionError(f"what this is can be exported by {possible[0]} only, not by {' or '.join(exporters)}")
    problems = []
    done = False
    with _evaluating(module, is_program):
        for exporter in chosen:
            write = _through_dynamo if exporter == "dynamo" else _through_torchscript
            try:
                model = write(torch, module, example, input_names, output_names, time_axis)
            # The exporters raise whatever they meet.
            except Exception as error:
                problems.append(f"{exporter}: {_first_line(error)}")
                continue
            done = True
            yield exporter, model
    if not done:
        advice = _advice(module) if is_script else ""
        raise ConversionError("PyTorch's exporters could not export this module:\n  " + "\n  ".join(problems) + advice)


def part(module: Any, name: str | None) -> Any:
    """The module itself, or the one in it that `name` says, as in `model.encoder`. Raises ConversionError."""
    for step in (name or "").split(".") if name else []:
        parts = dict(module.named_children()) if hasattr(module, "named_children") else {}
        if step not in parts:
            known = ", ".join(parts) or "none"
            raise ConversionError(f"--submodule {name}: there is no module '{step}' in it; there are: {known}")
        module = parts[step]
    return module


def _advice(module: Any) -> str:
    """What a module is made of: programs around a network (choices, buffers) cannot be exported, the network can."""
    parts = [name for name, _ in module.named_children()]
    return f"\nOne of its parts may be the network alone: --submodule {' or --submodule '.join(parts)}" if parts else ""


def torch_to_onnx(
    module: Any, example: Any = None, *, reads: Callable[[onnx.ModelProto], str | None] | None = None, **options
) -> onnx.ModelProto:
    """The first export that `reads` has nothing against; without it the first. Options are those of `exports`."""
    refused = []
    for exporter, model in exports(module, example, **options):
        problem = reads(model) if reads is not None else None
        if problem is None:
            return model
        refused.append(f"{exporter}: {problem}")
    raise ConversionError("the network was exported, but cannot be read:\n  " + "\n  ".join(refused))


def _parameter_names(module: Any, count: int) -> list[str]:
    if hasattr(module, "original_name") and hasattr(module, "forward"):  # TorchScript
        names = [argument.name for argument in module.forward.schema.arguments][1:]
        return [names[index] if index < len(names) else f"input_{index}" for index in range(count)]
    try:
        names = [
            name
            for name, parameter in inspect.signature(module.forward).parameters.items()
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD) and name != "self"
        ]
    except (TypeError, ValueError):
        names = []
    return [names[index] if index < len(names) else f"input_{index}" for index in range(count)]


def _axes(time_axis, names: Sequence[str], example: Sequence[Any]) -> dict[str, dict[int, str]]:
    """For each input, which of its axes is open, and what its length is called."""
    found: dict[str, dict[int, str]] = {}
    for name, values in zip(names, example):
        axis = time_axis.get(name) if isinstance(time_axis, Mapping) else time_axis
        if axis is not None and hasattr(values, "dim") and values.dim() > 0:
            found[name] = {axis % values.dim(): "time" if not isinstance(time_axis, Mapping) else f"{name}_time"}
    if isinstance(time_axis, Mapping) and (unknown := set(time_axis) - set(names)):
        raise ConversionError(f"there is no input called {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    return found


def _through_dynamo(torch, module, example, input_names, output_names, time_axis) -> onnx.ModelProto:
    options: dict[str, Any] = {"dynamo": True, "verbose": False}
    axes: dict[str, dict[int, str]] = {}
    if output_names:
        options["output_names"] = list(output_names)
    if input_names:
        options["input_names"] = list(input_names)
    if example is not None and time_axis is not None and not isinstance(module, torch.export.ExportedProgram):
        axes = _axes(time_axis, input_names, example)
        labels = {label for places in axes.values() for label in places.values()}
        dynamic = {label: torch.export.Dim(label) for label in labels}
        options["dynamic_shapes"] = tuple(
            {axis: dynamic[label] for axis, label in axes.get(name, {}).items()} for name in input_names
        )
    with _quiet():
        model = torch.onnx.export(module, example or (), **options).model_proto
    # Where in which source file each node comes from.
    for part in (
        model,
        model.graph,
        *model.graph.node,
        *model.graph.input,
        *model.graph.output,
        *model.graph.value_info,
    ):
        part.ClearField("metadata_props")
    for value in model.graph.input:
        for axis in axes.get(value.name, {}):
            if value.type.tensor_type.shape.dim[axis].HasField("dim_value"):
                raise ConversionError(f"the exporter fixed the length of axis {axis} of '{value.name}'")
    return model


def _through_torchscript(torch, module, example, input_names, output_names, time_axis) -> onnx.ModelProto:
    content = io.BytesIO()
    with _quiet():
        torch.onnx.export(
            module,
            example,
            content,
            dynamo=False,
            input_names=list(input_names),
            output_names=list(output_names) if output_names else None,
            dynamic_axes=_axes(time_axis, input_names, example) if time_axis is not None else None,
        )
    return onnx.load_from_string(content.getvalue())


@contextlib.contextmanager
def _evaluating(module: Any, is_program: bool) -> Iterator[None]:
    """Dropout and batch normalisation as at inference, for as long as it lasts."""
    if is_program:
        yield
        return
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, was_training in modes:
            part.training = was_training


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """What the exporters say of themselves is not the user's concern."""
    level = logging.getLogger("torch.onnx").level
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            logging.getLogger("torch.onnx").setLevel(level)


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


# -- Files
# ----------------------------------------------------------------------------------------------------------------


def kind_of(path: pathlib.Path) -> str | None:
    """ "program" (torch.export), "script" (TorchScript), "pickle" (torch.save); None: none of PyTorch's files."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
        ends = {name.rsplit("/", 1)[-1] for name in names}
        if "archive_format" in ends or "serialized_exported_program.json" in ends:
            return "program"
        if "constants.pkl" in ends and any("/code/" in f"/{name}" for name in names):
            return "script"
        return "pickle" if "data.pkl" in ends else None
    with path.open("rb") as file:
        start = file.read(2)
    # Pickles since protocol 2, as torch.save wrote them before it wrote archives.
    return "pickle" if len(start) == 2 and start[0] == 0x80 and 2 <= start[1] <= 5 else None


def load(path: pathlib.Path, kind: str, trust_pickle: bool) -> Any:
    """The module in a file. Raises ConversionError."""
    if kind == "pickle" and not trust_pickle:
        raise ConversionError(f"{path} is not opened: {_WHY_NOT_UNPICKLED}")
    torch = library()
    try:
        if kind == "program":
            return torch.export.load(path)
        if kind == "script":
            return torch.jit.load(str(path), map_location="cpu")
        found = torch.load(path, map_location="cpu", weights_only=False)
    except Exception as error:
        raise ConversionError(f"{path}: PyTorch cannot open the file ({_first_line(error)})") from error
    if not isinstance(found, torch.nn.Module):
        raise ConversionError(
            f"{path} holds {'weights' if isinstance(found, Mapping) else f'a {type(found).__name__}'}, not a network: "
            "load them into the module and call crnn_convert.torch(module, example), or describe the network in an "
            "architecture file (tools/convert/README.md)"
        )
    return found


def example_of(texts: Sequence[str]) -> tuple[Any, ...] | None:
    """Zeros of the shapes that `--example` states, as in `1,100,40` or `1,100:int64`; None where it states none."""
    if not texts:
        return None
    torch = library()
    values = []
    for text in texts:
        sizes, _, kind = text.partition(":")
        try:
            shape = [int(size) for size in sizes.split(",")] if sizes else []
            dtype = getattr(torch, kind or "float32")
            values.append(torch.zeros(shape, dtype=dtype))
        except (AttributeError, RuntimeError, TypeError, ValueError) as error:
            raise ConversionError(f"--example takes a shape, as in 1,100,40 or 1,100:int64, not '{text}'") from error
    return tuple(values)
