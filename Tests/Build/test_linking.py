"""Programs of several kinds find, link and run the installed libraries."""

import os

import pytest
from conftest import MODELS, ROOT, output_of

C_PROGRAM = r"""
#include <crnn.h>
#include <stdio.h>
int main(int count, char **arguments) {
  crnn_error error = CRNN_ERROR_INITIALIZER;
  crnn_model *model = NULL;
  if (crnn_abi_check(CRNN_HEADER_VERSION) || count != 2) return 2;
  if (crnn_model_open(arguments[1], NULL, &model, &error)) return puts(error.message), 1;
  float in[4][8] = {{1}}, out[4][5];
  crnn_array input = crnn_array_2d(in, CRNN_F32, 4, 8), output = crnn_array_2d(out, CRNN_F32, 4, 5);
  if (crnn_run(model, &input, 1, &output, 1, &error)) return puts(error.message), 1;
  double sum = 0;
  for (int i = 0; i < 20; i++) sum += ((float *)out)[i];
  crnn_model_destroy(model);
  printf("%.2f\n", sum);
}
"""  # four frames of probabilities: 4.00

# A host in regular Swift: a dictionary and classes need its own swift_retain, swift_allocObject and the like.
SWIFT_PROGRAM = r"""
import CCRNNHeader

final class Model {
  var pointer: OpaquePointer?
  init(_ path: String) {
    var error = crnn_error()
    error.struct_size = MemoryLayout<crnn_error>.size
    if crnn_model_open(path, nil, &pointer, &error) != 0 { pointer = nil }
  }
  deinit { crnn_model_destroy(pointer) }
}

var counts: [String: [Int]] = [:]
for i in 0..<1000 { counts["key \(i % 10)", default: []].append(i) }
let models = (0..<3).map { _ in Model(CommandLine.arguments[1]) }
var names: [String: String] = [:]
for (i, model) in models.enumerated() { names["model \(i)"] = String(cString: crnn_model_isa(model.pointer)) }
print(counts.count, counts["key 3"]?.count ?? 0, names.count, Set(names.values).count, crnn_version() == CRNN_VERSION)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    prefix = tmp_path_factory.mktemp("prefix")
    output_of("make", "install", f"PREFIX={prefix}", cwd=ROOT)
    return prefix


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "program.c"
    path.write_text(C_PROGRAM)
    return path


def package_flags(prefix, *options):
    environment = {**os.environ, "PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig")}
    return output_of("pkg-config", *options, "crnn", env=environment).split()


def run(program, prefix=None):
    environment = {**os.environ, **({"LD_LIBRARY_PATH": str(prefix / "lib")} if prefix else {})}
    return output_of(program, MODELS / "stream.crnn", env=environment)


def test_c_program_with_the_shared_library(installed, source, tmp_path):
    program = tmp_path / "program"
    output_of("cc", "-Wall", "-Werror", source, "-o", program, *package_flags(installed, "--cflags", "--libs"))
    assert run(program, installed) == "4.00\n"


def test_c_program_with_the_static_library(installed, source, tmp_path):
    program = tmp_path / "program"
    output_of("cc", "-Wall", "-Werror", source, f"-I{installed}/include", installed / "lib/libcrnn.a", "-o", program)
    assert run(program) == "4.00\n"


def test_c_program_without_any_shared_library(installed, source, tmp_path):
    program = tmp_path / "program"
    output_of("cc", "-static", source, f"-I{installed}/include", installed / "lib/libcrnn.a", "-o", program)
    assert run(program) == "4.00\n"


def test_cxx_program(installed, source, tmp_path):
    program = tmp_path / "program"
    output_of("c++", "-x", "c++", "-Wall", "-Werror", source, "-x", "none", f"-I{installed}/include",
              installed / "lib/libcrnn.a", "-o", program)
    assert run(program) == "4.00\n"


@pytest.mark.parametrize("optimisation", ["-Onone", "-O"])
def test_regular_swift_program_with_the_static_library(installed, tmp_path, optimisation):
    program, host = tmp_path / "host", tmp_path / "main.swift"
    host.write_text(SWIFT_PROGRAM)
    (tmp_path / "module.modulemap").write_text('module CCRNNHeader { header "shim.h" export * }\n')
    (tmp_path / "shim.h").write_text(
        f'#include "{installed}/include/crnn.h"\nstatic const uint32_t CRNN_VERSION = CRNN_HEADER_VERSION;\n')
    output_of("swiftc", optimisation, "-I", tmp_path, host, installed / "lib/libcrnn.a", "-o", program)
    assert run(program) == "10 100 3 1 true\n"


def test_cmake_package(installed, source, tmp_path):
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.16)\nproject(program C)\nfind_package(crnn REQUIRED)\n"
        "add_executable(shared program.c)\ntarget_link_libraries(shared crnn::crnn)\n"
        "add_executable(static program.c)\ntarget_link_libraries(static crnn::crnn_static)\n")
    output_of("cmake", "-S", tmp_path, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={installed}")
    output_of("cmake", "--build", tmp_path / "build")
    assert run(tmp_path / "build/shared", installed) == "4.00\n"
    assert run(tmp_path / "build/static") == "4.00\n"


def test_installed_tool(installed):
    assert "usage" in output_of(installed / "bin/crnn", "--help").lower()
