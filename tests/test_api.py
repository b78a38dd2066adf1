# SPDX-License-Identifier: Apache-2.0
"""The HTTP API as anybody could speak it (docs/api.md), on one node with two containers."""
import concurrent.futures
import contextlib
import json
import os
import re
import socket
import time

import pytest

from cluster import TOP, policy, tenant, wait_for
from control import Solo, namespaces, pings, sentence

RED = tenant("red", "10.0.0.0/24", "fd00:0:0:1::/64")
GETS = ["/v1/status", "/v1/nodes", "/v1/tenants", "/v1/endpoints", "/v1/policies", "/v1/functions",
        "/v1/services", "/v1/sids", "/v1/paths", "/v1/drops", "/v1/sync?revision=1",
        "/v1/path?tenant=red&from=one&to=two", "/metrics"]
POSTS = ["/v1/apply", "/v1/delete", "/v1/attach", "/v1/detach"]
BODY_MAX = 64 << 20


@pytest.fixture(scope="module", name="node")
def node_():
    with Solo() as solo, namespaces(2) as (x1, x2):
        solo.start()
        assert solo.api.apply(RED)[0] == 200
        assert solo.api.attach(x1, "one", addresses=["10.0.0.1"])[0] == 200
        assert solo.api.attach(x2, "two", addresses=["10.0.0.2"])[0] == 200
        solo.x1 = x1
        pid = solo.process.pid
        yield solo
        assert solo.process.pid == pid and solo.process.poll() is None
        assert pings(x1, "10.0.0.2")


@pytest.fixture(autouse=True)
def changes_nothing(node):
    """No test here gets anything into the store but what it takes out again."""
    before = node.api.status()["counts"]
    yield
    assert node.api.status()["counts"] == before


@contextlib.contextmanager
def connected(node):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(10)
        sock.connect(str(node.api.path))
        yield sock


def status_of(sock):
    """The status of the answer that comes; None: the connection was closed."""
    line = b""
    with contextlib.suppress(ConnectionResetError):
        while not line.endswith(b"\n") and (more := sock.recv(1)):
            line += more
    return int(line.split()[1]) if line else None


def exchange(node, data):
    with connected(node) as sock:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            sock.sendall(data)
        return status_of(sock)


def test_an_endpoint_says_where_it_is_in_its_container(node):
    one, two = (node.api.items("endpoints")[name] for name in ("red/one", "red/two"))
    assert one["ifname"] == "eth0"
    assert one["netns"] == os.stat(f"/run/netns/{node.x1}").st_ino != two["netns"]


# What is asked for


@pytest.mark.parametrize("path", GETS)
def test_what_is_there_is_answered_and_other_methods_are_not_allowed(node, path):
    status, content_type, text = node.api.raw("GET", path)
    assert status == 200 and text
    assert content_type.startswith("text/plain" if path == "/metrics" else "application/json")
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        status, content_type, text = node.api.raw(method, path, "{}")
        assert status == 405 and content_type == "application/json"
        assert "does not take this method" in json.loads(text)["error"]["message"]


@pytest.mark.parametrize("path", POSTS)
def test_what_changes_something_is_not_got(node, path):
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        assert node.api.raw(method, path)[0] == 405


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/", "/v1/nothing", "/v2/status", "/v1/status/",
                                  "/v1//status", "/metrics/x", "/%2e%2e/etc/passwd", "/v1/stat%75s",
                                  "/" + "x" * 5000])
def test_what_is_not_there_is_404(node, path):
    answer = node.api.get(path)
    assert answer[0] == 404
    assert "docs/api.md lists what there is" in sentence(answer)


@pytest.mark.parametrize("path", GETS)
def test_what_nobody_asked_for_in_a_query_does_no_harm(node, path):
    more = "&" if "?" in path else "?"
    for query in ("tenantt=red", "name=%00", "name=%ff%fe", "tenant=", "name=" + "y" * 4000,
                  "name=a&name=b"):
        assert node.api.raw("GET", path + more + query)[0] in (200, 400)


def test_listings_are_narrowed_by_their_query(node):
    def names(path):
        return [item["name"] for item in node.api.get(path)[1]["items"]]

    assert names("/v1/endpoints?name=two") == ["two"]
    assert names("/v1/endpoints?tenant=red") == ["one", "two"]
    assert names("/v1/endpoints?tenant=rad") == []
    assert names("/v1/nodes?name=n1") == ["n1"]


@pytest.mark.parametrize("query, status", [
    ("", 400), ("tenant=red&from=one", 400), ("tenant=rad&from=one&to=two", 404),
    ("tenant=red&from=one&to=ten", 404), ("tenant=red&from=10.0.0.1&to=10.0.0.9", 404)])
def test_a_path_that_cannot_be_is_told(node, query, status):
    answer = node.api.get(f"/v1/path?{query}")
    assert answer[0] == status and len(sentence(answer)) > 10


# Bodies


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("body, why", [
    (b"", "the body is not JSON: it is empty"),
    (b"kind: Tenant", "the body is not JSON"),
    (b"{", "the body is not JSON"),
    (b'{"objects": [}', "the body is not JSON"),
    (b'{"tenant": "red", "tenant": "red"}', "the body is not JSON: duplicate object key"),
    (b'{"tenant": "\xff"}', "the body is not JSON"),
    (b'{"tenant": "a\\u0000b"}', "the body is not JSON"),
    (b"{} {}", "the body is not JSON"),
    (b"[]", "the body must be a JSON object"),
    (b'"x"', "the body is not JSON"),
    (b'{"frob": 1}', "the body has the unknown key 'frob'"),
    (b"[" * 100000, "the body is not JSON"),
    (b'{"objects":' * 100000, "the body is not JSON"),
    (b'{"objects":' + b"[" * 2000 + b"]" * 2000 + b"}", ""),
    (b'{"objects": ' + b"9" * 100000 + b"}", ""),
])
def test_a_body_that_is_no_request_is_told(node, path, body, why):
    status, content_type, text = node.api.raw("POST", path, body)
    assert status in (400, 422) and content_type == "application/json"
    assert why in sentence((status, json.loads(text)))


@pytest.mark.parametrize("path, body, why", [
    ("apply", {}, "'objects' must be a list"),
    ("apply", {"objects": {}}, "'objects' must be a list"),
    ("apply", {"objects": None}, "'objects' must be a list"),
    ("apply", {"objects": [], "dry_run": "yes"}, "'dry_run' must be true or false"),
    ("apply", {"objects": [1]}, ""), ("apply", {"objects": [None]}, ""),
    ("apply", {"objects": [[]]}, ""), ("apply", {"objects": [{}]}, "kind"),
    ("apply", {"objects": [{"kind": 5, "name": "x"}]}, ""),
    ("apply", {"objects": [{"kind": "Identity", "name": "x", "tenant": "red"}]}, "attaching"),
    ("apply", {"objects": [{**RED, "prefixes": [1]}]}, "expected a prefix"),
    ("apply", {"objects": [{**RED, "prefixes": {"a": 1}}]}, "expected a list"),
    ("apply", {"objects": [{**RED, "id": -1}]}, "expected a number"),
    ("apply", {"objects": [{**RED, "id": 1e300}]}, "expected a number"),
    ("apply", {"objects": [{**RED, "id": 2 ** 32 + 1}]}, "expected a number"),
    ("apply", {"objects": [policy("p", weight=3)]}, "unknown key"),
    ("delete", {"objects": [{"kind": "Tenant"}]}, "is missing"),
    ("delete", {"objects": [{"kind": "Endpoint", "name": "one"}]}, "is missing"),
    ("delete", {"objects": [{"kind": "Identity", "name": "", "tenant": "red"}]}, "must be Node"),
    ("attach", {"tenant": "red"}, "'netns' must be a text, and is missing"),
    ("attach", {"tenant": 1, "netns": "x"}, "'tenant' must be a text"),
    ("attach", {"tenant": "red", "netns": "x", "name": []}, "'name' must be a text"),
    ("attach", {"tenant": "red", "netns": "x", "addresses": "10.0.0.9"}, "must be a list"),
    ("attach", {"tenant": "red", "netns": "x", "addresses": [10]}, "is not an address"),
    ("attach", {"tenant": "red", "netns": "x", "labels": ["a"]}, "'labels' must be an object"),
    ("attach", {"tenant": "red", "netns": "x", "labels": {"a": 1}}, "label 'a' is wrong"),
    ("detach", {"tenant": "red"}, "give 'tenant' and 'name', or 'netns' and 'ifname'"),
    ("detach", {"tenant": "red", "name": "one", "netns": "x"}, "give 'tenant' and 'name', or"),
    ("detach", {"tenant": "red", "name": 1}, "'name' must be a text"),
    ("detach", {"tenant": "r/d", "name": "one"}, "cannot be a name"),
    ("detach", {"netns": "../x"}, ""),
])
def test_wrong_types_and_words_are_told(node, path, body, why):
    answer = node.api.post(f"/v1/{path}", body)
    assert answer[0] in (400, 422), answer
    problems = answer[1].get("problems", [{"key": ""}])
    said = "; ".join([problem["key"] for problem in problems] + [sentence(answer)])
    assert why in said, answer


def test_a_hundred_thousand_objects_are_the_most(node):
    answer = node.api.post("/v1/apply", {"objects": [0] * 100001})
    assert answer[0] == 413
    assert sentence(answer) == "100001 objects, at most 100000 at once"


def test_a_body_over_the_limit_is_refused_unread(node):
    head = (b"POST /v1/apply HTTP/1.1\r\nHost: weft\r\nContent-Length: %d\r\n\r\n" % (BODY_MAX + 1))
    assert exchange(node, head) == 413
    chunk = b"%x\r\n" % (BODY_MAX + 1)
    head = b"POST /v1/apply HTTP/1.1\r\nHost: weft\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert exchange(node, head + chunk) in (413, 400, None)


@pytest.mark.parametrize("what, data", [
    ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
    ("zeros", bytes(1000) + b"\r\n\r\n"),
    ("no path", b"GET\r\n\r\n"),
    ("no version", b"GET /v1/status\r\n\r\n"),
    ("another version", b"GET /v1/status HTTP/9.9\r\n\r\n"),
    ("an unknown method", b"FROB /v1/status HTTP/1.1\r\nHost: w\r\n\r\n"),
    ("a method of HTTP that nothing takes", b"TRACE /v1/status HTTP/1.1\r\nHost: w\r\n\r\n"),
    ("a long line", b"GET /" + b"x" * 100000 + b" HTTP/1.1\r\n\r\n"),
    ("long headers", b"GET /v1/status HTTP/1.1\r\nX: " + b"x" * 100000 + b"\r\n\r\n"),
    ("many headers", b"GET /v1/status HTTP/1.1\r\n" + b"X: y\r\n" * 20000 + b"\r\n"),
    ("a negative length", b"POST /v1/apply HTTP/1.1\r\nContent-Length: -1\r\n\r\n"),
    ("a length that is none", b"POST /v1/apply HTTP/1.1\r\nContent-Length: ten\r\n\r\n"),
    ("a huge length", b"POST /v1/apply HTTP/1.1\r\nContent-Length: " + b"9" * 40 + b"\r\n\r\n"),
    ("a bad chunk", b"POST /v1/apply HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    ("a negative chunk", b"POST /v1/apply HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n"),
])
def test_what_is_no_http_is_refused_and_harms_nobody(node, what, data):
    """Either a status that is an error, or the connection is closed."""
    status = exchange(node, data)
    assert status is None or status >= 400, what
    assert node.api.get("/v1/status")[0] == 200


# Those who take their time


def test_clients_that_take_their_time_do_not_hold_up_others(node):
    starts = [b"", b"G", b"GET /v1/status HT", b"GET /v1/status HTTP/1.1\r\nHost: w\r\n",
              b"POST /v1/apply HTTP/1.1\r\nContent-Length: 1000\r\n\r\n{\"objects\""]
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(connected(node)) for _ in range(100)]
        for i, sock in enumerate(socks):
            sock.sendall(starts[i % len(starts)])
        begin = time.monotonic()
        assert node.api.apply(policy("quick", ["n1"]))[0] == 200
        assert node.api.delete(policy("quick"))[0] == 200
        print(f"{(time.monotonic() - begin) * 1000:.1f} ms beside 100 slow clients")
        for sock in socks[3::5]:
            sock.sendall(b"\r\n")
            assert status_of(sock) == 200


def test_clients_that_do_not_read_do_not_hold_up_others(node):
    with connected(node) as sock:
        sock.settimeout(0.2)
        with contextlib.suppress(TimeoutError):
            for _ in range(2000):
                sock.sendall(b"GET /metrics HTTP/1.1\r\nHost: w\r\n\r\n" * 10)
        assert node.api.get("/v1/status")[0] == 200
    assert node.api.get("/v1/status")[0] == 200


def test_one_connection_carries_many_requests(node):
    with connected(node) as sock:
        sock.sendall(b"GET /v1/status HTTP/1.1\r\nHost: w\r\n\r\n" * 50)
        answer = b""
        while answer.count(b"HTTP/1.1 200 OK\r\n") < 50:
            more = sock.recv(1 << 16)
            assert more, "closed"
            answer += more


# Sync


@pytest.mark.parametrize("query, why", [
    ("", "'revision' must be a number"), ("revision=", "'revision' must be a number"),
    ("revision=ten", "'revision' must be a number"), ("revision=-1", "'revision' must be a number"),
    ("revision=99999999999999999999", "'revision' must be a number"),
    ("revision=1&timeout_ms=30001", "'timeout_ms' must be a number, at most 30000"),
    ("revision=1&timeout_ms=soon", "'timeout_ms' must be a number, at most 30000")])
def test_a_sync_for_no_number_is_told(node, query, why):
    answer = node.api.get(f"/v1/sync?{query}")
    assert answer[0] == 400 and why in sentence(answer)


def test_a_sync_answers_at_once_for_what_is_there_and_with_a_reason_when_its_time_is_over(node):
    now = node.api.status()["revision"]
    assert node.api.get(f"/v1/sync?revision={now}&timeout_ms=0") == (200, {"revision": now})
    answer = node.api.get(f"/v1/sync?revision={now + 1}&timeout_ms=300")
    assert answer[0] == 503
    assert sentence(answer) == (f"revision {now + 1} is not in the kernel in time ({now} is): the"
                                " store has not told of it yet")


def test_those_who_wait_for_a_revision_are_told_when_it_comes(node):
    now = node.api.status()["revision"]
    with concurrent.futures.ThreadPoolExecutor(20) as pool, connected(node) as gone:
        gone.sendall(f"GET /v1/sync?revision={now + 1} HTTP/1.1\r\nHost: w\r\n\r\n".encode())
        jobs = [pool.submit(node.api.get, f"/v1/sync?revision={now + 1}&timeout_ms=20000")
                for _ in range(20)]
        gone.close()
        revision = node.api.apply(policy("news", ["n1"]))[1]["revision"]
        assert revision == now + 1
        answers = [job.result() for job in jobs]
    assert {status for status, _ in answers} == {200}
    assert min(answer["revision"] for _, answer in answers) >= now + 1
    assert node.api.delete(policy("news"))[0] == 200


# Metrics

SAMPLE = re.compile(r'(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)'
                    r'(?:\{(?P<labels>[a-z_]+="[^"\\\n]*"(?:,[a-z_]+="[^"\\\n]*")*)\})?'
                    r' (?P<value>[0-9]+(?:\.[0-9]+)?)')


def families(text):
    """name -> (type, {labels: value}); checks the text format on the way."""
    found, name = {}, None
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name = line.split()[2]
            assert name not in found, f"{name} is there twice"
            assert len(line.split()) > 3
            found[name] = [None, {}]
        elif line.startswith("# TYPE "):
            _, _, of, kind = line.split()
            assert of == name and found[name][0] is None and kind in ("counter", "gauge")
            found[name][0] = kind
        else:
            sample = SAMPLE.fullmatch(line)
            assert sample and sample["name"] == name and found[name][0], line
            assert sample["labels"] not in found[name][1], f"{line} is there twice"
            found[name][1][sample["labels"]] = float(sample["value"])
    return found


def documented():
    """name -> type, from the table of docs/api.md."""
    rows = re.findall(r"^\| `(weft_\w+)[^|]*\| (counter|gauge) \|",
                      (TOP / "docs/api.md").read_text(), re.M)
    return dict(rows)


def test_metrics_are_prometheus_text_with_the_documented_names(node):
    status, content_type, text = node.api.raw("GET", "/metrics")
    assert (status, content_type) == (200, "text/plain; version=0.0.4")
    found = families(text)
    assert {name: kind for name, (kind, _) in found.items()} == documented()
    silent = {name for name, (_, samples) in found.items() if not samples}
    assert silent <= {"weft_policy_packets_total", "weft_policy_bytes_total"}  # zeros are left out
    for name, (kind, _) in found.items():
        assert name.endswith("_total") == (kind == "counter"), name
    reasons = {item["reason"] for item in node.api.get("/v1/drops")[1]["items"]}
    assert set(found["weft_drops_total"][1]) == {f'reason="{reason}"' for reason in reasons}
    assert found["weft_store_up"][1] == {None: 1}


def test_metrics_count_what_the_listings_count(node):
    def counted():
        text = node.api.raw("GET", "/metrics")[2]
        return families(text)["weft_endpoint_packets_total"][1]

    key = 'tenant="red",endpoint="two",direction="rx"'
    before = counted()[key]
    assert pings(node.x1, "10.0.0.2")
    wait_for(lambda: counted()[key] > before, "the ping to be counted")
    rx = node.api.get("/v1/endpoints?name=two")[1]["items"][0]["rx"]["packets"]
    assert counted()[key] >= rx > 0
