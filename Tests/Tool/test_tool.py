"""The command-line tool as a user meets it: results, exit codes, the same bits whatever the chunk and the threads."""

import json
import xml.etree.ElementTree

import numpy as np
import pytest
from command_line import FAILURE, LIMIT, MODELS, ROOT, USAGE, crnn, needs_tool

VECTORS = ROOT / "Tests/Conformance/vectors"

pytestmark = needs_tool


@pytest.mark.parametrize("command", ["convert", "inspect", "verify", "run", "evaluate", "bench"])
def test_every_command_has_help_with_an_example(command):
    text = crnn(command, "--help")
    assert f"EXAMPLE\n  crnn {command} " in text
    assert "EXIT STATUS" in text and "--json" in text


def test_version():
    assert crnn("--version").strip().count(".") == 2


@pytest.mark.parametrize("name", ["stream", "bounded", "rates", "wide"])
def test_bench_tells_where_the_time_goes(name):
    words = ("bench", MODELS / f"{name}.crnn", "--frames", 40, "--seconds", 0.05, "--layers")
    result = json.loads(crnn(*words, "--prepare", "--json", "-"))
    assert 0 < result["minimum_us"] <= result["median_us"] and result["frames"] == 40 and result["chunk"] == 40
    assert all(rate > 0 for rate in result["limit_macs_per_second"].values())
    layers = result["layers"]
    assert sum(layer["macs"] for layer in layers) == result["macs"] > 0
    assert all(layer["us"] > 0 and (layer["macs"] == 0) == ("limit_share" not in layer) for layer in layers)
    text = crnn(*words)
    assert "GMAC/s" in text and all(layer["node"] in text for layer in layers)


def test_bench_refuses():
    assert "--seconds" in crnn("bench", MODELS / "stream.crnn", "--seconds", 0, status=USAGE)
    assert "--frames" in crnn("bench", MODELS / "stream.crnn", "--frames", 0, status=USAGE)
    assert "no.crnn" in crnn("bench", "no.crnn", status=FAILURE)


@pytest.mark.parametrize("name", ["stream", "bounded", "last"])
def test_threads_change_nothing(tmp_path, name):
    rank = {"stream": 8, "bounded": 6, "last": 12}[name]
    np.save(tmp_path / "x.npy", np.random.default_rng(3).uniform(0, 1, (150, 30, rank)).astype(np.float32))
    for threads in (1, 2, 7):
        out = tmp_path / f"{threads}.npy"
        crnn("run", MODELS / f"{name}.crnn", tmp_path / "x.npy", "-o", out, "--threads", threads)
    assert (tmp_path / "1.npy").read_bytes() == (tmp_path / "2.npy").read_bytes() == (tmp_path / "7.npy").read_bytes()


def test_threads_give_the_sentence_that_one_gives(tmp_path):
    np.save(tmp_path / "sound.npy", np.zeros((3, 20, 10), np.float32))
    np.save(tmp_path / "image.npy", np.zeros((3, 19, 6), np.float32))
    one, two = (
        crnn("run", MODELS / "pair.crnn", "--input", f"sound={tmp_path}/sound.npy", "--input",
             f"image={tmp_path}/image.npy", "-o", tmp_path / "y.npy", "--threads", n, status=FAILURE)
        for n in (1, 2)
    )
    assert one == two and "'image'" in one
    assert not (tmp_path / "y.npy").exists()


def test_threads_of_an_evaluation(folder):
    one, two = (
        json.loads(crnn("evaluate", folder / "stream.crnn", folder / "test.npz", "--threads", n, "--json", "-"))
        for n in (1, 2)
    )
    assert one == two and one["sequences"] == 6
    assert "--threads takes 1 to 65536" in crnn(
        "run", folder / "stream.crnn", folder / "x.npy", "-o", folder / "y.npy", "--threads", 0, status=USAGE)


def test_the_usual_course(folder, tmp_path):
    model = folder / "stream.crnn"
    inspected = json.loads(crnn("inspect", model, "--json", "-"))
    assert inspected["bounded"] is False and inspected["stream_bytes"] > 0
    assert inspected["sixteen_bit_tensors"] == []
    plain = tmp_path / "plain.crnn"
    crnn("convert", MODELS / "stream.onnx", "-o", plain, "--calibrate", MODELS / "stream.npz", "--no-search")
    assert json.loads(crnn("inspect", plain, "--json", "-"))["sixteen_bit_tensors"][0] == "features"
    assert inspected["texts"]["labels"] == "a\nb\nc\nd\ne" and len(inspected["texts"]["source.sha256"]) == 64
    assert [port["name"] for port in inspected["ports"]] == ["features", "scores"]
    assert inspected["content_id"] in crnn("inspect", model)
    verified = json.loads(crnn("verify", model, "--json", "-"))
    assert verified["self_test"] and verified["isa"][0] == "reference" and verified["rows_proved"] > 0
    evaluated = json.loads(crnn("evaluate", model, folder / "test.npz", "--json", "-"))
    assert evaluated["sequences"] == 6 and evaluated["frames"] == 150 and evaluated["accuracy_float_percent"] == 100
    assert evaluated["agreement_percent"] == evaluated["accuracy_percent"] > 90
    assert evaluated["accuracy_drop_points"] == pytest.approx(100 - evaluated["accuracy_percent"])
    assert evaluated["snr_db"] > 25 and evaluated["stream_bytes"] == inspected["stream_bytes"]
    assert evaluated["mean_abs_error"] <= evaluated["max_abs_error"] < 0.1


def test_inspect_says_which_families_of_operations_a_firmware_links(folder):
    model = VECTORS / "digits.crnn"
    inspected = json.loads(crnn("inspect", model, "--ops", "--json", "-"))
    families = {family["name"]: family for family in inspected["families"]}
    assert list(families) == ["convolution", "dense", "pool", "recurrent", "pointwise", "movement", "time_reduction"]
    assert families["recurrent"]["uses"] == ["recurrent lstm"] and families["pool"]["uses"] == ["pool maximum"]
    assert sum(len(family["nodes"]) for family in families.values()) == len(
        json.loads(crnn("inspect", model, "--json", "-"))["nodes"])
    assert 0 < max(family["bytes"] for family in families.values()) < inspected["core_bytes"] < inspected["all_bytes"]
    # Its lines are those of the firmware.
    firmware = (ROOT / "tools/cross/firmware/digits.c").read_text()
    lines = inspected["declaration"].split("\n\n")[1]
    assert lines in firmware and lines in crnn("inspect", model, "--ops")


def test_inspect_says_what_a_network_costs_and_waits_for(folder):
    model = folder / "stream.crnn"
    inspected = json.loads(crnn("inspect", model, "--json", "-"))
    timing, = inspected["timings"]
    assert timing == {"output": "scores", "input": "features", "input_frames": 1, "output_frames": 1, "lookahead": 1,
                      "receptive_field": 3, "whole_past": True, "whole_sequence": False}
    nodes = {node["name"]: node for node in inspected["nodes"]}
    convolution, gru, dense = nodes["conv"], nodes["gru"], nodes["dense"]
    assert convolution["kernel"] == [3, 1, 1] and convolution["macs"] == 3 * 8 * 16 and convolution["lookahead"] == 1
    assert gru["kind"] == "gru" and gru["macs"] == 3 * 12 * (16 + 12) and gru["state_bytes"] >= 4 * 12
    assert dense["macs"] == 12 * 5
    assert inspected["macs_per_input_frame"] == sum(node["macs"] for node in inspected["nodes"])
    parts = inspected["ring_bytes"] + inspected["state_bytes"] + inspected["scratch_bytes"]
    assert 0 < parts < inspected["stream_bytes"] and inspected["macs_per_sequence"] == 0
    assert inspected["whole_sequence_nodes"] == [] and inspected["model_bytes"] > 0
    text = crnn("inspect", model)
    assert "lookahead" in text and "receptive field" in text and "state" in text


def test_what_is_computed_once_is_counted_once():
    inspected = json.loads(crnn("inspect", MODELS / "last.crnn", "--json", "-"))
    nodes = {node["name"]: node for node in inspected["nodes"]}
    assert nodes["dense"]["frames"] == 1 and inspected["macs_per_sequence"] == nodes["dense"]["macs"] == 120
    # Half as many frames come out of the pool as go in.
    assert inspected["macs_per_input_frame"] == nodes["conv"]["macs"] + nodes["lstm"]["macs"] / 2
    assert "lookahead" not in inspected["timings"][0] and inspected["timings"][0]["whole_sequence"]


def test_a_picture_is_xml_that_names_every_node(folder, tmp_path):
    for model in (folder / "stream.crnn", *(MODELS / f"{name}.crnn" for name in ("last", "bounded", "pair", "tiny"))):
        inspected = json.loads(crnn("inspect", model, "--svg", tmp_path / "a.svg", "--json", "-"))
        root = xml.etree.ElementTree.parse(tmp_path / "a.svg").getroot()
        space = "{http://www.w3.org/2000/svg}"
        assert root.tag == f"{space}svg"
        width, height = float(root.get("width")), float(root.get("height"))
        boxes = [group.find(f"{space}rect") for group in root.iter(f"{space}g")]
        names = [group.find(f"{space}text").text for group in root.iter(f"{space}g")]
        assert sorted(names) == sorted(item["name"] for key in ("nodes", "ports") for item in inspected[key])
        for box in boxes:
            x, y = float(box.get("x")), float(box.get("y"))
            assert x >= 0 and y >= 0 and x + float(box.get("width")) <= width and y + float(box.get("height")) <= height
        edges = [path for path in root.iter(f"{space}path") if path.get("class") == "edge"]
        assert len(edges) >= len(names) - 1
        dashed = [box for box in boxes if "bounded" in box.get("class")]
        assert len(dashed) == len(inspected["whole_sequence_nodes"]) and bool(dashed) == inspected["bounded"]
    assert crnn("inspect", folder / "stream.crnn", "--svg", tmp_path / "b.svg")
    assert "is the input" in crnn(
        "inspect", folder / "stream.crnn", "--svg", folder / "stream.crnn", status=USAGE)


def test_the_float_network_is_run_too(folder, tmp_path):
    evaluated = json.loads(crnn("evaluate", MODELS / "stream.onnx", folder / "test.npz", "--json", "-"))
    assert evaluated["max_abs_error"] < 1e-5 and "stream_bytes" not in evaluated
    crnn("run", MODELS / "stream.onnx", folder / "x.npy", "-o", tmp_path / "y.npy")
    assert np.allclose(np.load(tmp_path / "y.npy"), np.load(folder / "test.npz")["ref"], atol=1e-5)


def test_run_gives_the_same_bits_for_every_chunk_and_instruction_set(folder, tmp_path):
    crnn("run", folder / "stream.crnn", folder / "x.npy", "-o", tmp_path / "all.npy")
    whole = np.load(tmp_path / "all.npy")
    assert whole.shape == (6, 25, 5) and whole.dtype == np.float32
    sets = json.loads(crnn("verify", folder / "stream.crnn", "--json", "-"))["isa"]
    for options in [["--isa", isa] for isa in sets] + [["--chunk", chunk] for chunk in (1, 2, 3, 7, 64)]:
        crnn("run", folder / "stream.crnn", folder / "x.npy", "-o", tmp_path / "part.npy", *options)
        assert (tmp_path / "part.npy").read_bytes() == (tmp_path / "all.npy").read_bytes(), options
    crnn("run", folder / "stream.crnn", folder / "x.npy", "-o", tmp_path / "first.npz", "--first", 2)
    assert np.array_equal(np.load(tmp_path / "first.npz")["scores"], whole[:2])


def test_one_sequence_has_no_axis_of_sequences(folder, tmp_path):
    np.save(tmp_path / "one.npy", np.load(folder / "x.npy")[0])
    crnn("run", folder / "stream.crnn", tmp_path / "one.npy", "-o", tmp_path / "y.npy")
    assert np.load(tmp_path / "y.npy").shape == (25, 5)


def test_arrays_in_other_layouts(folder, tmp_path):
    x = np.load(folder / "x.npy")
    crnn("run", folder / "stream.crnn", folder / "x.npy", "-o", tmp_path / "expected.npy")
    for name, array, options in [
        ("network", x.transpose(0, 2, 1), []),
        ("stated", x.transpose(1, 2, 0), ["--input-layout", "THN"]),
        ("fortran", np.asfortranarray(x), []),
        ("double", x.astype(np.float64), []),
    ]:
        np.save(tmp_path / "x.npy", array)
        crnn("run", folder / "stream.crnn", tmp_path / "x.npy", "-o", tmp_path / "y.npy", *options)
        assert (tmp_path / "y.npy").read_bytes() == (tmp_path / "expected.npy").read_bytes(), name


def test_several_inputs(tmp_path):
    if not (MODELS / "pair.crnn").is_file():
        pytest.skip("pair.crnn is not built: make test")
    arrays = np.load(MODELS / "pair.npz")
    for name in arrays:
        np.save(tmp_path / f"{name}.npy", arrays[name])
    crnn("run", MODELS / "pair.crnn", MODELS / "pair.npz", "-o", tmp_path / "a.npy")
    crnn("run", MODELS / "pair.crnn", "--input", f"sound={tmp_path / 'sound.npy'}", "--input",
         f"image={tmp_path / 'image.npy'}", "-o", tmp_path / "b.npy")
    assert (tmp_path / "a.npy").read_bytes() == (tmp_path / "b.npy").read_bytes()
    assert "image" in crnn("run", MODELS / "pair.crnn", "--input", f"sound={tmp_path / 'sound.npy'}", "-o",
                           tmp_path / "c.npy", status=USAGE)


def test_a_bounded_model_says_so(tmp_path):
    text = crnn("inspect", MODELS / "bounded.crnn")
    assert "need the whole sequence" in text and "--length" in text
    assert "for up to 100 frames" in crnn("inspect", MODELS / "bounded.crnn", "--length", 100)
    evaluated = json.loads(crnn("evaluate", MODELS / "bounded.crnn", MODELS / "bounded.npz", "--json", "-"))
    assert evaluated["stream_bytes"] > 0 and "snr_db" not in evaluated


def test_nan_counts_as_zero_and_infinity_saturates(folder, tmp_path):
    x = np.load(folder / "x.npy")[0]
    for bad, good in [(np.nan, 0), (np.inf, 1e30), (-np.inf, -1e30)]:
        for name, value in [("bad", bad), ("good", good)]:
            x[3, 2] = value
            np.save(tmp_path / f"{name}.npy", x)
            crnn("run", folder / "stream.crnn", tmp_path / f"{name}.npy", "-o", tmp_path / f"{name}-y.npy")
        assert (tmp_path / "bad-y.npy").read_bytes() == (tmp_path / "good-y.npy").read_bytes()
        assert np.isfinite(np.load(tmp_path / "bad-y.npy")).all()


@pytest.mark.parametrize("limit", [
    ["--minimum-accuracy", "100.5"], ["--maximum-drop=-1"], ["--minimum-agreement", "101"], ["--minimum-snr", "200"],
    ["--maximum-mean-error", "0"], ["--maximum-error", "1e-9"],
])
def test_a_limit_that_is_not_kept_ends_with_3(folder, limit):
    message = crnn("evaluate", folder / "stream.crnn", folder / "test.npz", *limit, status=LIMIT)
    assert "past the limit" in message


def test_limits_that_are_kept(folder):
    crnn("evaluate", folder / "stream.crnn", folder / "test.npz", "--maximum-drop", 10, "--minimum-snr", 10)
