# SPDX-License-Identifier: Apache-2.0
"""weft against a fake weftd: tables, JSON, what is asked, errors and exit codes. WEFT: the program."""
import json
import os
import subprocess

import pytest

from fake_weftd import FakeWeftd

WEFT = os.environ["WEFT"]

COUNTER = {"packets": 12345, "bytes": 5_000_000}
NODE = {"kind": "Node", "name": "A", "id": 1, "locator": "5f00:0:1::/48", "address": "5f00:0:1::1",
        "mtu": 9000, "endpoints": 2, "is_self": True}
TENANT = {"kind": "Tenant", "name": "red", "id": 1, "prefixes": ["10.0.0.0/16", "fd00::/64"],
          "encoding": "csid", "mtu": 8936, "endpoints": 1500, "policies": 1}
ENDPOINT = {"kind": "Endpoint", "tenant": "red", "name": "web", "node": "A",
            "addresses": ["10.0.0.1", "fd00::1"], "labels": {"app": "web", "tier": "1"},
            "identity": 3, "mac": "02:00:00:00:00:01", "is_local": True, "interface": "wf1",
            "health": "down", "health_reason": "tcp/80: Connection refused",
            "mtu": 8936, "tx": COUNTER, "rx": {"packets": 0, "bytes": 0}}
BLUE = dict(ENDPOINT, tenant="blue", health=None)
POLICY = {"kind": "Policy", "tenant": "red", "name": "bulk", "id": 1, "from": {"app": "web"},
          "to": "any", "reverse": "symmetric", "out": {"packets": 1234567, "bytes": 999},
          "in": COUNTER, "denied_out": {"packets": 0, "bytes": 0},
          "denied_in": {"packets": 7, "bytes": 700},
          "paths": [{"via": ["1", "4"], "weight": 3}, {"via": [], "weight": 1}]}
SID = {"sid": "5f00:0:1:e000::", "behavior": "End.DT46", "packets": 1, "bytes": 100}
FINAL = {"sid": "5f00:0:8:e000::", "nodes": ["B"], "behavior": "End.DT46"}
WAY = {"sid": "5f00:0:2:6::", "nodes": ["1", "4"], "behavior": "uN"}
SOURCE = "5f000000000100000000000000000001"
DIRECT = ("600000000000" "0040" + SOURCE + "5f00000000" "08e000" "000001" "000003" "0000")
ARG = "5f00000000" "08e000" "000001" "000003" "0001"
REDUCED = ("600000000000" "2b40" + SOURCE + "5f000000000200060000000000000000"
           "0002040100000000" + ARG)
PATH = {"tenant": "red", "policy": "bulk", "to": "B", "is_reverse": False, "alternative": 0,
        "weight": 3, "segments": [WAY, FINAL], "overhead": 64, "key": 7, "identity": 3,
        "metadata": "sid", "transit_every": None, **COUNTER}
SHOWN = {"tenant": "red", "from": {"name": "web", "address": "10.0.0.1", "node": "A"},
         "to": {"name": "db", "address": "10.0.0.2", "node": "B"}, "policy": "bulk",
         "is_reverse": False, "mtu": 8936, "local": False,
         "paths": [dict(PATH, share=0.75, header=REDUCED),
                   dict(PATH, segments=[FINAL], share=0.25, overhead=40, header=DIRECT)]}
RESULT = {"revision": 7, "results": [{"kind": "Tenant", "tenant": "", "name": "red",
                                      "change": "created"},
                                     {"kind": "Policy", "tenant": "red", "name": "bulk",
                                      "change": "unchanged"}]}


def items(*list_):
    return 200, {"items": list(list_)}


ROUTES = {
    ("GET", "/v1/status"): (200, {"node": "A", "store": {"url": "mem:"}, "problems": [],
                                  "interfaces": [{"name": "a", "mtu": 1}, {"name": "b", "mtu": 2}]}),
    ("GET", "/v1/nodes"): items(NODE),
    ("GET", "/v1/tenants"): items(TENANT),
    ("GET", "/v1/endpoints"): items(BLUE, ENDPOINT),
    ("GET", "/v1/policies"): items(POLICY),
    ("GET", "/v1/sids"): items(SID),
    ("GET", "/v1/paths"): items(PATH),
    ("GET", "/v1/path"): (200, SHOWN),
    ("GET", "/v1/drops"): items({"reason": "no_route", "packets": 0, "text": "no way"},
                                {"reason": "spoofed", "packets": 12, "text": "not its address"}),
    ("POST", "/v1/apply"): (200, RESULT),
    ("POST", "/v1/delete"): (200, RESULT),
    ("POST", "/v1/attach"): (200, dict(ENDPOINT, revision=8)),
    ("POST", "/v1/detach"): (200, {"revision": 9}),
}


@pytest.fixture
def daemon(tmp_path):
    with FakeWeftd(tmp_path / "sock", dict(ROUTES)) as fake:
        yield fake


def weft(*args, socket=None, stdin=None, env=()):
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **dict(env)}
    if socket:
        environment["WEFT_SOCKET"] = str(socket)
    return subprocess.run([WEFT, *args], input=stdin, capture_output=True, text=True, timeout=20,
                          env=environment)


def ask(daemon, *args, **kw):
    return weft(*args, socket=daemon.server_address, **kw)


def rows(text):
    return [" ".join(line.split()) for line in text.splitlines()]


TABLES = [
    (["node", "list"], ["NAME ID LOCATOR ADDRESS MTU ENDPOINTS SELF REACHABLE",
                        "A 1 5f00:0:1::/48 5f00:0:1::1 9000 2 yes -"]),
    (["tenant", "list"], ["NAME ID PREFIXES DEFAULT REQUIRE ENCODING MTU ENDPOINTS POLICIES",
                          "red 1 10.0.0.0/16, fd00::/64 allow - csid 8936 1.5k 1"]),
    (["endpoint", "list"], ["TENANT NAME NODE ADDRESSES LABELS IDENTITY HEALTH",
                            "blue web A 10.0.0.1, fd00::1 app=web, tier=1 3 -",
                            "red web A 10.0.0.1, fd00::1 app=web, tier=1 3 down"]),
    (["policy", "list"], ["TENANT NAME ID ACTION FROM TO PORTS WAY REVERSE REQUIRE OUT IN "
                          "DENIED OUT DENIED IN",
                          "red bulk 1 allow app=web any all 1 > 4 (weight 3), direct (weight 1) "
                          "symmetric - 1.2M 12k 0 7"]),
    (["sid", "list"], ["SID BEHAVIOR PACKETS BYTES", "5f00:0:1:e000:: End.DT46 1 100 B"]),
    (["path", "list"], ["TENANT POLICY TO REVERSE ALTERNATIVE WEIGHT SEGMENTS KEY IDENTITY OVERHEAD "
                        "PACKETS BYTES", "red bulk B no 0 3 1 > 4 > B 7 3 64 12k 4.8 MiB"]),
    (["drops"], ["REASON PACKETS WHY", "spoofed 12 not its address"]),
    (["drops", "--all"], ["REASON PACKETS WHY", "no_route 0 no way", "spoofed 12 not its address"]),
]


@pytest.mark.parametrize("args,want", TABLES)
def test_a_list_is_a_table(daemon, args, want):
    r = ask(daemon, *args)
    assert (r.returncode, r.stderr) == (0, "")
    assert rows(r.stdout) == want
    r = ask(daemon, *args, "--no-headings")
    assert rows(r.stdout) == want[1:]


ANSWERS = [(["node", "list"], "/v1/nodes"), (["tenant", "list"], "/v1/tenants"),
           (["endpoint", "list"], "/v1/endpoints"), (["policy", "list"], "/v1/policies"),
           (["sid", "list"], "/v1/sids"), (["path", "list"], "/v1/paths"),
           (["path", "show", "red/web", "db"], "/v1/path"), (["drops"], "/v1/drops"),
           (["status"], "/v1/status")]


@pytest.mark.parametrize("args,path", ANSWERS)
def test_json_is_the_answer_as_it_is(daemon, args, path):
    r = ask(daemon, "--json", *args)
    assert (r.returncode, r.stderr) == (0, "")
    assert json.loads(r.stdout) == ROUTES[("GET", path)][1]


SHOWS = [
    (["node", "show", "A"], NODE, ["NAME A", "ID 1"]),
    (["tenant", "show", "red"], TENANT, ["PREFIXES 10.0.0.0/16, fd00::/64"]),
    (["endpoint", "show", "red", "web"], ENDPOINT, ["TENANT red", "INTERFACE wf1",
                                                    "SENT 12k packets, 4.8 MiB"]),
    (["endpoint", "show", "red/web"], ENDPOINT, ["TENANT red", "RECEIVED 0 packets, 0 B"]),
    (["endpoint", "show", "web", "--tenant", "blue"], BLUE, ["TENANT blue"]),
    (["policy", "show", "bulk"], POLICY, ["NAME bulk", "FROM app=web", "BYTES OUT 999 B",
                                          "DENIED IN 7"]),
    (["sid", "show", "5f00:0:1:e000::"], SID, ["BEHAVIOR End.DT46"]),
]


@pytest.mark.parametrize("args,item,lines", SHOWS)
def test_show_prints_one_item(daemon, args, item, lines):
    r = ask(daemon, *args)
    assert (r.returncode, r.stderr) == (0, "")
    for line in lines:
        assert line in rows(r.stdout)
    assert json.loads(ask(daemon, *args, "--json").stdout) == item


def test_list_and_show_ask_for_what_was_named(daemon):
    ask(daemon, "path", "list", "--tenant", "red", "--policy", "b&w")
    ask(daemon, "endpoint", "show", "red/web")
    assert daemon.asked == [("GET", "/v1/paths", {"tenant": "red", "policy": "b&w"}),
                            ("GET", "/v1/endpoints", {"tenant": "red", "name": "web"})]


def test_status_prints_lists_of_objects_line_by_line(daemon):
    r = ask(daemon, "status")
    assert rows(r.stdout) == ["node A", "store url=mem:", "problems -",
                              "interfaces name=a, mtu=1", "name=b, mtu=2"]


PATH_SHOWN = """\
tenant    red
from      web  10.0.0.1  on node A
to        db  10.0.0.2  on node B
policy    bulk
mtu       8936

path      1 > 4 > B  (75 % of the flows, 64 bytes of overhead)
  1. 5f00:0:2:6::                             uN        1, 4
  2. 5f00:0:8:e000::                          End.DT46  B

  byte  outer header                            meaning
     0  6000 0000                                IPv6: version 6, traffic class and flow label from the inner packet
     4  0000                                     payload length, set for each packet
     6  2b                                       next header 43 (routing)
     7  40                                       hop limit 64
     8  5f00 0000 0001 0000 0000 0000 0000 0001  source 5f00:0:1::1
    24  5f00 0000 0002 0006 0000 0000 0000 0000  destination, the active segment 5f00:0:2:6::: 1, 4 uN
    40  00                                       SRH: next header, 4 or 41 as the packet is
    41  02                                       length 2: 24 bytes
    42  04                                       routing type 4
    43  01                                       segments left 1
    44  00                                       last entry 0 (reduced: the first segment is only the destination)
    45  00                                       flags
    46  0000                                     tag
    48  5f00 0000 0008 e000 0000 0100 0003 0001  segment list[0] 5f00:0:8:e000:0:100:3:1: B End.DT46
    48  5f00 0000 0008 e000                        locator and function of the final SID
    56  0000 01                                    argument: tenant 1
    59  0000 03                                    argument: identity of the sender 3
    62  0001                                       argument: policy 1

path      B  (25 % of the flows, 40 bytes of overhead)
  1. 5f00:0:8:e000::                          End.DT46  B
"""


def test_path_show_explains_every_outer_byte(daemon):
    r = ask(daemon, "path", "show", "red/web", "red/db")
    assert (r.returncode, r.stderr) == (0, "")
    assert r.stdout.startswith(PATH_SHOWN)
    assert r.stdout.endswith("  argument: policy 0 (none)\n")
    assert daemon.asked == [("GET", "/v1/path", {"tenant": "red", "from": "web", "to": "db"})]


SIGNED_SHOWN = """\
    24  5f00 0000 0011 0012 0000 0000 0000 0000  destination, the active segment 5f00:0:11:12::
    40  04                                       SRH: next header, 4 or 41 as the packet is
    41  0e                                       length 14: 120 bytes
    42  04                                       routing type 4
    43  01                                       segments left 1
    44  01                                       last entry 1
    45  00                                       flags
    46  0000                                     tag
    48  5f00 0000 0002 e046 0000 0000 0000 0000  segment list[0] 5f00:0:2:e046::: B End.DT46
    48  5f00 0000 0002 e046                        locator and function of the final SID
    56  0000 0000 0000 0000                        no argument: it is in the opaque TLV
    64  5f00 0000 0011 0012 0000 0000 0000 0000  segment list[1] 5f00:0:11:12::
    80  0526                                     TLV 5, HMAC (RFC 8754 section 2.1.2): 40 bytes
    82  0000                                       D 0: the list is whole
    84  c0ff ee07                                  key 3237998087
"""
TLVS_SHOWN = """\
   120  7c0e                                     TLV 124, metadata of Weft: 16 bytes
   122  0001 0000 0000                             version 1
   128  abcd ef                                    argument: tenant 11259375
   131  1234 56                                    argument: identity of the sender 1193046
   134  7788                                       argument: policy 30600
   136  fc16                                     TLV 252, proof of transit: 24 bytes
   138  0000                                       flags: set in packets that waypoints are to mark
   140  c0ff ee07                                  key 3237998087
   144  0000 0000 0000 0000                        nonce, set in these packets
   152  0000 0000 0000 0000                        mark, of each waypoint on the way
"""


def test_path_show_explains_signatures_and_tlvs(daemon):
    goldens = os.path.join(os.path.dirname(__file__), "goldens/encap_tlv.txt")
    with open(goldens) as file:
        header = next(line.split()[4] for line in file
                      if line.startswith("csid 2 v4 hmac+tlv+transit "))
    final = dict(FINAL, sid="5f00:0:2:e046::")
    daemon.routes[("GET", "/v1/path")] = \
        200, dict(SHOWN, paths=[dict(PATH, segments=[WAY, final], share=1, header=header)])
    r = ask(daemon, "path", "show", "red/web", "db")
    assert (r.returncode, r.stderr) == (0, "")
    assert SIGNED_SHOWN in r.stdout and r.stdout.endswith(TLVS_SHOWN)


MANIFEST = """\
kind: Tenant
name: red
prefixes: [10.0.0.0/16]
---
kind: Policy
name: p
tenant: red
from: any
to: any
via: [node/nine]
"""


def test_apply_sends_all_objects_and_prints_changes(daemon, tmp_path):
    (tmp_path / "m.yaml").write_text(MANIFEST)
    (tmp_path / "n.txt").write_text("not: [a manifest")
    for args, stdin in (["-f", str(tmp_path / "m.yaml")], None), (["-f", str(tmp_path)], None), \
                       (["-f", "-"], MANIFEST):
        r = ask(daemon, "apply", *args, stdin=stdin)
        assert (r.returncode, r.stderr) == (0, "")
        assert r.stdout == "Tenant red created\nPolicy red/bulk unchanged\n"
        body = daemon.asked[-1][2]
        assert [o["kind"] for o in body["objects"]] == ["Tenant", "Policy"]
        assert body["dry_run"] is False
    ask(daemon, "apply", "--dry-run", "-f", str(tmp_path / "m.yaml"))
    assert daemon.asked[-1][2]["dry_run"] is True


def test_problems_are_printed_with_their_place(daemon, tmp_path):
    file = tmp_path / "m.yaml"
    file.write_text(MANIFEST)
    daemon.routes[("POST", "/v1/apply")] = 422, {"problems": [
        {"index": 1, "key": "via[0]", "message": "there is no node 'nine'"}]}
    r = ask(daemon, "apply", "-f", str(file))
    assert r.returncode == 1
    assert r.stderr == f"{file}:10: via[0]: there is no node 'nine'\n"
    file.write_text("kind: Tenant\nname: red\nprefixes: [10.0.0.0/16]\ncolour: red\n")
    asked = len(daemon.asked)
    r = ask(daemon, "apply", "-f", str(file))
    assert r.returncode == 1
    assert r.stderr.startswith(f"{file}:4: colour: ") and r.stderr.count("\n") == 1
    assert len(daemon.asked) == asked


def test_delete_by_file_and_by_name(daemon):
    ask(daemon, "delete", "-f", "-", stdin=MANIFEST)
    assert daemon.asked[-1] == ("POST", "/v1/delete", {"objects": [
        {"kind": "Tenant", "name": "red"}, {"kind": "Policy", "name": "p", "tenant": "red"}]})
    r = ask(daemon, "delete", "policy", "red", "bulk")
    assert r.returncode == 0 and "Policy red/bulk unchanged" in r.stdout
    assert daemon.asked[-1][2] == {"objects": [
        {"kind": "Policy", "name": "bulk", "tenant": "red"}]}


def test_attach_and_detach_send_what_was_said(daemon, tmp_path):
    r = ask(daemon, "attach", "--netns", str(tmp_path), "--tenant", "red", "--name", "web",
            "--ip", "10.0.0.1", "--ip=fd00::1", "--label", "app=web", "--label", "tier=")
    assert (r.returncode, r.stderr) == (0, "")
    assert "ADDRESSES 10.0.0.1, fd00::1" in rows(r.stdout)
    assert daemon.asked[-1][2] == {
        "tenant": "red", "name": "web", "netns": str(tmp_path), "ifname": "eth0",
        "addresses": ["10.0.0.1", "fd00::1"], "labels": {"app": "web", "tier": ""}}
    ask(daemon, "attach", "--netns", "c1", "--tenant", "red", "--ifname", "net1")
    assert daemon.asked[-1][2] == {"tenant": "red", "name": "c1", "netns": "c1", "ifname": "net1",
                                   "addresses": [], "labels": {}}
    for args, body in ((["red/web"], {"tenant": "red", "name": "web"}),
                       (["red", "web"], {"tenant": "red", "name": "web"}),
                       (["--tenant", "red", "--name", "web"], {"tenant": "red", "name": "web"}),
                       (["--netns", "c1"], {"netns": "c1", "ifname": "eth0"})):
        assert ask(daemon, "detach", *args).returncode == 0
        assert daemon.asked[-1] == ("POST", "/v1/detach", body)


USAGE = [
    ([], "no command is given: see 'weft help'"),
    (["polcy"], "there is no command 'weft polcy': did you mean 'weft policy'?"),
    (["frobnicate"], "there is no command 'weft frobnicate': see 'weft help'"),
    (["policy"], "'weft policy' needs a verb, such as 'weft policy list'"),
    (["policy", "lst"], "there is no command 'weft policy lst': did you mean 'weft policy list'?"),
    (["node", "show"], "an argument is missing\nusage: weft node show NAME"),
    (["node", "show", "A", "B"], "'B' is one argument too many"),
    (["node", "list", "--tenat", "x"], "unknown option '--tenat'"),
    (["endpoint", "list", "--tenat", "x"], "unknown option '--tenat': did you mean --tenant?"),
    (["endpoint", "list", "--tenant"], "option --tenant needs a value: --tenant TENANT"),
    (["--json=yes", "status"], "option --json takes no value"),
    (["--socket", "a", "--lab", "b", "status"], "--socket and --lab name two daemons: give one"),
    (["endpoint", "list", "--tenant", "a", "--tenant", "b"], "option --tenant is given twice"),
    (["status", "--", "x"], "nothing can follow '--' here"),
    (["apply"], "no manifest is given: name one with -f FILE"),
    (["delete"], "say what to delete"),
    (["delete", "polici", "a", "b"], "'polici' is no kind: it is one of node, tenant, endpoint"),
    (["delete", "policy", "a"], "a policy belongs to a tenant: give TENANT NAME"),
    (["delete", "tenant", "a", "b"], "a tenant belongs to no tenant: give its NAME alone"),
    (["attach", "--netns", "c"], "--netns and --tenant are needed"),
    (["attach", "--netns", "c", "--tenant", "t", "--label", "x"], "'x' is no label: write --label"),
    (["detach"], "say which endpoint of which tenant, or --netns"),
    (["detach", "web"], "say which endpoint of which tenant, or --netns"),
    (["detach", "a/b", "--netns", "c"], "give the endpoint or --netns, not both"),
    (["path", "show", "web", "db"], "the tenant is missing: write TENANT/web or --tenant"),
    (["path", "show", "red/web", "db", "--tenant", "blue"], "'red/web' names another tenant than"),
    (["completion", "fish"], "there is no completion for 'fish': bash or zsh"),
    (["lab", "exec", "l", "c"], "the command is missing: write it behind '--'"),
    (["help", "nothing"], "there is no command 'weft nothing': see 'weft help'"),
]


@pytest.mark.parametrize("args,want", USAGE)
def test_wrong_usage_says_how_and_exits_2(args, want):
    r = weft(*args)
    assert r.returncode == 2 and r.stdout == ""
    assert r.stderr.startswith("weft: " + want)


def test_no_daemon_is_said_with_what_to_do(tmp_path):
    for name in "nothing", "file":
        path = tmp_path / name
        if name == "file":
            path.write_text("")
        why = "No such file or directory" if name == "nothing" else "Connection refused"
        r = weft("--socket", str(path), "status")
        assert r.returncode == 1 and r.stdout == ""
        assert r.stderr == (f"weft: weftd does not answer on {path}: {why}; start it with 'weftd', "
                            "or name another socket with --socket or WEFT_SOCKET\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")
def test_no_permission_is_said_with_what_to_do(daemon, tmp_path):
    os.chmod(daemon.server_address, 0o600)
    for directory in (tmp_path, *tmp_path.parents):
        if directory.stat().st_uid == os.geteuid() and str(directory).startswith("/tmp/"):
            os.chmod(directory, 0o755)
    r = subprocess.run(["setpriv", "--reuid=65534", "--clear-groups", WEFT, "--socket",
                        daemon.server_address, "status"], capture_output=True, text=True, timeout=20)
    assert r.returncode == 1
    assert r.stderr == (f"weft: no permission for {daemon.server_address}: run as root, or as a "
                        "member of its group\n")


ERRORS = [
    (409, {"error": {"message": "endpoint 'web' is on node 'B': ask the weftd of that node"}},
     "endpoint 'web' is on node 'B': ask the weftd of that node"),
    (503, {"error": {"message": "the store does not answer"}}, "the store does not answer"),
    (422, {"problems": [{"index": 0, "key": "x", "message": "wrong input"}]}, "wrong input"),
    (500, b"<html>", "answered with HTTP status 500 and no reason"),
    (200, b"<html>", "is not JSON"),
]


@pytest.mark.parametrize("status,answer,want", ERRORS)
def test_what_the_daemon_refuses_is_said_once(daemon, status, answer, want):
    daemon.routes[("GET", "/v1/path")] = status, answer
    r = ask(daemon, "path", "show", "red/web", "db")
    assert r.returncode == 1 and r.stdout == ""
    assert want in r.stderr and r.stderr.startswith("weft: ") and r.stderr.count("\n") == 1


MISSING = [
    (["node", "show", "Z"], "there is no node 'Z': list them with 'weft node list'"),
    (["endpoint", "show", "red/x"], "there is no endpoint 'red/x'"),
    (["endpoint", "show", "web"], "endpoint 'web' is in more than one tenant: name it as TENANT/web"),
    (["path", "show", "red/web", "blue/db"], "are of different tenants"),
    (["apply", "-f", "/nonexistent"], "/nonexistent: No such file or directory"),
    (["attach", "--netns", "/nonexistent/n", "--tenant", "t"], "network namespace /nonexistent/n"),
    (["lab", "up", "/nonexistent"], "/nonexistent: No such file or directory"),
    (["lab", "down", "nolab"], "there is no lab 'nolab'"),
    (["lab", "show", "no/lab"], "there is no lab 'no/lab'"),
    (["lab", "exec", "nolab", "x", "--", "true"], "there is no lab 'nolab'"),
    (["--lab", "nolab", "status"], "there is no lab 'nolab'"),
]


@pytest.mark.parametrize("args,want", MISSING)
def test_what_is_not_there_is_said_and_exits_1(daemon, args, want):
    r = weft(*args) if "--lab" in args else ask(daemon, *args)
    assert r.returncode == 1 and r.stdout == ""
    assert want in r.stderr


def test_a_bad_header_is_refused_not_shown(daemon):
    for header in "60", "zz" * 40, "40" * 40, REDUCED[:-2]:
        daemon.routes[("GET", "/v1/path")] = 200, dict(SHOWN, paths=[dict(PATH, header=header)])
        r = ask(daemon, "path", "show", "red/web", "db")
        assert r.returncode == 1 and "outer header is none" in r.stderr


def test_help_names_every_command_and_each_has_its_own():
    overview = weft("help").stdout
    commands = [line[2:19].strip() for line in
                overview.split("Commands:\n")[1].split("\n\n")[0].splitlines()]
    assert len(commands) > 20 and len(set(commands)) == len(commands)
    for command in commands:
        r = weft("help", *command.split())
        assert r.returncode == 0 and r.stdout.startswith(f"weft {command}")
        if command != "help":
            assert weft(*command.split(), "--help").stdout == r.stdout
    assert weft("version").stdout.startswith("weft ")
    assert "version" in json.loads(weft("version", "--json").stdout)


def complete(daemon, *words):
    script = 'source <("$WEFT" completion bash); COMP_WORDS=(weft "$@"); COMP_CWORD=$#; _weft; ' \
             'printf "%s\\n" "${COMPREPLY[@]}"'
    r = subprocess.run(["bash", "-c", script, "bash", *words], capture_output=True, text=True,
                       timeout=20, env={"PATH": os.path.dirname(WEFT) + ":" + os.environ["PATH"],
                                        "WEFT": WEFT, "WEFT_SOCKET": daemon.server_address})
    assert r.stderr == ""
    return r.stdout.split()


def test_bash_completes_nouns_verbs_options_and_names(daemon):
    assert complete(daemon, "po") == ["policy"]
    assert complete(daemon, "policy", "") == ["list", "show", "check"]
    assert complete(daemon, "policy", "check", "r") == ["red/web"]
    assert complete(daemon, "monitor", "--ver") == ["--verdicts"]
    assert complete(daemon, "monitor", "--reason", "sp") == ["spoofed"]
    assert complete(daemon, "drops", "--by", "") == ["reason", "endpoint", "policy"]
    assert complete(daemon, "endpoint", "list", "--t") == ["--tenant"]
    assert complete(daemon, "endpoint", "list", "--tenant", "") == ["red"]
    assert complete(daemon, "endpoint", "show", "r") == ["red/web"]
    assert complete(daemon, "--json", "node", "show", "") == ["--socket", "--lab", "--json",
                                                              "--no-headings", "--help", "A"]


@pytest.mark.skipif(not os.path.exists("/usr/bin/zsh"), reason="there is no zsh here")
def test_zsh_takes_its_completion():
    script = weft("completion", "zsh").stdout
    r = subprocess.run(["zsh", "-n"], input=script, capture_output=True, text=True, timeout=20)
    assert (r.returncode, r.stderr) == (0, "")
