# SPDX-License-Identifier: Apache-2.0
"""Endpoints get other labels while they talk.

    red-web --- [ node a ] ------ underlay ------ [ node b ] --- red-db
"""
import pytest

import lossless
from cluster import cluster, container, policy, tenant, wait_for
from control import api, end, sentence, start

WEB, DB = "10.0.0.1", "10.0.0.2"
RED = tenant("red", "10.0.0.0/16", default="deny")
ALLOWED = policy("web-to-db", **{"from": {"app": "web"}, "to": {"app": "db"}, "reverse": "symmetric"})
ANSWERS = policy("db-to-web", **{"from": {"app": "db"}, "to": {"app": "web"}})


@pytest.fixture(scope="module", name="lab")
def lab_():
    with cluster("ab", ["ab"],
                 [container("web", "a", WEB, app="web"), container("db", "b", DB, app="db")],
                 RED, ALLOWED, ANSWERS) as lab:
        yield lab


def endpoint(lab, name):
    return api(lab, "a").items("endpoints")[f"red/{name}"]


def label(lab, name, node="a", **labels):
    return api(lab, node).post(f"/v1/endpoints/red/{name}/labels", {"labels": labels})


def relabel(lab, name, **labels):
    """Returns when it is over and all nodes have it."""
    def is_done():
        status, answer = label(lab, name, **labels)
        assert status in (200, 409), answer
        return status == 200
    wait_for(is_done, f"{name}'s last change of labels to end")
    lab.sync()


def no_packet_lost(lab):
    return lossless.no_packet_lost(lab, ("red-web", WEB), ("red-db", DB), n_after=1500)


@pytest.mark.parametrize("name", ["web", "db"])
def test_flows_that_stay_allowed_lose_no_packet(lab, name):
    before = endpoint(lab, name)["identity"]
    with no_packet_lost(lab):
        for version in "123":
            relabel(lab, name, version=version)
    assert endpoint(lab, name)["identity"] != before
    assert endpoint(lab, name)["labels"]["version"] == "3"


def test_no_packet_is_lost_when_the_daemons_die_in_the_middle(lab):
    with no_packet_lost(lab) as traffic:
        relabel(lab, "web", version="x")
        end(lab, "a", "b")
        traffic.wait_for(300)
        start(lab)
        relabel(lab, "web", version="y")
    assert endpoint(lab, "web")["labels"]["version"] == "y"


def test_new_labels_take_a_permission_away_and_give_it_back(lab):
    assert lab.pings("red-web", DB)
    relabel(lab, "web", app="other")
    wait_for(lambda: not lab.pings("red-web", DB), "the other labels to be denied")
    before = lab.drops("a")["denied"]
    assert not lab.pings("red-web", DB)
    assert lab.drops("a")["denied"] > before
    relabel(lab, "web", app="web")
    wait_for(lambda: lab.pings("red-web", DB), "the labels to be allowed again")


def test_a_second_change_at_once_is_refused_and_says_how_long(lab):
    relabel(lab, "web", version="a")
    answer = label(lab, "web", node="b", version="b")
    assert answer[0] == 409
    assert "still changing its labels: that takes up to 1300 ms" in sentence(answer)
    relabel(lab, "web", version="b")


def test_labels_that_were_never_seen_are_refused_with_what_is_wrong(lab):
    assert label(lab, "nobody", app="x")[0] == 404
    assert label(lab, "web", **{"no key": "x"})[0] == 422
