"""Times ranklab and its peers in turn, in one run, and prints medians and ratios. `scripts/bench` calls it."""

import argparse
import json
import os
import pty
import select
import statistics
import subprocess
import sys
import time

SHAPES = (
    [(f, n, n, n) for n in (64, 128, 256, 512, 1024) for f in ("nn", "nt", "tn")]
    + [(f, *s) for s in ((512, 16, 128), (512, 64, 128), (512, 128, 64), (2048, 768, 768)) for f in ("nn", "nt", "tn")]
)
STEPS = {"W0": 60, "W1": 15, "W1a": 10, "W2": 3}


class Side:
    """A process that answers a request a line."""

    def __init__(self, name, command, environment=None):
        self.name = name
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=environment)

    def ask(self, *words):
        self.process.stdin.write(" ".join(str(w) for w in words) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended at {words}")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(f"{self.name}, {words}: {answer['error']}")
        return answer

    def value(self, *words):
        return self.ask(*words)["value"]


def row(results, name, unit, ours, peers):
    """Medians over the rounds, and the median of the ratios round by round: above 1 where ranklab is faster."""
    entry = {"name": name, "unit": unit, "ranklab": statistics.median(ours)}
    text = f"{name:28s} {entry['ranklab']:10.4g} {unit}"
    for peer, values in peers.items():
        ratio = statistics.median(v / o for o, v in zip(ours, values))
        entry[peer] = statistics.median(values)
        entry[f"{peer} ratio"] = ratio
        text += f"   {peer} {entry[peer]:10.4g}  {ratio:6.2f}x"
    results.append(entry)
    print(text, flush=True)


def first_prompt(program, runs):
    """Seconds from the start of the program to its first prompt on a terminal, and its resident memory there."""
    times, memory = [], []
    for _ in range(runs):
        start = time.perf_counter()
        child, terminal = pty.fork()
        if child == 0:
            os.environ.update(TERM="xterm", XDG_STATE_HOME="/nonexistent")
            os.execv(program, [program])
        seen = b""
        while b"> " not in seen:
            select.select([terminal], [], [], 10)
            seen += os.read(terminal, 4096)
        times.append(time.perf_counter() - start)
        time.sleep(0.05)
        with open(f"/proc/{child}/status") as status:
            memory += [int(line.split()[1]) / 1000 for line in status if line.startswith("VmRSS")]
        os.write(terminal, b"\x04")
        os.waitpid(child, 0)
        os.close(terminal)
    return times, memory


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--program", required=True)
    parser.add_argument("--folder", required=True, help="a folder for exchanged files")
    parser.add_argument("--tutorial", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="products, workloads, perceptron, start, completion")
    parser.add_argument("--json", default="", help="a file for the results")
    options = parser.parse_args()
    peer = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peer.py")
    # Old OpenBLAS builds are steered by these; a current one chooses by itself.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}
    environment["OPENBLAS_NUM_THREADS"] = "1"
    ours = Side("ranklab", [options.server])
    torch = Side("torch", [sys.executable, peer, "torch"])
    blas = Side("openblas", [sys.executable, peer, "numpy"], environment)
    results = []
    rounds = range(options.rounds)

    def wants(part):
        return not options.only or part in options.only.split(",")

    if wants("products"):
        peaks = [ours.value("peak", 0.2) for _ in rounds]
        print(f"multiply-add peak of one core: {statistics.median(peaks) / 1e9:.1f} GFLOP/s")
        for form, m, n, k in SHAPES:
            seconds = 0.1 if m * n * k < 1e8 else 0.4
            times = {side: [] for side in (ours, torch, blas)}
            for _ in rounds:
                for side in times:
                    times[side].append(side.value("product", form, m, n, k, seconds))
            share = statistics.median(2 * m * n * k / t / p for t, p in zip(times[ours], peaks))
            row(results, f"{form} {m}x{n}x{k}", "s", times[ours], {"mkl": times[torch], "openblas": times[blas]})
            results[-1]["share of peak"] = share
            print(f"{'':28s} {100 * share:9.1f} % of the peak")
    if wants("workloads"):
        for name, steps in STEPS.items():
            checked = min(steps, 10)
            ours.ask("export", name, checked, options.folder)
            a = ours.ask("losses", name, checked)["losses"]
            b = torch.ask("losses", name, checked, options.folder)["losses"]
            difference = max(abs(x - y) / abs(y) for x, y in zip(a, b))
            print(f"{name}: losses of {checked} steps agree within {difference:.1e}")
            if difference > 1e-4:
                raise SystemExit(f"{name}: the two sides do not compute the same")
            both = []
            for threads in (1, 2):
                times = {side: [] for side in (ours, torch)}
                for _ in rounds:
                    for side in times:
                        times[side].append(side.value("workload", name, threads, steps))
                both.append(times[ours])
                row(results, f"{name}, {threads} thread", "ms", times[ours], {"peft": times[torch]})
            gain = statistics.median(x / y for x, y in zip(*both))
            results[-1]["gain of two threads"] = gain
            print(f"{'':28s} {gain:9.2f}x on two threads against one")
    if wants("perceptron"):
        times = {side: [] for side in (ours, torch)}
        for _ in rounds:
            times[ours].append(ours.value("perceptron", 10, 1) / 10)
            times[torch].append(torch.value("perceptron", 2) / 2)
        row(results, "M, one run, 1 thread", "s", times[ours], {"peft": times[torch]})
        second = Side("torch", [sys.executable, peer, "torch"])
        alone, pair, batched, single = [], [], [], []
        for _ in rounds:
            single.append(ours.value("perceptron", 80, 1))
            alone.append(ours.value("perceptron", 80, 2))
            for side in (torch, second):
                side.process.stdin.write("perceptron 4\n")
                side.process.stdin.flush()
            pair.append(10 * max(json.loads(s.process.stdout.readline())["value"] for s in (torch, second)))
            batched.append(torch.value("batched", 80, 2))
        row(results, "M, 80 runs, 2 threads", "s", alone, {"two peft": pair, "bmm": batched})
        gain = statistics.median(x / y for x, y in zip(single, alone))
        results[-1]["gain of two threads"] = gain
        print(f"{'':28s} {gain:9.2f}x on two threads against one")
    if wants("start"):
        times, memory = first_prompt(options.program, 2 * options.rounds)
        row(results, "first prompt", "s", times, {})
        row(results, "idle memory", "MB", memory, {})
        tutorial = []
        for _ in rounds:
            start = time.perf_counter()
            subprocess.run([options.program, "run", options.tutorial], check=True, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
            tutorial.append(time.perf_counter() - start)
        # Two minutes and more: once, between our rounds' figures and no other load.
        start = time.perf_counter()
        subprocess.run([sys.executable, peer, "tutorial"], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        whole = [time.perf_counter() - start] * len(tutorial)
        row(results, "tutorial 02, cold start", "s", tutorial, {"peft": whole})
    if wants("completion"):
        answer = ours.ask("completion", 1000, 200)
        print(f"completion with a model of 1000 modules ({answer['candidates']} candidates for a target), milliseconds:")
        for place in answer["places"]:
            results.append({"name": f"completion, {place['name']}", "unit": "ms", "ranklab": place["median"],
                            "most": place["most"], "most processor time": place["most processor time"]})
            print(f"{place['name']:28s} median {place['median']:8.3f}   most {place['most']:8.3f}"
                  f"   most processor time {place['most processor time']:8.3f}", flush=True)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
