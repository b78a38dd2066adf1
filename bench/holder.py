# SPDX-License-Identifier: Apache-2.0
"""Programs of the bench that attach something to an interface and hold it while they live."""
import subprocess

import netns


class Holder:
    def __init__(self):
        self.processes = []

    def start(self, program, *arguments):
        """Returns when it holds; it ends when its standard input does."""
        process = subprocess.Popen([program, *arguments], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.processes.append(process)
        if process.stdout.readline() != "ready\n":
            raise netns.Failed(process.stderr.read().strip() or f"{program} ended at once")

    def end(self):
        for process in self.processes:
            process.communicate()
        self.processes = []
