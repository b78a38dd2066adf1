# SPDX-License-Identifier: Apache-2.0
"""Host access: processes on nodes reach the endpoints of tenants with `host: true`, and nothing more.

                wfh..                                  wfh..
                  |                                      |
    red-one --- [ node a ] -------- underlay -------- [ node b ] --- red-two
    blue-one -----'                                      '---------- blue-two
    plain-one ----'
"""
import json
import subprocess

import pytest

from cluster import cluster, container, policy, tenant, wait_for
from control import api, ip, log_of, start
from lab import Failed

RED, BLUE, PLAIN = "10.0.0.0/16", "10.9.0.0/16", "10.0.0.0/8"
RED6, BLUE6 = "fd00:ed::/48", "fd00:b1::/48"
CONTAINERS = [
    container("one", "a", "10.0.0.1", "fd00:ed::1"), container("two", "b", "10.0.0.2", "fd00:ed::2"),
    container("one", "a", "10.9.0.1", "fd00:b1::1", tenant="blue", app="web"),
    container("two", "b", "10.9.0.2", "fd00:b1::2", tenant="blue", app="db"),
    container("one", "a", "10.0.0.1", tenant="plain")]
TENANTS = [tenant("red", RED, RED6, host=True), tenant("blue", BLUE, BLUE6, host=True, default="deny"),
           tenant("plain", PLAIN)]
ENDS = ["10.0.0.1", "fd00:ed::1", "10.0.0.2", "fd00:ed::2"]


@pytest.fixture(scope="module", name="lab")
def lab_():
    with cluster("ab", ["ab"], CONTAINERS, *TENANTS) as lab:
        wait_for(lambda: len(hosts(lab)) == 4, "the nodes' endpoints")
        lab.sync()
        yield lab


def hosts(lab):
    """tenant/name -> item, of the nodes' own endpoints"""
    return {f"{e['tenant']}/{e['name']}": e for e in lab.ask("endpoint", "list", node="a")
            if e.get("host")}


def host_address(lab, name, family=4):
    return next(a for a in hosts(lab)[name]["addresses"] if (":" in a) == (family == 6))


def inside(lab, node, tenant_name):
    """The interface in the node's own namespace."""
    return lab.ask("endpoint", "show", tenant_name, f"host-{node}", node=node)["ifname"]


def routes(lab, node):
    """What goes to tenants, of what the node sends: prefix -> interface"""
    return {r["dst"]: r["dev"] for family in ("-4", "-6")
            for r in ip(lab.netns(node), family, "route", "show", "table", "87")}


@pytest.fixture(scope="module", name="web")
def web_(lab, tmp_path_factory):
    """A web server in each container of red, and in blue-two."""
    folder = tmp_path_factory.mktemp("web")
    (folder / "index.html").write_text("here\n" * 20000)
    servers = []
    for who in ("red-one", "red-two", "blue-two"):
        servers.append(subprocess.Popen(
            ["ip", "netns", "exec", lab.netns(who), "python3", "-m", "http.server", "--bind", "::",
             "--directory", str(folder), "80"], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL))
        wait_for(lambda w=who: ":80 " in lab.run(w, "ss", "-ltn"), f"a server in {who}")
    yield folder
    for server in servers:
        server.kill()
        server.wait()


def curl(lab, who, address):
    """How many bytes came; 0: none."""
    at = f"[{address}]" if ":" in address else address
    said = lab.run(who, "curl", "-s", "-g", "-o", "/dev/null", "-w", "%{size_download}", "-m", "3",
                   f"http://{at}/", check=False)
    return int(said or 0)


@pytest.mark.parametrize("node", ["a", "b"])
@pytest.mark.parametrize("address", ENDS)
def test_the_node_reaches_local_and_remote_endpoints(lab, web, node, address):
    assert lab.pings(node, address)
    assert curl(lab, node, address) == (web / "index.html").stat().st_size


@pytest.mark.parametrize("who", ["red-one", "red-two"])
@pytest.mark.parametrize("family", [4, 6])
def test_an_endpoint_reaches_the_nodes_addresses_in_its_tenant(lab, who, family):
    for name in ("red/host-a", "red/host-b"):
        assert lab.pings(who, host_address(lab, name, family))


def test_it_is_an_endpoint_like_any(lab):
    for name, item in hosts(lab).items():
        node = name[-1]
        assert item["labels"] == {"host": node} and item["node"] == node
    shown = lab.ask("endpoint", "show", "red", "host-a", node="a")
    lab.pings("a", "10.0.0.2")
    wait_for(lambda: lab.ask("endpoint", "show", "red", "host-a", node="a")["tx"]["packets"]
             > shown["tx"]["packets"], "its packets to be counted")
    assert lab.ask("tenant", "show", "red", node="a")["host"] is True
    assert "host" not in lab.ask("tenant", "show", "plain", node="a")


def test_routes_are_those_to_the_tenants_prefixes_and_no_others(lab):
    red, blue = inside(lab, "a", "red"), inside(lab, "a", "blue")
    assert len(red) <= 15
    assert routes(lab, "a") == {RED: red, RED6: red, BLUE: blue, BLUE6: blue}
    for family in ("-4", "-6"):
        main = ip(lab.netns("a"), family, "route")  # IPv6 has one to each address of its own there
        assert not [r for r in main if r.get("dev") in (red, blue) and "/" in r["dst"]
                    and r["dst"] != "fe80::/64"]


@pytest.mark.parametrize("address", ["10.9.0.1", "fd00:b1::1", "10.9.0.2", "fd00:b1::2"])
def test_a_tenant_that_denies_opens_to_a_node_by_policy(lab, web, address):
    wish = policy("checks", in_tenant="blue", **{"from": {"host": "a"}, "to": {"app": "db"}})
    is_db = address.endswith("2")
    assert not lab.pings("a", address, "-W1")
    with lab.having(wish):
        assert lab.pings("a", address, "-W1") == is_db
        assert not lab.pings("b", address, "-W1")
        assert not lab.pings("blue-two", host_address(lab, "blue/host-a", 6 if ":" in address else 4),
                             "-W1")
        if is_db:
            assert curl(lab, "a", address)
    assert not lab.pings("a", address, "-W1")


@pytest.mark.parametrize("family", [4, 6])
def test_the_node_is_no_router_between_tenants(lab, family):
    """red-one and blue-one are on node a, which has an interface in either tenant and forwards."""
    allow = policy("open", in_tenant="blue")
    target, frm = ("fd00:b1::1", "fd00:ed::1") if family == 6 else ("10.9.0.1", "10.0.0.1")
    lab.run("a", "sysctl", "-qw", "net.ipv4.ip_forward=1")
    with lab.having(allow):
        assert lab.pings("a", target)
        before = received(lab, "blue-one")
        at_node = counters(lab, "a", "IpInReceives", "Ip6InReceives")
        assert not lab.pings("red-one", target, "-W1")
        assert inject(lab, "a", inside(lab, "a", "red"), frm, target, family) == 5
        assert counters(lab, "a", "IpInReceives", "Ip6InReceives") >= at_node + 5
        assert lab.pings("a", target)  # behind them
        assert received(lab, "blue-one") == before


def received(lab, who):
    """Packets of inject(), to a port where nobody listens."""
    return counters(lab, who, "UdpNoPorts", "Udp6NoPorts")


def counters(lab, who, *names):
    return sum(json.loads(lab.run(who, "nstat", "-asz", *names, "--json"))["kernel"].values())


INJECT = """
import socket, struct, sys
device, source, target, family, mac = sys.argv[1:]
to = bytes.fromhex(mac.replace(':', ''))
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((device, 0))
def total(data):
    n = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    n = (n & 0xffff) + (n >> 16)
    return 0xffff - ((n & 0xffff) + (n >> 16))
udp = struct.pack('!HHHH', 4000, 5000, 8, 0)
if family == '4':
    head = struct.pack('!BBHHHBBH', 0x45, 0, 28, 1, 0, 64, 17, 0)
    ends = socket.inet_aton(source) + socket.inet_aton(target)
    head = head[:10] + struct.pack('!H', total(head + ends)) + ends
    kind = 0x0800
else:
    ends = socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, target)
    sum6 = total(ends + struct.pack('!IHBB', 8, 0, 0, 17) + udp)
    udp = udp[:6] + struct.pack('!H', sum6)
    head = struct.pack('!IHBB', 6 << 28, 8, 17, 64) + ends
    kind = 0x86dd
for _ in range(5):
    print(s.send(to + bytes.fromhex('020000000001') + struct.pack('!H', kind) + head + udp))
"""


def inject(lab, node, device, source, target, family):
    """Frames that come in on the node by `device`, as an endpoint's would that got so far: what is sent
    on the outside of a pair comes in on the inside. How many."""
    links = ip(lab.netns(node), "-d", "link")
    it = next(link for link in links if link["ifname"] == device)
    outside = next(link for link in links if link["ifname"] == it["link"])
    said = lab.run(node, "python3", "-c", INJECT, outside["ifname"], source, target, str(family),
                   it["address"])
    return len(said.split())


@pytest.mark.parametrize("family", [4, 6])
def test_the_node_forwards_nothing_into_a_tenant(lab, family):
    """Also not what claims to come from the node's own address there."""
    source, target = host_address(lab, "red/host-a", family), ENDS[family == 6]
    run = lambda *words: subprocess.run(["ip", "-n", lab.netns("a"), *words], check=True)
    lab.run("a", "sysctl", "-qw", "net.ipv4.ip_forward=1")
    run("link", "add", "out0", "type", "veth", "peer", "name", "out1")
    try:
        run("link", "set", "out0", "up")
        run("link", "set", "out1", "up")
        mac = ip(lab.netns("a"), "link", "show", "dev", "out0")[0]["address"]
        assert lab.pings("a", target)
        before = received(lab, "red-one")
        for frm in (source, "192.0.2.7" if family == 4 else "2001:db8::7"):
            said = lab.run("a", "python3", "-c", INJECT, "out1", frm, target, str(family), mac)
            assert len(said.split()) == 5
        assert lab.pings("a", target)  # behind them
        assert received(lab, "red-one") == before
    finally:
        run("link", "delete", "out0")


def test_foreign_sources_die_where_the_node_sends(lab):
    """A process of the node that takes another address than the node's in the tenant."""
    with lab.dropping("a", "source-address"):
        other = host_address(lab, "blue/host-a")
        assert not lab.pings("a", "10.0.0.1", "-I", other, "-W1")


def test_containers_come_and_go_under_it(lab):
    at = ["--tenant", "red", "--name", "late", "--netns", lab.netns("plain-one"), "--ifname", "eth9",
          "--ip", "10.0.7.7"]
    lab.weft("attach", *at, node="a")
    try:
        wait_for(lambda: lab.pings("b", "10.0.7.7", "-W1"), "the new container")
        assert lab.pings("a", "10.0.7.7")
    finally:
        lab.weft("detach", "--tenant", "red", "--name", "late", node="a")
    assert not lab.pings("a", "10.0.7.7", "-W1")


def test_the_nodes_endpoint_is_not_for_people(lab):
    with pytest.raises(Failed, match="take host: true away from tenant 'red'"):
        lab.weft("detach", "--tenant", "red", "--name", "host-a", node="a")
    with pytest.raises(Failed, match="is node 'a's own: choose another name"):
        lab.apply({"kind": "Endpoint", "name": "host-a", "tenant": "red", "labels": {"x": "y"}})
    assert lab.pings("a", "10.0.0.1")


def test_overlapping_tenants_are_refused(lab):
    with pytest.raises(Failed, match="cannot both have host access: 10.0.0.0/8 of the one overlaps"):
        lab.apply(tenant("plain", PLAIN, host=True))
    assert "host" not in lab.ask("tenant", "show", "plain", node="a")


def test_what_the_node_reaches_itself_is_refused(lab):
    subprocess.run(["ip", "-n", lab.netns("a"), "route", "add", "10.77.0.0/24", "dev", "lo"],
                   check=True)
    try:
        with pytest.raises(Failed, match="10.77.0.0/16 overlaps 10.77.0.0/24, which the node reaches"):
            lab.apply(tenant("wide", "10.77.0.0/16", host=True))
    finally:
        subprocess.run(["ip", "-n", lab.netns("a"), "route", "del", "10.77.0.0/24"], check=True)


def test_what_another_node_reaches_itself_is_in_its_status(lab):
    subprocess.run(["ip", "-n", lab.netns("b"), "route", "add", "10.77.0.0/24", "dev", "lo"],
                   check=True)
    wide = tenant("wide", "10.77.0.0/16", host=True)
    try:
        with lab.having(wide):
            wait_for(lambda: "no host access to tenant 'wide': on node 'b' 10.77.0.0/16 overlaps"
                     in str(api(lab, "b").status()["problems"]), "node b to say so")
            wait_for(lambda: "wide/host-a" in hosts(lab), "node a's endpoint")
            assert "wide/host-b" not in hosts(lab)
            assert lab.pings("b", "10.0.0.2")
        assert not [name for name in hosts(lab) if name.startswith("wide")]
    finally:
        subprocess.run(["ip", "-n", lab.netns("b"), "route", "del", "10.77.0.0/24"], check=True)


def test_a_restart_finds_it_again(lab):
    before = ip(lab.netns("a"), "link")
    lab.kill_daemon("a")
    assert lab.pings("a", "10.0.0.2")
    start(lab)
    lab.sync()
    assert {link["ifname"]: link["ifindex"] for link in ip(lab.netns("a"), "link")} == \
           {link["ifname"]: link["ifindex"] for link in before}
    assert lab.pings("a", "10.0.0.2") and lab.pings("a", "fd00:ed::1")
    assert api(lab, "a").status()["problems"] == []


def test_a_deleted_interface_comes_back_as_it_was(lab):
    before = hosts(lab)["red/host-b"]["addresses"]
    name = inside(lab, "b", "red")
    subprocess.run(["ip", "-n", lab.netns("b"), "link", "delete", name], check=True)
    wait_for(lambda: lab.pings("b", "10.0.0.1", "-W1"), "the interface to be back")
    assert hosts(lab)["red/host-b"]["addresses"] == before
    assert lab.pings("b", "fd00:ed::2")


def test_an_interface_set_down_is_set_up_with_its_routes(lab):
    before = routes(lab, "b")
    subprocess.run(["ip", "-n", lab.netns("b"), "link", "set", inside(lab, "b", "red"), "down"],
                   check=True)
    wait_for(lambda: routes(lab, "b") == before, "its routes", 5)
    assert lab.pings("b", "10.0.0.1") and lab.pings("b", "fd00:ed::1")
    assert "in tenant 'red' were gone: repaired" in log_of(lab, "b")


def test_deleted_while_nobody_looked_it_is_made_by_the_next_start(lab):
    """And half of a pair, as a crash leaves it, goes."""
    run = lambda *words: subprocess.run(["ip", "-n", lab.netns("b"), *words], check=True)
    before = routes(lab, "b")
    name = inside(lab, "b", "red")
    lab.kill_daemon("b")
    run("link", "delete", name)
    run("link", "add", "weft-undone", "type", "veth", "peer", "name", "wfhffffff")
    start(lab)
    wait_for(lambda: routes(lab, "b") == before, "the interface and its routes")
    assert lab.pings("b", "10.0.0.1")
    assert not {"weft-undone", "wfhffffff"} & {link["ifname"] for link in ip(lab.netns("b"), "link")}


def test_routes_follow_the_tenants_prefixes(lab):
    red = inside(lab, "a", "red")
    lab.apply(tenant("red", RED, RED6, "10.1.0.0/16", host=True))
    wait_for(lambda: routes(lab, "a").get("10.1.0.0/16") == red, "the new route")
    lab.apply(TENANTS[0])
    wait_for(lambda: "10.1.0.0/16" not in routes(lab, "a"), "it to go")
    assert lab.pings("a", "10.0.0.2")


def test_without_host_access_everything_of_it_goes(lab):
    red = {node: inside(lab, node, "red") for node in "ab"}
    lab.apply(tenant("red", RED, RED6))
    for node, name in red.items():
        wait_for(lambda n=node, i=name: i not in {link["ifname"] for link in ip(lab.netns(n), "link")},
                 f"the interface of node {node} to go")
        assert set(routes(lab, node)) == {BLUE, BLUE6}
    wait_for(lambda: set(hosts(lab)) == {"blue/host-a", "blue/host-b"}, "the endpoints to go")
    assert not lab.pings("a", "10.0.0.1", "-W1") and lab.pings("red-one", "10.0.0.2")
    for node in "ab":
        assert api(lab, node).status()["problems"] == []
    lab.apply(TENANTS[0])
    wait_for(lambda: lab.pings("a", "10.0.0.2", "-W1"), "host access again")


def test_a_tenant_goes_with_the_nodes_endpoints(lab):
    short = tenant("short", "10.44.0.0/16", host=True)
    lab.apply(short)
    wait_for(lambda: {"short/host-a", "short/host-b"} <= set(hosts(lab)), "the endpoints")
    lab.delete(short)
    assert not [name for name in hosts(lab) if name.startswith("short")]
    for node in "ab":
        wait_for(lambda n=node: "10.44.0.0/16" not in routes(lab, n), "the interface to go")
        wait_for(lambda n=node: api(lab, n).status()["problems"] == [], "nothing to be wrong")


def test_cleanup_leaves_nothing(lab):
    """Of a node by itself: the last test of the file, for the others need it."""
    command = [word.decode() for word in lab.kill_daemon("b")]
    subprocess.run(["ip", "netns", "exec", lab.netns("b"), *command, "--cleanup"], check=True,
                   capture_output=True)
    assert routes(lab, "b") == {}
    for family in ("-4", "-6"):
        assert "87" not in str(ip(lab.netns("b"), family, "rule"))
    assert not [link for link in ip(lab.netns("b"), "link") if link["ifname"].startswith("wf")]
