# SPDX-License-Identifier: Apache-2.0
"""A node finds out which of its endpoints work, and says so to all.

    red-web --- [ node a ] ------ underlay ------ [ node b ] --- red-db
    red-fw  ---'
"""
import contextlib
import itertools
import os
import signal
import subprocess

import pytest

from cluster import cluster, command_lines, container, spawn, tenant, wait_for
from control import api, end, log_of, start
from monitors import Monitor
from probes import listener

WEB4, WEB6, FW = "10.0.0.1", "fd00::1", "10.0.0.2"
QUICK = {"interval": "300ms", "timeout": "300ms", "rise": 1, "fall": 2}
PATIENT = {"interval": "60s", "timeout": "60s"}
_numbers = itertools.count(1)


@pytest.fixture(scope="module", name="lab")
def lab_():
    with cluster("ab", ["ab"],
                 [container("web", "a", WEB4, WEB6, app="web"),
                  container("six", "a", "fd00::6", app="six"),
                  container("fw", "a", FW, app="fw"), container("db", "b", "10.0.0.3", app="db")],
                 tenant("red", "10.0.0.0/16", "fd00::/64")) as lab:
        yield lab


def service(app="web", **probe):
    wish = {"kind": "Service", "name": "web", "tenant": "red", "addresses": ["10.0.0.100"],
            "ports": ["tcp/80"], "backends": [{"labels": {"app": app}}]}
    return {**wish, "probe": {**probe, **QUICK}} if probe else wish


def function(probe=None):
    wish = {"kind": "Function", "name": "fw", "tenant": "red", "instances": {"app": "fw"}}
    return {**wish, "probe": probe} if probe else wish


def endpoint(lab, name, node="b"):
    """As the other node sees it, unless said otherwise."""
    return lab.ask("endpoint", "show", f"red/{name}", node=node)


def expect(lab, name, health, reason=None):
    """Both nodes say so; why is known to its own."""
    wait_for(lambda: all(endpoint(lab, name, node)["health"] == health for node in "ab"),
             f"{name} to be {health}")
    if reason:
        wait_for(lambda: endpoint(lab, name, "a").get("health_reason") == reason, reason)


@contextlib.contextmanager
def http_server(lab, who, address, port=80):
    """Serves an empty folder: / is there, nothing else is."""
    folder = lab.folder / f"http-{who}"
    folder.mkdir(exist_ok=True)
    server = spawn(lab.netns(who), "/usr/bin/python3", "-m", "http.server", "--bind", address,
                   "--directory", str(folder), str(port), stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    try:
        yield server
    finally:
        server.kill()
        server.wait()
        folder.rmdir()


class Command:
    """A probe command, by whose words its processes are known."""

    def __init__(self, script):
        self.mark = f"1000.{os.getpid()}{next(_numbers)}"
        self.probe = {"command": ["/bin/sh", "-c", script.replace("SLEEP", f"sleep {self.mark}")]}

    def processes(self):
        return [pid for pid, line in command_lines() if self.mark.encode() in line]

    def expect_running(self):
        wait_for(self.processes, "the command to run")

    def expect_gone(self):
        wait_for(lambda: not self.processes(), "the command to be gone")


def test_a_backend_is_up_while_its_server_runs(lab):
    with lab.having(service(tcp=80)):
        reason = "tcp/80: Connection refused"
        expect(lab, "web", "down", reason)
        assert "health_reason" not in endpoint(lab, "web", "b")
        assert f"endpoint red/web is down: {reason}" in api(lab, "a").status()["problems"]
        for _ in range(2):
            with http_server(lab, "red-web", WEB4):
                expect(lab, "web", "up")
                assert not api(lab, "a").status()["problems"]
            expect(lab, "web", "down")
        assert endpoint(lab, "db")["health"] is None
    wait_for(lambda: not endpoint(lab, "web").get("down"), "what nothing asks not to be down")
    assert f"endpoint red/web is down: {reason}" in log_of(lab, "a")
    assert "endpoint red/web is up" in log_of(lab, "a")


def test_who_monitors_hears_of_it_on_any_node(lab):
    words = ("--json", "--drops", "--health", "--endpoint", "red/web")
    with lab.having(service(tcp=80)), contextlib.ExitStack() as serving:
        serving.enter_context(http_server(lab, "red-web", WEB4))
        expect(lab, "web", "up")
        with Monitor(lab, "a", *words) as at_a, Monitor(lab, "b", *words) as at_b:
            serving.close()
            told = at_a.event("health"), at_b.event("health")
            assert [event["node"] for event in told] == ["a", "b"]
            for event in told:
                assert (event["of"], event["health"]) == ("endpoint", "down")
                assert (event["tenant"], event["name"], event["at"]) == ("red", "web", "a")
            assert [event["reason"] for event in told] == ["tcp/80: Connection refused", None]
            with http_server(lab, "red-web", WEB4):
                assert [monitor.event("health")["health"] for monitor in (at_a, at_b)] == ["up"] * 2


@pytest.mark.parametrize("name, address", [("web", WEB4), ("six", "fd00::6")])
def test_http_is_up_by_its_status(lab, name, address):
    with http_server(lab, f"red-{name}", address, 8080):
        with lab.having(service(name, http={"port": 8080, "path": "/"})):
            expect(lab, name, "up")
            lab.apply(service(name, http={"port": 8080, "path": "/none"}))
            expect(lab, name, "down", "http/8080/none: status 404")


def test_a_server_that_accepts_and_never_answers_is_down(lab):
    with listener(lab.netns("red-web"), WEB4, 80), lab.having(service(http={"port": 80})):
        expect(lab, "web", "down", "http/80/: no answer after 300 ms")
        lab.apply(service(tcp=80))
        expect(lab, "web", "up")


def test_a_connection_is_asked_for_inside_the_container(lab):
    """On the node, and at the other container, there is such a port."""
    with listener(lab.netns("a"), "127.0.0.1", 80), http_server(lab, "red-fw", FW):
        with lab.having(service(tcp=80)):
            expect(lab, "web", "down")


def test_an_instance_is_down_with_its_interface(lab):
    with lab.having(function()):
        expect(lab, "fw", "up")
        lab.run("red-fw", "ip", "link", "set", "eth0", "down")
        expect(lab, "fw", "down", "its interface is down in the container")
        lab.run("red-fw", "ip", "link", "set", "eth0", "up")
        expect(lab, "fw", "up")


def test_a_command_is_run_in_the_containers_network(lab):
    script = f"ip addr show dev eth0 | grep -q 'inet {FW}/'"
    with lab.having(function({"command": ["/bin/sh", "-c", script], **QUICK, "timeout": "5s",
                              "interval": "5s"})):
        expect(lab, "fw", "up")
        lab.apply(function({"command": ["/bin/sh", "-c", f"! {{ {script}; }}"], **QUICK}))
        expect(lab, "fw", "down", "command /bin/sh: exit status 1")
        lab.apply(function({"command": ["/no/such/check"], **QUICK}))
        expect(lab, "fw", "down",
               "command /no/such/check: it cannot be run: No such file or directory")


@pytest.mark.parametrize("script", ["SLEEP", "SLEEP & SLEEP", "trap '' TERM HUP INT; SLEEP & wait",
                                    "SLEEP & exit 0"])
def test_a_command_leaves_no_process_behind(lab, script):
    command = Command(script)
    health = "up" if script.endswith("exit 0") else "down"
    with lab.having(function({**command.probe, **QUICK})):
        expect(lab, "fw", health)
    command.expect_gone()


def test_a_command_that_hangs_ends_with_its_endpoint(lab):
    command = Command("SLEEP & SLEEP")
    with lab.having(function({**command.probe, **PATIENT})):
        command.expect_running()
        lab.weft("detach", "red/fw", node="a")
        command.expect_gone()
        lab.weft("attach", "--netns", lab.netns("red-fw"), "--tenant", "red", "--name", "fw",
                 "--ip", FW, "--label", "app=fw", node="a")
        command.expect_running()
    command.expect_gone()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_command_that_hangs_ends_with_the_daemon(lab, how):
    """With SIGKILL there is no one left to end what it started."""
    command = Command("SLEEP & SLEEP" if how == signal.SIGTERM else "exec SLEEP")
    with lab.having(function({**command.probe, **PATIENT})):
        command.expect_running()
        end(lab, "a", how=how)
        command.expect_gone()
        start(lab)
        command.expect_running()
    command.expect_gone()


def test_a_daemon_that_starts_anew_goes_on(lab):
    with lab.having(service(tcp=80)):
        expect(lab, "web", "down")
        end(lab, "a")
        with http_server(lab, "red-web", WEB4):
            assert endpoint(lab, "web")["health"] == "down"
            start(lab)
            expect(lab, "web", "up")
            end(lab, "a")
        assert endpoint(lab, "web")["health"] == "up"
        start(lab)
        expect(lab, "web", "down")
