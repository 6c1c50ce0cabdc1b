"""Steps in bf16 and fp16 that round where the table of roundings says, and runs under torch.amp.GradScaler.

Called by fixtures.py, after the transformer's fixtures, whose weights and batches it uses. Each value is kept in float32
and rounded by hand: `.to(bfloat16).float()` at the table's places, forward and backward. Beside them stands what
transformers and PEFT give under torch.autocast on the CPU, for weights in float32 (autocast) and of the format (pure).
"""

import math

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from torch.nn import functional
from transformers import LlamaForCausalLM, get_linear_schedule_with_warmup
from transformers.models.llama.modeling_llama import rotate_half

FORMATS = {"bf16": torch.bfloat16, "fp16": torch.float16}
STYLES = ("autocast", "pure")
RANK, ALPHA = 4, 10
MODULES = ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
           "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj")
HEADS, KEY_HEADS, HEAD_WIDTH, THETA, EPSILON = 4, 2, 8, 10000.0, 1e-5


class Rounder:
    """The operations of a step whose products are in one format. Gradients that reach an operation are of its output's
    type; those that it gives are rounded, each for itself."""

    def __init__(self, dtype, style, sums=torch.float32):
        """`sums` is the type in which products are summed before they are rounded."""
        self.is_pure = style == "pure"

        def r(x):
            return x.to(dtype).float()

        class Values(torch.autograd.Function):
            """Rounds the value; the gradient goes through."""

            @staticmethod
            def forward(ctx, x):
                return r(x)

            @staticmethod
            def backward(ctx, g):
                return g

        class Gradients(torch.autograd.Function):
            """Rounds the gradient; the value goes through."""

            @staticmethod
            def forward(ctx, x):
                return x.clone()

            @staticmethod
            def backward(ctx, g):
                return r(g)

        class Product(torch.autograd.Function):
            """round(a·bᵀ) over the last two axes."""

            @staticmethod
            def forward(ctx, a, b):
                ctx.save_for_backward(a, b)
                return r((a.to(sums) @ b.to(sums).transpose(-1, -2)).float())

            @staticmethod
            def backward(ctx, g):
                a, b = ctx.saved_tensors
                a, b, g = a.to(sums), b.to(sums), g.to(sums)
                return r((g @ b).float()), r((g.transpose(-1, -2) @ a).float())

        class Uses(torch.autograd.Function):
            """The same value several times. Backward the gradients are added from the last use to the first; of a value
            of the format each sum is rounded."""

            @staticmethod
            def forward(ctx, x, count, is_half):
                ctx.is_half = is_half
                return tuple(x.clone() for _ in range(count))

            @staticmethod
            def backward(ctx, *gradients):
                total = gradients[-1]
                for g in reversed(gradients[:-1]):
                    total = r(total + g) if ctx.is_half else total + g
                return total, None, None

        self.r, self.values, self.gradients = r, Values.apply, Gradients.apply
        self.product, self.uses = Product.apply, Uses.apply

    def add(self, x, y):
        """The sum of two values of the format."""
        return self.values(x + y)

    def adapted(self, first, second, weight, a, b, multiplier):
        """W·x and s·B·A·x for two uses of x, each in the format, and their sum."""
        base = self.product(first, self.r(weight))
        hidden = self.product(second, self.values(a))
        update = self.product(hidden, self.values(b))
        update = self.values(multiplier * self.gradients(update))
        return self.add(base, update)

    def norm(self, x, weight):
        weight = self.r(weight) if self.is_pure else weight
        x = self.gradients(x) if self.is_pure else x
        y = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + EPSILON)
        y = self.gradients(self.values(y)) if self.is_pure else y
        return self.values(y * weight)

    def rotate(self, x):
        positions = torch.arange(x.shape[-2], dtype=torch.float32)
        angles = positions[:, None] * (THETA ** (-torch.arange(0, HEAD_WIDTH, 2).float() / HEAD_WIDTH))
        angles = torch.cat((angles, angles), -1)
        first, second = self.uses(x, 2, True)
        first, second = self.gradients(first), self.gradients(rotate_half(second))
        if self.is_pure:
            return self.add(self.values(first * self.r(angles.cos())), self.values(second * self.r(angles.sin())))
        return self.add(first * angles.cos(), second * angles.sin())

    def attention(self, q, k, v):
        """q [batch, heads, T, d]; keys and values are repeated, and the sum of their gradients is of their type."""
        share = HEADS // KEY_HEADS
        k = self.gradients(k) if self.is_pure else k
        k, v = k.repeat_interleave(share, 1), self.gradients(v).repeat_interleave(share, 1)
        scores = self.gradients(self.product(q, k))
        scores = self.gradients(self.values(scores * HEAD_WIDTH**-0.5))
        hidden = torch.full(scores.shape[-2:], -math.inf).triu(1)
        weights = self.values((scores + hidden).softmax(-1))
        return self.product(weights, v.transpose(-1, -2))


def logits_of(step, weights, adapters, tokens):
    """Llama's forward pass with LoRA in every module."""
    s = ALPHA / RANK
    batch, T = tokens.shape

    def module(uses, name):
        first, second = (x.reshape(batch * T, -1) for x in uses)
        a, b = adapters[name + ".lora_A.weight"], adapters[name + ".lora_B.weight"]
        return step.adapted(first, second, weights[name + ".weight"], a, b, s).reshape(batch, T, -1)

    def heads(x, count):
        return x.reshape(batch, T, count, HEAD_WIDTH).transpose(1, 2)

    x = weights["model.embed_tokens.weight"][tokens]
    x = step.r(x) if step.is_pure else x
    for layer in range(2):
        path = f"model.layers.{layer}."
        through, x = step.uses(x, 2, step.is_pure)
        y = step.uses(step.norm(x, weights[path + "input_layernorm.weight"]), 6, step.is_pure)
        q = heads(module(y[:2], path + "self_attn.q_proj"), HEADS)
        k = heads(module(y[2:4], path + "self_attn.k_proj"), KEY_HEADS)
        v = heads(module(y[4:], path + "self_attn.v_proj"), KEY_HEADS)
        mixed = step.attention(step.rotate(q), step.rotate(k), v).transpose(1, 2).reshape(batch, T, -1)
        out = module(step.uses(mixed, 2, True), path + "self_attn.o_proj")
        x = through + step.gradients(out)
        x = step.values(x) if step.is_pure else x
        through, x = step.uses(x, 2, step.is_pure)
        y = step.uses(step.norm(x, weights[path + "post_attention_layernorm.weight"]), 4, step.is_pure)
        gate = module(y[:2], path + "mlp.gate_proj")
        up = module(y[2:], path + "mlp.up_proj")
        act = step.gradients(step.values(functional.silu(step.gradients(gate))))
        inner = step.values(act * step.gradients(up))
        out = module(step.uses(inner, 2, True), path + "mlp.down_proj")
        x = through + step.gradients(out)
        x = step.values(x) if step.is_pure else x
    y = step.norm(x, weights["model.norm.weight"])
    return step.product(y.reshape(batch * T, -1), step.r(weights["lm_head.weight"]))


def loss_by_hand(step, weights, adapters, rows):
    logits = logits_of(step, weights, adapters, rows[:, :-1])
    return functional.cross_entropy(step.gradients(logits), rows[:, 1:].flatten()), logits


def torch_model(weights, adapters, dtype, style, make_config):
    model = LlamaForCausalLM(make_config())
    model.load_state_dict(weights)
    if style == "pure":
        frequencies = model.model.rotary_emb.inv_freq.clone()
        model.to(dtype)
        # As from_pretrained(dtype=…) leaves it.
        model.model.rotary_emb.inv_freq = frequencies
    config = LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules="all-linear", task_type="CAUSAL_LM")
    model = get_peft_model(model, config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                parameter.copy_(adapters[name.removeprefix("base_model.model.").replace(".default.", ".")])
    return model


def distance(a, b):
    """‖a − b‖ ÷ ‖b‖ over all tensors."""
    top = sum((x.double() - y.double()).square().sum() for x, y in zip(a, b))
    return math.sqrt(top / sum(y.double().square().sum() for y in b))


# ---------------------------------------------------------------------------------------------------
# Runs under a scaler.

HEAVY = {"steps": 30, "lr": 2e-3, "clip": 1.0, "warmup": 3, "heavy": [12, 13, 22], "factor": 2000.0}
MLP_RANK, MLP_ALPHA = 16, 32


def train_scaled(run, loss_of, adapters):
    """A run with AdamW, torch.amp.GradScaler and the order of transformers' Trainer: unscale, clip, step, update; the
    schedule goes on where a step was made."""
    parameters = {name: value.clone().requires_grad_() for name, value in adapters.items()}
    optimizer = torch.optim.AdamW(parameters.values(), lr=run["lr"], weight_decay=0.0, foreach=False)
    schedule = get_linear_schedule_with_warmup(optimizer, run["warmup"], run["steps"])
    scaler = torch.amp.GradScaler("cpu")
    losses, norms, scales, skipped = [], [], [], []
    for number in range(run["steps"]):
        optimizer.zero_grad()
        loss = loss_of(parameters, number)
        scales.append(scaler.get_scale())
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        norm = torch.nn.utils.clip_grad_norm_(list(parameters.values()), run["clip"], foreach=False)
        scaler.step(optimizer)
        scaler.update()
        if scaler.get_scale() < scales[-1]:
            skipped.append(number)
        else:
            schedule.step()
        losses.append(loss.item())
        norms.append(norm.item() if math.isfinite(norm.item()) else None)
    final = {name: value.detach() for name, value in parameters.items()}
    return {**run, "losses": losses, "norms": norms, "scales": scales, "skipped": skipped,
            "last_scale": scaler.get_scale()}, final


def perceptron_loss(step, stored):
    """The perceptron of the fixtures in fp16. In a heavy step the targets are `factor` times as large: their gradient
    overflows under the scale."""
    s = MLP_ALPHA / MLP_RANK

    def loss_of(parameters, number):
        x, t = step.values(stored["x"][number % 25]), stored["t"][number % 25]
        t = HEAVY["factor"] * t if number in HEAVY["heavy"] else t
        for layer in range(3):
            path = f"layers.{layer}"
            first, second = step.uses(x, 2, True)
            x = step.adapted(first, second, stored[path + ".weight"], parameters[path + ".lora_A.weight"],
                             parameters[path + ".lora_B.weight"], s)
            x = step.gradients(x) if layer == 2 else step.gradients(torch.relu(x))
        return 0.5 * (x - t).square().mean()

    return loss_of


def scale_history():
    """What GradScaler makes of a long sequence of clean and overflowing steps: the scale after each change."""
    generator = torch.Generator().manual_seed(5)
    weight = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.0)
    scaler = torch.amp.GradScaler("cpu")
    bad = sorted({int(i) for i in torch.randint(9000, (9,), generator=generator)} | {0, 1, 2000, 4001})
    changes, before = [], scaler.get_scale()
    for step in range(9000):
        weight.grad = torch.full((1,), math.inf if step in bad else 1.0)
        scaler.scale(torch.zeros(1))
        scaler.step(optimizer)
        scaler.update()
        if scaler.get_scale() != before:
            before = scaler.get_scale()
            changes.append([step, before])
    return {"steps": 9000, "overflowing": bad, "changes": changes}


def make_precision(folder, write_json, make_config):
    stored = load_file(folder / "transformer.safetensors")
    weights = {name: stored[name] for name in LlamaForCausalLM(make_config()).state_dict()}
    batches = stored["batches"]
    torch.manual_seed(17)
    adapters = {}
    for layer in range(2):
        for name in MODULES:
            path = f"model.layers.{layer}.{name}"
            out, inputs = weights[path + ".weight"].shape
            adapters[path + ".lora_A.weight"] = (torch.rand(RANK, inputs) * 2 - 1) * inputs**-0.5
            adapters[path + ".lora_B.weight"] = 0.1 * torch.randn(out, RANK)
    tensors = {"adapter." + name: value for name, value in adapters.items()}
    rows = batches[0].long()
    cases = {}
    for format, dtype in FORMATS.items():
        for style in STYLES:
            scale = 1024.0 if format == "fp16" else 1.0
            step = Rounder(dtype, style)
            parameters = {name: value.clone().requires_grad_() for name, value in adapters.items()}
            loss, logits = loss_by_hand(step, weights, parameters, rows)
            (scale * loss).backward()
            by_hand = [p.grad for p in parameters.values()]

            other_sums = Rounder(dtype, style, torch.float64)
            others = {name: value.clone().requires_grad_() for name, value in adapters.items()}
            (scale * loss_by_hand(other_sums, weights, others, rows)[0]).backward()
            summed = [p.grad for p in others.values()]

            model = torch_model(weights, adapters, dtype, style, make_config)
            with torch.autocast("cpu", dtype=dtype):
                theirs = model(input_ids=rows[:, :-1]).logits.flatten(0, 1)
            their_loss = functional.cross_entropy(theirs.float(), rows[:, 1:].flatten())
            (scale * their_loss).backward()
            found = {
                name.removeprefix("base_model.model.").replace(".default.", "."): p.grad
                for name, p in model.named_parameters() if p.grad is not None
            }
            by_torch = [found[name] for name in parameters]
            single = Rounder(torch.float32, "autocast")
            free = {name: value.clone().requires_grad_() for name, value in adapters.items()}
            (scale * loss_by_hand(single, weights, free, rows)[0]).backward()
            exact = [p.grad for p in free.values()]

            key = f"{format}.{style}."
            tensors[key + "logits"] = logits.detach().to(dtype)
            tensors[key + "torch.logits"] = theirs.detach().to(dtype)
            for name, gradient, other in zip(parameters, by_hand, by_torch):
                assert torch.equal(gradient, gradient.to(dtype).float()), "a gradient that is not of the format"
                tensors[key + "gradient." + name] = gradient.to(dtype)
                tensors[key + "torch.gradient." + name] = other.to(dtype)
            cases[f"{format}.{style}"] = {
                "scale": scale, "loss": loss.item(), "torch_loss": their_loss.item(),
                "gradients_to_other_sums": distance(by_hand, summed),
                "gradients_to_torch": distance(by_hand, by_torch), "gradients_to_fp32": distance(by_hand, exact),
                "torch_to_fp32": distance(by_torch, exact),
            }
            print(f"{format} {style}: {cases[f'{format}.{style}']}")
    mlp = load_file(folder / "mlp.safetensors")
    start = {}
    for layer in range(3):
        path = f"layers.{layer}"
        start[path + ".lora_A.weight"] = mlp[f"lora16.base_model.model.{path}.lora_A.weight"]
        start[path + ".lora_B.weight"] = torch.zeros(mlp[path + ".weight"].shape[0], MLP_RANK)
    heavy, final = train_scaled(HEAVY, perceptron_loss(Rounder(torch.float16, "autocast"), mlp), start)
    tensors |= {"heavy.final." + name: value for name, value in final.items()}
    print("heavy", heavy["skipped"], heavy["last_scale"], heavy["losses"])
    save_file({name: value.contiguous() for name, value in tensors.items()}, folder / "precision.safetensors")
    write_json(folder / "precision.json",
               {"rank": RANK, "alpha": ALPHA, "cases": cases, "heavy": heavy, "history": scale_history()})
