"""The shipped library on processors that this machine may not be: emulated by qemu, AVX-VNNI by tools/processor."""

import os
import pathlib
import shutil

import pytest
from conftest import BUILD, MODELS, ROOT, output_of


@pytest.mark.skipif(not shutil.which("qemu-x86_64"), reason="qemu-x86_64 is not installed")
@pytest.mark.parametrize("processor, best", [("qemu64", "reference"), ("Nehalem", "baseline"), ("max", "avx2")])
@pytest.mark.parametrize("program", ["streams", "instruction_sets", "vectors"])
def test_conformance(processor, best, program):
    """An instruction that the processor lacks would end the program. qemu64 has nothing past SSE3, max no VNNI."""
    emulated = ["qemu-x86_64", "-cpu", processor, BUILD / "tests/conformance" / program, MODELS]
    lines = output_of(*emulated).splitlines()
    assert not [line for line in lines if line.startswith("not ok")]
    assert any(line.startswith("ok ") for line in lines)
    if program == "instruction_sets":
        sets = ["reference", "baseline", "avx2", "avxvnni", "avx512vnni"]
        lacking = sets[sets.index(best) + 1 :]
        assert [name for name in sets if any(line.startswith(f"skip {name}:") for line in lines)] == lacking


@pytest.fixture(scope="module")
def with_avx_vnni(tmp_path_factory):
    """The environment of a program to which this processor has AVX-VNNI, and nothing of AVX-512."""
    folder = tmp_path_factory.mktemp("processor")
    (folder / "given").mkdir()
    shutil.copy(BUILD / "libcrnn.so", folder / "given/libcrnn.so.1")
    output_of("python3", ROOT / "tools/processor/copy.py", folder / "given", folder / "asking")
    output_of("make", "build/processor.so", cwd=ROOT)
    return {
        **os.environ, "CRNN_PROCESSOR": "avxvnni", "LD_PRELOAD": str(BUILD / "processor.so"),
        "LD_LIBRARY_PATH": str(folder / "asking"),
    }


@pytest.mark.skipif(
    " avx2 " not in pathlib.Path("/proc/cpuinfo").read_text(), reason="the other instructions of that set are AVX2's")
@pytest.mark.parametrize("program", ["instruction_sets", "vectors"])
def test_conformance_with_avx_vnni(with_avx_vnni, program):
    """Its two instructions are executed by hand where the processor does not have them; all others are real."""
    lines = output_of(BUILD / "tests/conformance" / program, MODELS, env=with_avx_vnni).splitlines()
    assert not [line for line in lines if line.startswith("not ok")]
    assert any(line.startswith("ok ") for line in lines)
    assert {line.split(":")[0] for line in lines if line.startswith("skip")} <= {"skip avx512vnni"}
