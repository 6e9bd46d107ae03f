#!/usr/bin/env python3
"""Times release builds from nothing: the whole of creditsd, and an echo server on grpc-swift-2.

Fetching packages is not timed. Results go to results/, dated.
"""

import datetime
import shutil
import subprocess
import time

import report
import stacks

REPOSITORY = stacks.BENCHMARKS.parent

# What is built, in which package, and which product.
BUILDS = (
    ("creditsd, all of it", REPOSITORY, "creditsd"),
    ("an echo server on grpc-swift-2, generated code included", stacks.SWIFT_PEER, "grpc-swift-server"),
)


def cold_build_seconds(package, product):
    scratch = stacks.BENCHMARKS / "out" / "cold-build"
    shutil.rmtree(scratch, ignore_errors=True)
    where = ["--package-path", package, "--scratch-path", scratch]
    try:
        subprocess.run(["swift", "package", *where, "resolve"], check=True)
        began = time.monotonic()
        subprocess.run(["swift", "build", *where, "--configuration", "release", "--product", product], check=True)
        return time.monotonic() - began
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def main():
    swift = subprocess.run(["swift", "--version"], capture_output=True, text=True, check=True).stdout.split("\n")[0]
    date = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    lines = [
        "# Release build from nothing",
        "",
        f"{date}. {report.machine()}. {swift.strip()}. One build each; fetching the packages is not timed.",
        "",
        "| what is built | seconds |",
        "|---|---:|",
    ]
    for label, package, product in BUILDS:
        lines.append(f"| {label} | {cold_build_seconds(package, product):.0f} |")
    text = "\n".join(lines) + "\n"
    print(text)
    written = stacks.BENCHMARKS / "results" / f"{date}-cold-build.md"
    written.write_text(text)
    print(f"written: {written}")


if __name__ == "__main__":
    main()
