#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""each_study_fills_its_table: with tiny counts; what the figures are is not asserted."""
import sys

import netns
import topology
import weftd
from cases import every_study
from control_apply import ControlApply
from control_attach import ControlAttach
from control_store import ControlStore
from failover import ContainerDies, Failover, LinkDies, ServerDies
from progress import Progress
from run import undoing
from scale import Scale

SKIPPED = 77


def tiny(build):
    return [Failover(build, (ServerDies(100, 1), LinkDies(), ContainerDies())),
            Scale(build, sizes=(10, 20), n_dsts=10, n_packets=2000), ControlApply(build, (2,)),
            ControlAttach(build, n_containers=2), ControlStore(build, sizes=(0, 10))]


def check(study):
    with undoing() as stack:
        study.fill(1, stack, Progress(study.n_steps(1)))
    for table in study.tables():
        for row in table.rows:
            assert "-" not in row and len(row) == len(table.columns), f"{study.name}: {row}"
        print(table.text())


def main():
    build = sys.argv[1]
    netns.delete_stale(topology.PREFIX)
    weftd.delete_stale(topology.PREFIX)
    studies = tiny(build)
    assert [s.name for s in studies] == [s.name for s in every_study(build)], "one is not tested"
    try:
        for study in studies:
            check(study)
    except netns.Unsupported as e:
        print(f"skipped: {e}")
        return SKIPPED
    return 0


if __name__ == "__main__":
    sys.exit(main())
