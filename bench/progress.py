# SPDX-License-Identifier: Apache-2.0
"""One line on the terminal that says how far the bench is; silence where there is no terminal."""
import shutil
import sys
import time

BAR = 24


class Progress:
    def __init__(self, n_steps):
        self.n_steps, self.n_done, self.start = n_steps, 0, time.monotonic()

    def step(self, what):
        """`what` begins now."""
        if sys.stderr.isatty():
            self._show(what)
        self.n_done += 1

    def _show(self, what):
        share = min(1, self.n_done / self.n_steps)
        bar = "#" * round(BAR * share)
        line = f"[{bar:<{BAR}}] {share:4.0%} {self._remaining(share):>9}  {what}"
        width = shutil.get_terminal_size().columns - 1
        print("\r" + line[:width].ljust(width), end="", file=sys.stderr, flush=True)

    def _remaining(self, share):
        if share < 0.1:
            return ""
        seconds = (time.monotonic() - self.start) / share * (1 - share)
        return f"{int(seconds) // 60}:{int(seconds) % 60:02d} left"

    def done(self):
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr, flush=True)
