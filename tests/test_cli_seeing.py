# SPDX-License-Identifier: Apache-2.0
"""weft monitor and weft drops against a fake weftd."""
import json
import os
import signal
import subprocess
import threading

import pytest

from test_cli import WEFT, ask, daemon, rows  # noqa: F401 (daemon is a fixture)

WEB = {"tenant": "red", "name": "web", "address": "10.0.0.1", "identity": 1}
DB = {"tenant": "red", "name": "db", "address": "10.0.0.2", "identity": 2}
NOBODY = {"tenant": None, "name": None, "address": "192.0.2.1", "identity": 0}
HEAD = {"time_ms": 1732300000123, "node": "A", "interface": "wf1", "tenant": "red"}
ALLOWED = {**HEAD, "type": "verdict", "hook": "apply", "from": WEB, "to": DB, "protocol": "tcp",
           "port": 5432, "source_port": 40000, "policy": "web-to-db", "way": "bulk",
           "is_reverse": False, "ends_at": "B", "path": ["1", "4", "B"]}
DENIED = {**HEAD, "type": "drop", "hook": "apply", "from": WEB, "to": NOBODY, "protocol": "icmp",
          "port": 8, "code": 0, "reason": "denied", "text": "not allowed", "policy": None}
GARBLED = {**HEAD, "type": "drop", "hook": "edge", "reason": "malformed", "text": "", "policy": None}
DOWN = {"time_ms": HEAD["time_ms"], "type": "health", "node": "A", "of": "endpoint", "tenant": "red",
        "name": "web", "at": "B", "health": "down", "reason": "tcp/80: Connection refused"}
LOST = {"time_ms": HEAD["time_ms"], "type": "health", "node": "A", "of": "node", "name": "B",
        "reachable": "no"}
MISSED = {"type": "missed", "rate": 3, "slow": 0, "lost": 2}

LINES = [
    (ALLOWED, "A red/web > red/db tcp/5432 allowed by policy web-to-db way bulk path 1 > 4 > B"),
    ({**ALLOWED, "is_reverse": True}, "A red/web > red/db tcp/5432 allowed by policy web-to-db "
                                      "way bulk back path 1 > 4 > B"),
    ({**ALLOWED, "policy": None, "way": None, "path": ["B"]},
     "A red/web > red/db tcp/5432 allowed path B"),
    ({**ALLOWED, "policy": None, "way": None, "path": []},
     "A red/web > red/db tcp/5432 allowed stays here"),
    ({**ALLOWED, "path": None}, "A red/web > red/db tcp/5432 allowed by policy web-to-db way bulk"),
    (DENIED, "A red/web > 192.0.2.1 icmp/8 dropped: denied"),
    ({**DENIED, "policy": "no"}, "A red/web > 192.0.2.1 icmp/8 dropped: denied by policy no"),
    (GARBLED, "A a packet at wf1 dropped: malformed"),
    (DOWN, "A endpoint red/web at B is down: tcp/80: Connection refused"),
    ({**DOWN, "reason": None}, "A endpoint red/web at B is down"),
    ({**DOWN, "health": "up", "reason": None}, "A endpoint red/web at B is up"),
    (LOST, "A node B does not answer: instances and backends there count as down"),
    ({**LOST, "reachable": "silent"},
     "A node B does not answer: perhaps it is this node that is cut off"),
    ({**LOST, "reachable": "yes"}, "A node B answers again"),
]


def lines(*items):
    return lambda _query: (json.dumps(item).encode() + b"\n" for item in items)


def streaming(daemon, answer):
    daemon.routes[("GET", "/v1/monitor")] = 200, answer


@pytest.mark.parametrize("event,want", LINES)
def test_an_event_is_a_line(daemon, event, want):
    streaming(daemon, lines(event))
    r = ask(daemon, "monitor", env={"TZ": "UTC"})
    assert (r.returncode, r.stderr) == (0, "")
    assert rows(r.stdout) == ["18:26:40.123 " + want]


def test_json_lines_are_the_events_as_they_are(daemon):
    streaming(daemon, lines(ALLOWED, MISSED, DENIED))
    r = ask(daemon, "monitor", "--json")
    assert (r.returncode, r.stderr) == (0, "")
    assert [json.loads(line) for line in r.stdout.splitlines()] == [ALLOWED, MISSED, DENIED]


def test_what_was_missed_is_told_on_standard_error(daemon):
    streaming(daemon, lines(MISSED))
    r = ask(daemon, "monitor")
    assert (r.returncode, r.stdout) == (0, "")
    assert r.stderr == ("weft: 3 events missed: more a second than --rate\n"
                        "weft: 2 events missed: too many for the programs to tell\n")


def test_lines_may_come_in_pieces(daemon):
    text = json.dumps(ALLOWED).encode() + b"\n" + json.dumps(DENIED).encode() + b"\n"
    streaming(daemon, lambda _query: (text[i:i + 7] for i in range(0, len(text), 7)))
    assert len(ask(daemon, "monitor").stdout.splitlines()) == 2


QUESTIONS = [
    ([], {"type": "all"}),
    (["--drops"], {"type": "drop"}),
    (["--verdicts"], {"type": "verdict"}),
    (["--drops", "--verdicts"], {"type": "drop,verdict"}),
    (["--health"], {"type": "health"}),
    (["--health", "--drops"], {"type": "drop,health"}),
    (["--tenant", "red", "--endpoint", "web", "--policy", "p", "--reason", "denied", "--rate", "5",
      "--count", "7"], {"type": "all", "tenant": "red", "endpoint": "web", "policy": "p",
                        "reason": "denied", "rate": "5", "limit": "7"}),
    (["--endpoint", "red/web"], {"type": "all", "tenant": "red", "endpoint": "web"}),
    (["--policy", "red/p", "--tenant", "red"], {"type": "all", "tenant": "red", "policy": "p"}),
    (["-n", "1"], {"type": "all", "limit": "1"}),
]


@pytest.mark.parametrize("args,query", QUESTIONS)
def test_filters_are_asked_for(daemon, args, query):
    streaming(daemon, lines())
    assert ask(daemon, "monitor", *args).returncode == 0
    assert daemon.asked == [("GET", "/v1/monitor", query)]


WRONG = [
    (["--count", "0"], "--count '0': a number, at least 1"),
    (["--count", "x"], "--count 'x': a number, at least 1"),
    (["--endpoint", "red/web", "--policy", "blue/p"], "'blue/p' is not of tenant 'red'"),
    (["--endpoint", "red/web", "--tenant", "blue"], "'red/web' is not of tenant 'blue'"),
    (["--drop"], "unknown option '--drop': did you mean --drops?"),
    (["now"], "'now' is one argument too many"),
]


@pytest.mark.parametrize("args,message", WRONG)
def test_wrong_questions_are_not_asked(daemon, args, message):
    r = ask(daemon, "monitor", *args)
    assert r.returncode == 2 and message in r.stderr
    assert not daemon.asked


def test_a_refusal_is_told_as_it_is(daemon):
    message = "'denid' is no reason to drop a packet; did you mean 'denied'?"
    daemon.routes[("GET", "/v1/monitor")] = 422, {"error": {"message": message}}
    r = ask(daemon, "monitor", "--reason", "denid")
    assert (r.returncode, r.stdout, r.stderr) == (1, "", f"weft: {message}\n")


def broken_off(_query):
    yield json.dumps(DENIED).encode() + b"\n"
    raise ConnectionAbortedError


@pytest.mark.parametrize("answer,message", [
    (broken_off, "has ended: see 'weft status'"),
    (lambda _query: iter([b"hello\n"]), "a line is not JSON"),
    (lambda _query: iter([b"x" * 500_000] * 3), "a line has no end"),
])
def test_answers_that_make_no_sense_are_errors(daemon, answer, message):
    streaming(daemon, answer)
    r = ask(daemon, "monitor")
    assert r.returncode == 1 and message in r.stderr


def test_nobody_there_is_an_error(tmp_path):
    r = subprocess.run([WEFT, "--socket", str(tmp_path / "none"), "monitor"], capture_output=True,
                       text=True, timeout=20, check=False)
    assert r.returncode == 1 and "weftd does not answer" in r.stderr


class Endless:
    """One event, then nothing until it is let go."""

    def __init__(self):
        self.let_go = threading.Event()

    def __call__(self, _query):
        yield json.dumps(DENIED).encode() + b"\n"
        self.let_go.wait(20)


@pytest.fixture
def endless(daemon):
    answer = Endless()
    streaming(daemon, answer)
    environment = {"PATH": os.environ["PATH"], "WEFT_SOCKET": daemon.server_address}
    process = subprocess.Popen([WEFT, "monitor"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, env=environment)
    assert "denied" in process.stdout.readline()  # a line comes at once, through a pipe too
    yield process
    answer.let_go.set()
    process.kill()
    process.wait()


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_when_told_to(endless, which):
    endless.send_signal(which)
    assert endless.communicate(timeout=10) == ("", "")
    assert endless.returncode == 0


def test_it_ends_quietly_when_nobody_reads(endless):
    endless.stdout.close()
    assert endless.wait(timeout=10) == 0
    assert endless.stderr.read() == ""


REASONS = [{"reason": "denied", "packets": 3, "text": "not allowed"},
           {"reason": "no-route", "packets": 0, "text": "no way"}]
ENDPOINTS = [{"tenant": "red", "name": "web", "tx": 3, "rx": 0},
             {"tenant": "red", "name": "db", "tx": 0, "rx": 0}]
POLICIES = [{"tenant": "red", "policy": None, "out": 2, "in": 0},
            {"tenant": "red", "policy": "no", "out": 0, "in": 1},
            {"tenant": "red", "policy": "p", "out": 0, "in": 0}]
BY_REASON = ["REASON PACKETS WHY", "denied 3 not allowed"]
BY_ENDPOINT = ["TENANT ENDPOINT FROM IT TO IT", "red web 3 0"]
BY_POLICY = ["TENANT POLICY SENT HERE RECEIVED HERE", "red (default) 2 0", "red no 0 1"]


@pytest.mark.parametrize("args,want", [
    ([], BY_REASON + [""] + BY_ENDPOINT + [""] + BY_POLICY),
    (["--by", "reason"], BY_REASON),
    (["--by", "endpoint"], BY_ENDPOINT),
    (["--by", "policy"], BY_POLICY),
    (["--by", "endpoint", "--all"], BY_ENDPOINT + ["red db 0 0"]),
])
def test_drops_are_counted_by_reason_endpoint_and_policy(daemon, args, want):
    daemon.routes[("GET", "/v1/drops")] = 200, {"items": REASONS, "endpoints": ENDPOINTS,
                                                "policies": POLICIES}
    r = ask(daemon, "drops", *args)
    assert (r.returncode, r.stderr) == (0, "")
    assert rows(r.stdout) == want


@pytest.mark.parametrize("by,message", [("polcy", "did you mean 'policy'?"),
                                        ("weather", "reason, endpoint or policy")])
def test_drops_by_something_else_are_a_usage_error(daemon, by, message):
    r = ask(daemon, "drops", "--by", by)
    assert r.returncode == 2 and message in r.stderr
    assert not daemon.asked


def ruling(at, node, policy=None, reason=None):
    return {"at": at, "node": node, "verdict": "dropped" if reason else "allowed", "reason": reason,
            "tenant": "red", "policy": policy, "default": "deny"}


FROM = {"tenant": "red", "name": "web", "address": "10.0.0.1", "node": "A"}
TO = {"tenant": "red", "name": "db", "address": "10.0.0.2", "node": "B"}
CHECKED = {"from": FROM, "to": TO, "port": "tcp/5432", "verdict": "allowed", "reason": None,
           "text": None, "rulings": [ruling("sender", "A", "p"), ruling("receiver", "B", "p")],
           "way": {"policy": "p", "is_reverse": False, "via": ["node/1", "node/4"]},
           "is_local": False, "require": ["hmac", "transit"], "transit_every": 100,
           "verified_at": ["node/4"],
           "reply": {"verdict": "allowed", "reason": None, "because": "connection",
                     "rulings": [ruling("sender", "B", "p"), ruling("receiver", "A", "p")],
                     "way": {"policy": "p", "is_reverse": True, "via": ["node/1", "node/4"]}}}
SAID = """\
from      red/web  10.0.0.1  on node A
to        red/db  10.0.0.2  on node B
port      tcp/5432

allowed
  node A (sender): allowed by policy p of tenant red
  node B (receiver): allowed by policy p of tenant red
way       node/1 > node/4, by policy p
requires  hmac, transit (of one packet in 100)
verified  node/4, if it passes there

answers pass, but nothing else from there does
  node B (sender): allowed by policy p of tenant red
  node A (receiver): allowed by policy p of tenant red
way       node/1 > node/4, mirrored, by policy p
"""
HERE = {**CHECKED, "rulings": [ruling("both", "A")], "way": None, "is_local": True, "require": [],
        "transit_every": 0, "verified_at": [],
        "reply": {"verdict": "allowed", "because": "policy", "rulings": [ruling("both", "A")],
                  "way": None}}
HERE_SAID = """\
allowed
  node A (sender and receiver): allowed by no policy: tenant red's default is deny
way       none: it stays on the node

answers pass
  node A (sender and receiver): allowed by no policy: tenant red's default is deny
way       direct
"""
REFUSED = {**CHECKED, "from": {"tenant": "red", "name": None, "address": "192.0.2.1", "node": None},
           "verdict": "dropped", "reason": "denied", "text": "not allowed", "way": None,
           "rulings": [ruling("receiver", "B", "no", "denied")], "require": [],
           "verified_at": [], "reply": None}
REFUSED_SAID = """\
from      192.0.2.1  nobody's address in tenant red
to        red/db  10.0.0.2  on node B
port      tcp/5432

dropped: denied (not allowed)
  node B (receiver): dropped by policy no of tenant red
"""
UNKNOWN = {**CHECKED, "verdict": "dropped", "reason": "no-endpoint", "text": "nobody", "way": None,
           "rulings": [ruling("sender", "A", None, "no-endpoint")], "require": [],
           "verified_at": [], "reply": None}
UNKNOWN_SAID = "  node A (sender): dropped, no-endpoint\n"


@pytest.mark.parametrize("answer,said,code", [(CHECKED, SAID, 0), (HERE, HERE_SAID, 0),
                                              (REFUSED, REFUSED_SAID, 1),
                                              (UNKNOWN, UNKNOWN_SAID, 1)])
def test_a_check_is_told_in_words(daemon, answer, said, code):
    daemon.routes[("GET", "/v1/policy/check")] = 200, answer
    r = ask(daemon, "policy", "check", "red/web", "red/db", "tcp/5432")
    assert (r.returncode, r.stderr) == (code, "")
    assert r.stdout.endswith(said)
    r = ask(daemon, "policy", "check", "web", "10.0.0.2", "tcp/5432", "--tenant", "red", "--json")
    assert r.returncode == code and json.loads(r.stdout) == answer
    assert [asked[2] for asked in daemon.asked] == [
        {"from": "red/web", "to": "red/db", "port": "tcp/5432"},
        {"from": "web", "to": "10.0.0.2", "port": "tcp/5432", "tenant": "red"}]


def test_a_check_needs_all_of_its_words(daemon):
    r = ask(daemon, "policy", "check", "red/web", "red/db")
    assert r.returncode == 2 and "an argument is missing" in r.stderr
    assert not daemon.asked
