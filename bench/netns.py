# SPDX-License-Identifier: Apache-2.0
"""Network namespaces from the outside: make, enter, configure, delete."""
import contextlib
import ctypes
import os
import re
import subprocess

CLONE_NEWNET = 0x40000000
FOLDER = "/run/netns"

_libc = ctypes.CDLL(None, use_errno=True)

# What iproute2 and the kernel say when a feature is not built in, as opposed to used wrongly.
_NOT_BUILT_IN = re.compile(r"not supported|Unknown device type|CONFIG_\w+ is not enabled", re.I)


class Failed(Exception):
    """Something that ought to work did not; the text is one sentence for people."""


class Unsupported(Exception):
    """This kernel lacks what a case needs; the text says what."""


def run(command, text=""):
    """Runs a program without a terminal and returns its output."""
    done = subprocess.run(command, input=text, capture_output=True, text=True,
                          start_new_session=True)
    if done.returncode == 0:
        return done.stdout
    said = (done.stderr or done.stdout).strip().replace("\n", "; ")
    wrong = f"'{' '.join(command)}' failed: {said}"
    raise Unsupported(wrong) if _NOT_BUILT_IN.search(said) else Failed(wrong)


def ip(name, *commands):
    """Runs `ip` commands in namespace `name`, all in one process."""
    try:
        run(["ip", "-n", name, "-batch", "-"], "\n".join(commands) + "\n")
    except Failed as e:
        raise Failed(f"{e} (commands: {' / '.join(commands)})") from None


def add(names):
    run(["ip", "-batch", "-"], "".join(f"netns add {n}\n" for n in names))


def delete(names):
    """Deletes those of `names` that exist."""
    there = [n for n in names if os.path.exists(f"{FOLDER}/{n}")]
    if there:
        run(["ip", "-force", "-batch", "-"], "".join(f"netns del {n}\n" for n in there))


@contextlib.contextmanager
def inside(name):
    """Moves this thread into a namespace for the length of a `with` block."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"{FOLDER}/{name}", os.O_RDONLY)
    try:
        _enter(there)
        yield
    finally:
        _enter(home)
        os.close(home)
        os.close(there)


def _enter(fd):
    if _libc.setns(fd, CLONE_NEWNET):
        raise Failed(f"setns: {os.strerror(ctypes.get_errno())}")


def sysctl(name, **values):
    """Writes /proc/sys/net/ipv6/conf/...: `sysctl(ns, all__forwarding=1)`."""
    with inside(name):
        for key, value in values.items():
            path = "/proc/sys/net/ipv6/conf/" + key.replace("__", "/")
            if not os.path.exists(path):
                raise Unsupported(f"this kernel has no {path}")
            with open(path, "w", encoding="ascii") as f:
                f.write(str(value))


def delete_stale(prefix):
    """Deletes the namespaces `prefix`-PID-* that a killed run left behind."""
    pattern = re.compile(re.escape(prefix) + r"-(\d+)-")
    names = os.listdir(FOLDER) if os.path.isdir(FOLDER) else []
    found = [(n, pattern.match(n)) for n in names]
    delete([n for n, m in found if m and not os.path.exists(f"/proc/{m[1]}")])
