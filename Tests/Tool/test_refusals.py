"""What the tool refuses: messages name what is wrong, and nothing is ever half-written."""

import os
import pathlib
import subprocess

import numpy as np
import pytest
from command_line import FAILURE, MODELS, USAGE, crnn, needs_tool

pytestmark = needs_tool


@pytest.mark.parametrize("arguments", [
    [], ["nonsense"], ["run"], ["run", "a.crnn", "b.npy"], ["evaluate", "a.crnn"], ["inspect", "a", "--length", "0"],
    ["run", "a", "b", "-o", "c", "--chunk", "0"], ["run", "a", "b", "-o", "c", "--chunk", "x"],
    ["convert", "a.onnx", "-o", "b.crnn"], ["run", "a", "b", "-o", "c", "--first", "0"],
    # What would change nothing.
    ["run", "a.crnn", "b", "-o", "c", "--time-axis", "1"], ["run", "a.onnx", "b", "-o", "c", "--isa", "avx2"],
    ["run", "a.onnx", "b", "-o", "c", "--threads", "2"], ["run", "a", "b", "-o", "c.npz", "--port", "y"],
    ["evaluate", "a.crnn", "b", "--labels", "c,d"], ["evaluate", "a.onnx", "b", "--blank", "first"],
    ["classify", "a.crnn", "b.png", "-0"], ["convert", "a", "-o", "b", "--calibrate", "c", "--blank", "first"],
])
def test_what_cannot_be_understood_ends_with_64(arguments):
    if arguments:
        assert "Usage" in crnn(*arguments, status=USAGE)
    else:
        assert "SUBCOMMANDS" in crnn()


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
    np.save(tmp_path / "nothing.npy", np.zeros((0, 5, 8), np.float32))
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
        (["run", model, tmp_path / "nothing.npy", "-o", out], "no sequence"),
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
        (["read", model, "a.png", "--lexicon", x, "-o", x], "is the input"),
        (["read", model, "a.png", "--ngram", x, "--json", x], "is the input"),
        (["explain", model, "a.png", "--lexicon", x, "--json", x], "is the input"),
        (["classify", model, tmp_path, "-o", tmp_path / "new.png"], "is called as an image is"),
        (["classify", model, tmp_path, "--json", tmp_path / "new.JPG"], "is called as an image is"),
        ([*convert, x, "--labels", x], "is the input"),
    ]:
        assert word in crnn(*arguments, status=USAGE), arguments
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_where_the_report_cannot_be_written_there_is_no_result_either(folder, tmp_path):
    report = ["--json", tmp_path / "no" / "report.json"]
    for command in [["run", folder / "stream.crnn", folder / "x.npy"],
                    ["convert", MODELS / "stream.onnx", "--calibrate", MODELS / "stream.npz"]]:
        assert "cannot write" in crnn(*command, "-o", tmp_path / "out", *report, status=FAILURE)
    assert list(tmp_path.iterdir()) == []


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
