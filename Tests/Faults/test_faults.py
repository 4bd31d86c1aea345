"""The tool and crnn_convert with each call of the system failing once, one after the other (faults.c); a full disk, a
read-only folder, and signals in the middle of everything. Afterwards each output is the old one, absent or whole, and
nothing else lies about.

A Swift program ends where its own runtime gets no memory (docs/security.md): here files, mappings and threads fail, not
allocations."""

import csv
import dataclasses
import itertools
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
TOOL = pathlib.Path(os.environ.get("CRNN_TOOL", BUILD / "crnn"))
MODELS = BUILD / "tests/models"
FAULTS = BUILD / "tests/libfaults.so"

pytestmark = pytest.mark.skipif(
    not (TOOL.is_file() and (MODELS / "last.crnn").is_file() and FAULTS.is_file()), reason="not built: make test"
)

DONE, FAILURE, UNREADABLE = 0, 1, 4
OLD = b"what was there before\n"


@pytest.fixture
def pictures(tmp_path):
    folder, random = tmp_path / "pictures", np.random.default_rng(3)
    (folder / "inner").mkdir(parents=True)
    for name in ["a.png", "b.jpg", "inner/c.png", "inner/d.png"]:
        Image.fromarray(random.integers(0, 256, (12, 17), dtype=np.uint8)).save(folder / name)
    return folder


@dataclasses.dataclass
class Run:
    status: int
    output: bytes
    error: str
    sites: int
    failed: str  # the function that failed, or "none"


def run(command, folder, *, kinds="", at=0, given=b"", **environment):
    """Runs a command in `folder` with a fault."""
    report = folder.parent / "report"
    report.unlink(missing_ok=True)
    process = subprocess.run(
        [str(word) for word in command],
        input=given,
        capture_output=True,
        check=False,
        cwd=folder,
        env={
            **os.environ,
            "LD_PRELOAD": str(FAULTS),
            "CRNN_FAULT_KINDS": kinds,
            "CRNN_FAULT_AT": str(at),
            "CRNN_FAULT_REPORT": str(report),
            **environment,
        },
    )
    sites, failed = report.read_text().split(" ", 1) if report.exists() else ("0", "none")
    return Run(process.returncode, process.stdout, process.stderr.decode(errors="replace"), int(sites), failed.strip())


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


def each_site(command, folder, outputs, kinds, **environment):
    """Has each call fail once. `outputs`: the files that the command writes into the folder, whole or not at all."""
    whole = run(command, folder, kinds=kinds, **environment)
    assert whole.status == DONE, whole.error
    expected = contents(folder)
    assert set(expected) == set(outputs) and whole.sites > 0
    refused = 0
    for site in itertools.count(1):
        for name in outputs:
            (folder / name).write_bytes(OLD)
        result = run(command, folder, kinds=kinds, at=site, **environment)
        where = f"call {site}, {result.failed}: status {result.status}, {result.error}"
        found = contents(folder)
        if result.failed == "none":
            assert result.status == DONE and found == expected, where
            break
        assert set(found) == set(outputs), where
        assert result.status in (DONE, FAILURE), where
        if result.status == DONE:
            assert found == expected and result.output == whole.output, where
        else:
            refused += 1
            assert len(result.error) > 15 and "Fatal" not in result.error, where
            # Of two files, the first may stand where only the renaming of the second was refused.
            assert all(found[name] in (OLD, expected[name]) for name in outputs), where
            assert list(found.values()).count(OLD) > 0 or result.output != whole.output, where
    print(f"{site - 1} calls, each failed once; {refused} times the command failed")
    assert refused > 0


EVERYTHING = "open,read,end,write,file,map,thread"


def test_convert(folder):
    command = [
        TOOL,
        "convert",
        MODELS / "tiny.onnx",
        "-o",
        "tiny.crnn",
        "--calibrate",
        MODELS / "tiny.npz",
        "--no-search",
        "--json",
        "report.json",
        "--report",
        "page.html",
    ]
    each_site(command, folder, ["tiny.crnn", "report.json", "page.html"], EVERYTHING)


def test_run(folder):
    for output in ["scores.npz", "scores.npy"]:
        command = [TOOL, "run", MODELS / "stream.crnn", MODELS / "stream.npz", "-o", output, "--threads", "2"]
        each_site(command, folder, [output], EVERYTHING)
        (folder / output).unlink()


def test_reports(folder):
    each_site(
        [TOOL, "inspect", MODELS / "last.crnn", "--json", "i.json", "--svg", "i.svg"],
        folder,
        ["i.json", "i.svg"],
        EVERYTHING,
    )


def test_language(folder):
    shutil.copy(MODELS / "text.lexicon.txt", folder.parent)
    command = [TOOL, "language", MODELS / "text.crnn", "--words", "../text.lexicon.txt", "-o", "words"]
    # Of a list of words that ends early, nobody can know.
    each_site(command, folder, ["words"], "open,read,write,file,map,thread")


def test_crnn_convert(folder):
    """The Python front end: only files in the folder fail, not those that Python itself reads."""
    command = [
        sys.executable,
        "-m",
        "crnn_convert",
        ROOT / "Tests/Convert/fixtures/rnn.keras",
        "--onnx",
        folder / "rnn.onnx",
    ]
    each_site(
        command,
        folder,
        ["rnn.onnx"],
        "open,read,write,file",
        CRNN_FAULT_UNDER=str(folder),
        PYTHONPATH=str(ROOT / "tools/convert"),
        PYTHONDONTWRITEBYTECODE="1",
    )


PACKAGE = """
import sys
import crnn
try:
    model = crnn.Model(f"{sys.argv[1]}/last.crnn", copy=sys.argv[2] == "copy")
    print(model.classify(f"{sys.argv[1]}/line.png"))
except crnn.Error as error:
    sys.exit(f"{type(error).__name__}: {error}")
except Exception as error:
    print(repr(error), file=sys.stderr)
    sys.exit(3)
"""


@pytest.mark.parametrize("way", ["map", "copy"])
def test_python_package(folder, way):
    """Models and images that the Python package opens: an exception of its own, or the answer."""
    given = folder.parent / "given"
    given.mkdir()
    shutil.copy(MODELS / "last.crnn", given)
    Image.fromarray(np.zeros((12, 17), np.uint8)).save(given / "line.png")
    each_site(
        [sys.executable, "-c", PACKAGE, given, way],
        folder,
        [],
        "open,read,file,map",
        CRNN_FAULT_UNDER=str(given),
        PYTHONPATH=str(ROOT / "bindings/python"),
        PYTHONDONTWRITEBYTECODE="1",
    )


ROWS = "file,label,confidence,label_2,confidence_2,label_3,confidence_3,error\n"


@pytest.mark.parametrize("source", ["folder", "list"])
def test_rows_are_whole(folder, pictures, source):
    """`classify` writes row by row: what there is consists of whole rows, the right ones or ones that tell an error."""
    names = "\n".join(str(path) for path in sorted(pictures.rglob("*.*"))).encode()
    command = [
        TOOL,
        "classify",
        MODELS / "last.crnn",
        pictures if source == "folder" else "-",
        "-o",
        "rows.csv",
        "--format",
        "csv",
        "--threads",
        "2",
        "--batch",
        "1",
    ]
    kinds, given = "open,read,write,file,map,thread", names if source == "list" else b""
    whole = run(command, folder, kinds=kinds, given=given)
    assert whole.status == DONE, whole.error
    expected = (folder / "rows.csv").read_text().splitlines(keepends=True)
    assert len(expected) == 5 and expected[0] == ROWS
    refused = 0
    for site in itertools.count(1):
        (folder / "rows.csv").write_bytes(OLD)
        result = run(command, folder, kinds=kinds, at=site, given=given)
        where = f"call {site}, {result.failed}: status {result.status}, {result.error}"
        text = (folder / "rows.csv").read_text()
        if result.failed == "none":
            assert result.status == DONE and text.splitlines(keepends=True) == expected, where
            break
        assert result.status in (DONE, FAILURE, UNREADABLE), where
        assert list(contents(folder)) == ["rows.csv"], where
        refused += result.status != DONE
        assert result.status == DONE or len(result.error) > 15, where
        if text.encode() == OLD:
            assert result.status == FAILURE, where
            continue
        rows = text.splitlines(keepends=True)
        assert text == "" or text.endswith("\n"), where
        wrong = [row for row in rows if row not in expected]
        assert [row for row in expected if row in rows] == [row for row in rows if row in expected], where
        for name, label, confidence, *_, error in csv.reader(wrong):
            assert name and not label and not confidence and len(error) > 15, where
        if result.status == DONE:
            assert rows == expected, where
        if result.status == UNREADABLE:
            assert len(wrong) > 0, where
    print(f"{site - 1} calls, each failed once; {refused} times the command failed")
    assert refused > 0


@pytest.mark.parametrize("disturbance", ["interrupts", "signals"])
def test_signals_change_nothing(folder, pictures, disturbance):
    """Every other read and write interrupted, and short; or a signal every 200 microseconds, which restarts no call."""
    commands = {
        "x.crnn": [
            TOOL,
            "convert",
            MODELS / "tiny.onnx",
            "-o",
            "x.crnn",
            "--calibrate",
            MODELS / "tiny.npz",
            "--no-search",
        ],
        "x.npz": [TOOL, "run", MODELS / "last.crnn", MODELS / "last.npz", "-o", "x.npz", "--threads", "2"],
        "x.csv": [
            TOOL,
            "classify",
            MODELS / "last.crnn",
            "-",
            "-o",
            "x.csv",
            "--format",
            "csv",
            "--threads",
            "2",
            "--batch",
            "2",
        ],
    }
    given = "\n".join(100 * [str(path) for path in sorted(pictures.rglob("*.*"))]).encode()
    faults = {"kinds": "interrupts"} if disturbance == "interrupts" else {"CRNN_FAULT_ALARM": "200"}
    for name, command in commands.items():
        quiet = run(command, folder, given=given)
        expected = contents(folder)
        (folder / name).unlink()
        disturbed = run(command, folder, given=given, **faults)
        assert (quiet.status, disturbed.status) == (DONE, DONE), disturbed.error
        assert contents(folder) == expected and disturbed.output == quiet.output and disturbed.error == quiet.error
        (folder / name).unlink()


COMMANDS = [
    ["convert", MODELS / "tiny.onnx", "--calibrate", MODELS / "tiny.npz", "--no-search"],
    ["run", MODELS / "stream.crnn", MODELS / "stream.npz"],
]


def refused(command, reason, **options):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)
    assert result.returncode == FAILURE and reason in result.stderr, result


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_full_disk(folder, command):
    """A device that is full, and a disk that fills in the middle of the file."""
    refused([TOOL, *command, "-o", "/dev/full"], "No space left on device")

    def fill():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    output = folder / "output.npz"
    output.write_bytes(OLD)
    refused([TOOL, *command, "-o", output], "File too large", preexec_fn=fill)
    assert contents(folder) == {"output.npz": OLD}


@pytest.mark.parametrize(
    "command",
    [
        ["inspect", MODELS / "last.crnn"],
        ["inspect", MODELS / "last.crnn", "--json", "-"],
        ["classify", MODELS / "last.crnn", "pictures"],
    ],
    ids=["text", "json", "rows"],
)
def test_full_standard_output(tmp_path, pictures, command):
    with open("/dev/full", "wb") as full:
        result = subprocess.run(
            [TOOL, *command], stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=tmp_path
        )
    assert result.returncode == FAILURE and "No space left on device" in result.stderr


def test_small_disk(tmp_path, pictures):
    """A file system of 64 KiB, in a mount namespace of its own: rows until it is full, all of them whole; a run that
    leaves nothing; and with --resume the rows go on elsewhere."""
    if subprocess.run(
        ["unshare", "-rm", "mount", "-t", "tmpfs", "none", tmp_path], capture_output=True, check=False
    ).returncode:
        pytest.skip("this system lets nobody mount a tmpfs")
    names, disk, saved = tmp_path / "names", tmp_path / "disk", tmp_path / "saved.csv"
    disk.mkdir()
    paths = [str(path) for path in sorted(pictures.rglob("*.*"))]
    names.write_text("".join(f"{path}\n" for path in 300 * paths))
    script = (
        f"mount -t tmpfs -o size=64k none {disk} && cd {disk} && "
        f"{{ {TOOL} classify {MODELS}/last.crnn - --format csv -o rows.csv <{names}; echo status $?; "
        f"cp rows.csv {saved}; "
        f"{TOOL} run {MODELS}/stream.crnn {MODELS}/stream.npz -o scores.npz; echo status $?; ls; }}"
    )
    result = subprocess.run(["unshare", "-rm", "bash", "-c", script], capture_output=True, text=True, check=False)
    assert result.stdout == "status 1\nstatus 1\nrows.csv\n", result
    assert result.stderr.count("No space left on device") == 2
    rows = saved.read_text()
    assert rows.endswith("\n") and 10 < rows.count("\n") < 1200
    command = [TOOL, "classify", MODELS / "last.crnn", "-", "--format", "csv"]
    subprocess.run([*command, "--resume", saved], stdin=names.open(), check=True)
    whole = subprocess.run(command, stdin=names.open(), capture_output=True, check=True)
    assert saved.read_bytes() == whole.stdout and saved.read_text().startswith(rows)


def test_read_only_folder(tmp_path):
    """Root may write anywhere: where the tests run as root, the tool does not."""
    user = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    if user and not (TOOL.stat().st_mode & 0o005 == 0o005 and all(p.stat().st_mode & 0o001 for p in TOOL.parents)):
        pytest.skip("nobody but root may run the tool here")
    folder = tmp_path / "closed"
    folder.mkdir()
    for path in [*tmp_path.parents][:2] + [tmp_path]:
        path.chmod(path.stat().st_mode | 0o055)
    folder.chmod(0o555)
    for command in COMMANDS:
        refused([TOOL, *command, "-o", folder / "output.npz"], "Permission denied", **user)
    refused(
        [TOOL, "classify", MODELS / "last.crnn", ROOT / "tools/demo/images/test", "-o", folder / "rows.csv"],
        "Permission denied",
        **user,
    )
    assert list(folder.iterdir()) == []
