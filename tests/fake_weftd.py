#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A weftd that knows the API (docs/api.md) by heart and no kernel.

As a module it serves canned answers to tests of the CLI and remembers what it was asked; as a
program it takes weftd's options, so that the life of a lab is tested without BPF.
"""
import argparse
import http.server
import json
import os
import signal
import socketserver
import sys
import threading
from urllib.parse import parse_qs, urlsplit


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, body):
        url = urlsplit(self.path)
        query = {k: v[0] for k, v in parse_qs(url.query).items()}
        self.server.asked.append((self.command, url.path, body if self.command == "POST" else query))
        status, answer = self.server.routes.get(
            (self.command, url.path), (404, {"error": {"message": f"no {url.path} here"}}))
        if callable(answer):
            answer = answer(body if self.command == "POST" else query)
        if hasattr(answer, "__next__"):
            self.stream(status, answer)
            return
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def stream(self, status, pieces):
        """An answer that goes on: each piece is a chunk; an exception breaks it off."""
        self.send_response(status)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for piece in pieces:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionAbortedError):
            self.close_connection = True

    def do_GET(self):
        self.answer(None)

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(json.loads(text))

    def address_string(self):
        return "unix"

    def log_message(self, *args):
        pass


class FakeWeftd(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def __init__(self, path, routes):
        self.routes = routes
        self.asked = []
        super().__init__(str(path), Handler)

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *args):
        self.shutdown()
        self.server_close()


LIFE = {
    ("GET", "/v1/status"): (200, {"node": "x"}),
    ("GET", "/v1/sync"): (200, {}),
    ("POST", "/v1/apply"): (200, {"revision": 1, "results": []}),
    ("POST", "/v1/attach"): (200, {"revision": 2}),
}


def main():
    p = argparse.ArgumentParser()
    for option in ("netns", "node", "node-id", "store", "socket", "pin-dir"):
        p.add_argument("--" + option, required=True)
    p.add_argument("--underlay", default="")
    args = p.parse_args()
    print("weftd of", args.node, "with", args.underlay, file=sys.stderr, flush=True)
    if args.node == os.environ.get("FAKE_DIES"):
        sys.exit("no, not today")
    os.makedirs(args.pin_dir, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    routes = dict(LIFE)
    if args.node == os.environ.get("FAKE_REFUSES"):
        routes[("POST", "/v1/attach")] = (409, {"error": {"message": "the address is taken"}})
    with FakeWeftd(args.socket, routes):
        signal.pause()


if __name__ == "__main__":
    main()
