"""Runs grids of learning rates through ranklab and counts where its judgements agree. Called by check-outcomes."""

import csv
import math
import pathlib
import subprocess
import sys
import time
from collections import Counter, defaultdict

MLP = (
    "net = mlp([64, 64, 64, 64], activation=relu, seed=0)\n"
    "data = teacher(net, shift=0.1, noise=0.05, tail=0.5, seed=0)"
)
LINEAR = "net = linear(128, 128)\ndata = teacher(net, shift=0.5, noise=0.05, seed=0)"
# name: what makes net and data; the lowest and highest of 16 rates; further arguments of compare; ranks; targets.
GRIDS = {
    "transformer": (
        "net = transformer(layers=2, width=128, heads=4, context=32, seed=0)\n"
        "pretrain net, language(1), steps=1500\ndata = language(1, shift=0.4)",
        (3e-5, 0.12), "steps=100", [4, 16, 64, 128],
    ),
    "perceptron": (MLP, (0.003, 100), "steps=400, optimizer=sgd, schedule=ramp", [4, 16, 64, 128]),
    "perceptron-adamw": (MLP, (1e-5, 0.3), "steps=400", [4, 16, 64, 128]),
    "text": (
        "net = transformer(layers=2, width=64, heads=4, context=64, vocab=256, seed=0)\n"
        'pretrain net, text("prose.txt"), steps=1000\ndata = text("code.txt")',
        (3e-5, 0.12), "steps=120, schedule=linear, clip=1", [4, 16, 64],
    ),
    "linear": (LINEAR, (1e-5, 1), "steps=200", [4, 16, 64, 128]),
    "linear-momentum": (LINEAR, (1e-3, 1000), "steps=200, batch=32, optimizer=sgd, momentum=0.9", [4, 16, 64, 128]),
}
OUTCOMES = ["trained", "slow", "diverged", "undecided"]


def program(setup, bounds, arguments, ranks):
    text = f"""{setup}
adapters = []
for x in [["lora", 32], ["rslora", 8], ["lora", "2*r"], ["rslora", "r"], ["rslora", "2*r"]] {{
  for r in {ranks} {{ adapters = adapters + [lora(r=r, alpha=(x[1]), scaling=(x[0]))] }}
}}
rates = logspace({bounds[0]}, {bounds[1]}, 16)
save(compare(net, data, adapters, lr=rates, seeds=3, {arguments}), "whole.csv")
"""
    return text + "".join(
        f"some = [rates[i] for i in range({k}, 16, 4)]\n"
        f'save(compare(net, data, adapters, lr=some, seeds=1, {arguments}), "small{k}.csv")\n'
        for k in range(4)
    )


def number(text):
    return float(text) if text else math.nan


def rows(path):
    """The runs of a comparison by column (the adapter, its rank and alpha)."""
    columns = defaultdict(list)
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            final = number(row["final_loss"])
            isfinite = math.isfinite(final) and not row["first_bad_step"]
            columns[row["adapter"], row["r"], row["alpha"]].append(
                {
                    "lr": float(row["lr"]), "seed": row["seed"], "initial": number(row["initial_loss"]),
                    "final": final if isfinite else math.inf, "grid": row["outcome"], "alone": row["alone"],
                }
            )
    return columns


def label(column):
    """What the whole column says of each of its runs."""
    means = defaultdict(list)
    for run in column:
        means[run["lr"]].append(run["final"])
    means = {lr: sum(v) / len(v) for lr, v in means.items()}
    best = min(means, key=means.get)
    loss = means[best]
    if not math.isfinite(loss):
        run = min(column, key=lambda run: run["final"])
        best, loss = run["lr"], run["final"]
    for run in column:
        recovered = run["initial"] - run["final"] > (run["initial"] - loss) / 2
        run["best"] = best
        run["truth"] = (
            "diverged" if math.isinf(run["final"])
            else "trained" if recovered and run["initial"] > loss
            else "slow" if run["lr"] < best else "diverged"
        )


def show(name, pairs):
    """The confusion of labels (down) and judgements (across)."""
    counts = Counter(pairs)
    total = sum(counts.values())
    decided = sum(n for (_, said), n in counts.items() if said != "undecided")
    agree = sum(n for (truth, said), n in counts.items() if truth == said)
    print(f"{name}: {total} runs, {100 * decided / total:.1f} % decided, of these {100 * agree / decided:.1f} % agree")
    print(f"  {'column says':12}" + "".join(f"{said:>12}" for said in OUTCOMES))
    for truth in OUTCOMES[:3]:
        print(f"  {truth:12}" + "".join(f"{counts[truth, said]:12}" for said in OUTCOMES))
    return counts


def main():
    binary, root, work, *names = sys.argv[1:]
    work = pathlib.Path(work)
    sources = sorted(pathlib.Path(root, "Sources").rglob("*.swift"))
    (work / "prose.txt").write_text(pathlib.Path(root, "docs/reference.md").read_text())
    (work / "code.txt").write_text("".join(path.read_text() for path in sources)[:600_000])
    totals = {"one run alone": Counter(), "small grids": Counter()}
    far_below = 0
    for name in names or GRIDS:
        began = time.time()
        for old in work.glob("*.csv"):
            old.unlink()
        (work / "grid.rank").write_text(program(*GRIDS[name]))
        subprocess.run([binary, "run", "--no-rc", "grid.rank"], cwd=work, check=True, stdout=subprocess.DEVNULL)
        whole = rows(work / "whole.csv")
        truths = {}
        for key, column in whole.items():
            label(column)
            for run in column:
                truths[key, run["lr"], run["seed"]] = run["truth"]
                far_below += (run["alone"] == "diverged" or run["grid"] == "diverged") and run["lr"] * 4 < run["best"]
        runs = [run for column in whole.values() for run in column]
        print(f"\n{name}, {time.time() - began:.0f} s")
        totals["one run alone"] += show("  one run alone", [(run["truth"], run["alone"]) for run in runs])
        show("  the whole grid", [(run["truth"], run["grid"]) for run in runs])
        small = [
            (truths[key, run["lr"], run["seed"]], run["grid"])
            for k in range(4)
            for key, column in rows(work / f"small{k}.csv").items()
            for run in column
        ]
        totals["small grids"] += show("  four rates, one seed", small)
    print()
    for name, counts in totals.items():
        show(f"all: {name}", counts.elements())
    print(f"runs more than 4 times below their column's best rate that are called diverged: {far_below}")


main()
