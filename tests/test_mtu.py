# SPDX-License-Identifier: Apache-2.0
"""Packets of full size, and those that are too big: no black holes.

    one --[ a ]------------------[ b ]-- two            plain: MTU 1500; wide: 1600
    one --[ a ]--[ r1 ]--[ r2 ]--[ b ]-- two            narrow: 1400 between r1 and r2

 one 10.0.0.1, two 10.0.0.2; v6: fd00:0:0:1::1, ::2
"""
import contextlib
import json

import pytest

from cluster import cluster, container, policy, tenant, wait_for
from frames import Frames
from servers import family_of, random_bytes, stream, udp_socket

PORT = 9
V4 = {"one": "10.0.0.1", "two": "10.0.0.2"}
V6 = {"one": "fd00:0:0:1::1", "two": "fd00:0:0:1::2"}
FAMILIES = pytest.mark.parametrize("family", [V4, V6], ids=["v4", "v6"])
BOTH_WAYS = (("one", "two"), ("two", "one"))
HEADER = {V4["one"]: 20, V6["one"]: 40}
N_BYTES = 20_000_000
SOL_UDP, UDP_SEGMENT = 17, 103  # linux/udp.h

# Name: way, encoding, overhead of the header.
PATHS = {
    "direct": ("", "csid", 40), "1-csid": ("b", "csid", 64), "6-csid": ("ba" * 3, "csid", 64),
    "7-csid": ("ba" * 3 + "b", "csid", 80), "16-csid": ("ba" * 8, "csid", 96),
    "2-srh": ("ba", "srh", 80), "6-srh": ("ba" * 3, "srh", 144), "16-srh": ("ba" * 8, "srh", 304),
}


def network(links, **more):
    containers = [container("one", "a", V4["one"], V6["one"]),
                  container("two", "b", V4["two"], V6["two"])]
    return cluster("ab", links, containers, tenant("red", "10.0.0.0/16", "fd00:0:0:1::/64"),
                   **more)


@pytest.fixture(scope="module", name="plain")
def plain_():
    with network(["ab"]) as lab:
        yield lab


@pytest.fixture(scope="module", name="wide")
def wide_():
    with network(["ab"], mtu=1600) as lab:
        yield lab


@pytest.fixture(scope="module", name="narrow")
def narrow_():
    links = [{"between": ["a", "r1"]}, {"between": ["r1", "r2"], "mtu": 1400},
             {"between": ["r2", "b"]}]
    with network(links, routers=("r1", "r2")) as lab:
        yield lab


@contextlib.contextmanager
def taking(lab, path):
    """All packets of the tenant take that path, there and, mirrored, back."""
    via, encoding, _ = PATHS[path]
    forget_mtus(lab)
    if not via:
        yield
        return
    ways = [policy(f"way-{bits}", via, encoding=encoding, reverse="symmetric",
                   **{"from": f"{family['one']}/{bits}", "to": f"{family['two']}/{bits}"})
            for bits, family in ((32, V4), (128, V6))]
    with lab.having(*ways):
        yield


def forget_mtus(lab):
    """What the containers' kernels have learned from packet-too-big."""
    for name in V4:
        for option in ("-4", "-6"):
            lab.run(f"red-{name}", "ip", option, "route", "flush", "cache")


def has_mtu(lab, mtu):
    ends = (("one", "a"), ("two", "b"))
    wait_for(lambda: all(lab.mtu(f"red-{name}") == mtu for name, _ in ends),
             f"MTU {mtu} in the containers")
    for name, node in ends:
        assert lab.ask("endpoint", "show", f"red/{name}", node=node)["mtu"] == mtu
    return True


@pytest.mark.parametrize("path", PATHS)
def test_the_mtu_follows_the_longest_path_up_and_down(plain, path):
    overhead = PATHS[path][2]
    assert has_mtu(plain, 1460)
    with taking(plain, path):
        assert has_mtu(plain, max(1500 - overhead, 1280))
    assert has_mtu(plain, 1460)


def test_a_wider_underlay_gives_a_larger_mtu(wide):
    assert has_mtu(wide, 1560)
    with taking(wide, "16-srh"):
        assert has_mtu(wide, 1296)


def iperf(lab, source, destination, address, *options):
    """(bytes sent, bytes that had arrived when the client had sent its last)"""
    server = lab.start(f"red-{destination}", "iperf3", "--server", "--one-off", "--bind", address,
                       "--forceflush")
    try:
        while "listening" not in server.stdout.readline():
            assert server.poll() is None, "iperf3 does not listen"
        said = lab.run(f"red-{source}", "iperf3", "--client", address, "--bytes", str(N_BYTES),
                       "--json", *options)
    finally:
        server.terminate()
        server.communicate()
    end = json.loads(said)["end"]
    return end["sum_sent"]["bytes"], end["sum_received"]["bytes"]


@FAMILIES
@pytest.mark.parametrize("path", ["direct", "6-csid", "16-srh"])
def test_a_full_size_stream_arrives_in_both_directions(plain, wide, family, path):
    # With 16 full segments, 1500 bytes leave less than the 1280 that IPv6 needs.
    lab = wide if path == "16-srh" and family is V6 else plain
    with taking(lab, path):
        for direction in ([], ["--reverse"]):
            sent, received = iperf(lab, "one", "two", family["two"], *direction)
            assert sent >= N_BYTES and received > N_BYTES / 2


@FAMILIES
@pytest.mark.parametrize("path", ["direct", "6-csid", "7-csid", "2-srh"])
def test_what_a_stream_carries_is_what_was_sent(plain, family, path):
    with taking(plain, path), Frames({plain.netns("a"): "a"}, b"") as frames:
        sent, received = stream(plain, "red-one", "red-two", family["two"], N_BYTES)
        longest = max(len(f.data) for f in frames.now() if f.is_out and f.interface == "to-b")
    assert received == sent
    assert longest > 3000  # not cut before the last interface: segmentation offload is on


@FAMILIES
def test_a_stream_without_offloads_arrives_as_well(plain, family):
    for name in ("one", "two"):
        plain.run(f"red-{name}", "ethtool", "-K", "eth0", "tso", "off", "gso", "off", "tx", "off")
    try:
        sent, received = stream(plain, "red-one", "red-two", family["two"], N_BYTES // 10)
    finally:
        for name in ("one", "two"):
            plain.run(f"red-{name}", "ethtool", "-K", "eth0", "tx", "on", "tso", "on", "gso", "on")
    assert received == sent


@FAMILIES
@pytest.mark.parametrize("path", ["direct", "6-csid", "2-srh"])
def test_udp_segments_arrive_one_by_one(plain, family, path):
    size, n = 1200, 20
    payload = random_bytes(size * n)
    with taking(plain, path), udp_socket(plain.netns("red-two"), family["two"], PORT) as receiver, \
         udp_socket(plain.netns("red-one"), family=family_of(family["two"])) as sender:
        sender.setsockopt(SOL_UDP, UDP_SEGMENT, size)
        sender.sendto(payload, (family["two"], PORT))
        assert [receiver.recv(2 * size) for _ in range(n)] == \
            [payload[i:i + size] for i in range(0, len(payload), size)]


@FAMILIES
@pytest.mark.parametrize("path", ["direct", "6-csid", "16-csid", "6-srh"])
def test_fragments_arrive(plain, family, path):
    with taking(plain, path):
        answers, said = plain.ping("red-one", family["two"], "-s", "4000", count=3)
    assert answers == 3, said


def too_big(lab, address, size):
    """One ping of that size that nobody may fragment; what was said about it."""
    forget_mtus(lab)
    payload = size - HEADER[(V6 if ":" in address else V4)["one"]] - 8
    answers, said = lab.ping("red-one", address, "-M", "do", "-s", str(payload))
    assert answers == 0, said
    return said


def test_a_packet_too_big_for_its_path_is_told_so_by_the_gateway(plain):
    """16 full segments leave 1196 of 1500, but a container's MTU does not go below 1280."""
    with taking(plain, "16-srh"):
        with plain.dropping("a", "too-big"):
            said = too_big(plain, V4["two"], 1280)
        assert "From 169.254.1.1" in said and "mtu = 1196" in said, said


def test_a_stream_too_big_for_its_path_is_told_so_before_it_is_cut_up(plain):
    """Segmentation offload hides the size of the packets that will be."""
    with taking(plain, "16-srh"):
        before = plain.drops("a")["too-big"]
        sent, received = stream(plain, "red-one", "red-two", V4["two"], N_BYTES // 10)
        assert plain.drops("a")["too-big"] > before
    assert received == sent


@FAMILIES
@pytest.mark.parametrize("path, mtu", [("direct", 1360), ("1-csid", 1336)])
def test_a_router_with_a_smaller_mtu_is_heard_by_the_container(narrow, family, path, mtu):
    with taking(narrow, path):
        said = too_big(narrow, family["two"], narrow.mtu("red-one"))
        assert f"mtu = {mtu}" in said or f"mtu={mtu}" in said, said
        assert "From " + ("169.254.1.1" if family is V4 else "fe80::1") in said, said
        payload = mtu - HEADER[family["one"]] - 8
        answers, said = narrow.ping("red-one", family["two"], "-M", "do", "-s", str(payload))
        assert answers == 1, said


@FAMILIES
@pytest.mark.parametrize("path", ["direct", "1-csid"])
def test_a_stream_fits_itself_to_a_smaller_router(narrow, family, path):
    with taking(narrow, path):
        for source, destination in BOTH_WAYS:
            sent, received = stream(narrow, f"red-{source}", f"red-{destination}",
                                    family[destination], N_BYTES // 10)
            assert received == sent


def test_ipv4_that_may_be_fragmented_gets_through_a_smaller_router(narrow):
    forget_mtus(narrow)
    answers, said = narrow.ping("red-one", V4["two"], "-M", "dont", "-s", "1400", count=5)
    assert answers >= 3, said  # in each direction one packet makes the MTU known
