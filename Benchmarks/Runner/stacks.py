"""The stacks that are compared, and how each one's two programs are started."""

import dataclasses
import json
import pathlib
import subprocess

BENCHMARKS = pathlib.Path(__file__).resolve().parent.parent
BINARIES = BENCHMARKS / "out" / "bin"
SWIFT_PEER = BENCHMARKS / "Peers" / "GRPCSwift"

EVERY_LEVEL = (1, 8, 64)


@dataclasses.dataclass(frozen=True)
class Stack:
    """A server program and a client program.

    The server is started as `server SOCKET server_options…`, the client as
    `client SOCKET IN_FLIGHT WARMUP_SECONDS MEASURE_SECONDS client_options…`.
    """

    key: str
    label: str
    server: pathlib.Path
    client: pathlib.Path
    levels: tuple = EVERY_LEVEL
    server_options: tuple = ()
    client_options: tuple = ()
    ours: bool = False


def ours(key, label, answering, callers="pool"):
    return Stack(
        key,
        label,
        BINARIES / "echo-server",
        BINARIES / "echo-client",
        server_options=(answering,),
        client_options=(callers,),
        ours=True,
    )


def peer(key, label, program, **options):
    return Stack(key, label, BINARIES / f"{program}-server", BINARIES / f"{program}-client", **options)


def grpc_swift(key, label, coalescing):
    return peer(key, label, "grpc-swift", server_options=(coalescing,), client_options=(coalescing,))


# The row that the others are compared with.
REFERENCE = "ours"


def quick():
    """What `make rpc` compares: everything that builds in about a minute."""
    return [
        peer("raw", "raw read/write (the floor)", "raw", levels=(1,)),
        ours(REFERENCE, "ours", "at-once"),
        ours("ours-event-loop", "ours, client tasks on its loop", "at-once", "event-loop"),
        ours("ours-suspending", "ours, waiting for another thread", "suspending"),
        ours("ours-suspending-event-loop", "ours, waiting, client tasks on its loop", "suspending", "event-loop"),
        ours("ours-deferred", "ours, answered by another thread", "deferred"),
        peer("ttrpc-go", f"ttrpc-go {debian_version('golang-github-containerd-ttrpc-dev')}", "ttrpc-go"),
        peer("grpc-go", f"grpc-go {debian_version('golang-google-grpc-dev')}", "grpc-go"),
    ]


def everything():
    """What `make rpc-all` compares."""
    swift = f"grpc-swift-2 {swift_version('grpc-swift-2')}"
    return quick() + [
        peer("grpc-cpp", f"gRPC C++ {debian_version('libgrpc++-dev')}", "grpc-cpp"),
        grpc_swift("grpc-swift", swift, "coalescing"),
        grpc_swift("grpc-swift-direct", f"{swift}, no flush coalescing", "direct"),
    ]


def debian_version(package):
    """The upstream part of an installed Debian package's version, or an empty string."""
    query = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${Version}", package], capture_output=True, text=True
    )
    return query.stdout.split(":")[-1].split("-")[0].split("+")[0]


def swift_version(package):
    """The version of a Swift package that the grpc-swift peer was resolved to, or an empty string."""
    resolved = SWIFT_PEER / "Package.resolved"
    if not resolved.exists():
        return ""
    pins = {pin["identity"]: pin["state"] for pin in json.loads(resolved.read_text())["pins"]}
    return pins.get(package, {}).get("version", "")
