#!/usr/bin/env python3
"""Check that every include of a room has its line in the room's needs.txt, and every line its include.

Also checked, because a newcomer's first hour depends on it: the first line of each header is a comment
that says what it is for, no file passes 800 lines, and `detail/` is included from its own room only.
Prints `file:line: rule; remedy` for each finding and exits with 1 if there is any.
"""
import pathlib
import re
import sys

ORDER = ["base", "compute", "data", "step", "methods", "catalog", "flow", "acquire", "curate", "learn",
         "agent", "serve", "apps"]
LIBRARIES = {
    "fmt": r"fmt/", "json": r"nlohmann/", "yaml": r"yaml-cpp/", "openssl": r"openssl/", "sqlite": r"sqlite3",
    "zlib": r"zlib", "hdf5": r"hdf5|H5", "gemmi": r"gemmi/",
    "gpu": r"(cuda_runtime|hip/|dlfcn)",
    "threads": r"(thread|mutex|condition_variable|future)$",
}
INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]')


def layer(room):
    return ORDER.index(room.split("/")[0])


def read_needs(folder):
    rooms, libraries = set(), set()
    for line in (folder / "needs.txt").read_text().splitlines():
        words = line.split("#")[0].split()
        if not words:
            continue
        (libraries if words[0] == "lib" else rooms).add(words[-1])
    return rooms, libraries


def check_room(root, folder, room, findings):
    rooms, libraries = read_needs(folder)
    seen_rooms, seen_libraries = set(), set()
    for other in rooms:
        if layer(other) >= layer(room):
            findings.append(f"{folder.relative_to(root)}/needs.txt:1: '{room}' needs '{other}', which is not above "
                            f"it; see the order of rooms in scripts/check_layers.py")
    for path in sorted([*folder.rglob("*.hpp"), *folder.rglob("*.cpp"), *folder.rglob("*.inc")]):
        lines = path.read_text().splitlines()
        where = path.relative_to(root)
        if len(lines) > 800:
            findings.append(f"{where}:{len(lines)}: file has {len(lines)} lines; expected at most 800; split it by feature")
        if path.suffix == ".hpp" and not lines[0].startswith(("/// ", "// ")):
            findings.append(f"{where}:1: header starts with code; expected one sentence that says what it is for")
        is_product = not re.search(r"_(test|bench|fuzz)\.cpp$", path.name)
        for number, line in enumerate(lines, 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            target = match.group(1)
            if target.startswith("hutch/"):
                parts = target.split("/")
                other = "/".join(parts[1:3]) if parts[1] == "methods" else parts[1]
                if other == room:
                    continue
                if "detail" in parts:
                    findings.append(f"{where}:{number}: '{target}' is a detail of '{other}'; include its public header")
                if other not in rooms:
                    findings.append(f"{where}:{number}: includes '{target}'; add '{other}' to "
                                    f"{folder.relative_to(root)}/needs.txt or do without")
                if is_product:
                    seen_rooms.add(other)
                continue
            for name, pattern in LIBRARIES.items():
                if re.match(pattern, target):
                    if is_product:
                        seen_libraries.add(name)
                    if name not in libraries and is_product:
                        findings.append(f"{where}:{number}: includes <{target}>; add 'lib {name}' to "
                                        f"{folder.relative_to(root)}/needs.txt or do without")
    for unused in sorted((rooms - seen_rooms) | (libraries - seen_libraries)):
        findings.append(f"{folder.relative_to(root)}/needs.txt:1: '{unused}' is not included anywhere; delete the line")
    if not (folder / "README.md").exists():
        findings.append(f"{folder.relative_to(root)}: room has no README.md; write one page")


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    findings = []
    for needs in sorted(root.glob("src/hutch/**/needs.txt")):
        check_room(root, needs.parent, str(needs.parent.relative_to(root / "src/hutch")), findings)
    check_room(root, root / "apps/hutch", "apps/hutch", findings)
    print("\n".join(findings), end="\n" if findings else "")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
