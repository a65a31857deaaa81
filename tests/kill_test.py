#!/usr/bin/env python3
"""Kill a build at random instants and see that it comes to the same data set: kill_test.py HUTCH KILLS

After each kill, every shard that has its final name must be whole. After the last, the build must end, its checksums
must be those of a build that nobody disturbed, and `dataset verify` must agree.
"""
import hashlib
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import small_library


def build(hutch, folder, out):
    return [hutch, "dataset", "build", str(folder / "recipe.yaml"), "--out", str(folder / out), "--threads", "2"]


def sums_of(folder):
    lines = (folder / "checksums.sha256").read_text().splitlines()
    return {line.split("  ", 1)[1]: line.split("  ", 1)[0] for line in lines}


def wrong_shards(out, sums):
    return [path.name for path in (out / "shards").glob("*.h5")
            if hashlib.sha256(path.read_bytes()).hexdigest() != sums["shards/" + path.name]]


def shard_count(out):
    return len(list((out / "shards").glob("*.h5")))


def kill_once(command, wait, is_ready):
    """Kill a command some seconds after it is ready, unless it ends before."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while process.poll() is None and not is_ready():
        time.sleep(0.001)
    try:
        process.wait(wait)
    except subprocess.TimeoutExpired:
        process.kill()
    message = process.communicate()[1].decode()
    return process.returncode, message


def main():
    hutch, kills = sys.argv[1], int(sys.argv[2])
    rng = random.Random(kills)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        small_library.write_library(folder)
        (folder / "recipe.yaml").write_text(small_library.recipe_text(records=600, points=4000, shard_records=10))
        start = time.monotonic()
        subprocess.run(build(hutch, folder, "whole"), check=True, stdout=subprocess.DEVNULL)
        seconds = time.monotonic() - start
        sums = sums_of(folder / "whole")
        all_shards = sum(path.startswith("shards/") for path in sums)
        whole = folder / "whole"
        last_shard = max(path.stat().st_mtime for path in (whole / "shards").glob("*.h5"))
        finishing = (whole / "manifest.json").stat().st_mtime - last_shard
        killed = rounds = 0
        problems, stages = [], {"shards": 0, "finish": 0, "done": 0}
        while killed < kills and rounds < 20 * kills:
            out = folder / f"out{rounds}"
            status, left = None, seconds
            # One data set: killed up to four times on its way, then left to end.
            for number in range(min(4, kills - killed)):
                begin = time.monotonic()
                # Every other kill comes when all shards are there, while tables and cards are written.
                at_end = number % 2 == 1
                status, message = kill_once(build(hutch, folder, out.name), rng.uniform(0, finishing if at_end else left),
                                            lambda at_end=at_end, out=out: not at_end or shard_count(out) == all_shards)
                left = max(0.1, left - (time.monotonic() - begin))
                problems += [f"after a kill: {shard} is not whole" for shard in wrong_shards(out, sums)]
                if status == 0:
                    break
                if status != -9:
                    problems.append(f"status {status}: {message}")
                    break
                killed += 1
                shards = shard_count(out)
                stages["done" if (out / "manifest.json").exists() else "finish" if shards == all_shards else "shards"] += 1
            last = subprocess.run(build(hutch, folder, out.name), capture_output=True, check=False)
            if last.returncode != 0:
                problems.append(f"resumed build ended with {last.returncode}: {last.stderr.decode()}")
            elif sums_of(out) != sums:
                problems.append("checksums differ from those of the undisturbed build")
            verified = subprocess.run([hutch, "dataset", "verify", str(out)], capture_output=True, check=False)
            if verified.returncode != 0:
                problems.append("verify: " + (verified.stdout + verified.stderr).decode())
            left_over = [str(path) for path in out.rglob("*") if path.name.endswith(".part") or path.name == ".build"]
            problems += [f"left over: {path}" for path in left_over]
            rounds += 1
        if killed < kills:
            problems.append(f"only {killed} of {kills} kills came in time")
        print(f"{killed} kills in {rounds} data sets of {seconds:.2f} s: {stages['shards']} among the shards, "
              f"{stages['finish']} while finishing, {stages['done']} after the manifest; {len(problems)} problems")
        for problem in problems[:10]:
            print("  " + problem)
        return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
