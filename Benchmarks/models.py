"""Times ranklab and transformers at loading a large model and running it once over 64 tokens, on one core.

Every measurement is a process of its own, the two sides in turn, the files cached by the system; medians are printed,
of the time on the clock and of the processor's (which other work on the machine disturbs less). Imports are not
counted on either side. Run through scripts/bench-models.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

TOKENS = 64
WIDTH = 1024


def make(folder, kind, megabytes):
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    bytes_each = {"F32": 4, "BF16": 2}[kind]
    vocabulary, inner = 8192, 2816
    layer = 4 * WIDTH * WIDTH + 3 * WIDTH * inner
    layers = max(1, round((megabytes * 1e6 / bytes_each - 2 * vocabulary * WIDTH) / layer))
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=vocabulary, hidden_size=WIDTH, intermediate_size=inner, num_hidden_layers=layers,
        num_attention_heads=16, num_key_value_heads=16, max_position_embeddings=256,
    )
    model = LlamaForCausalLM(config).to({"F32": torch.float32, "BF16": torch.bfloat16}[kind])
    model.save_pretrained(folder, max_shard_size="10GB")
    return (folder / "model.safetensors").stat().st_size


def peer(folder, dtype):
    """One measurement of transformers: load, and logits of the same tokens as the other side."""
    import torch
    from transformers import AutoModelForCausalLM
    from transformers.models.llama import modeling_llama  # noqa: F401  (imported before the clock starts)

    torch.set_num_threads(1)
    tokens = torch.tensor([[(i * 7) % 101 for i in range(TOKENS)]])
    start, used = time.perf_counter(), time.process_time()
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, dtype)).eval()
    loaded = time.perf_counter()
    with torch.inference_mode():
        logits = model(input_ids=tokens, use_cache=False).logits
    end, cpu = time.perf_counter(), time.process_time() - used
    answer = {
        "load": loaded - start, "forward": end - loaded, "total": end - start, "cpu": cpu,
        "logits": logits[0, -1, :8].float().tolist(),
    }
    print(json.dumps(answer))


def ask(command, request=None):
    answer = subprocess.run(command, input=request, capture_output=True, text=True)
    if answer.returncode != 0:
        sys.exit(answer.stderr)
    result = json.loads(answer.stdout.splitlines()[-1])
    if "error" in result:
        sys.exit(result["error"])
    return result


def median(results, key):
    return statistics.median(result[key] for result in results)


def compare(kind, folder, size, server, rounds):
    dtypes = ["float32"] if kind == "F32" else ["float32", "bfloat16"]
    sides = {"ranklab": lambda: ask(["taskset", "-c", "0", server], f"load {folder} {TOKENS}\n")}
    for dtype in dtypes:
        command = ["taskset", "-c", "0", sys.executable, __file__, "--peer", str(folder), "--dtype", dtype]
        sides[f"transformers {dtype}"] = lambda command=command: ask(command)
    for side in sides.values():
        side()  # caches the file and what is compiled
    results = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            results[name].append(side())
    print(f"\n{kind}, {size / 1e6:.0f} MB: seconds, medians of {rounds}")
    for name, found in results.items():
        print(f"  {name:24} load {median(found, 'load'):7.3f}   forward {median(found, 'forward'):7.3f}"
              f"   total {median(found, 'total'):7.3f}   processor {median(found, 'cpu'):7.3f}")
    ratios = {
        name: {key: median(results["ranklab"], key) / median(found, key) for key in ("total", "cpu")}
        for name, found in results.items() if name != "ranklab"
    }
    for name, ratio in ratios.items():
        print(f"  of {name:21} {ratio['total']:.2f} on the clock, {ratio['cpu']:.2f} of the processor's time")
    reference = results["transformers float32"][0]["logits"]
    difference = max(abs(a - b) for a, b in zip(results["ranklab"][0]["logits"], reference))
    print(f"  logits differ by {difference:.1e}")
    step = ask(["taskset", "-c", "0", server], f"train {folder} {TOKENS}\n")
    beyond = step["resident"] - step["activations"] - size
    print(f"  after a training step: resident {step['resident'] / 1e6:.0f} MB, of these arenas, gradients and optimiser "
          f"{step['activations'] / 1e6:.0f} MB; beyond the file {100 * beyond / size:.1f} %; "
          f"peak {step['peak'] / 1e6:.0f} MB")
    seconds = {name: {key: median(found, key) for key in ("load", "forward", "total", "cpu")}
               for name, found in results.items()}
    return {"seconds": seconds, "ratios": ratios, "difference": difference, "step": step,
            "beyond": beyond / size, "file": size}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--megabytes", type=float, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", default="", help="a file for the results")
    parser.add_argument("--peer", help="measures transformers on this folder and ends")
    parser.add_argument("--dtype", default="float32")
    arguments = parser.parse_args()
    if arguments.peer:
        peer(arguments.peer, arguments.dtype)
        return
    results = {}
    for kind in ("F32", "BF16"):
        folder = arguments.folder / kind
        size = make(folder, kind, arguments.megabytes)
        results[kind] = compare(kind, folder, size, arguments.server, arguments.rounds)
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
