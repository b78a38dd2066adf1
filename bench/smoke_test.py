#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""each_case_delivers_every_packet_in_its_own_encapsulation: the bench must not rot unnoticed."""
import sys

import matrix
import netns
import proof
import tcp_connect
import tcp_rr
import tcp_stream
import topology
import weftd
from cases import every_case
from signed import Hmac, Transit
from validated import Policies

SKIPPED = 77


def all_tcp(build):
    return tcp_rr.TcpRr(build), tcp_stream.TcpStream(build), tcp_connect.TcpConnect(build)


def check(build, case):
    """True if the case was proven, False if this kernel cannot do it."""
    topo = case.topology()
    try:
        topo.up()
        case.setup(topo)
        layers = proof.prove(build, case, topo)
        for measure in matrix.wanted(case, all_tcp(build)):
            assert measure.sample(case, topo).value > 0, f"{case.name}: no {measure.title}"
        print(f"{case.name}: {' / '.join(layers)}")
        return True
    except netns.Unsupported as e:
        print(f"{case.name}: skipped, {e}")
        return False
    except netns.Failed as e:
        raise netns.Failed(f"{case.name}: {e}") from None
    finally:
        case.teardown()
        topo.down()


def tiny(build):
    """Of a kind that takes long to set up, one; and without thousands of policies."""
    return [Policies(build, 50, is_new=True), Hmac(build), Hmac(build, is_full=True),
            Transit(build, 0), Transit(build, 5), Transit(build, 1)]


def cases(build, group):
    return tiny(build) if group == "validated" else [c for c in every_case(build)
                                                     if c.group == group]


def main():
    tcp_rr.MS, tcp_connect.MS, tcp_stream.LIMIT = 1, 1, ("-n", "256K")
    netns.delete_stale(topology.PREFIX)
    weftd.delete_stale(topology.PREFIX)
    proven = [check(sys.argv[1], case) for case in cases(*sys.argv[1:])]
    return 0 if any(proven) else SKIPPED


if __name__ == "__main__":
    sys.exit(main())
