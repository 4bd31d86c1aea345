"""How near the classic text line's convolutions come to the limit of their multiplications (`crnn bench --layers`)."""

import json
import pathlib
import subprocess

from . import contestants, goals

ROOT = pathlib.Path(__file__).resolve().parents[3]
WORKLOAD = "classic_32x100"
SECONDS = 4


def bars(asked, files) -> list:
    """One bar, where that workload is measured."""
    if WORKLOAD not in asked:
        return []
    model = files[WORKLOAD]["paths"][contestants.C]
    options = ["--layers", "--frames", "100", "--seconds", str(SECONDS), "--json", "-"]
    command = [ROOT / "build/crnn", "bench", model, *options]
    layers = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)["layers"]
    convolutions = [layer for layer in layers if layer["operation"] == "convolution"]
    taken = sum(layer["us"] for layer in convolutions)
    value = 100 * sum(layer["limit_share"] * layer["us"] for layer in convolutions) / taken
    floor, aim = goals.CONVOLUTIONS
    return [{
        "name": f"{WORKLOAD}: convolutions, of the limit of their multiplications", "value": value, "unit": "%",
        "floor": floor, "aim": aim, "floor_met": value >= floor, "aim_met": value >= aim, "best_peer": None,
    }]
