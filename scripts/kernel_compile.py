#!/usr/bin/env python3
"""Run a device compiler and note what it says of each kernel's registers, spills and shared memory.

usage: kernel_compile.py RESOURCES COMPILER ARGUMENT...
RESOURCES gets one line a kernel: architecture, mangled name, registers, spilled bytes, stack bytes, shared bytes.
Everything else that the compiler says goes to standard error.
"""
import pathlib
import re
import subprocess
import sys

PTXAS_ENTRY = re.compile(r"ptxas info\s*: Compiling entry function '(\w+)' for '(\w+)'")
PTXAS_STACK = re.compile(r"\s*(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")
PTXAS_USED = re.compile(r"ptxas info\s*: Used (\d+) registers")
PTXAS_SHARED = re.compile(r"(\d+)(?:\+\d+)? bytes smem")
PTXAS_OTHER = re.compile(r"ptxas info\s*: (\d+ bytes gmem|Function properties for|Compile time)")
REMARK = re.compile(r".*: remark:\s+(.*?): (.*) \[-Rpass-analysis=kernel-resource-usage\]")


def read_ptxas(lines, rest):
    rows, row = [], None
    for line in lines:
        if match := PTXAS_ENTRY.match(line):
            row = [match[2], match[1], 0, 0, 0, 0]
            rows.append(row)
        elif row and (match := PTXAS_STACK.match(line)):
            row[3], row[4] = int(match[2]) + int(match[3]), int(match[1])
        elif row and (match := PTXAS_USED.match(line)):
            row[2] = int(match[1])
            shared = PTXAS_SHARED.search(line)
            row[5] = int(shared[1]) if shared else 0
        elif not PTXAS_OTHER.match(line):
            rest.append(line)
    return rows


# A vector register that is spilled takes 4 bytes of a lane; a scalar one goes to a vector register's lane first.
# The compiler quotes the source line of a remark and points at a column: those two lines follow the first one.
def read_remarks(lines, rest, architecture):
    rows, quoted = [], 0
    for line in lines:
        match = REMARK.match(line)
        if match:
            name, value = match[1], match[2]
            if name == "Function Name":
                rows.append([architecture, value, 0, 0, 0, 0])
                quoted = 2
                continue
            column = {"VGPRs": 2, "VGPRs Spill": 3, "ScratchSize [bytes/lane]": 4, "LDS Size [bytes/block]": 5}.get(name)
            if column:
                rows[-1][column] = int(value) * (4 if column == 3 else 1)
            quoted = 2
        elif quoted > 0 and not re.search(r"(warning|error|note):", line):
            quoted -= 1
        elif not line.startswith("In file included from") or "error" in "".join(lines):
            rest.append(line)
    return rows


def main():
    resources, command = pathlib.Path(sys.argv[1]), sys.argv[2:]
    resources.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    rest, lines = [], done.stderr.splitlines()
    target = next((word.split("=")[1] for word in command if word.startswith("--offload-arch=")), None)
    rows = read_remarks(lines, rest, target) if target else read_ptxas(lines, rest)
    if done.returncode != 0:
        rest = lines
    print("\n".join(rest), end="\n" if rest else "", file=sys.stderr)
    resources.write_text("".join("\t".join(map(str, row)) + "\n" for row in rows))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
