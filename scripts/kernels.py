#!/usr/bin/env python3
"""Print the registers, spills and shared memory of every device kernel, and check them.

usage: kernels.py SOURCE BUILD cuda|hip
Fails when a kernel that sources export is missing from the plug-in, when a kernel spills registers, or when it has
no test case. A kernel may spill up to what a comment behind its export allows: `HUTCH_EXPORT_KERNEL(...)  // spills 64`.
Exits with 77 where the plug-in's compiler is not here.
"""
import pathlib
import re
import subprocess
import sys

EXPORT = re.compile(r"^HUTCH_EXPORT_KERNEL\(\s*(\w+),\s*([^;\n]*?(?:\n[^;\n]*?)?)\)\s*(?://\s*spills (\d+))?$", re.M)


def read_exports(source):
    """Return {kernel name: (file, allowed spill)} of all *.kernels.cpp."""
    exports = {}
    for path in sorted((source / "src/hutch").rglob("*.kernels.cpp")):
        for match in EXPORT.finditer(path.read_text()):
            exports[match[1]] = (path, int(match[3] or 0))
    return exports


def without_case(source, exports):
    tests = "".join(path.read_text() for path in (source / "src/hutch").rglob("*_test.cpp"))
    return [name for name in exports if f'{{"{name}"' not in tests]


def demangled(names):
    text = subprocess.run(["c++filt"], input="\n".join(names), capture_output=True, text=True, check=True).stdout
    return [re.sub(r"hutch::|compute::|void |std::|\(.*\)$|unsigned ", "", line) for line in text.splitlines()]


def read_resources(build, kind):
    rows = []
    for path in sorted((build / "plugins" / kind).rglob("*.resources")):
        rows += [line.split("\t") for line in path.read_text().splitlines()]
    return [(row[0], name, *map(int, row[2:])) for row, name in zip(rows, demangled([row[1] for row in rows]))]


def main():
    source, build, kind = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    library = build / "plugins" / f"hutch_{kind}.so"
    if not library.exists():
        print(f"skipped: no {library.name} was built, because {'nvcc' if kind == 'cuda' else 'hipcc'} was not found")
        return 77
    symbols = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout
    launchers = set(re.findall(r" T hutch_launch_(\w+)", symbols))
    exports = read_exports(source)
    problems = [f"'{name}' is not in {library.name}; expected every exported kernel" for name in exports if name not in launchers]
    problems += [f"'{name}' is in {library.name} and in no source; build again" for name in launchers - set(exports)]
    problems += [f"'{name}' has no case in any *_test.cpp; expected a KernelCase, see compute/test_kernels.hpp"
                 for name in without_case(source, exports)]
    allowed = max((spill for _, spill in exports.values()), default=0)
    print(f"{'arch':8} {'registers':>9} {'spilled':>8} {'stack':>6} {'shared':>7}  kernel")
    for arch, name, registers, spilled, stack, shared in read_resources(build, kind):
        print(f"{arch:8} {registers:9} {spilled:8} {stack:6} {shared:7}  {name}")
        if spilled > allowed:
            problems.append(f"'{name}' spills {spilled} bytes on {arch}; expected at most {allowed}")
    print("\n".join(problems), end="\n" if problems else "")
    print(f"{len(launchers)} kernels in {library.name}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
