"""crnn.convert: the converter in this process, over libcrnn_convert.so."""

import os
import pathlib
import subprocess
import threading

import crnn
import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "Tests/Convert/fixtures/torch"
NETWORK = FIXTURES / "keyword.torchscript.onnx"
TOOL = pathlib.Path(os.environ.get("CRNN_TOOL", ROOT / "build/crnn"))

pytestmark = pytest.mark.skipif(
    not (ROOT / "build/libcrnn_convert.so").is_file(), reason="build/libcrnn_convert.so is not built: make"
)


@pytest.fixture(scope="module")
def data():
    return np.load(FIXTURES / "keyword.npz")


def test_converts_and_runs(tmp_path, data):
    told = []
    result = crnn.convert(
        NETWORK, data["x"], output=tmp_path / "model.crnn", labels="a,b,c,d", progress=lambda *done: told.append(done)
    )
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert result.report["file_bytes"] == len(result.content) == (tmp_path / "model.crnn").stat().st_size
    model = crnn.Model(tmp_path / "model.crnn")
    assert model.labels == ["a", "b", "c", "d"]
    np.testing.assert_allclose(model.run(data["x"]), data["reference"], atol=0.03)


def test_labels_hold_what_other_programs_break_lines_at(tmp_path, data):
    labels = ["a", "b\u2028c", "d\x0be", "\x85"]
    crnn.convert(NETWORK, data["x"], labels=labels, no_search=True).save(os.fsencode(tmp_path / "model.crnn"))
    assert crnn.Model(tmp_path / "model.crnn").labels == labels


@pytest.mark.skipif(not TOOL.is_file(), reason=f"{TOOL} is not built: make")
def test_the_same_bytes_as_the_command(tmp_path, data):
    np.savez(tmp_path / "data.npz", x=data["x"])
    command = [TOOL, "convert", NETWORK, "-o", tmp_path / "model.crnn", "--calibrate", tmp_path / "data.npz"]
    command += ["--calibration", "percentile:99.9", "--right-context", "3:2"]
    subprocess.run([str(word) for word in command], capture_output=True, check=True)
    options = {"calibration": "percentile:99.9", "right_context": "3:2"}
    result = crnn.convert(NETWORK, tmp_path / "data.npz", **options)
    assert result.content == (tmp_path / "model.crnn").read_bytes()


def test_a_network_in_memory(data):
    from_file, from_bytes = (crnn.convert(network, {"sound": data["x"]}) for network in (NETWORK, NETWORK.read_bytes()))
    assert [entry["snr_db"] for entry in from_file.report["outputs"]] == [
        entry["snr_db"] for entry in from_bytes.report["outputs"]
    ]


def test_sequences_one_after_another(data):
    long, lengths = data["x"].reshape(-1, 8), [50, 30]
    result = crnn.convert(NETWORK, {"x": long, "lengths": lengths})
    assert result.report["calibration_sequences"] == 2 and result.report["calibration_frames"] == 80


def test_labels_are_counted_and_limit_the_loss(data):
    answers = data["reference"].argmax(-1)
    result = crnn.convert(NETWORK, {"x": data["x"], "y": answers}, max_drop=50)
    samples = result.report["samples"]
    assert samples["accuracy_float_percent"] == 100
    assert samples["accuracy_percent"] == samples["agreement_percent"] >= 50
    assert result.report["search"]["accuracy_drop_points"] <= 50
    assert sum(entry["expected"] for entry in samples["int8"]["classes"]) == answers.size


def test_labels_may_be_texts(data):
    result = crnn.convert(NETWORK, {"x": data["x"], "y": ["a", "", "ab", "cab"]}, alphabet="abc", no_search=True)
    found = result.report["samples"]["int8"]
    assert found["compared"] == 4 and sum(found["texts_by_edits"].values()) == 4
    assert {entry["truth"] for entry in result.report["samples"]["worst"]} == {"a", "", "ab", "cab"}
    named = np.array(["no", "yes", "up", "down"])[data["reference"].argmax(-1)]
    result = crnn.convert(NETWORK, {"x": data["x"], "y": named}, labels=["no", "yes", "up", "down"], no_search=True)
    assert result.report["samples"]["accuracy_float_percent"] == 100
    with pytest.raises(crnn.ArgumentError, match="'left', which"):
        crnn.convert(NETWORK, {"x": data["x"], "y": ["left"] * 4}, labels="no,yes,up,down")


def test_inspects_without_data():
    found = crnn.inspect_network(NETWORK)
    assert [port["name"] for port in found["inputs"]] == ["sound"]
    assert found["inputs"][0]["shape"] == [8] and found["inputs"][0]["layout"] == "NTC"


@pytest.mark.parametrize(
    "network, given, options, status, words",
    [
        (b"no network", None, {}, 700, "not"),
        (NETWORK, np.zeros((4, 20, 9)), {}, 701, "9]"),
        (NETWORK, {"other": np.zeros((4, 20, 8))}, {}, 701, "the calibration data has no array 'sound' or 'x'"),
        (NETWORK, {}, {}, 701, "no calibration data"),
        (NETWORK, np.zeros((0, 20, 8)), {}, 701, "no sequence"),
        (NETWORK, None, {"colour": "red"}, 702, "no option 'colour'; there are"),
        (NETWORK, None, {"time_axis": "first"}, 702, "'first' is no axis"),
        (NETWORK, None, {"min_snr": 200}, 703, "keeps 200.0 dB"),
        (NETWORK, None, {"labels": "a,b"}, 702, "2 labels"),
        (NETWORK, None, {"max_drop": 0.2}, 701, "needs labels"),
        (NETWORK, None, {"max_drop": 1, "min_snr": 40}, 702, "not both"),
    ],
)
def test_what_is_refused(tmp_path, data, network, given, options, status, words):
    with pytest.raises(crnn.ConvertError) as refused:
        crnn.convert(network, data["x"] if given is None else given, output=tmp_path / "model.crnn", **options)
    assert refused.value.status == status and words in str(refused.value)
    assert not list(tmp_path.iterdir())


def test_wrong_types(data):
    with pytest.raises(crnn.ArgumentError, match="not int"):
        crnn.convert(7, data["x"])
    with pytest.raises(crnn.ArgumentError, match="holds no numbers"):
        crnn.convert(NETWORK, {"x": np.array(["a"])})


def test_an_exception_of_the_caller_comes_back(data):
    def fail(done, all_):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        crnn.convert(NETWORK, data["x"], progress=fail)


def test_several_threads_at_once(data):
    results = [b""] * 4

    def work(place):
        results[place] = crnn.convert(NETWORK, data["x"]).content

    threads = [threading.Thread(target=work, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results[0] and len(set(results)) == 1


def test_packs_what_the_command_packs(models):
    alphabet = crnn.Model(models / "text.crnn").alphabet
    words = (models / "text.lexicon.txt").read_text().split()
    assert crnn.pack_lexicon(words, alphabet) == (models / "text.lexicon").read_bytes()
    arpa = (models / "text.ngram.txt").read_text()
    assert crnn.pack_ngram(arpa, alphabet) == (models / "text.ngram").read_bytes()
    assert crnn.pack_ngram(arpa, alphabet, unknown=-3) != b""
    with pytest.warns(UserWarning, match="left out, because the alphabet lacks them"):
        crnn.pack_ngram(arpa, "abc")
    with pytest.raises(crnn.ConvertError, match="the word list"):
        crnn.pack_lexicon(["z"], alphabet)
    with pytest.raises(crnn.ConvertError, match="one character"):
        crnn.pack_lexicon(words, alphabet, separator="--")
    with pytest.raises(crnn.ConvertError, match="the n-gram model"):
        crnn.pack_ngram("no model", alphabet)
