"""How long a run is, and in which order its rounds go through what is compared."""

import os


def settings(full_length):
    """`full_length`, but for what the environment changes."""
    return {
        "rounds": int(os.environ.get("BENCH_ROUNDS", full_length["rounds"])),
        "warm_up": float(os.environ.get("BENCH_WARMUP_SECONDS", full_length["warm_up"])),
        "seconds": float(os.environ.get("BENCH_SECONDS", full_length["seconds"])),
    }


def rotated(sequence, by):
    """The sequence from another start, so that no one always comes first."""
    by %= len(sequence)
    return sequence[by:] + sequence[:by]
