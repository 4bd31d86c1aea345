"""What `make cross` built for other machines."""

import re
import shutil
import subprocess

import pytest
from conftest import BUILD, ROOT, output_of

CROSS = BUILD / "cross"
EXPORTS = (ROOT / "tools/link/crnn.exports").read_text().split()
LINK_EXPORTS = (ROOT / "tools/link/crnn_link.exports").read_text().split()
FAMILIES = [name.removeprefix("crnn_family_") for name in LINK_EXPORTS if name.startswith("crnn_family_")]
BARE = {
    **dict.fromkeys(["cortex-m0plus", "cortex-m4f", "cortex-m7", "cortex-m55"], "arm-none-eabi"),
    "riscv32": "riscv64-unknown-elf",
}


def built(*names):
    path = CROSS.joinpath(*names)
    if not path.exists():
        pytest.skip(f"{path.relative_to(BUILD.parent)} is not built: make cross")
    return path


def test_aarch64_library_is_as_the_one_for_x86():
    library = built("aarch64-linux", "libcrnn.so")
    lines = output_of("nm", "-D", "--defined-only", library).splitlines()
    defined = sorted(line.split()[-1] for line in lines if line.split()[-2] != "A")
    assert defined == [f"{name}@@CRNN_1" for name in EXPORTS]
    dynamic = output_of("readelf", "-dW", library)
    assert re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic) == ["libc.so.6"]
    assert re.findall(r"\(SONAME\).*\[(.*)\]", dynamic) == ["libcrnn.so.1"]
    assert "TEXTREL" not in dynamic
    versions = re.findall(r"@GLIBC_(\d+)\.(\d+)", output_of("nm", "-D", "--undefined-only", library))
    assert max((int(major), int(minor)) for major, minor in versions) <= (2, 17)
    assert library.stat().st_size < 200_000


def test_dot_products_stand_only_in_their_kernels():
    """Of a weak function that several modules hold, the linker could keep one that not every processor can run."""
    folder = built("aarch64-linux", "CRNN.o").parent
    later = {"sdot", "udot", "usdot", "smmla", "ummla", "usmmla"}
    having, defined = {}, {}
    for path in folder.glob("*.o"):
        defined[path.stem] = {line.split()[-1] for line in output_of("nm", "--defined-only", path).splitlines()}
        for line in output_of("aarch64-linux-gnu-objdump", "-d", "--no-show-raw-insn", path).splitlines():
            if label := re.match(r"[0-9a-f]+ <(.*)>:$", line):
                function = label[1]
            elif line.count("\t") >= 2 and line.split("\t")[1].split()[0] in later:
                having.setdefault(path.stem, set()).add(function)
    assert set(having) == {"KernelsDotProd", "KernelsI8MM"}
    for module, functions in having.items():
        elsewhere = set().union(*(names for other, names in defined.items() if other != module))
        assert not functions & elsewhere


@pytest.mark.parametrize("target", BARE)
def test_static_libraries_define_the_golden_list(target):
    library = built(target, "libcrnn.a")
    lines = output_of(f"{BARE[target]}-nm", "--extern-only", "--defined-only", library).splitlines()
    assert sorted(line.split()[-1] for line in lines if len(line.split()) == 3) == sorted(EXPORTS + LINK_EXPORTS)


@pytest.mark.parametrize("target", BARE)
def test_static_libraries_need_no_table_of_addresses(target):
    """A linker script that does not place .got leaves it where nothing fills it."""
    assert "GOT" not in output_of("readelf", "-rW", built(target, "libcrnn.a"))


@pytest.mark.parametrize("family", [*FAMILIES, None])
def test_firmware_links_only_the_families_that_it_names(family, tmp_path):
    built("cortex-m4f", "libcrnn.a")
    named = f".{family} = crnn_family_{family}" if family else ""
    output_of(
        ROOT / "tools/cross/program", "cortex-m4f", tmp_path / "least", ROOT / "tools/cross/firmware/least.c", "--",
        f"-DFAMILIES={named}", "-Wl,--defsym,model_file=0", "-Wl,--defsym,model_file_end=64")
    symbols = {line.split()[-1] for line in output_of("arm-none-eabi-nm", tmp_path / "least").splitlines()}
    assert symbols & set(LINK_EXPORTS) - {"crnn_linked_families"} == ({f"crnn_family_{family}"} if family else set())
    # Nothing of the others, whose Swift type has the family's name; and of kernels only those that are its own.
    types = {name: "".join(map(str.capitalize, name.split("_"))) for name in FAMILIES}
    here = {name for name, swift in types.items() if any(f"{len(swift)}{swift}O" in symbol for symbol in symbols)}
    assert here <= {family}
    own = {"recurrent": "lstm", "depthwise": "depthwise_u8", "pointwise": "softmax"}
    for other, kernel in own.items():
        assert (f"crnn_reference_{kernel}" in symbols) == (other == family)


def interface(module):
    """What a WebAssembly module imports and exports, in order."""
    if not shutil.which("node"):
        pytest.skip("node is not installed")
    program = (
        "const m = new WebAssembly.Module(require('fs').readFileSync(process.argv[1]));"
        "for (const list of [WebAssembly.Module.imports(m), WebAssembly.Module.exports(m)])"
        "  console.log(...list.map(e => e.name).sort())")
    process = subprocess.run(["node", "-e", program, module], check=True, capture_output=True, text=True)
    return [line.split() for line in process.stdout.splitlines()]


@pytest.mark.parametrize("target", ["wasm32", "wasm32-simd128"])
def test_webassembly_module(target):
    module = built(target, "crnn.wasm")
    assert module.stat().st_size <= 150_000
    imports, exports = interface(module)
    assert imports == []
    listed = (ROOT / "tools/cross/wasm.exports").read_text().split()
    assert set(listed) < set(EXPORTS)
    assert exports == sorted([*listed, "memory", "__heap_base"])


def test_webassembly_module_of_images():
    module = built("wasm32", "crnn_image.wasm")
    assert module.stat().st_size <= 32_000
    imports, exports = interface(module)
    assert imports == ["allocate", "free"]
    listed = (ROOT / "tools/cross/wasm-image.exports").read_text().split()
    assert set(listed) < set((ROOT / "tools/link/crnn_image.exports").read_text().split())
    assert exports == sorted([*listed, "memory", "__heap_base"])
