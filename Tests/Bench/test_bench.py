"""The benchmark's arithmetic and papers, on figures that are made up here; and that its random networks are read."""

import copy
import pathlib
import subprocess
import sys
import xml.etree.ElementTree

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/bench"))

from beside import document, goals, ncnn_files, plot, random_networks, shapes, table  # noqa: E402
from steps import compare  # noqa: E402


def run(ours, fast, wrong):
    """What a measuring process says: minima of this library, of a peer, of one that computes something else."""
    rows = {"crnn run": (ours, 40), "peer": (fast, 20), "another peer": (fast * 2, 130), "wrong peer": (wrong, 3)}
    return {"net": {
        name: {"min_us": least, "median_us": least * 1.5, "steps": 10, "snr_db": snr}
        for name, (least, snr) in rows.items()
    }}


def result():
    runs = [run(10, 20, 1), run(10, 30, 1), run(20, 20, 1)]
    compared = compare.compare(runs, "net", ["crnn run"])
    for row in compared["contestants"].values():
        row["counts"] = row["snr_db"] >= compare.ENOUGH_DB
    ratio = compared["ratios"]["crnn run"]
    return {
        "name": "net", "unit": "one <line>", "enough_db": 12, **compared, "our_call": "crnn run",
        "ratio": ratio["median"], "spread": [ratio["min"], ratio["max"]],
        "ratio_from_c": None, "ratio_by_default": 1.5, "is_accurate": True, "floor": 2.5, "aim": 3, "checksum": None,
        "refused": {"third peer": "it cannot"},
    }


def figures():
    return {
        "runs": 3, "seconds": 1, "processor": "some & processor", "versions": {"crnn": "0"},
        "results": {"net": result()},
        "floors_missed": ["net"], "not_measured": [{"what": "this", "why": "that"}], "footprint": {}, "bars": [],
        "library_bytes": {"crnn": 190_000, "peer": 70_000_000},
    }


def test_ratio_is_of_the_same_run_and_only_of_peers_that_compute_the_network():
    compared = result()
    assert compared["best_peer"] == "peer"
    assert compared["ratios"]["crnn run"]["of_each_run"] == [2, 3, 1]
    assert (compared["ratio"], compared["spread"]) == (2, [1, 3])
    assert compared["contestants"]["crnn run"]["min_us"] == 10


@pytest.mark.parametrize("ratio, word", [
    (0.9, "behind the peer"), (0.97, "a tie, floor missed"), (2, "floor missed"), (2.6, ""), (3, "aim met")])
def test_verdict(ratio, word):
    assert table.verdict({**result(), "ratio": ratio}) == word


def test_a_file_less_accurate_than_the_peer_is_said_to_be():
    assert table.verdict({**result(), "ratio": 3, "is_accurate": False}) == "less accurate than the peer"


def test_table_names_what_is_missed(capsys):
    table.show(figures())
    shown = capsys.readouterr().out
    assert "floors missed: net" in shown and "below 12 dB: does not count" in shown


def test_document_keeps_what_stands_around_its_comments(tmp_path):
    page = tmp_path / "page.md"
    other, (begin, end) = document.COMMANDS[0], document.comments(document.COMMANDS[1])
    page.write_text(f"before\n{''.join(document.comments(other))}{begin}old\n{end}after\n")
    document.write(page, document.COMMANDS[1], figures())
    document.write(page, document.COMMANDS[1], figures())
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text
    assert text.count("| net, one <line> | peer | 20.0 | 10.0 | **2.00** | 1.00 to 3.00 | 1.5 |") == 1


def test_the_performance_page_has_room_for_the_results():
    text = (ROOT / "docs/performance.md").read_text()
    for command in document.COMMANDS:
        assert [text.count(comment) for comment in document.comments(command)] == [1, 1]


def test_picture_is_xml_and_shows_each_workload():
    several = figures()
    several["results"]["other"] = copy.deepcopy({**result(), "name": "other", "floor": None, "aim": None})
    words = "".join(xml.etree.ElementTree.fromstring(plot.drawn(several)).itertext())
    assert "net" in words and "other" in words


@pytest.mark.parametrize("name", ["separable_32x160", "lstm_128_step", "gru_128_sequence"])
def test_random_networks_are_read_and_translated(name, tmp_path):
    assert name in goals.RATIOS
    workload = random_networks.all_in(tmp_path)[name]()
    workload.write()
    packed = tmp_path / "model.crnn"
    words = [ROOT / "build/crnn", "convert", workload.source, "-o", packed, "--calibrate", workload.calibration_file,
             "--minimum-snr", "12", *workload.options]
    subprocess.run(words, check=True, capture_output=True)
    files = ncnn_files.translate(shapes.given(workload), workload, tmp_path)
    for path in files.values():
        magic, counts, *layers = path.read_text().splitlines()
        assert int(magic) == 7767517 and int(counts.split()[0]) == len(layers)
        produced = {blob for layer in layers for blob in _blobs(layer)[1]}
        taken = {blob for layer in layers for blob in _blobs(layer)[0]}
        assert len(produced) == int(counts.split()[1]) and taken <= produced and "out" in produced
        assert np.fromfile(path.with_suffix(".bin"), np.uint8).size % 4 == 0


def _blobs(layer):
    """What a line takes and what it gives."""
    _, _, inputs, outputs, *words = layer.split()
    return words[: int(inputs)], words[int(inputs) : int(inputs) + int(outputs)]
