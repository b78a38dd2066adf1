# SPDX-License-Identifier: Apache-2.0
"""What is measured of each case, again and again: one number a run, more is better."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    value: float
    loss: float = 0.0  # the share of packets that did not arrive


class Measure:
    """A subclass sets the attributes and overrides sample()."""
    name = ""      # for the JSON
    title = ""     # for people
    unit = ""
    digits = 1     # after the point
    n_per_run = 1  # samples; more of what varies more

    def __init__(self, build):
        self.build = build

    def sample(self, case, topo):
        """One short run; raises netns.Failed if nothing could be measured."""
        raise NotImplementedError
