# SPDX-License-Identifier: Apache-2.0
"""Keys with `linux: true` against the kernel's own `ip sr hmac`: the kernel signs and Weft verifies,
Weft signs and the kernel verifies. The lab is that of test_seg6_peer.py, but tenant red requires hmac.

    [ h ] ---- [ k ] ---- [ w ] ---- [ b ]
   kernel     kernel     Weft |     Weft |
   headend    End            web        db
"""
import contextlib
import re
import socket
import subprocess
import time

import pytest

from cluster import cluster, container, policy, spawn, tenant, wait_for
from servers import udp_socket
from test_seg6_peer import (FAMILIES, K_END, PORT, V4, V6, W_END, W_UN, WAYPOINTS, WEB_TO_DB, dt46,
                            encapsulate, make_kernel_peers, send)

KEY, UNKNOWN_KEY = 7, 8
SECRET, OTHER_SECRET = "5ec2e7" * 10 + "beef", "5ec2e7" * 10 + "bee0"
PREFIXES = "10.0.0.0/16", "fd00:0:0:1::/64"
UNSIGNED, SIGNED = tenant("red", *PREFIXES), tenant("red", *PREFIXES, require=["hmac"])


@pytest.fixture(scope="module", name="lab")
def lab_():
    containers = [container(name, node, V4[name], V6[name], app=name)
                  for name, node in (("web", "w"), ("db", "b"))]
    with cluster("wb", ["hk", "kw", "wb"], containers, UNSIGNED,
                 {"kind": "Node", "name": "k9", "end": K_END},
                 policy("from-kernels", **{"from": "internet", "to": {"app": "db"}}),
                 routers="hk") as lab:
        make_kernel_peers(lab)
        lab.run("k", "ip", "-6", "route", "replace", f"{K_END}/128", "encap", "seg6local", "action",
                "End", "count", "dev", "to-h")
        lab.weft("key", "add", "k7", "--id", str(KEY), "--secret-file", "-", "--linux", node="w",
                 stdin=SECRET)
        for node in "hk":
            set_secret(lab, node, SECRET)
        require_hmac(lab)
        yield lab


def require_hmac(lab):
    """What the last policies ask for is enough for some seconds more: until it is not."""
    def is_required():
        send_in_vain(lab, "h", V4)
        return lab.drops("b").get("hmac-missing", 0) > before
    lab.apply(SIGNED)
    encapsulate(lab, V4, "encap", [dt46(lab)])
    before = lab.drops("b").get("hmac-missing", 0)
    wait_for(is_required, "node b to require hmac")
    wait_for(lambda: settled(lab), "node b to be quiet")


def settled(lab):
    before = lab.drops("b")
    time.sleep(0.2)
    return lab.drops("b") == before


def set_secret(lab, who, secret, key=KEY):
    """In a kernel. ip reads a terminal, if it has one, rather than standard input."""
    with spawn(lab.netns(who), "ip", "sr", "hmac", "set", str(key), "sha256", stdin=subprocess.PIPE,
               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True) as process:
        said, _ = process.communicate(secret + "\n")
    assert process.returncode == 0, said


@contextlib.contextmanager
def another_secret(lab, who):
    set_secret(lab, who, OTHER_SECRET)
    try:
        yield
    finally:
        set_secret(lab, who, SECRET)


@contextlib.contextmanager
def requiring_hmac(lab):
    """The End on k takes only signed packets, for the time of a `with`."""
    def require(value):
        for interface in ("to-h", "to-w"):
            lab.run("k", "sysctl", "-qw", f"net.ipv6.conf.{interface}.seg6_require_hmac={value}")
    require(1)
    try:
        yield
    finally:
        require(0)


def sign(lab, family, segments, key=KEY, mode="encap"):
    """The kernel's headend on h for packets to the container, with its HMAC."""
    lab.run("h", "ip", "-6" if family is V6 else "-4", "route", "replace", family["db"], "encap",
            "seg6", "mode", mode, "segs", ",".join(segments), "hmac", str(key), "dev", "to-k",
            "src", family["h"])


def send_in_vain(lab, source, family):
    address_family = socket.AF_INET6 if family is V6 else socket.AF_INET
    with udp_socket(lab.netns(source), family=address_family) as sender:
        sender.sendto(b"not to arrive", (family["db"], PORT))


def end_counts(lab):
    """(packets that the End on k has handled, those that it has refused)"""
    shown = lab.run("k", "ip", "-6", "-s", "route", "show", f"{K_END}/128")
    found = re.search(r"packets (\d+) bytes \d+ errors (\d+)", shown)
    assert found, shown
    return int(found[1]), int(found[2])


def refused_by_k(lab):
    """Web's packets to db: the End on k counts each as an error, and handles none."""
    for family in FAMILIES:
        handled, refused = end_counts(lab)
        send_in_vain(lab, "red-web", family)
        wait_for(lambda: end_counts(lab) != (handled, refused), "a packet to come to k", 5)
        assert end_counts(lab) == (handled, refused + 1)


def reaches_db_by_k(lab, times):
    """Web's packets to db: the End on k handles each as often as it is in the path."""
    for family in FAMILIES:
        handled, refused = end_counts(lab)
        assert send(lab, "red-web", family, b"signed by Weft") == family["web"]
        assert end_counts(lab) == (handled + times, refused)


SIGNING = [("encap", []), ("encap", [K_END, W_END]), ("encap", [K_END, W_UN]),
           ("encap.red", [K_END, W_END])]


@pytest.mark.parametrize("mode, waypoints", SIGNING, ids=["one", "three", "three-with-uN",
                                                          "three-reduced"])
def test_weft_takes_what_the_kernel_signs(lab, mode, waypoints):
    with requiring_hmac(lab):
        for family in FAMILIES:
            sign(lab, family, waypoints + [dt46(lab)], mode=mode)
            assert send(lab, "h", family, b"signed by a kernel") == family["h"]


def test_weft_refuses_what_the_kernel_signs_with_another_secret(lab):
    for family in FAMILIES:
        sign(lab, family, [dt46(lab)])
        assert send(lab, "h", family, b"the right one") == family["h"]
        with another_secret(lab, "h"), lab.dropping("b", "hmac"):
            send_in_vain(lab, "h", family)
        assert send(lab, "h", family, b"and again") == family["h"]


def test_weft_refuses_a_key_of_the_kernel_that_it_does_not_know(lab):
    set_secret(lab, "h", SECRET, UNKNOWN_KEY)
    for family in FAMILIES:
        sign(lab, family, [dt46(lab)], UNKNOWN_KEY)
        with lab.dropping("b", "hmac-key"):
            send_in_vain(lab, "h", family)


@pytest.mark.parametrize("waypoints", [[], [K_END]], ids=["one", "two"])
def test_weft_refuses_what_the_kernel_does_not_sign(lab, waypoints):
    for family in FAMILIES:
        encapsulate(lab, family, "encap", waypoints + [dt46(lab)])
        with lab.dropping("b", "hmac-missing"):
            send_in_vain(lab, "h", family)


@pytest.mark.parametrize("via", WAYPOINTS)
def test_the_kernel_takes_what_weft_signs(lab, via):
    waypoints = via.split("-")
    with lab.having(policy("detour", waypoints, **WEB_TO_DB)), requiring_hmac(lab):
        reaches_db_by_k(lab, waypoints.count("k9"))


def test_the_kernel_refuses_what_weft_signs_with_another_secret(lab):
    with lab.having(policy("detour", ["k9"], **WEB_TO_DB)), requiring_hmac(lab):
        reaches_db_by_k(lab, 1)
        with another_secret(lab, "k"):
            refused_by_k(lab)
        reaches_db_by_k(lab, 1)


def test_the_kernel_refuses_what_weft_does_not_sign(lab):
    with lab.having(policy("detour", ["k9"], **WEB_TO_DB)), requiring_hmac(lab):
        lab.apply(UNSIGNED)
        try:
            refused_by_k(lab)
        finally:
            require_hmac(lab)
        reaches_db_by_k(lab, 1)
