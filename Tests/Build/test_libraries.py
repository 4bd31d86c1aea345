"""What the shipped libraries hold, need and export."""

import re
import subprocess

import pytest
from conftest import BUILD, EMBEDDED, ROOT, output_of

LIBRARIES = {
    "libcrnn": ("include/crnn.h", "tools/link/crnn.exports", "CRNN_1"),
    "libcrnn_image": ("include/crnn_image.h", "tools/link/crnn_image.exports", "CRNN_IMAGE_1"),
    "libcrnn_convert": ("include/crnn_convert.h", "tools/link/crnn_convert.exports", "CRNN_CONVERT_1"),
}

# What the runtime may take from libc: copying; for crnn_model_open a file in memory; for _open, _create and crnn_run
# the heap; for CRNN_ISA the environment.
LIBC_FUNCTIONS = {
    "bcmp", "memcmp", "memcpy", "memmove", "memset", "strlen",
    "open", "lseek", "mmap", "pread", "munmap", "close", "__errno_location",
    "posix_memalign", "free",
    "getenv",
}

# Instructions with a VEX prefix that do not start with the letter v.
OTHER_VEX = {"andn", "bextr", "blsi", "blsmsk", "blsr", "bzhi", "mulx", "pdep", "pext", "rorx", "sarx", "shlx", "shrx"}


def golden(path):
    return (ROOT / path).read_text().split()


def dynamic_symbols(library, which):
    lines = output_of("nm", "-D", which, BUILD / library).splitlines()
    return [line.split()[-1] for line in lines if line.split()[-2] != "A"]  # A: the version nodes themselves


@pytest.mark.parametrize("name", LIBRARIES)
def test_header_declares_exactly_the_golden_list(name):
    header, exports, _ = LIBRARIES[name]
    declared = re.findall(r"^CRNN_API [^;]*?\b(crnn_\w+)\(", (ROOT / header).read_text(), re.MULTILINE)
    assert sorted(declared) == golden(exports)


def test_each_function_of_the_runtime_has_a_thread_rule():
    header = (ROOT / "include/crnn.h").read_text()
    blocks = re.findall(r"/\*(?:(?!\*/).)*\*/\n(?:CRNN_API [^;]*;\s)+", header, re.DOTALL)
    with_rule = [block for block in blocks if re.search(r"Threads: (any|stream|decoder|alone)\.", block)]
    declared = "".join(block.split("*/", 1)[1] for block in with_rule)
    missing = [name for name in golden("tools/link/crnn.exports") if f"{name}(" not in declared]
    assert not missing


@pytest.mark.parametrize("name", LIBRARIES)
def test_shared_library_exports_exactly_the_golden_list(name):
    _, exports, node = LIBRARIES[name]
    expected = [f"{symbol}@@{node}" for symbol in golden(exports)]
    assert sorted(dynamic_symbols(f"{name}.so", "--defined-only")) == expected


@pytest.mark.parametrize("name", ["libcrnn", "libcrnn_image"])
def test_static_library_defines_exactly_the_golden_list(name):
    _, exports, _ = LIBRARIES[name]
    lines = output_of("nm", "--extern-only", "--defined-only", BUILD / f"{name}.a").splitlines()
    symbols = [line.split() for line in lines if len(line.split()) == 3]
    expected = {symbol: "T" for symbol in golden(exports)}
    if name == "libcrnn":
        # What a program names of it; its own table takes the place of the library's.
        expected |= {symbol: "T" for symbol in golden("tools/link/crnn_link.exports")} | {"crnn_linked_families": "V"}
    assert {symbol: kind for _, kind, symbol in symbols} == expected  # no other is weak


def test_what_the_first_header_declared_is_still_there():
    declared = re.findall(
        r"^CRNN_API [^;]*?\b(crnn_\w+)\(", (ROOT / "Tests/Conformance/older/crnn.h").read_text(), re.MULTILINE)
    assert len(declared) > 30 and set(declared) <= set(golden("tools/link/crnn.exports"))


def test_a_header_names_the_families_of_the_golden_list():
    header = (ROOT / "include/crnn_link.h").read_text()
    assert sorted(re.findall(r"CRNN_LINKED .*?(crnn_\w+);", header)) == golden("tools/link/crnn_link.exports")


def test_no_product_has_grown_by_more_than_five_percent():
    """After a growth that is meant: tools/sizes --write."""
    grown = subprocess.run([ROOT / "tools/sizes"], capture_output=True, text=True, check=False)
    assert "ok libcrnn.so" in grown.stdout, grown.stdout + grown.stderr
    assert grown.returncode == 0, grown.stdout + grown.stderr


def test_size():
    assert (BUILD / "libcrnn.so").stat().st_size < 200_000
    # Swift's own libraries are inside.
    assert (BUILD / "libcrnn_convert.so").stat().st_size < 25_000_000
    assert (BUILD / "crnn").stat().st_size < 20_000_000


@pytest.mark.parametrize("name, needed", [
    ("libcrnn", {"libc.so.6"}),
    ("libcrnn_image", {"libc.so.6", "libcrnn.so.1", "libpng16.so.16", "libjpeg.so.62"}),
    (
        "libcrnn_convert",
        {"libc.so.6", "libm.so.6", "libstdc++.so.6", "libgcc_s.so.1", "ld-linux-x86-64.so.2", "libz.so.1",
         "libpng16.so.16", "libjpeg.so.62"},
    ),
])
def test_needs_nothing_else(name, needed):
    dynamic = output_of("readelf", "-dW", BUILD / f"{name}.so")
    assert set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)) == needed
    assert re.findall(r"\(SONAME\).*\[(.*)\]", dynamic) == [f"{name}.so.1"]


def test_takes_few_functions_from_libc():
    undefined = {symbol.split("@")[0] for symbol in dynamic_symbols("libcrnn.so", "--undefined-only")}
    assert undefined <= LIBC_FUNCTIONS


@pytest.mark.parametrize("name", ["libcrnn", "libcrnn_image"])
def test_runs_with_an_old_glibc(name):
    """2.17 is of 2012: what calls itself manylinux2014 has it. (The converter needs more.)"""
    versions = re.findall(r"@GLIBC_(\d+)\.(\d+)", output_of("nm", "-D", "--undefined-only", BUILD / f"{name}.so"))
    assert versions and max((int(major), int(minor)) for major, minor in versions) <= (2, 17)


def test_no_executable_stack_and_no_text_relocations():
    segments = output_of("readelf", "-lW", BUILD / "libcrnn.so")
    assert re.search(r"GNU_STACK .* RW ", segments)
    assert "TEXTREL" not in output_of("readelf", "-dW", BUILD / "libcrnn.so")


def test_avx_instructions_stand_only_in_the_avx_kernels():
    """Of a weak function that several modules hold, the linker could keep the AVX one."""
    def defined(objects):
        return {line.split()[-1] for line in output_of("nm", "--defined-only", *objects).splitlines() if " " in line}

    modules = [path for path in EMBEDDED.glob("*.build") if list(path.glob("*.o"))]
    in_avx = defined(path for module in modules if module.name.startswith("KernelsAVX") for path in module.glob("*.o"))
    others = [module for module in modules if not module.name.startswith("KernelsAVX")]
    elsewhere = defined(path for module in others for path in module.glob("*.o"))

    function, with_vex = None, set()
    for line in output_of("objdump", "-d", "--no-show-raw-insn", BUILD / "libcrnn.so.unstripped").splitlines():
        if label := re.match(r"[0-9a-f]+ <(.*)>:$", line):
            function = label[1]
        elif (fields := line.split("\t")) and len(fields) > 1 and fields[1]:
            instruction = fields[1].split()[0]
            if instruction.startswith("v") or instruction in OTHER_VEX:
                with_vex.add(function)
    assert with_vex, "the AVX kernels hold no AVX instruction at all"
    assert with_vex <= in_avx
    assert not with_vex & elsewhere


@pytest.mark.parametrize("library", ["libcrnn", "libcrnn_image"])
def test_no_instruction_ends_the_host(library):
    """Swift's checks become this instruction. What its own runtime does at an exception stays: nothing throws one."""
    function, ends = None, set()
    for line in output_of("objdump", "-d", "--no-show-raw-insn", BUILD / f"{library}.so.unstripped").splitlines():
        if label := re.match(r"[0-9a-f]+ <(.+)>:$", line):
            function = label[1]
        elif "\tud2" in line:
            ends.add(function)
    assert ends <= {"_swift_exceptionPersonality"}


def test_nothing_in_the_runtime_calls_itself():
    """Whatever a file holds, the stack that a call takes is bounded: no function is called by what it calls."""
    called, function = {}, None
    for line in output_of("objdump", "-d", "--no-show-raw-insn", BUILD / "libcrnn.so.unstripped").splitlines():
        if label := re.match(r"[0-9a-f]+ <(.+)>:$", line):
            function = called.setdefault(label[1], set())
        elif function is not None and (target := re.search(r"\bcall +[0-9a-f]+ <([^>+]+)>", line)):
            function.add(target[1])
    assert len(called) > 300
    # Whatever calls nothing that is left is taken away, until only circles would be left.
    while done := [name for name, targets in called.items() if not targets & called.keys()]:
        for name in done:
            del called[name]
    assert not called
