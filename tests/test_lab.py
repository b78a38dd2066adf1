# SPDX-License-Identifier: Apache-2.0
"""The life of a lab, as root in namespaces of its own:

    A --- r --- B        c1 on A, c2 on B, tenant t

With a weftd that only knows the API (fake_weftd.py) for what the lab does itself, and with the real
one for traffic. WEFT: the program; WEFTD: the real daemon, else that of the same build tree.
"""
import contextlib
import glob
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

WEFT = os.environ["WEFT"]
REAL = os.environ.get("WEFTD", str(pathlib.Path(WEFT).parent.parent / "daemon/weftd"))
TESTS = pathlib.Path(__file__).parent
FAKE = str(TESTS / "fake_weftd.py")

TOPOLOGY = """\
kind: Lab
name: {name}
nodes: [A, B]
routers: [r]
links: [[A, r], {{between: [r, B], mtu: 1600}}]
containers:
  - {{name: c1, node: A, tenant: t, addresses: [10.0.0.1, "fd00::1"], labels: {{app: web}}}}
  - {{name: c2, node: B, tenant: t, addresses: [10.0.0.2, "fd00::2"]}}
---
kind: Tenant
name: t
prefixes: [10.0.0.0/24, "fd00::/64"]
"""


def weft(*args, **env):
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1",
                   "WEFTD": FAKE, **env}
    return subprocess.run([WEFT, *args], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, env=environment)


def left_of(name):
    """All that a lab of this name could leave behind."""
    found = [path for parent in ("/run/netns", "/sys/fs/bpf/weft", "/run/weft/node")
             for path in glob.glob(f"{parent}/{name}-*")]
    found += glob.glob(f"/run/weft/lab/{name}")
    for cmdline in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            words = pathlib.Path(cmdline).read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if "--netns" in words and any(w.startswith(name + "-") for w in words):
            found.append(cmdline)
    return found + programs_of(name)


def programs_of(name):
    """Environments of processes that a lab's containers have started."""
    found = []
    for environ in glob.glob("/proc/[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if f"WEFT_LAB={name}/".encode() in pathlib.Path(environ).read_bytes():
                found.append(environ)
    return found


@pytest.fixture
def name():
    """A name that no other lab of this machine has, and nothing left of it afterwards."""
    name = f"t{os.getpid()}"
    yield name
    weft("lab", "down", name)
    weft("lab", "down", name + "b")
    assert left_of(name) == []


def write(tmp_path, name, text=TOPOLOGY):
    file = tmp_path / f"{name}.yaml"
    file.write_text(text.format(name=name))
    return str(file)


def up(tmp_path, name, **env):
    r = weft("lab", "up", write(tmp_path, name), **env)
    assert (r.returncode, r.stdout, r.stderr) == (0, "", "")


def ip(netns, *args):
    return json.loads(subprocess.check_output(["ip", "-n", netns, "-j", *args]))


def test_up_makes_links_routes_and_daemons_and_down_takes_all_away(tmp_path, name):
    up(tmp_path, name)
    assert {os.path.basename(p) for p in glob.glob(f"/run/netns/{name}-*")} == {
        f"{name}-{who}" for who in ("A", "B", "r", "c1", "c2")}
    assert {i["ifname"]: i["mtu"] for i in ip(f"{name}-r", "link")} == {
        "lo": 65536, "to-A": 1500, "to-B": 1600}
    routes = {r["dst"]: r["dev"] for r in ip(f"{name}-A", "-6", "route") if "gateway" in r}
    assert set(routes) >= {"5f00:0:2::/48"} and set(routes.values()) == {"to-r"}
    shown = json.loads(weft("lab", "show", name, "--json").stdout)
    assert [(n["name"], n["id"], n["state"]) for n in shown["nodes"]] == [("A", 1, "up"),
                                                                          ("B", 2, "up")]
    assert weft("lab", "show", name).stdout.startswith("A ── (r) ── B\n")
    assert name in weft("lab", "list").stdout
    # The routers' own address is reached over two links.
    assert weft("lab", "exec", name, "A", "--", "ping", "-c1", "-W5",
                ip(f"{name}-r", "-6", "addr", "show", "lo", "scope", "global")[0]["addr_info"][0]
                ["local"]).returncode == 0
    r = weft("lab", "down", name)
    assert (r.returncode, r.stdout, r.stderr) == (0, "", "")
    assert left_of(name) == []
    assert weft("lab", "down", name).returncode == 1


def test_exec_passes_output_and_exit_code(tmp_path, name):
    up(tmp_path, name)
    r = weft("lab", "exec", name, "c1", "--", "sh", "-c", "echo out; echo err >&2; exit 7")
    assert (r.returncode, r.stdout, r.stderr) == (7, "out\n", "err\n")
    r = weft("lab", "exec", name, "nobody", "--", "true")
    assert r.returncode == 1 and "has no host or container 'nobody'" in r.stderr
    r = weft("lab", "exec", name, "c1", "--", "no-such-program")
    assert r.returncode == 1 and r.stderr == "weft: no-such-program: No such file or directory\n"


def test_lab_option_reaches_a_nodes_daemon(tmp_path, name):
    up(tmp_path, name)
    assert weft("--lab", name, "status").returncode == 0
    assert weft("--lab", f"{name}/B", "status").returncode == 0
    r = weft("--lab", f"{name}/r", "status")
    assert r.returncode == 1 and "has no node 'r' with a weftd" in r.stderr


def test_what_fails_half_way_is_taken_away_with_the_reason(tmp_path, name):
    r = weft("lab", "up", write(tmp_path, name), FAKE_DIES="B")
    assert r.returncode == 1
    assert "weft: weftd of node 'B' ended" in r.stderr and "no, not today" in r.stderr
    assert left_of(name) == []
    r = weft("lab", "up", write(tmp_path, name), FAKE_REFUSES="B")
    assert r.returncode == 1
    assert f"{name}.yaml:8: container 'c2': the address is taken" in r.stderr
    assert left_of(name) == []


def test_bad_topologies_and_manifests_make_nothing(tmp_path, name):
    for old, new, want in (("[A, r]", "[A, z]", ":5: links: there is no node, router or outside host 'z'"),
                           ("prefixes:", "prefices:", ":12: prefices: ")):
        r = weft("lab", "up", write(tmp_path, name, TOPOLOGY.replace(old, new)))
        assert r.returncode == 1 and f"{name}.yaml{want}" in r.stderr
        assert left_of(name) == []
    r = weft("lab", "up", write(tmp_path, name), WEFTD="/nonexistent")
    assert r.returncode == 1 and "WEFTD=/nonexistent" in r.stderr
    assert left_of(name) == []


def test_what_is_there_already_is_left_alone(tmp_path, name):
    subprocess.check_call(["ip", "netns", "add", f"{name}-c2"])
    try:
        r = weft("lab", "up", write(tmp_path, name))
        assert r.returncode == 1 and f"network namespace '{name}-c2' is there already" in r.stderr
        assert left_of(name) == [f"/run/netns/{name}-c2"]
    finally:
        subprocess.check_call(["ip", "netns", "del", f"{name}-c2"])
    up(tmp_path, name)
    r = weft("lab", "up", write(tmp_path, name))
    assert r.returncode == 1 and f"lab '{name}' is there already" in r.stderr
    assert json.loads(weft("lab", "show", name, "--json").stdout)["nodes"][0]["state"] == "up"


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.001)


STAGES = ["/run/weft/lab/{}", "/run/netns/{}-A", "/run/netns/{}-c2", "/run/weft/lab/{}/A.pid",
          "/run/weft/lab/{}/B.pid", "/run/weft/lab/{}/B.sock"]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("signal_", [signal.SIGKILL, signal.SIGINT])
def test_an_up_that_is_killed_leaves_nothing_after_down(tmp_path, name, stage, signal_):
    p = subprocess.Popen([WEFT, "lab", "up", write(tmp_path, name)], stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                         env={**os.environ, "WEFTD": FAKE})
    wait_for(lambda: os.path.exists(stage.format(name)) or p.poll() is not None)
    p.send_signal(signal_)
    p.wait(30)
    if signal_ == signal.SIGINT and p.returncode != 0:
        assert left_of(name) == []
    elif os.path.exists(f"/run/weft/lab/{name}"):
        r = weft("lab", "down", name)
        assert (r.returncode, r.stderr) == (0, "")
    assert left_of(name) == []


def test_a_pid_that_went_to_another_process_is_not_killed(tmp_path, name):
    up(tmp_path, name)
    pid_file = pathlib.Path(f"/run/weft/lab/{name}/A.pid")
    real = int(pid_file.read_text())
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        pid_file.write_text(f"{other.pid}\n")
        shown = json.loads(weft("lab", "show", name, "--json").stdout)
        assert shown["nodes"][0]["state"] == "dead"
        assert weft("lab", "down", name).returncode == 0
        assert other.poll() is None
        other.stdin.close()
    os.kill(real, signal.SIGKILL)
    wait_for(lambda: left_of(name) == [])


def test_two_labs_side_by_side_do_not_disturb_each_other(tmp_path, name):
    up(tmp_path, name)
    up(tmp_path, name + "b")
    assert weft("lab", "down", name).returncode == 0
    shown = json.loads(weft("lab", "show", name + "b", "--json").stdout)
    assert [n["state"] for n in shown["nodes"]] == ["up", "up"]
    assert weft("lab", "exec", name + "b", "A", "--", "true").returncode == 0


WORKING = """\
kind: Lab
name: {name}
nodes: [A, B]
links: [[A, B]]
containers:
  - name: fw
    node: A
    interfaces:
      - {{ifname: in, tenant: t, endpoint: fw-in, addresses: [10.0.0.1]}}
      - {{ifname: out, tenant: t, endpoint: fw-out, addresses: [10.0.0.2], sr_aware: true}}
    run: RUN
    start: START
---
kind: Tenant
name: t
prefixes: [10.0.0.0/24]
"""


def working(tmp_path, name, run=(), start=()):
    text = WORKING.replace("RUN", json.dumps(run).replace("{", "{{").replace("}", "}}"))
    return write(tmp_path, name, text.replace("START", json.dumps(start)))


def running(name):
    containers = json.loads(weft("lab", "show", name, "--json").stdout)["containers"]
    return {(c["programs"], c["running"]) for c in containers}


def test_a_container_has_several_interfaces_each_an_endpoint(tmp_path, name):
    r = weft("lab", "up", working(tmp_path, name), WEFTD=REAL)
    assert (r.returncode, r.stderr) == (0, "")
    links = {i["ifname"]: [a["local"] for a in i["addr_info"] if a["family"] == "inet"]
             for i in ip(f"{name}-fw", "addr")}
    assert links == {"lo": ["127.0.0.1"], "in": ["10.0.0.1"], "out": ["10.0.0.2"]}
    endpoints = json.loads(weft("--lab", name, "endpoint", "list", "--json").stdout)["items"]
    assert {(e["name"], bool(e.get("sr_aware"))) for e in endpoints} == {("fw-in", False), ("fw-out", True)}
    shown = json.loads(weft("lab", "show", name, "--json").stdout)["containers"]
    assert [(c["name"], c["ifname"], c["endpoint"]) for c in shown] == [("fw", "in", "fw-in"),
                                                                        ("fw", "out", "fw-out")]


def test_commands_run_in_order_in_the_container_where_the_topology_lies(tmp_path, name):
    (tmp_path / "said").write_text("one")
    r = weft("lab", "up", working(tmp_path, name, [
        ["ip", "link", "add", "first", "type", "bridge"], ["ip", "link", "set", "first", "up"],
        ["sh", "-c", "cat said > $WEFT_LAB_RUN/fw.out; cat said; echo err >&2"]]))
    assert (r.returncode, r.stdout, r.stderr) == (0, "", "")
    assert "UP" in [i for i in ip(f"{name}-fw", "link") if i["ifname"] == "first"][0]["flags"]
    folder = pathlib.Path(f"/run/weft/lab/{name}")
    assert (folder / "fw.out").read_text() == "one"
    assert (folder / "fw.log").read_text() == "oneerr\n"


STUBBORN = "trap '' TERM; (setsid sleep 1000 &) ; while :; do sleep 1000; done"


def test_programs_run_as_long_as_the_lab(tmp_path, name):
    r = weft("lab", "up", working(tmp_path, name, [], [["sleep", "1000"], ["sh", "-c", STUBBORN]]))
    assert (r.returncode, r.stderr) == (0, "")
    assert running(name) == {(2, 2)}
    wait_for(lambda: len(programs_of(name)) == 4)
    mine = subprocess.Popen(["nsenter", f"--net=/run/netns/{name}-fw", "sleep", "1000"])
    assert weft("lab", "down", name).returncode == 0
    assert left_of(name) == [] and mine.poll() is None
    mine.kill()
    mine.wait()


HIDDEN = "$0 = 'hidden'; fork; sleep 1000;"  # perl writes this over its environment, as nginx does


def test_what_a_gateway_keeps_is_taken_away(tmp_path, name):
    up(tmp_path, name)
    rooms = pathlib.Path(f"/run/weft/node/{name}-A/rooms")
    rooms.mkdir(parents=True)
    for file in ("1", "1.rules"):
        (rooms / file).touch()
    subprocess.check_call(["mount", "--bind", f"/run/netns/{name}-c1", rooms / "1"])
    assert weft("lab", "down", name).returncode == 0
    assert left_of(name) == []


def test_a_program_without_its_environment_is_known_by_its_session(tmp_path, name):
    weft("lab", "up", working(tmp_path, name, [], [["perl", "-e", HIDDEN]]))

    def hidden():
        return [path for path in glob.glob("/proc/[0-9]*") if os.path.exists(f"{path}/ns/net")
                and pathlib.Path(f"{path}/cmdline").read_bytes().startswith(b"hidden")
                and os.stat(f"{path}/ns/net").st_ino == os.stat(f"/run/netns/{name}-fw").st_ino]
    wait_for(lambda: len(hidden()) == 2)
    assert programs_of(name) == []
    assert running(name) == {(1, 1)}
    found = hidden()
    assert weft("lab", "down", name).returncode == 0
    wait_for(lambda: not any(os.path.exists(path) for path in found))


def test_a_program_that_has_ended_is_started_again(tmp_path, name):
    weft("lab", "up", working(tmp_path, name, [], [["sleep", "1000"], ["sleep", "2000"]]))
    [first] = [e for e in programs_of(name)
               if b"1000" in (pathlib.Path(e).parent / "cmdline").read_bytes()]
    os.kill(int(first.split("/")[2]), signal.SIGKILL)
    wait_for(lambda: running(name) == {(2, 1)})
    assert "1" in weft("lab", "start", name).stdout
    assert running(name) == {(2, 2)} and len(programs_of(name)) == 2


@pytest.mark.parametrize("run, start, want", [
    ([["true"], ["sh", "-c", "echo too bad; exit 3"]], [],
     ":11: container 'fw': sh failed with status 3\n"),
    ([["no-such-program"]], [], ":11: container 'fw': no-such-program: No such file or directory"),
    ([["sh", "-c", "kill -9 $$"]], [], ":11: container 'fw': sh was ended by signal 9"),
    ([["sh", "-c", "sleep 1000 & false"]], [["sleep", "1000"]],
     ":11: container 'fw': sh failed with status 1"),
    ([], [["sleep", "1000"], ["no-such-program"]], ":12: container 'fw': no-such-program: No such"),
])
def test_a_command_that_fails_takes_the_lab_away(tmp_path, name, run, start, want):
    r = weft("lab", "up", working(tmp_path, name, run, start))
    assert r.returncode == 1 and f"{name}.yaml{want}" in r.stderr
    assert ("the last lines of fw's log:\ntoo bad\n" in r.stderr) == ("too bad" in str(run))
    assert left_of(name) == []


@pytest.mark.parametrize("signal_", [signal.SIGKILL, signal.SIGINT])
def test_a_command_that_hangs_ends_with_the_up(tmp_path, name, signal_):
    hanging = [["sh", "-c", "sleep 1000 & touch $WEFT_LAB_RUN/hangs; sleep 1000"]]
    p = subprocess.Popen([WEFT, "lab", "up", working(tmp_path, name, hanging)],
                         stdin=subprocess.DEVNULL, env={**os.environ, "WEFTD": FAKE})
    wait_for(lambda: os.path.exists(f"/run/weft/lab/{name}/hangs"))
    p.send_signal(signal_)
    p.wait(30)
    if signal_ == signal.SIGKILL:
        assert programs_of(name)
        assert weft("lab", "down", name).returncode == 0
    assert left_of(name) == []


def test_containers_talk_across_the_real_thing(tmp_path, name):
    up(tmp_path, name, WEFTD=REAL)
    for address in "10.0.0.2", "fd00::2":
        r = weft("lab", "exec", name, "c1", "--", "ping", "-c3", "-i0.05", "-W5", address)
        assert r.returncode == 0, r.stdout + r.stderr
    shown = json.loads(weft("--lab", name, "path", "show", "t/c2", "t/c1", "--json").stdout)
    assert (shown["from"]["node"], shown["to"]["node"]) == ("B", "A")
    text = weft("--lab", name, "path", "show", "t/c1", "t/c2").stdout
    assert "locator and function of the final SID" in text and "End.DT46" in text
    r = weft("--lab", f"{name}/A", "path", "list")
    assert r.returncode == 0 and "B" in r.stdout
    assert weft("lab", "down", name).returncode == 0
    assert left_of(name) == []


def test_two_real_labs_have_the_same_addresses_and_no_common_ground(tmp_path, name):
    up(tmp_path, name, WEFTD=REAL)
    up(tmp_path, name + "b", WEFTD=REAL)
    assert weft("lab", "down", name).returncode == 0
    r = weft("lab", "exec", name + "b", "c1", "--", "ping", "-c1", "-W5", "10.0.0.2")
    assert r.returncode == 0, r.stdout + r.stderr
