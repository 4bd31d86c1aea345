"""The command-line tool as a user meets it: results, exit codes, messages, and that nothing is ever half-written."""

import base64
import io
import json
import os
import pathlib
import re
import subprocess
import xml.etree.ElementTree

import numpy as np
import onnxruntime
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = pathlib.Path(os.environ.get("CRNN_TOOL", ROOT / "build/crnn"))
MODELS = pathlib.Path(os.environ.get("CRNN_TEST_MODELS", ROOT / "build/tests/models"))
VECTORS = ROOT / "Tests/Conformance/vectors"

pytestmark = pytest.mark.skipif(
    not (TOOL.is_file() and (MODELS / "stream.onnx").is_file()),
    reason="the tool and its test models are not built: make test")

DONE, FAILURE, LIMIT, USAGE = 0, 1, 3, 64


def crnn(*arguments, status=DONE):
    """Runs the tool, expects the exit status, and returns what it printed: results, or where it fails the message."""
    result = subprocess.run([TOOL, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert result.returncode == status, result.stdout + result.stderr
    return result.stdout if status == DONE else result.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """stream.crnn, converted here, and test.npz: the reference and the labels are onnxruntime's output."""
    folder = tmp_path_factory.mktemp("tool")
    crnn("convert", MODELS / "stream.onnx", "-o", folder / "stream.crnn", "--calibrate", MODELS / "stream.npz",
         "--labels", "a,b,c,d,e")
    x = np.random.default_rng(1).uniform(-1, 1, (6, 25, 8)).astype(np.float32)
    session = onnxruntime.InferenceSession(MODELS / "stream.onnx")
    ref = np.stack([session.run(None, {"features": one.T[None]})[0][:, 0] for one in x])
    np.savez(folder / "test.npz", x=x, ref=ref, y=ref.argmax(-1))
    np.save(folder / "x.npy", x)
    return folder


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


@pytest.mark.parametrize("arguments", [
    [], ["nonsense"], ["run"], ["run", "a.crnn", "b.npy"], ["evaluate", "a.crnn"], ["inspect", "a", "--length", "0"],
    ["run", "a", "b", "-o", "c", "--chunk", "0"], ["run", "a", "b", "-o", "c", "--chunk", "x"],
    ["convert", "a.onnx", "-o", "b.crnn"],
])
def test_what_cannot_be_understood_ends_with_64(arguments):
    if arguments:
        assert "Usage" in crnn(*arguments, status=USAGE)
    else:
        assert "SUBCOMMANDS" in crnn()


@pytest.mark.parametrize("limit", [
    ["--minimum-accuracy", "100.5"], ["--maximum-drop=-1"], ["--minimum-agreement", "101"], ["--minimum-snr", "200"],
    ["--maximum-mean-error", "0"], ["--maximum-error", "1e-9"],
])
def test_a_limit_that_is_not_kept_ends_with_3(folder, limit):
    message = crnn("evaluate", folder / "stream.crnn", folder / "test.npz", *limit, status=LIMIT)
    assert "past the limit" in message


def test_limits_that_are_kept(folder):
    crnn("evaluate", folder / "stream.crnn", folder / "test.npz", "--maximum-drop", 10, "--minimum-snr", 10)


def test_a_limit_of_the_conversion(tmp_path):
    message = crnn("convert", MODELS / "stream.onnx", "-o", tmp_path / "m.crnn", "--calibrate", MODELS / "stream.npz",
                   "--minimum-snr", 300, status=LIMIT)
    assert "300" in message and "the best reached" in message and "nothing was written" in message
    assert list(tmp_path.iterdir()) == []


def test_a_conversion_tells_what_it_found(folder, tmp_path):
    page, model = tmp_path / "report.html", tmp_path / "m.crnn"
    command = [TOOL, "convert", MODELS / "stream.onnx", "-o", model, "--calibrate", MODELS / "stream.npz",
               "--min-snr", "30dB", "--reference", folder / "test.npz", "--report", page, "--json", tmp_path / "m.json"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads((tmp_path / "m.json").read_text())
    assert "float against the reference" in result.stderr and found["reference_max_abs_error"] < 1e-4
    assert "% of the MACs" in result.stdout and found["search"]["snr_db"] >= 30
    assert crnn("inspect", model).count("dB on held-out calibration data") == 1
    text = page.read_text()
    assert text.startswith("<!doctype html>") and "Sensitivity" in text
    assert "href=" not in text and "http" not in re.sub('base64,[^"]*', "", text)
    assert set(re.findall(r'src="(.{5})', text)) == {"data:"}
    assert text.count("<figure><img") == len(found["samples"]["worst"]) == 6
    samples = found["samples"]
    assert samples["accuracy_float_percent"] == 100 and samples["accuracy_percent"] == samples["agreement_percent"]
    evaluated = json.loads(crnn("evaluate", model, folder / "test.npz", "--json", "-"))
    assert evaluated["accuracy_percent"] == samples["accuracy_percent"]
    assert evaluated["max_abs_error"] == pytest.approx(samples["max_abs_error"], abs=1e-5)
    inspected = json.loads(crnn("inspect", model, "--json", "-"))
    assert inspected["texts"]["quantisation"] == found["summary"] and found["summary"] in result.stdout
    assert inspected["macs_per_input_frame"] == found["macs_per_input_frame"]
    assert inspected["stream_bytes"] == found["cost"]["stream_bytes"]
    assert inspected["timings"][0]["lookahead"] == found["cost"]["timings"][0]["lookahead"] == 1
    for arguments in (["--min-snr", "loud"], ["--min-snr", 40, "--no-search"], ["--min-snr", 40, "--max-drop", "1%"]):
        crnn(*command[1:8], *arguments, status=USAGE)
    assert "needs labels" in crnn("convert", MODELS / "stream.onnx", "-o", model, "--calibrate", MODELS / "stream.npz",
                                  "--max-drop", "0.2%", status=FAILURE)


def test_a_limit_on_accuracy(folder, tmp_path):
    convert = ["convert", MODELS / "stream.onnx", "-o", tmp_path / "m.crnn", "--calibrate", folder / "test.npz"]
    crnn(*convert, "--max-drop", "20%", "--json", tmp_path / "m.json")
    assert json.loads((tmp_path / "m.json").read_text())["search"]["accuracy_drop_points"] <= 20


def test_a_limit_on_accuracy_that_nothing_reaches(tmp_path):
    """Half of the data are so loud that 8 bits, which the input must have, hear nothing of the rest."""
    x = np.random.default_rng(5).uniform(-1, 1, (30, 25, 8)).astype(np.float32)
    x[::2] *= 300
    session = onnxruntime.InferenceSession(MODELS / "stream.onnx")
    y = np.stack([session.run(None, {"features": one.T[None]})[0][:, 0].argmax(-1) for one in x])
    np.savez(tmp_path / "data.npz", x=x, y=y)
    message = crnn("convert", MODELS / "stream.onnx", "-o", tmp_path / "m.crnn", "--calibrate", tmp_path / "data.npz",
                   "--max-drop", 0, "--tensor", "features=u8", status=LIMIT)
    assert "loses at most 0.0 points" in message and "the best loses" in message and "nothing was written" in message
    assert [path.name for path in tmp_path.iterdir()] == ["data.npz"]


def refusals(folder, tmp_path):
    """What a user may get wrong: the command, and words that the message must have; '' is the name of the file."""
    model, x = folder / "stream.crnn", folder / "x.npy"
    out = tmp_path / "out.npy"
    np.save(tmp_path / "wide.npy", np.zeros((3, 9), np.float32))
    np.save(tmp_path / "text.npy", np.array([["a"] * 8]))
    np.save(tmp_path / "objects.npy", np.array([[{}] * 8]), allow_pickle=True)
    np.savez(tmp_path / "other.npz", other=np.zeros((3, 8), np.float32))
    np.savez(tmp_path / "short.npz", x=np.load(x), ref=np.zeros((6, 24, 5), np.float32))
    np.savez(tmp_path / "labels.npz", x=np.load(x), y=np.zeros(7, np.int64))
    np.savez(tmp_path / "classes.npz", x=np.load(x), y=np.full(6, 5))
    np.savez(tmp_path / "nan.npz", x=np.load(x), ref=np.full((6, 25, 5), np.nan, np.float32))
    np.save(tmp_path / "none.npy", np.zeros((0, 12), np.float32))
    (tmp_path / "empty").touch()
    (tmp_path / "text.onnx").write_text("not a network")
    whole = model.read_bytes()
    (tmp_path / "short.crnn").write_bytes(whole[:-100])
    (tmp_path / "flipped.crnn").write_bytes(whole[:2000] + bytes([whole[2000] ^ 4]) + whole[2001:])
    (tmp_path / "newer.crnn").write_bytes(whole[:8] + b"\xff\x7f\xff\x7f" + whole[12:])
    convert = ["--calibrate", MODELS / "stream.npz", "-o", out]
    return [
        (["run", tmp_path / "absent.crnn", x, "-o", out], "cannot be opened"),
        (["run", model, tmp_path / "absent.npy", "-o", out], "No such file"),
        (["run", model, tmp_path, "-o", out], "folder"),
        (["run", tmp_path / "empty", x, "-o", out], ""),
        (["run", x, x, "-o", out], "x.npy: this is not a crnn model"),
        (["run", tmp_path / "short.crnn", x, "-o", out], ""),
        (["run", tmp_path / "flipped.crnn", x, "-o", out], "damaged"),
        (["run", tmp_path / "newer.crnn", x, "-o", out], ""),
        (["verify", tmp_path / "flipped.crnn"], "damaged"),
        (["inspect", tmp_path / "short.crnn"], ""),
        (["run", model, tmp_path / "empty", "-o", out], "neither a .npy nor a .npz"),
        (["run", model, tmp_path / "wide.npy", "-o", out], "[3, 9]"),
        (["run", model, tmp_path / "text.npy", "-o", out], "text.npy: strings"),
        (["run", model, tmp_path / "objects.npy", "-o", out], "Python objects"),
        (["run", model, tmp_path / "other.npz", "-o", out], "it holds other"),
        (["run", model, x, "-o", out, "--isa", "z80"], "z80"),
        (["run", model, x, "-o", out, "--port", "none"], "scores"),
        (["run", model, x, "-o", out, "--input-layout", "NTX"], "X"),
        (["run", MODELS / "last.crnn", tmp_path / "none.npy", "-o", out], "too short"),
        (["run", model, x, "-o", out, "--input-layout", "NHT1"], "names 4"),
        (["run", model, x, "-o", out, "--input-scale", "no=1"], "features"),
        (["run", model, x, "-o", tmp_path / "no" / "out.npy"], "cannot write"),
        (["evaluate", model, tmp_path / "short.npz"], "ref"),
        (["evaluate", model, tmp_path / "labels.npz"], "7 labels"),
        (["evaluate", model, tmp_path / "classes.npz"], "the label 5"),
        (["evaluate", model, tmp_path / "nan.npz"], "'ref' of"),
        (["evaluate", model, folder / "test.npz", "--reference", "absent"], "absent"),
        (["evaluate", model, folder / "test.npz", "--output", "absent"], "scores"),
        (["convert", tmp_path / "absent.onnx", *convert], "absent.onnx"),
        (["convert", tmp_path / "text.onnx", *convert], "text.onnx: this is not an ONNX file"),
        (["convert", MODELS / "stream.onnx", "-o", out, "--calibrate", tmp_path / "absent.npz"], "No such file"),
        (["convert", MODELS / "stream.onnx", "-o", out, "--calibrate", tmp_path], "--preprocess"),
        (["convert", MODELS / "stream.onnx", *convert, "--labels", "a,b"], "2 labels"),
        (["convert", MODELS / "stream.onnx", *convert, "--alphabet", "abc"], "3 characters"),
        (["convert", MODELS / "stream.onnx", *convert, "--tensor", "none=u8"], "none"),
        (["convert", MODELS / "stream.onnx", *convert, "--tensor", "gru"], "NAME=STORE"),
        (["convert", MODELS / "stream.onnx", *convert, "--calibration", "mean"], "minmax"),
        (["convert", MODELS / "stream.onnx", *convert, "--input-kind", "smell"], "smell"),
        (["convert", MODELS / "stream.onnx", *convert, "--window", "features=3:2"], "windows"),
        (["convert", MODELS / "stream.onnx", *convert, "--time-axis", "99"], "axis 99"),
        (["convert", MODELS / "stream.onnx", *convert, "--time-axis", "features=99"], "axis 99"),
    ]


def test_refusals_name_what_is_wrong_and_write_nothing(folder, tmp_path):
    cases = refusals(folder, tmp_path)
    before = sorted(tmp_path.iterdir())
    for arguments, word in cases:
        word = word or pathlib.Path(arguments[1]).name
        message = crnn(*arguments, status=FAILURE)
        assert message.startswith("Error: ") and len(message) > 20 and word in message, (arguments, message)
    assert sorted(tmp_path.iterdir()) == before


def test_a_failure_leaves_the_old_output_alone(folder, tmp_path):
    out = tmp_path / "y.npy"
    crnn("run", folder / "stream.crnn", folder / "x.npy", "-o", out)
    before = out.read_bytes()
    np.save(tmp_path / "wide.npy", np.zeros((3, 9), np.float32))
    crnn("run", folder / "stream.crnn", tmp_path / "wide.npy", "-o", out, status=FAILURE)
    assert out.read_bytes() == before


def test_links_stay_links_and_pipes_stay_pipes(folder, tmp_path):
    run = ["run", folder / "stream.crnn", folder / "x.npy", "-o"]
    crnn(*run, tmp_path / "plain.npy")
    expected = (tmp_path / "plain.npy").read_bytes()
    (tmp_path / "real.npy").write_bytes(b"old")
    (tmp_path / "link.npy").symlink_to("real.npy")
    crnn(*run, tmp_path / "link.npy")
    assert (tmp_path / "link.npy").is_symlink() and (tmp_path / "real.npy").read_bytes() == expected
    (tmp_path / "dangling.npy").symlink_to("nowhere.npy")
    assert "does not exist" in crnn(*run, tmp_path / "dangling.npy", status=FAILURE)
    assert (tmp_path / "dangling.npy").is_symlink()
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["cat", tmp_path / "pipe"], stdout=subprocess.PIPE) as reader:
        crnn(*run, tmp_path / "pipe")
        assert reader.communicate()[0] == expected
    assert (tmp_path / "pipe").is_fifo()


def test_an_output_never_takes_the_place_of_an_input(folder, tmp_path):
    model, x = tmp_path / "m.crnn", tmp_path / "x.npy"
    model.write_bytes((folder / "stream.crnn").read_bytes())
    x.write_bytes((folder / "x.npy").read_bytes())
    (tmp_path / "link").symlink_to(model)
    (tmp_path / "n.onnx").write_bytes((MODELS / "stream.onnx").read_bytes())
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    convert = ["convert", tmp_path / "n.onnx", "--calibrate", MODELS / "stream.npz", "-o"]
    for arguments, word in [
        (["run", model, x, "-o", model], "is the input"),
        (["run", model, x, "-o", tmp_path / "link"], "is the input"),
        (["run", model, "--input", f"features={x}", "-o", x], "is the input"),
        (["run", model, x, "-o", tmp_path / "new", "--json", f"{tmp_path}/./new"], "same file"),
        (["run", model, x, "-o", tmp_path / "new", "--json", x], "is the input"),
        ([*convert, tmp_path / "n.onnx"], "is the input"),
        ([*convert, tmp_path / "new", "--report", tmp_path / "new"], "same file"),
        (["evaluate", model, folder / "test.npz", "--json", model], "is the input"),
        (["inspect", model, "--json", model], "is the input"),
        (["verify", model, "--json", model], "is the input"),
    ]:
        assert word in crnn(*arguments, status=USAGE), arguments
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_where_the_report_cannot_be_written_there_is_no_result_either(folder, tmp_path):
    report = ["--json", tmp_path / "no" / "report.json"]
    for command in [["run", folder / "stream.crnn", folder / "x.npy"],
                    ["convert", MODELS / "stream.onnx", "--calibrate", MODELS / "stream.npz"]]:
        assert "cannot write" in crnn(*command, "-o", tmp_path / "out", *report, status=FAILURE)
    assert list(tmp_path.iterdir()) == []


def test_a_shape_without_a_name_is_that_of_the_only_input(tmp_path):
    crnn("convert", MODELS / "stream.onnx", "-o", tmp_path / "m.crnn", "--calibrate", MODELS / "stream.npz",
         "--input-shape", "0,8,0")
    assert "--input-shape gives 2 axes" in crnn(
        "convert", MODELS / "stream.onnx", "-o", tmp_path / "n.crnn", "--calibrate", MODELS / "stream.npz",
        "--input-shape", "0,8", status=FAILURE)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_calibration_data_must_be_finite(tmp_path, value):
    x = np.zeros((4, 25, 8), np.float32)
    x[2, 7, 3] = value
    np.save(tmp_path / "x.npy", x)
    message = crnn("convert", MODELS / "stream.onnx", "-o", tmp_path / "m.crnn", "--calibrate", tmp_path / "x.npy",
                   status=FAILURE)
    assert "sequence 2" in message and "frame 7" in message and "features" in message
    assert not (tmp_path / "m.crnn").exists()


@pytest.mark.parametrize("kind", [np.int8, np.uint16, np.int32, np.int64])
def test_integers_need_a_scale(folder, tmp_path, kind):
    x = np.random.default_rng(3).integers(0, 100, (25, 8))
    np.save(tmp_path / "integers.npy", x.astype(kind))
    np.save(tmp_path / "floats.npy", (x * np.float32(1 / 100)).astype(np.float32))
    model, out = folder / "stream.crnn", tmp_path / "y.npy"
    assert "--input-scale" in crnn("run", model, tmp_path / "integers.npy", "-o", out, status=FAILURE)
    assert "--input-scale" in crnn("convert", MODELS / "stream.onnx", "-o", out, "--calibrate",
                                   tmp_path / "integers.npy", status=FAILURE)
    assert not out.exists()
    crnn("run", model, tmp_path / "floats.npy", "-o", tmp_path / "expected.npy")
    crnn("run", model, tmp_path / "integers.npy", "-o", out, "--input-scale", "1/100")
    assert out.read_bytes() == (tmp_path / "expected.npy").read_bytes()


def test_a_limit_is_a_number(folder, tmp_path):
    for limit in ("accuracy", "agreement", "snr"):
        crnn("evaluate", folder / "stream.crnn", folder / "test.npz", f"--minimum-{limit}", "nan", status=USAGE)
    crnn("convert", MODELS / "stream.onnx", "-o", tmp_path / "m.crnn", "--calibrate", MODELS / "stream.npz",
         "--minimum-snr", "nan", status=USAGE)


def test_calibration_with_images(tmp_path):
    image = pytest.importorskip("PIL.Image")
    (tmp_path / "images").mkdir()
    random = np.random.default_rng(2)
    for number in range(5):
        image.fromarray(random.integers(0, 256, (15, 18), np.uint8)).save(tmp_path / "images" / f"{number}.png")
    crnn("convert", MODELS / "last.onnx", "-o", tmp_path / "last.crnn", "--calibrate", tmp_path / "images",
         "--preprocess", "grey,invert,resize=10x12:pillow:bilinear,scale=1/255", "--report", tmp_path / "page.html",
         "--json", tmp_path / "report.json")
    worst = json.loads((tmp_path / "report.json").read_text())["samples"]["worst"]
    pictures = re.findall(r'<img alt="input" src="data:image/png;base64,([^"]*)"', (tmp_path / "page.html").read_text())
    assert {sample["name"] for sample in worst} == {f"{number}.png" for number in range(5)} and len(pictures) == 5
    for sample, picture in zip(worst, pictures):
        shown = np.asarray(image.open(io.BytesIO(base64.b64decode(picture))), np.float32)
        given = image.open(tmp_path / "images" / sample["name"]).resize((10, 12), image.Resampling.BILINEAR)
        assert np.abs(shown - (255 - np.asarray(given, np.float32))).max() <= 1
    ports = json.loads(crnn("inspect", tmp_path / "last.crnn", "--json", "-"))["ports"]
    assert ports[0]["store"] == "u8" and ports[0]["integer_scale"] == pytest.approx(1 / 255)


def test_stores_can_be_chosen(tmp_path):
    crnn("convert", MODELS / "stream.onnx", "-o", tmp_path / "a.crnn", "--calibrate", MODELS / "stream.npz", "--tensor",
         "features=u8", "--hidden", "gru=s16", "--calibration", "percentile:99.9", "--json", tmp_path / "report.json")
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["recurrent"][0]["hidden_store"] == "s16"
    assert next(tensor for tensor in report["tensors"] if tensor["name"] == "features")["store"] == "u8"
    assert "percentile 99.9" in json.loads(crnn("inspect", tmp_path / "a.crnn", "--json", "-"))["texts"]["calibration"]
