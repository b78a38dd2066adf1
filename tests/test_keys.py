# SPDX-License-Identifier: Apache-2.0
"""Keys that sign, change, and go, while packets that need them go on.

    red-web --- [ node a ] ------ [ node w ] ------ [ node b ] --- red-db
"""
import json

import pytest

import lossless
from cluster import cluster, container, policy, tenant, wait_for
from control import api, end, log_of, sentence, start

WEB, DB = "10.0.0.1", "10.0.0.2"
RED = tenant("red", "10.0.0.0/16")
SIGNED = tenant("red", "10.0.0.0/16", require=["hmac"])
DETOUR = policy("detour", "w", **{"from": {"app": "web"}, "to": {"app": "db"}, "require": ["path"]})
RETIRE_S = 10


def key(name, number):
    return {"kind": "Key", "name": name, "id": number, "secret": secret(name)}


def secret(name):
    return name.encode().hex() * 2 + "00" * (32 - 2 * len(name))


@pytest.fixture(scope="module", name="lab")
def lab_():
    with cluster("awb", ["aw", "wb"],
                 [container("web", "a", WEB, app="web"), container("db", "b", DB, app="db")],
                 RED) as lab:
        yield lab


def apply(lab, *objects):
    status, answer = api(lab, "a").apply(*objects)
    assert status == 200, answer
    lab.sync(answer["revision"])


def rotate(lab, node="a"):
    return api(lab, node).post("/v1/keys/rotate", {})


def states(lab):
    return {name: item["state"] for name, item in api(lab, "b").items("keys").items()}


def no_packet_lost(lab):
    return lossless.no_packet_lost(lab, ("red-web", WEB), ("red-db", DB), n_after=500)


def test_what_requires_a_key_needs_one(lab):
    answer = api(lab, "a").apply(SIGNED)
    assert answer[0] == 422
    assert "weft key add" in sentence(answer)
    assert rotate(lab)[0] == 404
    apply(lab, key("k1", 1))
    assert states(lab) == {"k1": "signing"}
    assert rotate(lab)[0] == 409
    apply(lab, SIGNED)
    assert lab.pings("red-web", DB)
    answer = api(lab, "b").delete({"kind": "Key", "name": "k1"})
    assert answer[0] == 409
    assert "requires hmac" in sentence(answer)


def test_a_rotation_loses_no_packet_and_the_last_key_goes_by_itself(lab):
    apply(lab, DETOUR)
    with no_packet_lost(lab) as traffic:
        apply(lab, key("k2", 2))
        assert states(lab) == {"k1": "signing", "k2": "accepted"}
        assert "two keys already" in sentence(api(lab, "a").apply(key("k3", 3)))
        assert rotate(lab)[0] == 200
        lab.sync()
        assert states(lab) == {"k1": "retiring", "k2": "signing"}
        assert "'k1' is retiring" in sentence(rotate(lab, "b"))
        traffic.wait_for(500)
        end(lab, "a", "b", "w")
        traffic.wait_for(300)
        start(lab)
        wait_for(lambda: states(lab) == {"k2": "signing"}, "the last key to go", 2 * RETIRE_S)
        lab.sync()
        traffic.wait_for(1500)
        apply(lab, key("k3", 3))
        assert rotate(lab)[0] == 200
        wait_for(lambda: states(lab) == {"k3": "signing"}, "the last key to go", 2 * RETIRE_S)


def test_a_key_that_is_there_stays_what_it_is(lab):
    other = {**key("k3", 3), "secret": secret("else")}
    answer = api(lab, "a").apply(other)
    assert answer[0] == 422
    assert "add another key, then rotate" in sentence(answer)
    assert api(lab, "a").apply(key("k3", 4))[0] == 422
    assert api(lab, "a").apply(key("k4", 3))[0] == 422, "an id in use"
    assert api(lab, "a").apply({**key("k4", 4), "secret": "00"})[0] == 422, "too short"


def test_secrets_are_shown_nowhere(lab):
    answers = [json.dumps(api(lab, "a").get(path)) for path in ("/v1/keys", "/v1/status")]
    answers += [lab.weft("--json", "status", node="a"), *(log_of(lab, node) for node in "abw")]
    for name in ("k1", "k2", "k3"):
        assert not [text for text in answers if secret(name) in text]
