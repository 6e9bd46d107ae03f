"""Stands between a client and a server on Unix sockets, and says what it saw of gRPC.

Says "ready" when it listens. When its input ends, prints a line per header block and per message:
  request headers NAME=VALUE...
  response message FLAG LENGTH
usage: proxy.py SOCKET UPSTREAM
"""

import socket
import sys
import threading

from hpack import Decoder
from hyperframe.frame import ContinuationFrame, DataFrame, Frame, HeadersFrame

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
report = []
report_lock = threading.Lock()


def say(line):
    with report_lock:
        report.append(line)


class Direction:
    """Parses the frames of one direction of a connection."""

    def __init__(self, name):
        self.name = name
        self.bytes = b""
        self.needs_preface = name == "request"
        self.decoder = Decoder()
        self.block = b""
        self.messages = {}

    def feed(self, data):
        self.bytes += data
        if self.needs_preface:
            if len(self.bytes) < len(PREFACE):
                return
            assert self.bytes.startswith(PREFACE)
            self.bytes = self.bytes[len(PREFACE):]
            self.needs_preface = False
        while len(self.bytes) >= 9:
            frame, length = Frame.parse_frame_header(memoryview(self.bytes[:9]))
            if len(self.bytes) < 9 + length:
                return
            frame.parse_body(memoryview(self.bytes[9:9 + length]))
            self.bytes = self.bytes[9 + length:]
            self.take(frame)

    def take(self, frame):
        if isinstance(frame, (HeadersFrame, ContinuationFrame)):
            self.block += frame.data
            if "END_HEADERS" in frame.flags:
                fields = self.decoder.decode(self.block)
                self.block = b""
                say(f"{self.name} headers " + " ".join(f"{name}={value}" for name, value in fields))
        elif isinstance(frame, DataFrame):
            rest = self.messages.get(frame.stream_id, b"") + frame.data
            while len(rest) >= 5 and len(rest) >= 5 + int.from_bytes(rest[1:5], "big"):
                length = int.from_bytes(rest[1:5], "big")
                say(f"{self.name} message {rest[0]} {length}")
                rest = rest[5 + length:]
            self.messages[frame.stream_id] = rest


def pump(source, sink, direction):
    while data := source.recv(65536):
        direction.feed(data)
        sink.sendall(data)
    sink.shutdown(socket.SHUT_WR)


def serve(client, upstream_path):
    upstream = socket.socket(socket.AF_UNIX)
    upstream.connect(upstream_path)
    for source, sink, name in ((client, upstream, "request"), (upstream, client, "response")):
        threading.Thread(target=pump, args=(source, sink, Direction(name)), daemon=True).start()


def accept(listener, upstream_path):
    while True:
        client, _ = listener.accept()
        serve(client, upstream_path)


listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
threading.Thread(target=accept, args=(listener, sys.argv[2]), daemon=True).start()
print("ready", flush=True)
sys.stdin.read()
with report_lock:
    print("\n".join(report), flush=True)
