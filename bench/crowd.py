# SPDX-License-Identifier: Apache-2.0
"""Thousands of policies around one flow. All of them speak of c1 or c2, or of where they live, so they
must be told from the one that allows the flow; none of them matches it.

    30           the same pair of labels, other ports: in one list of ranges with the one that allows
    1            prefixes around both ends: their addresses lie in zones
    996          to an address of its own each, a zone
    the rest     between c1 or c2 and 100 identities of another node, by up to 50 ports"""
from weft_case import TENANT

N_SAME_PAIR = 30
N_IDENTITIES = 100    # of bench-seed
LAST_IDENTITY = 0xffffff
FAR = {"kind": "Node", "name": "far", "id": 1000}
FIRST_SEED = "fd10:b::2:0"


def policy(name, source, dest, *ports, **more):
    return {"kind": "Policy", "name": name, "tenant": TENANT, "from": source, "to": dest,
            "ports": list(ports), **more}


def crowd(n):
    """At most 10,000."""
    return [_policy(i) for i in range(n)]


def _policy(i):
    c1, c2, name = {"app": "c1"}, {"app": "c2"}, f"other-{i}"
    if i < N_SAME_PAIR:
        return policy(name, c1, c2, f"tcp/{1000 + i}")
    if i == N_SAME_PAIR:
        return policy(name, "fd10:a::/96", "fd10:b::/96", "tcp/22")
    if i % 10 == 0:
        return policy(name, c1, f"fd10:b::1:{i:x}/128", "tcp/80")
    port = f"udp/{1000 + i // (2 * N_IDENTITIES)}"
    seed = {"app": f"seed-{LAST_IDENTITY - i // 2 % N_IDENTITIES}"}
    return policy(name, c1, seed, port) if i % 2 else policy(name, seed, c2, port)
