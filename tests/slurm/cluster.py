#!/usr/bin/env python3
"""A real Slurm of several nodes on this host, all of it in one folder, for tests.

  cluster.py start FOLDER [--nodes 3] [--cpus 4] [--gpus 0]   print the environment to set, once all nodes are idle
  cluster.py stop FOLDER                                      end all daemons and jobs; again does no harm
  cluster.py kill-node FOLDER NODE [--daemon-only]            as if its power were cut; or only slurmd, tasks live on
  cluster.py start-node FOLDER NODE                           bring it back

Nodes are n1, n2, ...; the controller can be killed and started like them, by the name slurmctld. Runs as root beside
other clusters, touches nothing outside FOLDER, needs Debian's slurm-wlm and munge, and exits with 77 where they are
missing. Its settings are described in slurm.conf(5), gres.conf(5) and cgroup.conf(5).
"""
import argparse
import contextlib
import os
import pathlib
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time

SKIPPED = 77
LONGEST_FOLDER = 60
MARK = "HUTCH_TEST_CLUSTER"  # in the environment of every daemon, so that all that came of it can be found
PROGRAMS = {"munged": "munge", "slurmctld": "slurm-wlm", "slurmd": "slurm-wlm", "sbatch": "slurm-wlm"}

# Nodes may have more CPUs than the host (config_overrides). A dead node is seen after SlurmdTimeout and as long again
# for messages without answer: 15 to 20 s here; sites have 300 s. KillWait is the time between SIGTERM and SIGKILL.
SLURM_CONF = """
ClusterName=hutch
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/%n/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/%n/slurmd.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
TmpFS={folder}/%n/tmp
TaskProlog={folder}/task_prolog
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=batch_sched_delay=0,sched_min_interval=10000
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/none
ReturnToService=2
SlurmdTimeout={slurmd_timeout}
MessageTimeout=5
KillWait=2
DefMemPerCPU=64
GresTypes=gpu
"""


# Open MPI and Slurm's PMIx name their files by the rank on a node: nodes of one host must not share folders for them.
TASK_PROLOG = """#!/bin/sh
echo export OMPI_MCA_btl_vader_backing_directory={folder}/$SLURMD_NODENAME/tmp
"""


class Missing(Exception):
    """Slurm is not installed, or this user may not run it."""


def find_program(name):
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if path is None:
        raise Missing(f"'{name}' is not installed; expected Debian's {PROGRAMS[name]}; apt-get install {PROGRAMS[name]}")
    return path


def free_ports(count):
    """Ports that nobody listens on now; all are held until the last is found, so that they differ."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def environments():
    """The process id and environment of all processes that can be read."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            entries = (process / "environ").read_bytes().decode(errors="replace").split("\0")
            yield int(process.name), dict(entry.split("=", 1) for entry in entries if "=" in entry)


def is_slurmd(pid):
    with contextlib.suppress(OSError):
        return os.path.basename(os.readlink(f"/proc/{pid}/exe")) == "slurmd"
    return False


class Cluster:
    """`with Cluster(folder) as cluster:` runs one; set os.environ from cluster.environment to use it."""

    def __init__(self, folder, nodes=3, cpus=4, gpus=0, slurmd_timeout=5):
        self.folder = pathlib.Path(folder).resolve()
        self.nodes = [f"n{number + 1}" for number in range(nodes)]
        self.cpus, self.gpus, self.slurmd_timeout = cpus, gpus, slurmd_timeout
        self.environment = {"SLURM_CONF": str(self.folder / "slurm.conf")}

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        programs = {name: find_program(name) for name in PROGRAMS}
        if os.getuid() != 0:
            raise Missing("this user is not root; expected root, because slurmd starts jobs for other users")
        if len(str(self.folder)) > LONGEST_FOLDER:
            raise ValueError(f"folder has {len(str(self.folder))} characters; expected at most {LONGEST_FOLDER}, because "
                             f"the path of a socket has at most 107: {self.folder}")
        self.stop()
        self.folder.mkdir(parents=True, exist_ok=True)
        for entry in ["state", "munge", *self.nodes]:
            shutil.rmtree(self.folder / entry, ignore_errors=True)
        (self.folder / "state").mkdir()
        self._write_settings()
        try:
            self._start_munged(programs["munged"])
            for name in ["slurmctld", *self.nodes]:
                self.start_node(name)
            self._wait(lambda: all(self.node_states().get(node) == "idle" for node in self.nodes), 60, "nodes are not idle")
        except BaseException:
            self.stop()
            raise

    def _write_settings(self):
        host, ports = socket.gethostname().split(".")[0], free_ports(1 + len(self.nodes))
        lines = [SLURM_CONF.format(host=host, ports=ports, folder=self.folder, slurmd_timeout=self.slurmd_timeout)]
        gres = ["AutoDetect=off"]
        for node, port in zip(self.nodes, ports[1:]):
            (self.folder / node / "spool").mkdir(parents=True)
            (self.folder / node / "tmp").mkdir()
            has = f" Gres=gpu:fake:{self.gpus}" if self.gpus else ""
            lines.append(f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs={self.cpus} "
                         f"RealMemory=4000{has} State=UNKNOWN")
            for number in range(self.gpus):
                device = self.folder / node / f"gpu{number}"
                os.mknod(device, 0o600 | 0o020000, os.makedev(1, 3))  # a null device
                gres.append(f"NodeName={node} Name=gpu Type=fake File={device}")
        lines.append("PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP\n")
        (self.folder / "slurm.conf").write_text("\n".join(lines))
        (self.folder / "gres.conf").write_text("\n".join(gres) + "\n")
        prolog = self.folder / "task_prolog"
        prolog.write_text(TASK_PROLOG.format(folder=self.folder))
        prolog.chmod(0o755)
        (self.folder / "cgroup.conf").write_text("CgroupAutomount=no\n")

    def _start_munged(self, program):
        place = self.folder / "munge"
        place.mkdir(mode=0o755)
        key = place / "key"
        key.touch(mode=0o600)
        key.write_bytes(secrets.token_bytes(128))
        self._spawn([program, "--foreground", "--force", f"--socket={place}/socket", f"--key-file={key}",
                     f"--log-file={place}/log", f"--pid-file={place}/pid", f"--seed-file={place}/seed"], "munged")
        self._wait(lambda: (place / "socket").exists(), 30, "munged has no socket")

    def start_node(self, node):
        words = ["slurmctld", "-i"] if node == "slurmctld" else ["slurmd", "-N", node]
        self._spawn([find_program(words[0]), *words[1:], "-D"], node)

    def kill_node(self, node, daemon_only=False):
        """Kill slurmd and all that runs on its node; or slurmd only, as when the daemon crashes and tasks live on."""
        self._kill(lambda pid, environment: self._node_of(environment) == node and (not daemon_only or is_slurmd(pid)))

    def stop(self):
        """End all daemons and jobs of this folder; what is not there any more does no harm."""
        self._kill(lambda pid, environment: self._node_of(environment) is not None)

    def _node_of(self, environment):
        """Daemons and slurmstepd carry our mark; what a job runs carries what slurmstepd sets."""
        folder, _, name = environment.get(MARK, "").rpartition(":")
        if folder == str(self.folder):
            return name
        return environment.get("SLURMD_NODENAME") if environment.get("SLURM_CONF") == self.environment["SLURM_CONF"] else None

    def _kill(self, is_meant):
        """Kill until nothing is left: a process may have been forked while we looked."""
        def find():
            found = [pid for pid, environment in environments() if is_meant(pid, environment) and pid != os.getpid()]
            for pid in found:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return found
        self._wait(lambda: not find(), 20, "processes cannot be killed")

    def _spawn(self, command, name):
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("SLURM", "MUNGE"))}
        environment |= self.environment | {MARK: f"{self.folder}:{name}"}
        with open(self.folder / "daemons.log", "ab") as log:
            subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                             start_new_session=True)

    def node_states(self):
        run = subprocess.run(["sinfo", "-h", "-N", "-o", "%N %T"], capture_output=True, text=True,
                             env=os.environ | self.environment, check=False)
        return dict(line.split() for line in run.stdout.splitlines())

    def wait_for_node(self, node, *states, seconds=60):
        """Wait until sinfo says that a node is in one of these states; a state with * does not answer."""
        self._wait(lambda: self.node_states().get(node) in states, seconds, f"{node} is not {' or '.join(states)}")

    def _wait(self, is_so, seconds, complaint):
        end = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > end:
                raise TimeoutError(f"{complaint} after {seconds} s; see the logs in {self.folder}")
            time.sleep(0.1)


def print_environment(cluster):
    for name, value in cluster.environment.items():
        print(f"export {name}={shlex.quote(value)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ["start", "stop", "kill-node", "start-node"]:
        command = commands.add_parser(name)
        command.add_argument("folder")
        if "node" in name:
            command.add_argument("node")
        if name == "start":
            for option, value in {"--nodes": 3, "--cpus": 4, "--gpus": 0, "--slurmd-timeout": 5}.items():
                command.add_argument(option, type=int, default=value)
        if name == "kill-node":
            command.add_argument("--daemon-only", action="store_true")
    words = parser.parse_args()
    try:
        if words.command == "start":
            cluster = Cluster(words.folder, words.nodes, words.cpus, words.gpus, words.slurmd_timeout)
            cluster.start()
            print_environment(cluster)
        elif words.command == "stop":
            Cluster(words.folder).stop()
        elif words.command == "kill-node":
            Cluster(words.folder).kill_node(words.node, words.daemon_only)
        else:
            Cluster(words.folder).start_node(words.node)
    except Missing as missing:
        print(f"skipped: {missing}", file=sys.stderr)
        return SKIPPED
    return 0


if __name__ == "__main__":
    sys.exit(main())
