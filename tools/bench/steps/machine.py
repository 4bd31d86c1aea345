"""What the measurements ran on."""

import pathlib
import platform

SETS = ("avx2", "avx_vnni", "avx512_vnni")


def processor() -> str:
    """The processor's name, and which of the instruction sets that matter here it has."""
    fields = _cpuinfo()
    has = instruction_sets()
    return f"{fields.get('model name', platform.machine())} with {', '.join(has) or 'none of AVX2 and VNNI'}"


def instruction_sets() -> list:
    flags = _cpuinfo().get("flags", "").split()
    return [name for name in SETS if name in flags]


def _cpuinfo() -> dict:
    """What Linux says of the last processor; nothing on another system."""
    info = pathlib.Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    pairs = (line.partition(":") for line in lines)
    return {key.strip(): value.strip() for key, _, value in pairs}
