"""The command: python3 -m crnn_convert MODEL.keras -o MODEL.crnn --calibrate DATA …"""

from __future__ import annotations

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from . import ConversionError, __version__, to_onnx

_EPILOG = """\
All other options go to `crnn convert` (see its --help), for example
  python3 -m crnn_convert digits.keras -o digits.crnn --calibrate images/ --labels 0,1,2,3,4,5,6,7,8,9
  python3 -m crnn_convert digits.keras --onnx digits.onnx
"""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="crnn_convert",
        description="Converts a Keras model (.keras, .h5) for crnn.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("model", help="the .keras or .h5 file")
    parser.add_argument("-o", "--output", help="the .crnn file to write, by `crnn convert`")
    parser.add_argument("--onnx", metavar="FILE", help="write this ONNX file; without -o nothing else")
    parser.add_argument("--crnn", metavar="PATH", help="the crnn tool; default: $CRNN_TOOL, then PATH, then build/crnn")
    parser.add_argument("--version", action="version", version=__version__)
    options, passed_on = parser.parse_known_args()
    if options.output is None and options.onnx is None:
        parser.error("say what to write: -o MODEL.crnn, or --onnx MODEL.onnx")
    if options.output is None and passed_on:
        parser.error(f"{' '.join(passed_on)}: these options are for the .crnn file; add -o MODEL.crnn")
    try:
        model = to_onnx(options.model)
        if options.onnx is not None:
            _write(pathlib.Path(options.onnx), model.SerializeToString())
        if options.output is None:
            return 0
        with tempfile.TemporaryDirectory(prefix="crnn_convert.") as folder:
            onnx_file = pathlib.Path(folder) / (pathlib.Path(options.model).stem + ".onnx")
            onnx_file.write_bytes(model.SerializeToString())
            return subprocess.call([_tool(options.crnn), "convert", str(onnx_file), "-o", options.output, *passed_on])
    except (ConversionError, OSError) as error:
        print(f"crnn_convert: {error}", file=sys.stderr)
        return 1


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
