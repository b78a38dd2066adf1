# SPDX-License-Identifier: Apache-2.0
"""Seeing what the data path does: events, totals, and checks that agree with traffic.

    red-web 10.0.0.1 --[ a ]-- underlay --[ b ]-- red-db  10.0.0.2
    red-job 10.0.0.3 --/          [ c ]
"""
import json
import signal
import subprocess

import pytest

from cluster import build_folder, cluster, container, policy, tenant, wait_for
from control import end, start
from monitors import Monitor, wanted
from probes import Echoes, connects, is_refused_silently, says

WEB, DB, JOB = "10.0.0.1", "10.0.0.2", "10.0.0.3"
SQL, NO = 5432, 5433
DETOUR = policy("detour", ["c"], **{"from": {"app": "web"}, "to": {"app": "db"}})
DENY = policy("no", action="deny", ports=[f"udp/{NO}", f"tcp/{NO}"], **{"to": {"app": "db"}})


@pytest.fixture(scope="module", name="lab")
def lab_():
    containers = [container("web", "a", WEB, app="web"), container("job", "a", JOB, app="job"),
                  container("db", "b", DB, app="db")]
    with cluster("abc", ["ab", "ac", "bc"], containers, tenant("red", "10.0.0.0/16"), DETOUR, DENY) as lab:
        lab.sync()
        yield lab


@pytest.fixture(scope="module", name="echoes")
def echoes_(lab):
    with Echoes(lab, ("red-db", DB, SQL), ("red-db", DB, NO), ("red-web", WEB, SQL)) as echoes:
        yield echoes


def test_a_drop_is_told_with_who_and_whose(lab):
    with Monitor(lab, "a", "--json", "--drops", "--endpoint", "red/web") as monitor:
        says(lab, "red-web", DB, NO, b"x")
        event = monitor.event()
    assert event["type"] == "drop" and event["reason"] == "denied" and event["node"] == "a"
    assert (event["from"]["name"], event["to"]["name"]) == ("web", "db")
    assert (event["protocol"], event["port"], event["policy"]) == ("udp", NO, "no")
    assert event["tenant"] == "red" and event["hook"] == "apply"


def test_a_verdict_is_told_with_its_path_and_again_where_it_arrives(lab, echoes):
    with Monitor(lab, "a", "--json", "--verdicts", "--policy", "detour") as at_a, \
         Monitor(lab, "b", "--json", "--verdicts", "--endpoint", "web") as at_b:
        assert connects(lab, "red-web", DB, SQL)
        sent, received = at_a.event(), at_b.event()
    assert (sent["way"], sent["path"], sent["ends_at"]) == ("detour", ["c", "b"], "b")
    assert (sent["protocol"], sent["port"]) == ("tcp", SQL)
    assert received["hook"] == "validate" and received["way"] == "detour"
    assert (received["from"]["name"], received["to"]["name"]) == ("web", "db")


def test_people_read_a_line(lab):
    with Monitor(lab, "a", "--reason", "denied", "--count", "1") as monitor:
        says(lab, "red-job", DB, NO, b"x")
        line = monitor.line()
        assert monitor.process.wait(10) == 0
    assert line.split()[1:] == ["a", "red/job", ">", "red/db", f"udp/{NO}", "dropped:", "denied", "by",
                                "policy", "no"]


def test_what_is_filtered_out_is_not_told(lab):
    with Monitor(lab, "a", "--json", "--drops", "--endpoint", "job") as monitor:
        says(lab, "red-web", DB, NO, b"x")
        says(lab, "red-job", DB, NO, b"x")
        assert monitor.event()["from"]["name"] == "job"


def test_a_flood_is_told_as_missed(lab):
    with Monitor(lab, "a", "--json", "--drops", "--rate", "5") as monitor:
        for _ in range(300):
            says(lab, "red-web", DB, NO, b"x")
        while (event := monitor.event())["type"] != "missed":
            assert event["type"] == "drop"
    assert event["rate"] > 0


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_nobody_listens_when_the_last_one_has_left(lab, how):
    assert wanted(lab, "a") == 0
    with Monitor(lab, "a") as monitor:
        assert wanted(lab, "a") == 3
        monitor.process.send_signal(how)
        assert monitor.process.wait(10) == (0 if how == signal.SIGINT else -how)
        wait_for(lambda: wanted(lab, "a") == 0, "nobody to listen")


def test_a_daemon_that_dies_leaves_nobody_listening_for_long(lab):
    with Monitor(lab, "a") as monitor:
        end(lab, "a")
        assert monitor.process.wait(10) == 1
        assert "has ended" in monitor.process.stderr.read()
        assert wanted(lab, "a") == 3  # it could not clear it
        start(lab)
        assert wanted(lab, "a") == 0


def by(answer, table, **keys):
    return next(row for row in answer[table] if all(row[k] == v for k, v in keys.items()))


def test_drops_are_counted_by_endpoint_and_policy(lab):
    def counts():
        answer = json.loads(lab.weft("--json", "drops", node="a"))
        return (by(answer, "endpoints", name="web")["tx"],
                by(answer, "policies", policy="no")["out"])

    before = counts()
    says(lab, "red-web", DB, NO, b"x")
    wait_for(lambda: counts() == (before[0] + 1, before[1] + 1), "the drop to be counted")


def test_policies_count_what_they_let_in(lab, echoes):
    def came_in():
        return next(item["in"]["packets"] for item in lab.ask("policy", "list", node="b")
                    if item["name"] == "detour")

    before = came_in()
    assert connects(lab, "red-web", DB, SQL)
    wait_for(lambda: came_in() > before, "the packets to be counted")


def check(lab, node, *words):
    """(exit code, answer)"""
    done = subprocess.run([str(build_folder() / "cli/weft"), "--lab", f"{lab.name}/{node}", "--json",
                           "policy", "check", *words], capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("node", "abc")
def test_a_check_agrees_with_the_traffic_whichever_node_is_asked(lab, echoes, node):
    code, answer = check(lab, node, "red/web", "red/db", f"tcp/{SQL}")
    assert (code, answer["verdict"], answer["way"]["policy"]) == (0, "allowed", "detour")
    assert [(r["at"], r["node"]) for r in answer["rulings"]] == [("sender", "a"), ("receiver", "b")]
    assert answer["reply"]["verdict"] == "allowed"
    assert connects(lab, "red-web", DB, SQL)
    code, answer = check(lab, node, "red/web", "red/db", f"tcp/{NO}")
    assert (code, answer["reason"], answer["rulings"][0]["policy"]) == (1, "denied", "no")
    assert is_refused_silently(lab, "a", "red-web", DB, NO)
