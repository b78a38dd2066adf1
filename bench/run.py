#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`make bench`: how fast containers reach each other, compared on this machine in this run.

Sets up every case on a topology of its own, proves that each delivers every packet in the
encapsulation it claims, measures them in turns, prints the tables and writes bench.json and
bench.svg. Exit status 0, or 1 if something could not be measured."""
import argparse
import contextlib
import os
import signal
import sys

import matrix
import netns
import report
import topology
from cases import REFERENCES, every_case
from progress import Progress
from table import measure_table
from tcp_rr import TcpRr
from tcp_stream import TcpStream
from udp_rate import UdpRate

RUNS, RUNS_QUICK = 7, 3
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", default="build", help="the Meson build folder (default: build)")
    parser.add_argument("--quick", action="store_true", help=f"{RUNS_QUICK} runs, not {RUNS}")
    parser.add_argument("--runs", type=int, help="so many runs; TCP is sampled twice in each")
    parser.add_argument("--only", metavar="CASES", help="some cases only, e.g. plain,seg6-1")
    options = parser.parse_args()
    options.runs = options.runs or (RUNS_QUICK if options.quick else RUNS)
    if options.runs < 1:
        parser.error("--runs must be at least 1")
    return options, parser


def choose_cases(options, parser):
    cases = every_case(options.build)
    if not options.only:
        return cases
    wanted = options.only.split(",")
    unknown = set(wanted) - {c.name for c in cases}
    if unknown:
        parser.error(f"no case is called {', '.join(sorted(unknown))}; there are "
                     + ", ".join(c.name for c in cases))
    return [c for c in cases if c.name in wanted]


def check_place(options):
    if os.geteuid():
        raise netns.Failed("the bench makes network namespaces: run it as root")
    if not os.path.exists(f"{options.build}/bench/bench-gen"):
        raise netns.Failed(f"no bench programs in '{options.build}': build first"
                           f" (ninja -C {options.build})")


def measure_all(options, cases, measures):
    """Sets up, measures and always cleans up; a signal ends it early and the cleaning still runs."""
    progress = Progress(len(cases) * (1 + options.runs * len(measures)))
    stack = contextlib.ExitStack()
    try:
        rows = matrix.prepare(options.build, cases, stack, progress)
        matrix.measure(rows, measures, options.runs, progress)
        return rows
    finally:
        for s in SIGNALS:
            signal.signal(s, signal.SIG_IGN)
        progress.done()
        stack.close()


def show(options, rows, measures):
    for m in measures:
        print(measure_table(rows, m, REFERENCES).text())
    for path in report.write(f"{options.build}/bench", rows, measures, REFERENCES, options.runs):
        print(f"written: {path}")


def end_by_signal(number, _frame):
    sys.exit(128 + number)


def main():
    options, parser = parse_options()
    cases = choose_cases(options, parser)
    measures = [UdpRate(options.build), TcpStream(options.build), TcpRr(options.build)]
    for s in SIGNALS:
        signal.signal(s, end_by_signal)
    try:
        check_place(options)
        netns.delete_stale(topology.PREFIX)
        rows = measure_all(options, cases, measures)
    except (netns.Failed, netns.Unsupported) as e:
        sys.exit(f"bench: {e}")
    show(options, rows, measures)
    for failure in matrix.failures(rows):
        print(f"bench: could not measure {failure}", file=sys.stderr)
    return 1 if matrix.failures(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
