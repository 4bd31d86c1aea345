"""The command: python3 -m crnn_convert MODEL -o MODEL.crnn --calibrate DATA …"""

from __future__ import annotations

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import warnings

import onnx

from . import ConversionError, ConversionWarning, __version__, formats, pytorch

_EPILOG = """\
All other options go to `crnn convert` (see its --help), for example
  python3 -m crnn_convert digits.keras -o digits.crnn --calibrate images/ --labels 0,1,2,3,4,5,6,7,8,9
  python3 -m crnn_convert digits.keras --onnx digits.onnx
"""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="crnn_convert",
        description="Converts a model of Keras (.keras, .h5), TFLite or PyTorch (.pt2, TorchScript) for crnn.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("model", help="the model's file")
    parser.add_argument("-o", "--output", help="the .crnn file to write, by `crnn convert`")
    parser.add_argument("--onnx", metavar="FILE", help="write this ONNX file; without -o nothing else")
    parser.add_argument("--crnn", metavar="PATH", help="the crnn tool; default: $CRNN_TOOL, then PATH, then build/crnn")
    parser.add_argument(
        "--example",
        metavar="SHAPE",
        action="append",
        default=[],
        help="PyTorch: the shape of an input, once for each, as in 1,100,40 or 1,100:int64",
    )
    parser.add_argument(
        "--time-axis",
        metavar="AXIS",
        action="append",
        default=[],
        help="PyTorch: the axis whose length stays open, AXIS or INPUT=AXIS; goes to `crnn convert` too",
    )
    parser.add_argument(
        "--submodule", metavar="NAME", help="PyTorch: the module inside that is to be converted, as in model.encoder"
    )
    parser.add_argument(
        "--trust-pickle", action="store_true", help="open pickled PyTorch files, which runs the code in them"
    )
    parser.add_argument(
        "--keep-qdq", action="store_true", help="TFLite: keep the scales of activations; goes to `crnn convert` too"
    )
    parser.add_argument("--weights", metavar="FILE", help="the weights of an architecture file (.json, .toml)")
    parser.add_argument("--version", action="version", version=__version__)
    options, passed_on = parser.parse_known_args()
    if options.output is None and options.onnx is None:
        parser.error("say what to write: -o MODEL.crnn, or --onnx MODEL.onnx")
    if options.output is None and passed_on:
        parser.error(f"{' '.join(passed_on)}: these options are for the .crnn file; add -o MODEL.crnn")
    passed_on += [word for axis in options.time_axis for word in ("--time-axis", axis)]
    passed_on += ["--keep-qdq"] if options.keep_qdq else []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", ConversionWarning)
            warnings.showwarning = _note
            return _convert(options, passed_on)
    except (ConversionError, OSError) as error:
        print(f"crnn_convert: {error}", file=sys.stderr)
        return 1


def _convert(options: argparse.Namespace, passed_on: list[str]) -> int:
    models = formats.candidates(
        options.model,
        example=pytorch.example_of(options.example),
        time_axis=_time_axis(options.time_axis),
        trust_pickle=options.trust_pickle,
        keep_scales=options.keep_qdq,
        weights=options.weights,
        submodule=options.submodule,
    )
    status = 1
    for number, model in enumerate(models):
        if number > 0:
            print("crnn_convert: trying what PyTorch's other exporter writes", file=sys.stderr)
        if options.output is not None:
            status = _pack(options, passed_on, model)
        # The tool's status 1: the network cannot be read. Another way to write it may be.
        if options.output is None or status != 1:
            if options.onnx is not None:
                _write(pathlib.Path(options.onnx), model.SerializeToString())
            return 0 if options.output is None else status
    return status


def _pack(options: argparse.Namespace, passed_on: list[str], model: onnx.ModelProto) -> int:
    with tempfile.TemporaryDirectory(prefix="crnn_convert.") as folder:
        onnx_file = pathlib.Path(folder) / (pathlib.Path(options.model).stem + ".onnx")
        onnx_file.write_bytes(model.SerializeToString())
        return subprocess.call([_tool(options.crnn), "convert", str(onnx_file), "-o", options.output, *passed_on])


def _time_axis(texts: list[str]) -> int | dict[str, int] | None:
    """What PyTorch's exporters are told; words such as 'call' are the tool's alone."""
    axes: dict[str, int] = {}
    for text in texts:
        name, _, axis = text.rpartition("=")
        try:
            axes[name] = int(axis)
        except ValueError:
            continue
    return axes[""] if "" in axes else axes or None


def _note(message, category, filename, lineno, file=None, line=None) -> None:
    print(f"crnn_convert: note: {message}", file=sys.stderr)


def _write(path: pathlib.Path, content: bytes) -> None:
    """The file appears whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(content)
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)


def _tool(given: str | None) -> str:
    """The crnn command line tool. A path that is named and wrong is an error, never silently replaced."""
    named = given or os.environ.get("CRNN_TOOL")
    if named:
        if shutil.which(named) is None:
            raise ConversionError(
                f"{named}: there is no such program; build it with `make`, or name another with --crnn"
            )
        return named
    beside = pathlib.Path(__file__).resolve().parents[3] / "build" / "crnn"
    found = shutil.which("crnn") or (str(beside) if beside.is_file() else None)
    if found is None:
        raise ConversionError("the crnn tool was not found; build it with `make`, or name it with --crnn or CRNN_TOOL")
    return found


if __name__ == "__main__":
    sys.exit(main())
