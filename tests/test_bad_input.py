# SPDX-License-Identifier: Apache-2.0
"""Bad input, from people and from the disk: each is told exactly, nothing of it is applied, and the
data path goes on.

    [ x1 ]--- eth0   node n1   u0 --- u1        tenant red: 10.0.0.0/24, fd00:0:0:1::/64
    [ x2 ]--- eth0  /
"""
import contextlib
import json
import os
import signal
import sqlite3
import subprocess

import pytest

from cluster import dump, wait_for
from control import Solo, namespaces, pings, sentence, weft

RED = {"kind": "Tenant", "name": "red", "prefixes": ["10.0.0.0/24", "fd00:0:0:1::/64"]}
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


def direct(name):
    return {"kind": "Policy", "name": name, "tenant": "red", "from": "any", "to": "any", "via": []}


@pytest.fixture(scope="module", name="node")
def node_():
    """A node with x1 (10.0.0.1) and x2 (10.0.0.2) in tenant red."""
    with Solo() as solo, namespaces(2) as (x1, x2):
        solo.start()
        assert solo.api.apply(RED)[0] == 200
        assert solo.api.attach(x1, "one", addresses=["10.0.0.1"])[0] == 200
        assert solo.api.attach(x2, "two", addresses=["10.0.0.2"])[0] == 200
        solo.x1 = x1
        yield solo


@contextlib.contextmanager
def database(node):
    with contextlib.closing(sqlite3.connect(node.store, isolation_level=None)) as db:
        yield db


def wish(node):
    """All that the store holds, and since when, but what daemons say of themselves by their leases."""
    with database(node) as db:
        return db.execute("SELECT key, value, modified FROM keys WHERE lease = 0").fetchall()


POLICY = "kind: Policy\nname: p\ntenant: red\nfrom: any\nto: any\n"
ENDPOINT = "kind: Endpoint\nname: e\ntenant: red\n"
TENANT = "kind: Tenant\nname: t\n"
FUNCTION = "kind: Function\nname: fw\ntenant: red\ninstances: {app: fw}\n"
SERVICE = ("kind: Service\nname: s\ntenant: red\naddresses: [10.0.0.100]\nports: [tcp/80]\n"
           "backends: [{labels: {app: web}}]\n")

# What is wrong: the manifest, and all that is said of it (after "FILE:").
MANIFESTS = {
    "unknown key": (TENANT + "prefxes: [10.0.0.0/8]\n", [
        "1: prefixes: is missing",
        "3: prefxes: unknown key; did you mean 'prefixes'?"]),
    "unknown kind": ("kind: Tennant\nname: t\n", [
        "1: kind: there is no kind 'Tennant'; did you mean 'Tenant'?"]),
    "wrong type": (TENANT + "prefixes: 10.0.0.0/8\n", [
        "3: prefixes: expected a list of prefixes, like [10.0.0.0/16], not '10.0.0.0/8'"]),
    "number that is none": ("kind: Node\nname: n9\nid: 010\n", [
        "3: id: expected a number from 1 to 57343, not '010'"]),
    "prefix with host bits": (TENANT + "prefixes: [10.0.0.1/16]\n", [
        "3: prefixes[0]: 10.0.0.1/16 has bits set right of its length; did you mean 10.0.0.0/16 or "
        "10.0.0.1/32?"]),
    "no prefix": (TENANT + "prefixes: [ten]\n", [
        "3: prefixes[0]: expected a prefix, like 10.0.0.0/16 or fd00::/48, not 'ten'"]),
    "address outside": (ENDPOINT + "addresses: [10.1.0.9]\n", [
        "4: addresses[0]: 10.1.0.9 is outside the prefixes of tenant 'red' (10.0.0.0/24, "
        "fd00:0:0:1::/64)"]),
    "selector outside": (POLICY.replace("to: any", "to: 10.9.0.0/24") + "via: []\n", [
        "5: to: 10.9.0.0/24 is outside the prefixes of tenant 'red' (10.0.0.0/24, "
        "fd00:0:0:1::/64)"]),
    "duplicate name": (TENANT + "prefixes: [10.0.0.0/8]\n---\n" + TENANT +
                       "prefixes: [10.0.0.0/8]\n", [
                           "6: name: Tenant 't' is there twice; first in line 1"]),
    "duplicate key": (TENANT + "prefixes: [10.0.0.0/8]\nname: u\n", [
        "4: key 'name' is there twice; first in line 2"]),
    "unknown node": (POLICY + "via: [node/n1, node/nine]\n", [
        "6: via[1]: there is no node 'nine'; there is 'n1'"]),
    "too many waypoints": (POLICY + f"via: [{', '.join(['node/n1'] * 17)}]\n", [
        "6: via: 17 waypoints; there can be at most 16"]),
    "missing tenant": (POLICY.replace("red", "rad") + "via: []\n", [
        "3: tenant: there is no tenant 'rad'; did you mean 'red'?"]),
    "address in use": (ENDPOINT + "addresses: [10.0.0.1]\n", [
        "4: addresses[0]: 10.0.0.1 is in use by endpoint 'one'"]),
    "empty file": ("", ["1: there is no object in this file"]),
    "no object but comments": ("# nothing\n---\n", ["1: there is no object in this file"]),
    "tab": ("kind: Tenant\n\tname: t\n", ["2: not YAML: a tab stands here; write spaces"]),
    "unknown function": (POLICY + "via: [node/n1, fw]\n", [
        "6: via[1]: there is no function 'fw'"]),
    "a node that is no function": (POLICY + "via: [n1]\n", [
        "6: via[0]: there is no function 'n1' in tenant 'red'; a node is written node/n1"]),
    "function on its way twice": (POLICY + "via: [fw, node/n1, fw]\n", [
        "6: via[2]: function 'fw' is on this path already: it can be passed once"]),
    "one way out alone": (FUNCTION + "out: eth1\n", [
        "5: out: `in` is missing: with two interfaces both of them are named"]),
    "two functions of one endpoint": (FUNCTION + "---\n" + FUNCTION.replace("fw", "ids").replace(
        "{app: ids}", "{tier: a}") + "---\n" + ENDPOINT + "labels: {app: fw, tier: a}\n", [
            "14: labels: functions 'fw' and 'ids' both select endpoint 'e': it can be an instance "
            "of one only; leave out the labels of the other one"]),
    "probe that asks nothing": (FUNCTION + "probe: {interval: 1s}\n", [
        "5: probe: asks nothing: it needs one of tcp, http and command"]),
    "probe that waits too long": (FUNCTION + "probe: {tcp: 80, interval: 100ms, timeout: 1s}\n", [
        "5: probe.timeout: 1000 ms is longer than the interval, 100 ms: one question has to be "
        "answered before the next one"]),
    "service where an endpoint is": (SERVICE.replace("10.0.0.100", "10.0.0.1"), [
        "4: addresses[0]: 10.0.0.1 is in use by endpoint 'one'"]),
    "service outside": (SERVICE.replace("10.0.0.100", "10.1.0.9"), [
        "4: addresses[0]: 10.1.0.9 is outside the prefixes of tenant 'red' (10.0.0.0/24, "
        "fd00:0:0:1::/64)"]),
    "two services on one port": (SERVICE + "---\n" + SERVICE.replace("name: s", "name: t"), [
        "12: ports[0]: tcp/80 of 10.0.0.100 is in use by service 's'"]),
    "endpoint where a service is": (SERVICE + "---\n" + ENDPOINT + "addresses: [10.0.0.100]\n", [
        "11: addresses[0]: 10.0.0.100 is in use by service 's'"]),
    "port twice": (SERVICE.replace("[tcp/80]", "[tcp/80, tcp/80->81]"), [
        "5: ports[1]: tcp/80 is there twice"]),
    "capacity of no use": (SERVICE + "capacity: 5\n", [
        "7: capacity: is for balance: least-loaded alone; leave it out, or ask for that"]),
    "later": (POLICY + "via: []\npreference: 10\n", [
        "7: preference: `preference` (paths for when others fail) comes with a later version of Weft"]),
    "deny with a way": (POLICY + "via: [node/n1]\naction: deny\n", [
        "6: via: a policy that denies cannot have it: what is denied goes no way"]),
    "allow and deny the same": (POLICY + "---\n" + POLICY.replace("name: p", "name: q") +
                                "action: deny\n", [
            "12: action: denies exactly what policy 'p' allows, the same from, to and ports: one of "
            "them has to go"]),
    "ports reversed": (POLICY + "ports: [tcp/90-80]\n", [
        "6: ports[0]: tcp/90-80 is the wrong way round; did you mean tcp/80-90?"]),
    "ports that are none": (POLICY + "ports: [tpc/80, tcp/65536, icmp/256, 80]\n", [
        "6: ports[0]: there is no protocol 'tpc'; did you mean 'tcp'?",
        "6: ports[1]: 'tcp/65536' has a port beyond 65535, the last one there is",
        "6: ports[3]: expected ports, like tcp/5432, tcp/8000-8100, udp or icmp/8, not 80"]),
    "too many ports": (POLICY + f"ports: [{', '.join(f'udp/{i}' for i in range(32))}]\n", [
        "6: ports: 32 port ranges; there can be at most 31"]),
    "label syntax": (POLICY.replace("from: any", "from: app=web,"), [
        "4: from: 'app=web,' is not a set of labels, like app=web,tier=front"]),
    "unknown other tenant": (POLICY.replace("from: any", "from: tenant/rad"), [
        "4: from: there is no tenant 'rad'; did you mean 'red'?"]),
    "opened from outside": (POLICY.replace("to: any", "to: tenant/blue"), [
        "5: to: a policy stands in the tenant that it opens: write it in tenant 'blue', with from: "
        "tenant/red"]),
    "tenants that overlap, joined": (
        POLICY.replace("from: any", "from: tenant/t") + "---\n" + TENANT +
        "prefixes: [10.0.0.0/8]\n", [
            "4: from: tenants 'red' and 't' cannot be joined: 10.0.0.0/24 of the one overlaps "
            "10.0.0.0/8 of the other"]),
    "signed by no key": (POLICY + "require: [path]\n", [
        "6: require: there is no key that signs: add one with weft key add, or a Key here"]),
    "transit without waypoints": (POLICY + "require: [transit]\n", [
        "6: require: transit is what waypoints prove, and there is a path without one; path is "
        "proved without, too"]),
    "unknown node verifies": (TENANT + "prefixes: [10.9.0.0/16]\nverify: [node/nine]\n", [
        "4: verify[0]: there is no node 'nine'; there is 'n1'"]),
    "no such requirement": (POLICY + "require: [pth, transit/0]\n", [
        "6: require[0]: there is no requirement 'pth'; did you mean 'path'?",
        "6: require[1]: expected transit, or transit/100 for one packet in 100 (at most 65535), not "
        "'transit/0'"]),
    "key id 0": ("kind: Key\nname: k\nid: 0\nsecret_file: /nonexistent\n", [
        "3: id: expected a number from 1 to 4294967295, not 0"]),
    "secret in a manifest": ("kind: Key\nname: k\nid: 1\nsecret: hunter2\n", [
        "4: secret: a secret does not stand in a manifest: write it to a file that only you can read, "
        "and give the name of that as secret_file"]),
    "no secret file": ("kind: Key\nname: k\nid: 1\nsecret_file: /nonexistent\n", [
        "4: secret_file: secret file /nonexistent: No such file or directory"]),
}


@pytest.mark.parametrize("what", MANIFESTS)
def test_a_bad_manifest_is_told_by_line_and_key_and_changes_nothing(node, tmp_path, what):
    text, problems = MANIFESTS[what]
    file = tmp_path / "bad.yaml"
    file.write_text(text)
    before = wish(node)
    done = node.weft("apply", "-f", str(file))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines() == [f"{file}:{problem.format(file=file)}" for problem in problems]
    assert wish(node) == before


def test_problems_of_several_files_come_at_once_and_nothing_is_applied(node, tmp_path):
    good, bad, worse = (tmp_path / name for name in ("good.yaml", "bad.yaml", "worse.yaml"))
    good.write_text(dump(direct("good")))
    bad.write_text(ENDPOINT + "addresses: [10.0.0.1]\n")
    worse.write_text("\n\n" + POLICY + "via: [node/nine]\n")
    before = wish(node)
    done = node.weft("apply", "-f", str(good), "-f", str(bad), "-f", str(worse))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"{bad}:4: addresses[0]: 10.0.0.1 is in use by endpoint 'one'",
        f"{worse}:8: via[0]: there is no node 'nine'; there is 'n1'"]
    assert wish(node) == before
    assert "good" not in node.api.items("policies")


def test_a_file_that_is_not_utf8_is_told_by_byte(node, tmp_path):
    file = tmp_path / "latin.yaml"
    file.write_bytes(b"kind: Tenant\nname: \xff\nprefixes: [10.0.0.0/8]\n")
    done = node.weft("apply", "-f", str(file))
    assert done.returncode == 1
    assert done.stderr == f"{file}:2: not UTF-8: byte 0xff at offset 19\n"


# Runs a command and prints its memory: what is started by us would begin with all of ours.
MEMORY_OF = """
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(status)
"""


@pytest.mark.parametrize("name", ["big.yaml", "-"])
def test_a_hundred_megabytes_are_refused_unread(node, tmp_path, name):
    """So it never has them in its memory."""
    file = tmp_path / "big.yaml"
    with open(file, "wb") as big:
        big.truncate(100 << 20)
    with open(file, "rb") as big:
        done = subprocess.run(["/usr/bin/python3", "-c", MEMORY_OF,
                               *node.weft_command("apply", "-f", name)], cwd=tmp_path, stdin=big,
                              capture_output=True, text=True, check=False)
    print(f"refused with {done.stdout.strip()} KiB of memory")
    assert done.returncode == 1
    assert "is larger than 16 MiB, the limit of a manifest: split it" in done.stderr
    assert int(done.stdout) < 90 << 10
    assert node.api.status()["problems"] == []


@pytest.mark.parametrize("name", ["/nowhere/x.yaml", "/proc/self/mem", "/dev/full"])
def test_a_file_that_cannot_be_read_is_named(node, name):
    done = node.weft("apply", "-f", name)
    assert done.returncode == 1
    assert name in done.stderr and len(done.stderr.splitlines()) == 1


# The command line


def test_without_a_daemon_the_command_says_how_to_start_it(tmp_path):
    done = weft("--socket", str(tmp_path / "none"), "status")
    assert done.returncode == 1
    assert done.stderr == (
        f"weft: weftd does not answer on {tmp_path}/none: No such file or directory; start it with"
        " 'weftd', or name another socket with --socket or WEFT_SOCKET\n")


def test_without_permission_the_command_says_who_has_it(node):
    path = str(node.api.path)
    assert os.stat(path).st_mode & 0o777 == 0o660
    done = weft("--socket", path, "status", prefix=NOBODY)
    assert done.returncode == 1
    assert done.stderr == (
        f"weft: no permission for {path}: run as root, or as a member of its group\n")


@pytest.mark.parametrize("words, told", [
    (("frobnicate",), "there is no command"), (("tenant", "frob"), "there is no command"),
    (("tenant",), "tenant"), (("status", "--frob"), "--frob"), (("apply",), "-f FILE"),
    (("attach", "--netns", "x"), "--tenant"), (("delete", "tennant", "red"), "is no kind")])
def test_a_wrong_command_is_a_usage_error(node, words, told):
    done = node.weft(*words)
    assert done.returncode == 2
    assert told in done.stderr


# The store


def put_raw(node, values):
    """Writes to the store as no Weft program would; returns the revision."""
    with database(node) as db:
        db.execute("BEGIN IMMEDIATE")
        revision = db.execute("SELECT revision FROM meta").fetchone()[0] + 1
        for seq, (key, value) in enumerate(values.items()):
            if value is None:
                db.execute("DELETE FROM keys WHERE key = ?", (key,))
            else:
                db.execute("INSERT OR REPLACE INTO keys VALUES(?, ?, ?, ?, 0)",
                           (key, value, revision, revision))
            db.execute("INSERT INTO history VALUES(?, ?, ?, ?)", (revision, seq, key, value))
        db.execute("UPDATE meta SET revision = ?", (revision,))
        db.execute("COMMIT")
    return revision


GARBAGE = {
    b"/weft/v1/gadget/x": (b"{}", "no kind of object has such a key"),
    b"/weft/v1/policy/red/text": (b"garbage", "its value is not JSON"),
    b"/weft/v1/policy/red/bytes": (b"\xff\x00\x01", "its value is not JSON"),
    b"/weft/v1/policy/red/none": (b'{"kind":"Policy"}', "name: is missing"),
    b"/weft/v1/policy/red/moved": (json.dumps({**direct("other"), "id": 7}).encode(),
                                   "its value belongs at '/weft/v1/policy/red/other'"),
    b"/weft/v1/endpoint/red/list": (b"[]", "an object"),
    b"/weft/v1/tenant/deep": (b"[" * 100000, "its value is not JSON"),
}


def test_garbage_in_the_store_is_ignored_and_told_and_can_be_mended(node):
    policies = set(node.api.items("policies"))
    revision = put_raw(node, {key: value for key, (value, _) in GARBAGE.items()})
    try:
        node.api.sync(revision)
        problems = node.api.status()["problems"]
        assert len(problems) == len(GARBAGE)
        for key, (_, why) in GARBAGE.items():
            start = f"store key '{key.decode()}' is ignored: "
            assert [p for p in problems if p.startswith(start) and why in p], (key, problems)
        assert set(node.api.items("policies")) == policies
        assert node.api.apply(direct("fine"))[0] == 200
        assert node.api.apply(direct("text"))[0] == 200
        assert not [p for p in node.api.status()["problems"] if "policy/red/text" in p]
        assert pings(node.x1, "10.0.0.2")
    finally:
        node.api.sync(put_raw(node, dict.fromkeys(GARBAGE)))
        node.api.delete(direct("fine"))
    assert node.api.status()["problems"] == []
    assert set(node.api.items("policies")) == policies


def test_a_key_that_is_no_text_is_told_in_printable_letters(node):
    key = b"/weft/v1/tenant/\x1b[2J\xff\n"
    node.api.sync(put_raw(node, {key: b'{"kind": "\\u001b[31m"}'}))
    try:
        printed = r"store key '/weft/v1/tenant/\x1b[2J\xff\x0a' is ignored: "
        assert [p for p in node.api.status()["problems"] if p.startswith(printed)]
        log = node.log.read_bytes()
        assert printed.encode() in log
        assert not [byte for byte in log if byte > 0x7e or byte < 0x20 and byte != 0x0a]
    finally:
        node.api.sync(put_raw(node, {key: None}))
    assert node.api.status()["problems"] == []


def test_keys_of_others_in_the_store_are_no_problem(node):
    node.api.sync(node.api.apply(direct("fine"))[1]["revision"])
    put_raw(node, {b"/other/program": b"\xff", b"a": b""})
    node.api.sync(node.api.delete(direct("fine"))[1]["revision"])
    assert node.api.status()["problems"] == []


def test_two_owners_of_one_id_do_not_stop_the_node(node):
    """The first by name keeps it."""
    ids = {"kind": "Tenant", "prefixes": ["10.3.0.0/24"], "id": 4242}
    keys = {f"/weft/v1/tenant/{name}".encode(): json.dumps({**ids, "name": name}).encode()
            for name in ("twin1", "twin2")}
    revision = put_raw(node, keys)
    try:
        node.api.sync(revision)
        assert [p for p in node.api.status()["problems"] if "1 objects are left out" in p]
        assert pings(node.x1, "10.0.0.2")
        assert node.api.apply(direct("fine"))[0] == 200
    finally:
        node.api.sync(put_raw(node, dict.fromkeys(keys)))
        node.api.delete(direct("fine"))
    assert node.api.status()["problems"] == []


def test_a_locked_store_is_told_after_two_seconds_and_then_works_again(node):
    with database(node) as db:
        db.execute("BEGIN EXCLUSIVE")
        answer = node.api.apply(direct("late"))
        assert answer[0] == 503
        assert "another process has locked it for more than 2 s: find it with fuser" in \
            sentence(answer)
        assert [p for p in node.api.status()["problems"] if p.startswith(
            "the store takes no changes: ") and "has locked it" in p]
        assert pings(node.x1, "10.0.0.2")
        assert node.api.get("/v1/policies")[0] == 200
        db.execute("ROLLBACK")
    assert "late" not in node.api.items("policies")
    revision = node.api.apply(direct("late"))[1]["revision"]
    node.api.sync(revision)
    assert node.api.status()["problems"] == []
    node.api.delete(direct("late"))


# A store on a disk that can be broken


@pytest.fixture(name="broken")
def broken_():
    """As `node`, with the store on a file system of 2 MiB."""
    with contextlib.ExitStack() as stack:
        solo = stack.enter_context(Solo())
        folder = str(solo.store.parent)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "weft-test", folder], check=True)
        stack.callback(subprocess.run, ["umount", folder], check=True)
        stack.callback(solo.end)
        x1, x2, solo.free = stack.enter_context(namespaces(3))
        solo.start()
        solo.x1 = x1
        assert solo.api.apply(RED)[0] == 200
        assert solo.api.attach(x1, "one", addresses=["10.0.0.1"])[0] == 200
        assert solo.api.attach(x2, "two", addresses=["10.0.0.2"])[0] == 200
        yield solo


def fill(folder):
    with open(folder / "filler", "wb", buffering=0) as filler, contextlib.suppress(OSError):
        while filler.write(bytes(4096)):
            pass
    return folder / "filler"


def test_a_full_disk_is_told_changes_nothing_and_heals(broken):
    filler = fill(broken.store.parent)
    # What SQLite has set aside in its files may take a few more.
    answers = [broken.api.apply(direct(f"p{i}")) for i in range(40)]
    taken = sum(answer[0] == 200 for answer in answers)
    assert taken < 40
    assert answers[taken][0] == 503
    assert "the disk is full, nothing was changed: make room on its file system" in \
        sentence(answers[taken])
    assert "the disk is full" in sentence(broken.api.attach(broken.free, "three"))
    assert [p for p in broken.api.status()["problems"] if p.startswith(
        "the store takes no changes: ") and "the disk is full" in p]
    assert len(broken.api.items("policies")) == taken
    assert set(broken.api.items("endpoints")) == {"red/one", "red/two"}
    assert "eth0" not in interfaces(broken.free)
    assert pings(broken.x1, "10.0.0.2")
    filler.unlink()
    assert broken.api.attach(broken.free, "three")[0] == 200
    assert broken.api.status()["problems"] == []
    assert pings(broken.free, "10.0.0.2")


def interfaces(netns):
    done = subprocess.run(["ip", "-n", netns, "-j", "link"], capture_output=True, check=True)
    return {link["ifname"] for link in json.loads(done.stdout)}


def test_a_read_only_store_is_told_at_the_start_and_the_data_path_goes_on(broken):
    """While the daemon runs its open files keep the file system writable."""
    broken.end(signal.SIGKILL)
    remount(broken, "ro")
    said = broken.fails_to_start()
    assert said.startswith(f"weftd: store 'sqlite:{broken.store}': cannot write in ")
    assert "make it writable" in said and "Read-only file system" in said
    assert pings(broken.x1, "10.0.0.2")
    remount(broken, "rw")
    broken.start()
    assert broken.api.apply(direct("p"))[0] == 200
    assert broken.api.status()["problems"] == []


def remount(solo, how):
    subprocess.run(["mount", "-o", f"remount,{how}", str(solo.store.parent)], check=True)


def test_a_deleted_store_is_told_the_data_path_goes_on_and_it_can_come_back(broken):
    away = broken.store.parent / "away"
    away.mkdir()
    files = [file for file in broken.store.parent.iterdir() if file.is_file()]
    for file in files:
        file.rename(away / file.name)
    answer = broken.api.apply(direct("p"))
    assert answer[0] == 503
    assert "was deleted or replaced while open" in sentence(answer)

    wait_for(lambda: "is not the one it was" in broken.api.status()["store"].get("error", ""),
             "weftd to look at what is there instead")
    status = broken.api.status()
    assert status["store"]["is_open"] is False
    assert "bring the old one back, or restart weftd to begin with this one" in \
        status["store"]["error"]
    assert status["problems"] == [f"the store is lost: {status['store']['error']}"]
    for answer in (broken.api.apply(direct("p")), broken.api.delete(RED),
                   broken.api.attach(broken.free, "three"), broken.api.detach("two")):
        assert answer[0] == 503
        assert "bring the old one back" in sentence(answer)
    assert set(broken.api.items("endpoints")) == {"red/one", "red/two"}
    assert pings(broken.x1, "10.0.0.2")
    assert interfaces(broken.free) == {"lo"}

    for file in files:
        (away / file.name).rename(file)
    wait_for(lambda: broken.api.status()["store"]["is_open"], "weftd to find the store again")
    revision = broken.api.attach(broken.free, "three")[1]["revision"]
    broken.api.sync(revision)
    assert pings(broken.free, "10.0.0.2")
    assert broken.api.status()["problems"] == []


def test_a_damaged_store_is_told_at_the_start_and_the_data_path_goes_on(broken):
    broken.end()
    broken.store.write_bytes(b"this is no database at all, " * 1000)
    said = broken.fails_to_start()
    assert f"weftd: store 'sqlite:{broken.store}': " in said
    assert "it is damaged or no store: move it away or restore a copy, then restart" in said
    assert pings(broken.x1, "10.0.0.2")
