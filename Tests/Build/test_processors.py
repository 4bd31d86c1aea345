"""The shipped library on processors that this machine may not be: emulated by qemu."""

import shutil

import pytest
from conftest import BUILD, MODELS, output_of

pytestmark = pytest.mark.skipif(not shutil.which("qemu-x86_64"), reason="qemu-x86_64 is not installed")


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
