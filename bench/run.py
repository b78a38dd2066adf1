#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`make bench`: how fast containers reach each other, compared on this machine in this run.

Sets up every case on a topology of its own, proves that each delivers every packet in the
encapsulation it claims, measures them in turns; then how Weft grows with endpoints, nodes and
clients. Prints the tables, compares with the targets, writes bench.json and bench.svg. Exit status 0,
or 1 if something could not be measured."""
import argparse
import contextlib
import os
import signal
import sys

import matrix
import netns
import report
import target
import topology
import udp_rate
import weftd
from cases import GROUPS, REFERENCES, every_case, every_study, names_of
from progress import Progress
from table import measure_table
from tcp_connect import TcpConnect
from tcp_rr import TcpRr
from tcp_stream import TcpStream
from udp_rate import UdpRate

RUNS, RUNS_QUICK = 7, 3
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", default="build", help="the Meson build folder (default: build)")
    parser.add_argument("--quick", action="store_true", help=f"{RUNS_QUICK} runs, not {RUNS}")
    parser.add_argument("--runs", type=int, help="so many runs, of a few samples each")
    parser.add_argument("--only", metavar="NAMES",
                        help="some cases, groups and tables only, e.g. plain,validated,scale")
    options = parser.parse_args()
    options.runs = options.runs or (RUNS_QUICK if options.quick else RUNS)
    if options.runs < 1:
        parser.error("--runs must be at least 1")
    return options, parser


def choose(options, parser):
    """The cases and the studies that are wanted."""
    cases, studies = every_case(options.build), every_study(options.build)
    if not options.only:
        return cases, studies
    wanted = set(options.only.split(","))
    known = [c.name for c in cases + studies]
    groups = {group.name: names_of(group, cases + studies) for group in GROUPS}
    unknown = wanted - set(known) - set(groups)
    if unknown:
        parser.error(f"nothing is called {', '.join(sorted(unknown))}; there are "
                     + ", ".join([*known, *groups]))
    wanted = wanted.union(*(groups[name] for name in wanted & set(groups)))
    return [c for c in cases if c.name in wanted], [s for s in studies if s.name in wanted]


def check_place(options):
    if os.geteuid():
        raise netns.Failed("the bench makes network namespaces: run it as root")
    if not os.path.exists(f"{options.build}/bench/bench-gen"):
        raise netns.Failed(f"no bench programs in '{options.build}': build first"
                           f" (ninja -C {options.build})")


@contextlib.contextmanager
def undoing():
    """An ExitStack that is always unwound; a signal ends what is measured, but not the cleaning."""
    stack = contextlib.ExitStack()
    try:
        yield stack
    finally:
        handlers = {s: signal.signal(s, signal.SIG_IGN) for s in SIGNALS}
        stack.close()
        for s, handler in handlers.items():
            signal.signal(s, handler)


@contextlib.contextmanager
def off_the_forwarding_cpu():
    """This process, and daemons that it starts within, leave that CPU to the packets."""
    cpus = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cpus - {udp_rate.CPU} or cpus)
    try:
        yield
    finally:
        os.sched_setaffinity(0, cpus)


def measure_all(options, cases, studies, measures):
    """All cases at the same time, then one study after another."""
    n_steps = matrix.n_steps(cases, measures, options.runs)
    progress = Progress(n_steps + sum(s.n_steps(options.runs) for s in studies))
    try:
        with off_the_forwarding_cpu(), undoing() as stack:
            rows = matrix.prepare(options.build, cases, stack, progress)
            matrix.measure(rows, measures, options.runs, progress)
        for study in studies:
            with undoing() as stack:
                study.measure(options.runs, stack, progress)
        return rows
    finally:
        progress.done()


def case_tables(rows, measures):
    tables = []
    for group in GROUPS:
        for m in measures:
            of_group = [r for r in rows
                        if r.case.group == group.name and m.name in r.case.measures]
            tables += [measure_table(group, of_group, rows, m)] if of_group else []
    return tables


def show(options, rows, studies, measures):
    tables = case_tables(rows, measures) + [t for s in studies for t in s.tables()]
    scale = next((s for s in studies if s.name == "scale"), None)
    found = target.targets(rows, measures, scale)
    for t in tables + ([target.table(found)] if found else []):
        print(t.text())
    more = {"studies": [s.figures() for s in studies], "targets": target.figures(found)}
    panels = [p for s in studies for p in s.panels()]
    for path in report.write(f"{options.build}/bench", rows, measures, REFERENCES, options.runs,
                             panels, more):
        print(f"written: {path}")


def failures(rows, studies):
    return matrix.failures(rows) + [f"{s.name}: {s.failure}" for s in studies if s.failure]


def end_by_signal(number, _frame):
    sys.exit(128 + number)


def main():
    options, parser = parse_options()
    cases, studies = choose(options, parser)
    measures = [UdpRate(options.build), TcpStream(options.build), TcpRr(options.build),
                TcpConnect(options.build)]
    for s in SIGNALS:
        signal.signal(s, end_by_signal)
    try:
        check_place(options)
        netns.delete_stale(topology.PREFIX)
        weftd.delete_stale(topology.PREFIX)
        rows = measure_all(options, cases, studies, measures)
    except (netns.Failed, netns.Unsupported) as e:
        sys.exit(f"bench: {e}")
    show(options, rows, studies, measures)
    for failure in failures(rows, studies):
        print(f"bench: could not measure {failure}", file=sys.stderr)
    return 1 if failures(rows, studies) else 0


if __name__ == "__main__":
    sys.exit(main())
