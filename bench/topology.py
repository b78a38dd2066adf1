# SPDX-License-Identifier: Apache-2.0
"""The one topology of the bench, once for each case, all of them up at the same time:

    bench-PID-CASE-c1        -h1                        -h2            -c2
     fd10:a::2 eth0 ---- c1  underlay fd20::1 - fd20::2 underlay  c2 ---- eth0 fd10:b::2
                      fd10:a::1                               fd10:b::1

Every neighbor entry is permanent and no interface has a link-local address, so nothing but the
load is on the links. The underlay's MTU is 1500. Receiving veth ends have GRO, hence NAPI: the
generator's frames need it, and it is what real interfaces have.

A Line has a node between h1 and h2:

    -h1                        -w                      -h2
     underlay fd20::1 - fd20::3 u1    u2 fd21::3 - fd21::2 underlay

A Detour is a Line with a container at w, a router with two arms:

    -w                          -f
     f1 fd10:f:1::1 - fd10:f:1::2 eth0
     f2 fd10:f:2::1 - fd10:f:2::2 eth1
"""
import os

import netns

PREFIX = "bench"
MTU = 1500
C1, C2 = "fd10:a::2", "fd10:b::2"
H1, H2 = "fd20::1", "fd20::2"
W1, W2, FAR_H2 = "fd20::3", "fd21::3", "fd21::2"  # of a Line: w at both sides, and h2
MAC = {key: f"02:00:00:00:00:{number}" for key, number in
       {"c1": "c1", "h1-c1": "1c", "h1-up": "10", "h2-up": "20", "h2-c2": "2c", "c2": "c2",
        "w-u1": "31", "w-u2": "32", "w-f1": "3a", "w-f2": "3b", "f1": "fa",
        "f2": "fb"}.items()}


class Topology:
    def __init__(self, case_name):
        self.base = f"{PREFIX}-{os.getpid()}-{case_name}"
        self.c1, self.h1, self.h2, self.c2 = self.all = [f"{self.base}-{n}" for n in
                                                         ("c1", "h1", "h2", "c2")]
        self.nodes = [self.h1, self.h2]

    def up(self):
        """Makes the namespaces and the underlay between h1 and h2."""
        netns.add(self.all)
        for name in self.all:
            netns.sysctl(name, default__addr_gen_mode=1, default__accept_dad=0)
            netns.ip(name, "link set lo up")
        for name in self.nodes:
            netns.sysctl(name, all__forwarding=1, default__forwarding=1)
        self._link_nodes()

    def _link_nodes(self):
        self._hop((self.h1, "underlay", "h1-up", H1), (self.h2, "underlay", "h2-up", H2))

    def _hop(self, left, right):
        """A link of the underlay; both sides: namespace, device, name of the MAC, address."""
        self._link(left[:3], right[:3], MTU)
        for (name, device, _, address), (_, _, mac, far) in ((left, right), (right, left)):
            netns.ip(name, f"addr add {address}/64 dev {device} nodad",
                     f"neigh add {far} lladdr {MAC[mac]} dev {device} nud permanent")

    def link_containers(self, overhead=0):
        """Connects c1 to h1 and c2 to h2, with an MTU that leaves `overhead` bytes for a tunnel."""
        for container, node, name, subnet in ((self.c1, self.h1, "c1", "fd10:a"),
                                              (self.c2, self.h2, "c2", "fd10:b")):
            outside = f"{node[-2:]}-{name}"
            self._link((container, "eth0", name), (node, name, outside), MTU - overhead)
            netns.ip(container, f"addr add {subnet}::2/64 dev eth0 nodad",
                     f"neigh add {subnet}::1 lladdr {MAC[outside]} dev eth0 nud permanent",
                     f"route add default via {subnet}::1")
            netns.ip(node, f"addr add {subnet}::1/64 dev {name} nodad",
                     f"neigh add {subnet}::2 lladdr {MAC[name]} dev {name} nud permanent")

    def _link(self, left, right, mtu):
        (left_ns, left_dev, left_mac), (right_ns, right_dev, right_mac) = left, right
        netns.run(["ip", "link", "add", "name", left_dev, "address", MAC[left_mac], "mtu", str(mtu),
                   "netns", left_ns, "type", "veth", "peer", "name", right_dev,
                   "address", MAC[right_mac], "mtu", str(mtu), "netns", right_ns])
        for name, device in ((left_ns, left_dev), (right_ns, right_dev)):
            netns.ip(name, f"link set {device} up")
            self.enable_gro(name, device)

    @staticmethod
    def enable_gro(name, device):
        """The device must be up: only then does veth offer its peer as a target for XDP frames."""
        netns.run(["nsenter", f"--net={netns.FOLDER}/{name}", "ethtool", "-K", device, "gro", "on"])

    def down(self):
        netns.delete(self.all)


class Line(Topology):
    def __init__(self, case_name):
        super().__init__(case_name)
        self.w = f"{self.base}-w"
        self.all.append(self.w)
        self.nodes.append(self.w)

    def _link_nodes(self):
        self._hop((self.h1, "underlay", "h1-up", H1), (self.w, "u1", "w-u1", W1))
        self._hop((self.w, "u2", "w-u2", W2), (self.h2, "underlay", "h2-up", FAR_H2))


class Detour(Line):
    ARMS = ("eth0", "eth1")

    def __init__(self, case_name):
        super().__init__(case_name)
        self.f = f"{self.base}-f"
        self.all.append(self.f)

    def up(self):
        super().up()
        netns.sysctl(self.f, all__forwarding=1, default__forwarding=1)

    def link_f(self):
        for i, arm in enumerate(self.ARMS, 1):
            self._hop((self.f, arm, f"f{i}", f"fd10:f:{i}::2"),
                      (self.w, f"f{i}", f"w-f{i}", f"fd10:f:{i}::1"))
            self.route_f(arm, f"fd10:f:{i}::1", MAC[f"w-f{i}"])

    def route_f(self, arm, gateway, mac):
        """To c1 by eth0, to c2 by eth1, and so it forwards from one to the other."""
        prefix = "fd10:a::/64" if arm == "eth0" else "fd10:b::/64"
        netns.ip(self.f, f"neigh replace {gateway} lladdr {mac} dev {arm} nud permanent",
                 f"route replace {prefix} via {gateway} dev {arm}")
