"""Puts the built libraries into the package. Everything else stands in pyproject.toml."""

import re
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:  # setuptools before 70.1
    from wheel.bdist_wheel import bdist_wheel

ROOT = Path(__file__).resolve().parents[2]
# By name, whether the package needs it.
LIBRARIES = {"libcrnn.so": True, "libcrnn_image.so": False, "libcrnn_convert.so": False}


def version() -> str:
    header = (ROOT / "include" / "crnn.h").read_text()
    return ".".join(re.findall(r"#define CRNN_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", header))


class BuildWithLibraries(build_py):
    def run(self):
        super().run()
        # An editable installation finds the libraries in the checkout's own build folder.
        if getattr(self, "editable_mode", False):
            return
        for name, is_needed in LIBRARIES.items():
            library = ROOT / "build" / name
            if library.exists():
                shutil.copy2(library, Path(self.build_lib) / "crnn" / name)
            elif is_needed:
                raise SystemExit(f"{library} is not built yet: run `make` in {ROOT}, then install again")


class PlatformWheel(bdist_wheel):
    """The libraries depend on the platform, but on no version of Python."""

    def finalize_options(self):
        super().finalize_options()
        self.root_is_pure = False

    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


setup(version=version(), cmdclass={"build_py": BuildWithLibraries, "bdist_wheel": PlatformWheel})
