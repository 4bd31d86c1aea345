"""crnn.Decoder: text from frames."""

import crnn
import numpy as np
import pytest


@pytest.fixture
def text_model(models):
    """Columns (6,) in; probabilities of the blank and a, b, c, ß out, for every second column."""
    return crnn.Model(models / "text.crnn")


@pytest.fixture
def columns(random):
    return random.uniform(-1, 1, (60, 6)).astype(np.float32)


def best_path(probabilities, alphabet, blank):
    """Greedy decoding as the textbooks have it."""
    labels = [int(frame.argmax()) for frame in probabilities]
    kept = [b for a, b in zip([blank, *labels], labels) if b not in (a, blank)]
    return "".join(alphabet[label - (label > blank)] for label in kept)


def test_greedy_is_the_best_path(text_model, columns):
    decoder = text_model.decoder()
    probabilities = text_model.run(columns)
    reading = decoder.read(columns)
    assert reading.text == best_path(probabilities, "abcß", 0) and len(reading.text) > 5
    assert reading.log_probability == pytest.approx(np.log(probabilities.max(axis=1)).sum(), abs=1e-4)
    assert reading.confidence == pytest.approx(np.exp(reading.log_probability), rel=1e-3)
    assert decoder.decode(probabilities, len(columns)) == reading
    assert decoder.alternatives() == [reading]


def test_symbols_have_spans(text_model, columns):
    reading = text_model.decoder(width=8).read(columns)
    probabilities = text_model.run(columns)
    assert "".join(symbol.text for symbol in reading.symbols) == reading.text
    end = 0
    for symbol in reading.symbols:
        assert symbol.frames.start >= end and len(symbol.frames) > 0
        end = symbol.frames.stop
        assert text_model.alphabet[symbol.index] == symbol.text
        assert symbol.confidence == pytest.approx(probabilities[symbol.frames, symbol.index + 1].max())
        first, last = (text_model.span(frame, len(columns)) for frame in (symbol.frames[0], symbol.frames[-1]))
        assert symbol.input == range(first.start, last.stop)


@pytest.mark.parametrize("width", [0, 1, 12])
def test_pieces_are_the_whole(text_model, columns, width):
    decoder = text_model.decoder(width=width)
    whole = decoder.read(columns)
    probabilities = text_model.run(columns)
    decoder.reset()
    stable = ""
    for frame in probabilities:
        decoder.push(frame[None])
        reading = decoder.reading()
        assert reading.text == decoder.text and reading.text.startswith(stable)
        stable = reading.text[: reading.stable]
    assert decoder.finish(len(columns)) == whole
    assert whole.stable == len(whole.symbols)
    with pytest.raises(crnn.StreamStateError):
        decoder.push(probabilities)


def test_alternatives_are_in_order(text_model, columns):
    decoder = text_model.decoder(width=12)
    best = decoder.read(columns)
    found = decoder.alternatives()
    assert len(found) == 12 and found[0] == best and len({reading.text for reading in found}) == 12
    assert [reading.score for reading in found] == sorted((reading.score for reading in found), reverse=True)
    assert decoder.alternatives(3) == found[:3]
    assert sum(np.exp(reading.log_probability) for reading in found) <= 1 + 1e-5


def test_lexicon_and_ngram(text_model, models, random):
    words = {"a", "ab", "abba", "cab", "ßa"}
    for packed in (models / "text.lexicon", (models / "text.lexicon").read_bytes()):
        decoder = text_model.decoder(width=64, lexicon=packed)
        for _ in range(5):
            reading = decoder.read(random.uniform(-1, 1, (14, 6)).astype(np.float32))
            assert reading.is_complete and (reading.text in words or reading.text == "")
    with_ngram = text_model.decoder(width=16, ngram=models / "text.ngram", ngram_weight=1, insertion_bonus=0.5)
    reading = with_ngram.read(random.uniform(-1, 1, (40, 6)).astype(np.float32))
    assert reading.score != reading.log_probability
    with pytest.raises(crnn.FileError):
        text_model.decoder(width=2, ngram=models / "text.lexicon")
    with pytest.raises(crnn.FileError):
        text_model.decoder(width=2, lexicon=b"")
    with pytest.raises(crnn.ArgumentError):
        text_model.decoder(lexicon=models / "text.lexicon")
    with pytest.raises(crnn.RuntimeEnvironmentError):
        text_model.decoder(width=2, lexicon=models / "absent")


@pytest.mark.parametrize("weight", [1, 10, 20])
def test_what_the_end_multiplies_by_leaves_a_text(root, weight):
    """The one complete text is far below one that is not, and its end is improbable."""
    if not (root / "build/libcrnn_convert.so").is_file():
        pytest.skip("build/libcrnn_convert.so is not built: make")
    ngram = "\\data\\\nngram 1=3\n\n\\1-grams:\n-0.3\ta\n-0.8\tb\n-3\t</s>\n\n\\end\\\n"
    decoder = crnn.Decoder(
        alphabet="ab", blank=0, width=8, ngram_weight=weight, lexicon=crnn.pack_lexicon(["ab"], "ab", separator="none"),
        ngram=crnn.pack_ngram(ngram, "ab"))
    frames = np.float32([[1e-30, 1, 1e-30]] * 4)
    assert decoder.decode(frames).text == "ab"


def test_without_a_model():
    decoder = crnn.Decoder(alphabet="ab", width=4)
    reading = decoder.decode([[0.1, 0.1, 0.8], [0.9, 0.05, 0.05], [0.1, 0.8, 0.1]])
    assert reading.text == "ab" and [list(symbol.frames) for symbol in reading.symbols] == [[1], [2]]
    assert all(len(symbol.input) == 0 for symbol in reading.symbols)
    logarithms = crnn.Decoder(alphabet="ab", blank=2, values="log_probabilities")
    assert logarithms.decode(np.log([[0.9, 0.05, 0.05], [0.1, 0.8, 0.1]])).text == "ab"
    with pytest.raises(crnn.ArgumentError):
        decoder.read(np.zeros((3, 3)))


@pytest.mark.parametrize(
    "options",
    [
        {"width": 1025},
        {"width": -1},
        {"width": 1.5},
        {"maximum_symbols": 0},
        {"values": "logits"},
        {"blank": 0},
        {"alphabet": "ab"},
        {"alphabet": "abcd", "blank": 5},
        {"width": 1, "ngram_weight": float("nan")},
        {"width": 1, "insertion_bonus": "much"},
        {"output": "absent"},
        {"input": 3},
    ],
)
def test_refused_options(text_model, options):
    with pytest.raises(crnn.ArgumentError):
        text_model.decoder(**options)


def test_refused_models_and_frames(text_model, stream_model):
    with pytest.raises(crnn.ArgumentError, match="--alphabet"):
        stream_model.decoder()
    with pytest.raises(crnn.ArgumentError):
        crnn.Decoder()
    decoder = text_model.decoder()
    for frames in (np.zeros((3, 4)), np.zeros(5), "text"):
        with pytest.raises(crnn.ArgumentError):
            decoder.push(frames)
    with pytest.raises(crnn.ArgumentError):
        decoder.reading(1)
