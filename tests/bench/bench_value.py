"""A hundred synthetic firms with known parameters: are they found, and how fast.

    python tests/bench/bench_value.py [--firms N] [--peer-python .venv-bench/bin/python]

Each firm draws its parameters, its size and its years; customers come at any time and
order until they leave. BG/NBD and Gamma-Gamma are fitted to it, by us and, in a process
of its own, by the package lifetimes, on the same tables in the same run. Printed are:
how many fits converged, what the others said, how often an interval of two standard
errors held the truth, how far the two log-likelihoods are apart, and a ratio of
processor times.
Nothing here asserts anything: machines differ, and a shared one from minute to minute.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

NAMES = ("r", "alpha", "a", "b", "p", "q", "gamma_cents")


# ----------------------------------------------------------------------------- firms


def draw_firm(number: int) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """Return the true parameters and the table of one firm; ages are weeks."""
    rng = np.random.default_rng([2025, number])
    truth = {
        "r": math.exp(rng.uniform(math.log(0.2), math.log(3))),
        "alpha": math.exp(rng.uniform(math.log(3), math.log(30))),
        "a": math.exp(rng.uniform(math.log(0.3), math.log(2))),
        "b": math.exp(rng.uniform(math.log(1), math.log(8))),
        "p": rng.uniform(2, 8),
        "q": rng.uniform(2.5, 8),
        "gamma_cents": rng.uniform(5_000, 50_000),
    }
    n = round(math.exp(rng.uniform(math.log(300), math.log(4000))))
    weeks = rng.uniform(40, 150)
    age = np.round(rng.uniform(0, weeks, n) * 7) / 7
    rate = rng.gamma(truth["r"], 1 / truth["alpha"], n)
    leave = rng.beta(truth["a"], truth["b"], n)
    x, t_x, now = np.zeros(n, dtype=np.int64), np.zeros(n), np.zeros(n)
    here = np.arange(n)
    while len(here):
        with np.errstate(divide="ignore", over="ignore"):
            now[here] += rng.exponential(1, len(here)) / rate[here]
        here = here[now[here] <= age[here]]
        x[here] += 1
        t_x[here] = now[here]
        here = here[rng.random(len(here)) >= leave[here]]
    nu = rng.gamma(truth["q"], 1 / truth["gamma_cents"], n)
    mean = rng.gamma(truth["p"] * np.maximum(x, 1), 1 / (nu * np.maximum(x, 1)))
    table = {
        "n_repeat_orders": x,
        "age_at_last_order": t_x,
        "age": age,
        "mean_repeat_spend_cents": np.where(x > 0, mean, math.nan),
    }
    return truth, table


def read(folder: Path, number: int) -> Any:
    import pandas as pd

    with np.load(folder / f"{number}.npz") as arrays:
        return pd.DataFrame(dict(arrays))


# ------------------------------------------------------------------------ contestants


def by_us(table: Any) -> dict[str, Any]:
    from crmlib import value

    found: dict[str, Any] = {"params": {}, "errors": {}, "said": [], "BG/NBD": False}
    for name, fit in (
        ("BG/NBD", lambda: value.fit_bgnbd(table, unit="weeks")),
        ("Gamma-Gamma", lambda: value.fit_gamma_gamma(table)),
    ):
        begun = time.process_time()
        try:
            model = fit()
        except value.FitError as error:
            reason = re.sub(r" \(.*?\)|, [\d.]+%,", "", error.reason)
            found["said"].append(f"{name}: {reason}")
        else:
            found["params"] |= model.params
            found["errors"] |= dict(model.standard_errors)
            found[name] = True
        found[f"{name} seconds"] = time.process_time() - begun
    return found


def by_lifetimes(table: Any) -> dict[str, Any]:
    from lifetimes import BetaGeoFitter, GammaGammaFitter

    again = table[table["n_repeat_orders"] > 0]
    x, spend = again["n_repeat_orders"], again["mean_repeat_spend_cents"] / 100
    ages = [table[name] for name in ("n_repeat_orders", "age_at_last_order", "age")]
    found: dict[str, Any] = {"params": {}, "errors": {}, "said": []}
    for name, fitter, data in (
        ("BG/NBD", BetaGeoFitter(), ages),
        ("Gamma-Gamma", GammaGammaFitter(), [x, spend]),
    ):
        begun = time.process_time()
        try:
            fitter.fit(*data)
        except Exception as error:
            found["said"].append(f"{name}: {type(error).__name__}")
        else:
            found["params"] |= dict(fitter.params_)
            found[name] = True
        found[f"{name} seconds"] = time.process_time() - begun
    return found


CONTESTANTS = {"crmlib": by_us, "lifetimes": by_lifetimes}


def play(name: str, folder: Path, firms: int) -> list[dict[str, Any]]:
    fit = CONTESTANTS[name]
    fit(read(folder, 0))  # imports and caches are not what is measured
    return [fit(read(folder, number)) for number in range(firms)]


def in_own_process(name: str, python: str, folder: Path, firms: int) -> Any:
    """Return the findings, or why there are none."""
    done = subprocess.run(
        [
            *(python, "-W", "ignore", __file__, "--one", name),
            *("--folder", str(folder), "--firms", str(firms)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
    # lifetimes prints words of its own when a fit fails.
    return json.loads(done.stdout.splitlines()[-1])


# ----------------------------------------------------------------------------- report


def report(truths: list[dict[str, float]], ours: list[dict[str, Any]]) -> None:
    """Print what our fits found of the truth."""
    said = Counter(words for one in ours for words in one["said"])
    print(f"{len(ours)} firms; converged: ", end="")
    for name in ("BG/NBD", "Gamma-Gamma"):
        n = sum(one.get(name, False) for one in ours)
        print(f"{name} {n}", end="; ")
    print("the others said why:" if said else "nothing else was said.")
    for words, n in said.most_common():
        print(f"  {n:3d}  {words}")
    print(f"{'':14}{'median error':>14}{'in 2 s.e.':>11}{'in 2 s.e., log':>16}")
    for name in NAMES:
        rows = [
            (truth[name], one["params"][name], one["errors"][name])
            for truth, one in zip(truths, ours, strict=True)
            if name in one["params"]
        ]
        true, found, error = np.array(rows).T
        plain = np.abs(found - true) <= 1.96 * error
        log = np.abs(np.log(found / true)) <= 1.96 * error / found
        off = np.median(np.abs(found / true - 1))
        print(f"{name:14}{off:14.1%}{plain.mean():11.0%}{log.mean():16.0%}")


def compare(
    tables: list[dict[str, np.ndarray]],
    ours: list[dict[str, Any]],
    theirs: list[dict[str, Any]],
) -> None:
    """Print times and likelihoods beside those of lifetimes."""
    for name in ("BG/NBD", "Gamma-Gamma"):
        key = f"{name} seconds"
        us, them = (np.array([one[key] for one in each]) for each in (ours, theirs))
        print(
            f"{name}: lifetimes {1000 * np.median(them):.1f} ms a firm, crmlib "
            f"{1000 * np.median(us):.1f} ms: {np.median(them / us):.0f} times faster "
            f"(median; {(them / us).min():.0f} at least)"
        )
    gaps = [
        log_likelihood(a["params"], table) - log_likelihood(b["params"], table)
        for a, b, table in zip(ours, theirs, tables, strict=True)
        if a.get("BG/NBD") and b.get("BG/NBD")
    ]
    print(
        f"BG/NBD log-likelihood, ours less theirs, over {len(gaps)} firms: "
        f"{min(gaps):+.1e} to {max(gaps):+.1e}"
    )
    for one, other, who in ((ours, theirs, "us"), (theirs, ours, "lifetimes")):
        pairs = zip(one, other, strict=True)
        only = sum(bool(a.get("BG/NBD")) > bool(b.get("BG/NBD")) for a, b in pairs)
        print(f"BG/NBD fitted by {who} alone: {only}")


def log_likelihood(params: dict[str, float], table: dict[str, np.ndarray]) -> float:
    """Return BG/NBD's log-likelihood, written down once more for both."""
    lgamma = np.vectorize(math.lgamma)
    r, alpha, a, b = (params[name] for name in NAMES[:4])
    x, t_x, age = (table[name] for name in list(table)[:3])
    chance = lgamma(a + b) + lgamma(b + x) - lgamma(b) - lgamma(a + b + x)
    alive = -(r + x) * np.log(alpha + age)
    gone = math.log(a) - np.log(np.maximum(b + x - 1, 1e-9))
    gone = np.where(x > 0, gone - (r + x) * np.log(alpha + t_x), -np.inf)
    order = lgamma(r + x) - math.lgamma(r) + r * math.log(alpha)
    return float((order + chance + np.logaddexp(alive, gone)).sum())


def main() -> None:
    """Draw the firms, fit them, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--firms", type=int, default=100)
    parser.add_argument("--peer-python", help="an interpreter that has lifetimes")
    parser.add_argument("--one", choices=CONTESTANTS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(play(options.one, options.folder, options.firms)))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        drawn = [draw_firm(number) for number in range(options.firms)]
        truths, tables = [list(part) for part in zip(*drawn, strict=True)]
        for number, table in enumerate(tables):
            np.savez(folder / f"{number}.npz", **table)
        ours = in_own_process("crmlib", sys.executable, folder, options.firms)
        if isinstance(ours, str):
            sys.exit(f"crmlib: {ours}")
        report(truths, ours)
        if not options.peer_python:
            print("lifetimes: not measured: no --peer-python was given")
            return
        theirs = in_own_process("lifetimes", options.peer_python, folder, options.firms)
        if isinstance(theirs, str):
            print(f"lifetimes: not measured: {theirs}")
        else:
            compare(tables, ours, theirs)


if __name__ == "__main__":
    main()
