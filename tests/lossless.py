# SPDX-License-Identifier: Apache-2.0
"""Traffic of which nothing may be lost while something changes."""
import contextlib

from traffic import Numbered


@contextlib.contextmanager
def no_packet_lost(lab, *ends, n_after):
    """1000 packets a second, each way between two (container, address), for the time of a `with`,
    and for `n_after` more packets."""
    (one, one_at), (two, two_at) = ((lab.netns(name), address) for name, address in ends)
    with Numbered(one, two, two_at) as there, Numbered(two, one, one_at) as back:
        for traffic in (there, back):
            traffic.wait_for(100)
        yield there
        for traffic in (there, back):
            traffic.wait_for(n_after)
    assert (there.lost(), back.lost()) == (0, 0)
