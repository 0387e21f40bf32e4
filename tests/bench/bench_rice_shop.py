"""How fast the rice shop is: ten years with policies in plain Python and NumPy.

    python tests/bench/bench_rice_shop.py

Prints processor seconds and the share of them that the policy itself takes. Nothing
here asserts a time: machines differ, and a shared one differs from minute to minute.
The aim is ten years in less than two seconds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from crmlib.simulation.engine import run, run_isolated
from crmlib.simulation.rice_shop import RiceShop, fixed_round, sensible, waits

REPEATS = 3
SOURCE = "from crmlib.simulation.rice_shop import sensible as policy\n"


def best(play: Callable[[], Any]) -> float:
    """Return the least processor time of several runs, in seconds."""
    times = []
    for _ in range(REPEATS):
        begun = time.process_time()
        play()
        times.append(time.process_time() - begun)
    return min(times)


def policy_seconds(policy: Callable[[Any], Any]) -> float:
    """Return the processor time spent inside the policy during ten years."""
    spent = 0.0

    def timed(view: Any) -> Any:
        nonlocal spent
        begun = time.process_time()
        decision = policy(view)
        spent += time.process_time() - begun
        return decision

    run(RiceShop(), timed, seed=1)
    return spent


def main() -> int:
    """Print the table."""
    world = RiceShop()
    waiting = best(lambda: run(world, waits, seed=1))
    print(f"Rice shop, {world.n_periods} days, 300 households, processor time:")
    for policy in (waits, fixed_round, sensible):
        seconds = best(lambda policy=policy: run(world, policy, seed=1))  # type: ignore[misc]
        share = policy_seconds(policy) / seconds
        print(
            f"  {policy.__name__:12} {seconds:5.2f} s, {seconds / waiting:4.1f} times "
            f"waiting, {share:4.0%} of it in the policy"
        )
    seconds = best(lambda: world.reference(1))
    print(
        f"  {'reference':12} {seconds:5.2f} s, {seconds / waiting:4.1f} times waiting"
    )
    begun = time.perf_counter()
    run_isolated(world, SOURCE, seed=1)
    wall = time.perf_counter() - begun
    print(f"  sensible in a process of its own: {wall:5.2f} s by the clock")
    try:
        import resource
    except ImportError:  # Windows
        return 0
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    print(f"  peak memory: {peak:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
