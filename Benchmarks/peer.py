"""The peers of the benchmark: PyTorch with PEFT, and numpy for its OpenBLAS. Answers like Server.swift, a line of JSON a request."""

import json
import sys
import time

KIND = sys.argv[1]  # "torch", "numpy", or "tutorial": all of tutorial 02, once


def best(seconds, body):
    """The least mean time of a call over batches of about ten milliseconds."""
    body()
    count, least = 1, float("inf")
    end = time.perf_counter() + seconds
    while True:
        start = time.perf_counter()
        for _ in range(count):
            body()
        elapsed = time.perf_counter() - start
        least = min(least, elapsed / count)
        if elapsed < 0.01:
            count *= 2
        if time.perf_counter() >= end:
            return least


def product_numpy(form, m, n, k, seconds):
    import numpy as np

    a = np.full((k, m) if form == "tn" else (m, k), 0.01, np.float32)
    b = np.full((n, k) if form == "nt" else (k, n), 0.01, np.float32)
    c = np.empty((m, n), np.float32)
    x = a.T if form == "tn" else a
    y = b.T if form == "nt" else b
    return best(seconds, lambda: np.matmul(x, y, out=c))


def product_torch(form, m, n, k, seconds):
    import torch

    torch.set_num_threads(1)
    a = torch.full((k, m) if form == "tn" else (m, k), 0.01)
    b = torch.full((n, k) if form == "nt" else (k, n), 0.01)
    c = torch.empty(m, n)
    x = a.T if form == "tn" else a
    y = b.T if form == "nt" else b
    with torch.no_grad():
        return best(seconds, lambda: torch.mm(x, y, out=c))


WORKLOADS = {  # layers, width, ff, heads, vocabulary, context, rank, targets
    "W0": (2, 64, 172, 4, 64, 32, 16, ["q_proj", "v_proj"]),
    "W1": (4, 128, 344, 4, 96, 64, 64, ["q_proj", "v_proj"]),
    "W1a": (4, 128, 344, 4, 96, 64, 64, "all-linear"),
    "W2": (6, 384, 1024, 6, 1024, 256, 64, ["q_proj", "v_proj"]),
}


def transformer(name):
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    layers, width, ff, heads, vocabulary, context, rank, targets = WORKLOADS[name]
    config = LlamaConfig(
        vocab_size=vocabulary, hidden_size=width, intermediate_size=ff, num_hidden_layers=layers,
        num_attention_heads=heads, num_key_value_heads=heads, max_position_embeddings=context,
        rms_norm_eps=1e-5, rope_theta=10000.0, tie_word_embeddings=False)
    model = LlamaForCausalLM(config)
    lora = LoraConfig(
        r=rank, lora_alpha=16, use_rslora=True, target_modules=targets, lora_dropout=0.0,
        task_type="CAUSAL_LM")
    return get_peft_model(model, lora), vocabulary, context


def make_step(model):
    import torch

    optimizer = torch.optim.AdamW(
        [p for p in model.parameters() if p.requires_grad], lr=1e-3, weight_decay=0.0)

    def step(tokens):
        optimizer.zero_grad(set_to_none=True)
        logits = model(input_ids=tokens[:, :-1], use_cache=False).logits
        loss = torch.nn.functional.cross_entropy(
            logits.reshape(-1, logits.shape[-1]), tokens[:, 1:].reshape(-1))
        loss.backward()
        optimizer.step()
        return loss

    return step


def workload(name, threads, steps):
    import torch

    torch.set_num_threads(threads)
    model, vocabulary, context = transformer(name)
    step = make_step(model)
    tokens = torch.randint(0, vocabulary, (8, context + 1))
    step(tokens)
    times = []
    for _ in range(steps):
        start = time.perf_counter()
        step(tokens)
        times.append(time.perf_counter() - start)
    times.sort()
    return times[len(times) // 2] * 1000


def losses(name, steps, folder):
    import torch
    from safetensors.torch import load_file

    torch.set_num_threads(1)
    tensors = load_file(f"{folder}/{name}.safetensors")
    tokens = tensors.pop("tokens").long()
    model, _, _ = transformer(name)
    state = model.state_dict()
    mapping = {}
    for key in state:
        plain = key.removeprefix("base_model.model.").replace(".base_layer", "")
        if "lora_A" in key:
            mapping[key] = tensors[key.replace(".default", "")]
        elif "lora_B" not in key:
            mapping[key] = tensors[plain]
    missing, unexpected = model.load_state_dict(mapping, strict=False)
    assert not unexpected and all("lora_B" in key for key in missing), (missing, unexpected)
    step = make_step(model)
    return [step(tokens[i]).item() for i in range(steps)]


def perceptron_run(seed, base=1, rank=64, alpha=8, rslora=True, peak=1.0, ramp=True, steps=400, tail=0.5, adam=False):
    """One run of tutorial 02 as a user of PEFT writes it, data and both evaluations included."""
    import math

    import torch
    from peft import LoraConfig, get_peft_model

    d = 64
    draw = torch.Generator().manual_seed(base)

    class Perceptron(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = torch.nn.ModuleList([torch.nn.Linear(d, d, bias=False) for _ in range(3)])

        def forward(self, x):
            for i, layer in enumerate(self.layers):
                x = layer(x)
                if i < 2:
                    x = torch.relu(x)
            return x

    student, teacher = Perceptron(), Perceptron()
    with torch.no_grad():
        for i in range(3):
            w = torch.randn(d, d, generator=draw) * math.sqrt((1 if i == 2 else 2) / d)
            student.layers[i].weight.copy_(w)
            teacher.layers[i].weight.copy_(w + torch.randn(d, d, generator=draw) * 0.1 / math.sqrt(d))
    spectrum = 1 / torch.arange(1, d + 1)
    spectrum = torch.sqrt(spectrum / spectrum.sum() * d)
    held_out = torch.randn(256, d, generator=draw) * spectrum
    torch.manual_seed(seed)
    model = get_peft_model(student, LoraConfig(
        r=rank, lora_alpha=alpha, use_rslora=rslora, target_modules=["layers.0", "layers.1", "layers.2"]))
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = (torch.optim.AdamW(parameters, lr=peak, weight_decay=0.0) if adam
                 else torch.optim.SGD(parameters, lr=peak))

    def evaluate():
        with torch.no_grad():
            return (0.5 * ((model(held_out) - teacher(held_out)) ** 2).mean()).item()

    evaluate()
    for t in range(steps):
        if ramp:
            for group in optimizer.param_groups:
                group["lr"] = peak * (t + 1) / steps
        x = torch.randn(8, d) * spectrum
        if tail:
            x = x * torch.exp(tail * torch.randn(8, 1))
        with torch.no_grad():
            y = teacher(x) + 0.05 * torch.randn(8, d)
        loss = 0.5 * ((model(x) - y) ** 2).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if adam:
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        if not math.isfinite(loss.item()):
            break
    return evaluate()


def tutorial():
    """All runs of tutorial 02, one after another: as many, as long and at the same settings. One thread is PyTorch's best here."""
    import torch

    torch.set_num_threads(1)
    start = dict(rank=16, alpha=32, rslora=False)
    habit = dict(rank=64, alpha=128, rslora=False)
    stable = dict(rank=64, alpha=8, rslora=True)
    fixed = dict(rank=64, alpha=32, rslora=False)
    advised = dict(rank=64, alpha=64, rslora=True)
    arms = [start, habit, stable, fixed]
    count = 0

    def trial(peak, seeds, adapters, base=0, **settings):
        nonlocal count
        for adapter in adapters:
            for seed in range(seeds):
                perceptron_run(seed, base=base, peak=peak, **adapter, **settings)
                count += 1

    trial(1.5, 5, arms)
    for base in range(1, 5):
        trial(1.5, 5, [habit, stable], base)
    trial(2.0, 20, arms)
    for base in range(1, 5):
        trial(2.0, 20, arms, base)
    # The attempts that each arm takes there.
    for adapter, peaks in zip(arms, ([2.0], [2.0, 1.0, 0.5], [2.0], [2.0])):
        for peak in peaks:
            trial(peak, 5, [adapter])
    trial(1.5, 20, [habit, stable])
    for alpha, rslora in ((32, False), (8, True)):
        grid = [dict(rank=r, alpha=alpha, rslora=rslora) for r in (4, 16, 64, 128)]
        trial(0.2, 5, grid, ramp=False, steps=300, tail=0)
    trial(2.0, 20, [advised])
    trial(2e-4, 5, [habit, fixed, stable, advised], ramp=False, steps=600, adam=True)
    return count


def perceptron(runs):
    import torch

    torch.set_num_threads(1)
    perceptron_run(0, steps=5)
    start = time.perf_counter()
    for seed in range(runs):
        perceptron_run(seed)
    return time.perf_counter() - start


def perceptron_batched(runs, threads):
    """All runs at once in batched products, without PEFT: the fastest that PyTorch does here."""
    import math

    import torch

    torch.set_num_threads(threads)
    d = 64
    start = time.perf_counter()
    g = torch.Generator().manual_seed(1)
    w = [torch.randn(d, d, generator=g) * math.sqrt((1 if i == 2 else 2) / d) for i in range(3)]
    teacher = [x + torch.randn(d, d, generator=g) * 0.1 / math.sqrt(d) for x in w]
    spectrum = 1 / torch.arange(1, d + 1)
    spectrum = torch.sqrt(spectrum / spectrum.sum() * d)
    a = [((torch.rand(runs, 64, d) * 2 - 1) / math.sqrt(d)).requires_grad_() for _ in range(3)]
    b = [torch.zeros(runs, d, 64, requires_grad=True) for _ in range(3)]
    for t in range(400):
        x = torch.randn(runs, 8, d) * spectrum * torch.exp(0.5 * torch.randn(runs, 8, 1))
        with torch.no_grad():
            y = x
            for i in range(3):
                y = y @ teacher[i].T
                if i < 2:
                    y = torch.relu(y)
            y = y + 0.05 * torch.randn(runs, 8, d)
        h = x
        for i in range(3):
            h = h @ w[i].T + torch.bmm(torch.bmm(h, a[i].transpose(1, 2)), b[i].transpose(1, 2))
            if i < 2:
                h = torch.relu(h)
        loss = (0.5 * (h - y) ** 2).mean(dim=(1, 2)).sum()
        gradients = torch.autograd.grad(loss, a + b)
        with torch.no_grad():
            for p, q in zip(a + b, gradients):
                p -= 1.0 * (t + 1) / 400 * q
    return time.perf_counter() - start


def answer(words):
    name, rest = words[0], words[1:]
    if name == "product":
        body = product_torch if KIND == "torch" else product_numpy
        return {"value": body(rest[0], int(rest[1]), int(rest[2]), int(rest[3]), float(rest[4]))}
    if name == "workload":
        return {"value": workload(rest[0], int(rest[1]), int(rest[2]))}
    if name == "losses":
        return {"losses": losses(rest[0], int(rest[1]), rest[2])}
    if name == "perceptron":
        return {"value": perceptron(int(rest[0]))}
    if name == "batched":
        return {"value": perceptron_batched(int(rest[0]), int(rest[1]))}
    raise ValueError(words)


if __name__ == "__main__":
    if KIND == "tutorial":
        print(tutorial())
        sys.exit()
    for line in sys.stdin:
        try:
            print(json.dumps(answer(line.split())), flush=True)
        except Exception as error:  # the asker reports it
            print(json.dumps({"error": repr(error)}), flush=True)
