"""Reference numbers for the tests: single operations, short training runs, random words, files, models.

Run through scripts/make-fixtures, which pins the packages. Everything is drawn from fixed seeds, runs on
one thread, and is stored as float32 (token ids as int32). Each safetensors file has a JSON file of the same
name beside it with the settings and the scalars.
"""

import json
import math
import sys
import tempfile
from pathlib import Path

import peft
import safetensors
import torch
import transformers
from accumulation_fixture import make_accumulation
from adapter_fixtures import make_adapters
from huggingface_hub import save_torch_state_dict
from model_fixtures import make_models
from peft import LoraConfig, get_peft_model
from precision_fixtures import make_precision
from schedule_fixtures import make_schedules
from safetensors.torch import load_file, save_file
from torch.nn import functional
from transformers import LlamaConfig, LlamaForCausalLM, get_linear_schedule_with_warmup
from transformers.models.llama.modeling_llama import rotate_half

from quantization_fixtures import make_quantized
from tokenizer_fixtures import make_tokenizers

STEPS = 50


def write_tensors(path, tensors):
    """Stores floating tensors as float32 and whole numbers as int32."""
    stored = {}
    for name, tensor in tensors.items():
        dtype = torch.float32 if tensor.is_floating_point() else torch.int32
        stored[name] = tensor.detach().to(dtype).contiguous().clone()
    save_file(stored, path)


def laid_out(value, indent=""):
    """JSON text; objects and lists of plain values stay on one line."""
    elements = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    if not any(isinstance(element, (dict, list)) for element in elements):
        return json.dumps(value, ensure_ascii=False)
    deeper = indent + " "
    if isinstance(value, dict):
        lines = [f"{deeper}{json.dumps(key)}: {laid_out(element, deeper)}" for key, element in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    return "[\n" + ",\n".join(deeper + laid_out(element, deeper) for element in value) + f"\n{indent}]"


def write_json(path, value):
    path.write_text(laid_out(value) + "\n")


def versions():
    modules = {"torch": torch, "peft": peft, "transformers": transformers, "safetensors": safetensors}
    return {name: module.__version__ for name, module in modules.items()}


# ---------------------------------------------------------------------------------------------------
# Operations: computed in double precision from inputs that float32 holds exactly.


def draw(*shape, scale=1.0):
    return (torch.randn(*shape) * scale).to(torch.float32).to(torch.float64)


class Operations:
    """Collects the cases: `<op>.<case>.<name>` tensors, and settings by `<op>.<case>`."""

    def __init__(self):
        self.tensors = {}
        self.settings = {}

    def record(self, case, tensors, **settings):
        self.tensors.update({f"{case}.{name}": value for name, value in tensors.items()})
        self.settings[case] = settings

    def differentiate(self, case, function, inputs, constants=None, **settings):
        """Stores inputs, output, a drawn output gradient and the gradient of every input."""
        leaves = {name: value.clone().requires_grad_() for name, value in inputs.items()}
        output = function(*leaves.values())
        scalar = output.dim() == 0
        upstream = torch.ones((), dtype=torch.float64) if scalar else draw(*output.shape)
        output.backward(upstream)
        stored = dict(inputs) | (constants or {}) | {"output": output}
        if not scalar:
            stored["grad_output"] = upstream
        stored |= {f"grad_{name}": leaf.grad for name, leaf in leaves.items()}
        self.record(case, stored, **settings)


def rope(x, theta):
    """Half-split rotary embedding of [T, heads, head_dim] at positions 0..T-1."""
    length, _, width = x.shape
    frequencies = theta ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    angles = torch.arange(length, dtype=torch.float64)[:, None] * frequencies[None, :]
    angles = torch.cat((angles, angles), dim=-1)[:, None, :]
    return x * angles.cos() + rotate_half(x) * angles.sin()


def causal_attention(q, k, v):
    """[T, heads, head_dim] each; query head h reads key-value head h // (heads / kv_heads)."""
    group = q.shape[1] // k.shape[1]
    k = k.repeat_interleave(group, dim=1)
    v = v.repeat_interleave(group, dim=1)
    scores = torch.einsum("thd,shd->hts", q, k) / math.sqrt(q.shape[2])
    future = torch.ones(scores.shape[1:], dtype=torch.bool).triu(1)
    weights = scores.masked_fill(future, -math.inf).softmax(dim=-1)
    return torch.einsum("hts,shd->thd", weights, v)


def rms_norm(x, weight, eps=1e-5):
    return x * torch.rsqrt(x.square().mean(dim=-1, keepdim=True) + eps) * weight


def half_mse(y, t):
    return 0.5 * (y - t).square().mean()


def add_products(operations):
    for case, rows, inner, outer in [("small", 5, 7, 6), ("wide", 20, 64, 48)]:
        inputs = {"x": draw(rows, inner), "weight": draw(outer, inner, scale=inner**-0.5)}
        operations.differentiate(f"linear.{case}", functional.linear, inputs)
    bias = {"x": draw(5, 7), "weight": draw(6, 7), "bias": draw(6)}
    operations.differentiate("linear.bias", functional.linear, bias)

    for case, rows, inner, outer, rank, scale in [
        ("small", 5, 7, 6, 3, 0.75),
        ("wide", 20, 64, 48, 16, 2.0),
        ("over", 4, 6, 5, 9, 5.656854152679443),
    ]:
        weight = draw(outer, inner, scale=inner**-0.5)
        inputs = {
            "x": draw(rows, inner),
            "A": draw(rank, inner, scale=inner**-0.5),
            "B": draw(outer, rank, scale=0.1),
        }

        def lora(x, a, b, weight=weight, scale=scale):
            return functional.linear(x, weight) + scale * functional.linear(functional.linear(x, a), b)

        operations.differentiate(f"lora.{case}", lora, inputs, {"weight": weight}, scale=scale, r=rank)


def add_layers(operations):
    for case, rows, width in [("small", 5, 32), ("odd", 3, 37)]:
        x = draw(rows, width)
        x[0] *= 1e-3  # a row whose mean square is near eps
        operations.differentiate(
            f"rms_norm.{case}", rms_norm, {"x": x, "weight": 1 + draw(width, scale=0.2)}, eps=1e-5
        )

    for case, length, heads, width in [("small", 7, 4, 8), ("long", 33, 2, 16)]:
        inputs = {"x": draw(length, heads, width)}
        operations.differentiate(f"rope.{case}", lambda x: rope(x, 10000.0), inputs, theta=10000.0)

    for case, length, heads, kv_heads, width in [
        ("grouped", 7, 4, 2, 8),
        ("equal", 33, 2, 2, 16),
        ("one", 1, 2, 1, 8),
    ]:
        inputs = {
            "q": draw(length, heads, width),
            "k": draw(length, kv_heads, width),
            "v": draw(length, kv_heads, width),
        }
        operations.differentiate(
            f"attention.{case}", causal_attention, inputs, heads=heads, kv_heads=kv_heads
        )

    x = torch.cat([draw(60, scale=2.0), torch.tensor([0.0, -30.0, 30.0, -9.5, 9.5, 1e-6, -1e-6]).double()])
    pair = {"gate": x, "up": draw(67)}
    operations.differentiate("swiglu.wide", lambda gate, up: functional.silu(gate) * up, pair)
    operations.differentiate("gelu_tanh.wide", lambda v: functional.gelu(v, approximate="tanh"), {"x": x})
    operations.differentiate("gelu_erf.wide", functional.gelu, {"x": x})
    operations.differentiate("relu.wide", torch.relu, {"x": x})

    table = draw(11, 6)
    ids = torch.tensor([3, 0, 10, 3, 3, 7, 0])
    operations.differentiate(
        "embedding.repeated", lambda t: functional.embedding(ids, t), {"table": table}, {"ids": ids}
    )


def add_losses(operations):
    logits = draw(9, 48)
    logits[3] *= 30 / logits[3].abs().max()
    logits[4, 5], logits[4, 6], logits[5, 0] = 30.0, 30.0, -30.0
    targets = torch.tensor([1, 47, 0, 13, 5, 0, 20, 20, 31])
    targets[3] = logits[3].argmin()
    logits = logits.float().double()
    operations.differentiate(
        "cross_entropy.wide",
        lambda x: functional.cross_entropy(x, targets),
        {"logits": logits},
        {"targets": targets},
    )
    ignored = targets.clone()
    ignored[[0, 6]] = -100  # left out of the mean
    operations.differentiate(
        "cross_entropy.ignored",
        lambda x: functional.cross_entropy(x, ignored),
        {"logits": logits},
        {"targets": ignored},
    )
    operations.differentiate("half_mse.small", half_mse, {"y": draw(8, 9), "t": draw(8, 9)})


def add_optimizers(operations):
    def steps(case, make, size=37, count=5, **settings):
        parameter = torch.nn.Parameter(draw(size))
        gradients = draw(count, size)
        gradients[:, 0] = 0.0  # a parameter whose gradient stays zero
        gradients[1:, 1] = 0.0  # and one whose gradient stops
        initial = parameter.detach().clone()
        optimizer = make(parameter)
        after = []
        for gradient in gradients:
            parameter.grad = gradient.clone()
            optimizer.step()
            after.append(parameter.detach().clone())
        operations.record(
            case, {"initial": initial, "gradients": gradients, "parameters": torch.stack(after)}, **settings
        )

    for case, decay in [("plain", 0.0), ("decay", 0.01)]:
        settings = {"lr": 1e-2, "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": decay}
        steps(f"adamw.{case}", lambda p, s=settings: torch.optim.AdamW([p], **s, foreach=False), **settings)
    for case, momentum in [("plain", 0.0), ("momentum", 0.9)]:
        settings = {"lr": 0.1, "momentum": momentum}
        steps(f"sgd.{case}", lambda p, s=settings: torch.optim.SGD([p], **s, foreach=False), **settings)

    for case, scale in [("above", 1.0), ("below", 0.01), ("zero", 0.0)]:
        pair = [draw(4, 5, scale=scale), draw(7, scale=scale)]
        parameters = [torch.nn.Parameter(torch.zeros_like(gradient)) for gradient in pair]
        for parameter, gradient in zip(parameters, pair):
            parameter.grad = gradient.clone()
        norm = torch.nn.utils.clip_grad_norm_(parameters, 1.0, foreach=False)
        stored = {
            "a": pair[0],
            "b": pair[1],
            "norm": norm,
            "clipped_a": parameters[0].grad,
            "clipped_b": parameters[1].grad,
        }
        operations.record(f"clip.{case}", stored, max_norm=1.0)


def make_operations(folder):
    torch.manual_seed(1)
    operations = Operations()
    add_products(operations)
    add_layers(operations)
    add_losses(operations)
    add_optimizers(operations)
    write_tensors(folder / "operations.safetensors", operations.tensors)
    write_json(folder / "operations.json", {"versions": versions(), "settings": operations.settings})


# ---------------------------------------------------------------------------------------------------
# Training runs.


def trainable(model):
    return [(name, parameter) for name, parameter in model.named_parameters() if parameter.requires_grad]


def make_optimizer(parameters, run):
    if run["optimizer"] == "adamw":
        return torch.optim.AdamW(
            parameters,
            lr=run["lr"],
            betas=(0.9, 0.999),
            eps=1e-8,
            weight_decay=run["weight_decay"],
            foreach=False,
        )
    return torch.optim.SGD(parameters, lr=run["lr"], momentum=run["momentum"], foreach=False)


def make_schedule(optimizer, run):
    if run["schedule"] == "linear":
        return get_linear_schedule_with_warmup(optimizer, run["warmup"], STEPS)
    factor = (lambda step: (step + 1) / STEPS) if run["schedule"] == "ramp" else (lambda step: 1.0)
    return torch.optim.lr_scheduler.LambdaLR(optimizer, factor)


def train(model, loss_of, run):
    """Trains what requires a gradient. Loss and norm are taken before the update of their step, the norm
    before clipping. Returns them with the gradients of the first step."""
    named = trainable(model)
    parameters = [parameter for _, parameter in named]
    optimizer = make_optimizer(parameters, run)
    schedule = make_schedule(optimizer, run)
    losses, norms, rates, first = [], [], [], {}
    model.train()
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(model, step)
        loss.backward()
        if step == 0:
            first = {name: parameter.grad.clone() for name, parameter in named}
        limit = run["clip"] if run["clip"] is not None else math.inf
        norm = torch.nn.utils.clip_grad_norm_(parameters, limit, foreach=False)
        losses.append(loss.item())
        norms.append(norm.item())
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return {"losses": losses, "norms": norms, "rates": rates}, first


def settings(
    optimizer, lr, weight_decay=0.0, momentum=0.0, clip=None, schedule="constant", warmup=0, adapter=None
):
    return {
        "optimizer": optimizer,
        "lr": lr,
        "weight_decay": weight_decay,
        "momentum": momentum,
        "clip": clip,
        "schedule": schedule,
        "warmup": warmup,
        "adapter": adapter,
    }


def lora_json(config):
    """The fields of a LoraConfig that a run depends on; target modules in the order given."""
    names = ["r", "lora_alpha", "use_rslora", "lora_dropout", "rank_pattern", "alpha_pattern"]
    return {name: getattr(config, name) for name in names}


def scalings(model):
    """The multiplier that PEFT gave each adapted module, by module path without PEFT's prefix."""
    found = {}
    for name, module in model.named_modules():
        if isinstance(getattr(module, "scaling", None), dict) and "default" in module.scaling:
            found[name.removeprefix("base_model.model.")] = module.scaling["default"]
    return found


def adapter_state(model):
    """The A and B tensors under the names of PEFT's files (without the adapter's name)."""
    state = {}
    for name, parameter in model.named_parameters():
        if "lora_" in name:
            state[name.replace(".default.", ".")] = parameter.detach().clone()
    return state


def set_adapter(model, state):
    """Copies A and B into the model, casting to its type."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                parameter.copy_(state[name.replace(".default.", ".")])


def report(make_model, loss_of, run):
    """One run in float32 (recorded), the same again (must be equal to the bit), and in double precision (what
    rounding costs; Llama keeps its norms, softmax and rotation in float32 all the same). `make_model(dtype)`
    returns the model in its initial state."""
    model = make_model(torch.float32)
    numbers, first = train(model, loss_of, run)
    again, _ = train(make_model(torch.float32), loss_of, run)
    assert numbers == again, "two runs from the same state differ"
    assert all(math.isfinite(loss) for loss in numbers["losses"]), "a reference run is not finite"
    double, _ = train(make_model(torch.float64), loss_of, run)
    for loss, exact in zip(numbers["losses"], double["losses"]):
        assert abs(loss - exact) < 1e-5 * exact, "a run that amplifies rounding is no yardstick"
    return (
        {**run, **numbers, "double_losses": double["losses"], "double_norms": double["norms"]},
        model,
        first,
    )


# ---------------------------------------------------------------------------------------------------
# The transformer.

LLAMA = {
    "hidden_size": 32,
    "intermediate_size": 88,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 48,
    "max_position_embeddings": 32,
    "rms_norm_eps": 1e-5,
    "tie_word_embeddings": False,
    "hidden_act": "silu",
    "attention_bias": False,
    "mlp_bias": False,
}
ROPE_THETA = 10000.0
TRANSFORMER_RUNS = {
    "a": settings("adamw", 5e-3, adapter="rslora"),
    "b": settings("adamw", 5e-3, weight_decay=0.01, clip=1.0, schedule="linear", warmup=5, adapter="rslora"),
    "c": settings("sgd", 0.2, adapter="rslora"),
    "d": settings("sgd", 0.05, momentum=0.9, adapter="rslora"),
    "e": settings("adamw", 2e-3, adapter="patterns"),
    "f": settings("adamw", 1e-3),
}


def llama_config():
    rope = {"rope_type": "default", "rope_theta": ROPE_THETA}
    return LlamaConfig(**LLAMA, rope_parameters=rope, attn_implementation="eager", use_cache=False)


def transformer_adapters():
    """The two adapters as (LoraConfig arguments, prefix of its initial A in the file)."""
    return {
        "rslora": (
            {
                "r": 8,
                "lora_alpha": 16,
                "use_rslora": True,
                "target_modules": ["q_proj", "v_proj"],
                "lora_dropout": 0.0,
            },
            "",
        ),
        "patterns": (
            {
                "r": 8,
                "lora_alpha": 16,
                "use_rslora": False,
                "target_modules": "all-linear",
                "lora_dropout": 0.0,
                "rank_pattern": {"v_proj": 4},
                "alpha_pattern": {"q_proj": 4},
            },
            "e.",
        ),
    }


def draw_llama_weights(model):
    """Weights large enough that attention, norms and rotation matter to the loss."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() == 1:
                parameter.copy_(1 + 0.2 * torch.randn_like(parameter))
            elif "embed_tokens" in name:
                parameter.normal_(0, 1)
            else:
                parameter.normal_(0, parameter.shape[1] ** -0.5)


def draw_tokens():
    """[50, 4, 17] ids of a Markov language: each token has four successors."""
    vocabulary = LLAMA["vocab_size"]
    successors = torch.stack([torch.randperm(vocabulary)[:4] for _ in range(vocabulary)])
    ids = torch.empty(STEPS * 4, 17, dtype=torch.long)
    ids[:, 0] = torch.randint(vocabulary, (STEPS * 4,))
    for position in range(1, 17):
        choice = torch.randint(4, (STEPS * 4,))
        ids[:, position] = successors[ids[:, position - 1], choice]
    return ids.reshape(STEPS, 4, 17)


def transformer_model(weights, dtype, adapter=None, state=None):
    model = LlamaForCausalLM(llama_config())
    model.load_state_dict(weights)
    model.to(dtype)
    if adapter is not None:
        arguments, _ = transformer_adapters()[adapter]
        model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", bias="none", **arguments))
        model.to(dtype)
        if state is not None:
            set_adapter(model, state)
    return model


def token_loss(tokens):
    def loss_of(model, step):
        rows = tokens[step].long()
        logits = model(input_ids=rows[:, :-1]).logits
        return functional.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten())

    return loss_of


def make_transformer(folder):
    torch.manual_seed(2)
    model = LlamaForCausalLM(llama_config())
    draw_llama_weights(model)
    weights = {name: value.clone() for name, value in model.state_dict().items()}
    tokens = draw_tokens()
    tensors = dict(weights) | {"batches": tokens}

    initial, described = {}, {}
    for name, (arguments, prefix) in transformer_adapters().items():
        torch.manual_seed(3)
        model = transformer_model(weights, torch.float32, name)
        initial[name] = adapter_state(model)
        tensors |= {prefix + key: value for key, value in initial[name].items() if "lora_A" in key}
        described[name] = {
            **lora_json(model.peft_config["default"]),
            "target_modules": arguments["target_modules"],
            "prefix": prefix,
            "scaling": scalings(model),
        }

    runs = {}
    for name, run in TRANSFORMER_RUNS.items():
        adapter = run["adapter"]

        def make(dtype, adapter=adapter):
            return transformer_model(weights, dtype, adapter, initial.get(adapter))

        runs[name], trained, first = report(make, token_loss(tokens), run)
        if name in "aef":
            tensors |= {
                f"gradient.{name}.{key.replace('.default.', '.')}": value for key, value in first.items()
            }
        if name in "ae":
            tensors |= {f"final.{name}.{key}": value for key, value in adapter_state(trained).items()}
        if name == "a":
            with torch.no_grad():
                tensors["logits.initial"] = make(torch.float32)(input_ids=tokens[0, :, :-1]).logits
                tensors["logits.final.a"] = trained(input_ids=tokens[0, :, :-1]).logits

    write_tensors(folder / "transformer.safetensors", tensors)
    model_json = {**LLAMA, "head_dim": 8, "rope_theta": ROPE_THETA}
    write_json(
        folder / "transformer.json",
        {"versions": versions(), "steps": STEPS, "model": model_json, "adapters": described, "runs": runs},
    )
    check_transformer(folder, runs)


def check_transformer(folder, runs):
    """Rebuilds each run from the stored file alone and expects the same losses, to the bit."""
    stored = load_file(folder / "transformer.safetensors")
    weights = {name: stored[name] for name in LlamaForCausalLM(llama_config()).state_dict()}
    for name, run in TRANSFORMER_RUNS.items():
        torch.manual_seed(99)
        model = transformer_model(weights, torch.float32, run["adapter"])
        if run["adapter"] is not None:
            _, prefix = transformer_adapters()[run["adapter"]]
            state = adapter_state(model)
            state |= {key: stored[prefix + key] for key in state if "lora_A" in key}
            set_adapter(model, state)
        numbers, _ = train(model, token_loss(stored["batches"]), run)
        assert numbers["losses"] == runs[name]["losses"], f"run {name} does not repeat from the file"


# ---------------------------------------------------------------------------------------------------
# The multi-layer perceptron.

WIDTH = 64
MLP_BATCHES = 25
MLP_ADAPTERS = {
    "lora16": {"r": 16, "lora_alpha": 32, "use_rslora": False},
    "rslora64": {"r": 64, "lora_alpha": 8, "use_rslora": True},
}


class MLP(torch.nn.Module):
    """Linear layers without bias and ReLU between them; the names are `layers.0`, `layers.1`, `layers.2`."""

    def __init__(self, weights):
        super().__init__()
        self.layers = torch.nn.ModuleList(torch.nn.Linear(WIDTH, WIDTH, bias=False) for _ in weights)
        with torch.no_grad():
            for layer, weight in zip(self.layers, weights):
                layer.weight.copy_(weight)

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)


def mlp_model(weights, dtype, adapter, state=None):
    targets = [f"layers.{index}" for index in range(len(weights))]
    model = MLP(weights).to(dtype)
    model = get_peft_model(model, LoraConfig(target_modules=targets, **MLP_ADAPTERS[adapter])).to(dtype)
    if state is not None:
        set_adapter(model, state)
    return model


def vector_loss(x, t):
    def loss_of(model, step):
        batch = step % MLP_BATCHES
        rows = next(model.parameters())
        return half_mse(model(x[batch].to(rows.dtype)), t[batch].to(rows.dtype))

    return loss_of


def make_mlp(folder):
    torch.manual_seed(4)
    weights = [torch.randn(WIDTH, WIDTH) * (gain / WIDTH) ** 0.5 for gain in (2, 2, 1)]
    shifted = [weight + torch.randn_like(weight) * 0.1 * WIDTH**-0.5 for weight in weights]
    spectrum = 1 / torch.arange(1, WIDTH + 1)
    deviation = (spectrum * WIDTH / spectrum.sum()).sqrt()
    x = torch.randn(MLP_BATCHES, 8, WIDTH) * deviation
    with torch.no_grad():
        t = MLP(shifted)(x) + 0.05 * torch.randn(MLP_BATCHES, 8, WIDTH)
    tensors = {f"layers.{index}.weight": weight for index, weight in enumerate(weights)} | {"x": x, "t": t}

    described, runs = {}, {}
    for adapter in MLP_ADAPTERS:
        torch.manual_seed(5)
        model = mlp_model(weights, torch.float32, adapter)
        state = adapter_state(model)
        tensors |= {f"{adapter}.{key}": value for key, value in state.items() if "lora_A" in key}
        described[adapter] = {
            **lora_json(model.peft_config["default"]),
            "target_modules": ["layers.0", "layers.1", "layers.2"],
            "prefix": f"{adapter}.",
            "scaling": scalings(model),
        }
        for optimizer, run in [
            ("adamw", settings("adamw", 1e-3, adapter=adapter)),
            ("sgd", settings("sgd", 0.5, schedule="ramp", adapter=adapter)),
        ]:

            def make(dtype, adapter=adapter, state=state):
                return mlp_model(weights, dtype, adapter, state)

            runs[f"{adapter}.{optimizer}"], _, _ = report(make, vector_loss(x, t), run)

    write_tensors(folder / "mlp.safetensors", tensors)
    model_json = {"widths": [WIDTH] * 4, "activation": "relu", "bias": False, "loss": "0.5 * mean((y - t)^2)"}
    write_json(
        folder / "mlp.json",
        {
            "versions": versions(),
            "steps": STEPS,
            "batches": MLP_BATCHES,
            "batch": "step % batches",
            "model": model_json,
            "adapters": described,
            "runs": runs,
        },
    )
    stored = load_file(folder / "mlp.safetensors")
    for name, run in runs.items():
        torch.manual_seed(99)
        model = mlp_model(
            [stored[f"layers.{index}.weight"] for index in range(3)], torch.float32, run["adapter"]
        )
        state = adapter_state(model)
        state |= {key: stored[f"{run['adapter']}.{key}"] for key in state if "lora_A" in key}
        set_adapter(model, state)
        numbers, _ = train(model, vector_loss(stored["x"], stored["t"]), run)
        assert numbers["losses"] == run["losses"], f"run {name} does not repeat from the file"


# ---------------------------------------------------------------------------------------------------
# Random words: Threefry-4x32 with 20 rounds (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy
# as 1, 2, 3", 2011).

MASK = 0xFFFFFFFF
PARITY = 0x1BD11BDA
ROTATIONS = [(10, 26), (11, 21), (13, 27), (23, 5), (6, 20), (17, 11), (25, 10), (18, 20)]


def rotate_left(word, count):
    return ((word << count) | (word >> (32 - count))) & MASK


def threefry(key, counter, rounds=20):
    extended = [*key, PARITY ^ key[0] ^ key[1] ^ key[2] ^ key[3]]
    words = [(word + part) & MASK for word, part in zip(counter, extended)]
    for index in range(rounds):
        first, second = ROTATIONS[index % 8]
        pairs = [(0, 1, first), (2, 3, second)] if index % 2 == 0 else [(0, 3, first), (2, 1, second)]
        for left, right, count in pairs:
            words[left] = (words[left] + words[right]) & MASK
            words[right] = rotate_left(words[right], count) ^ words[left]
        if index % 4 == 3:
            injection = index // 4 + 1
            for lane in range(4):
                words[lane] = (words[lane] + extended[(injection + lane) % 5]) & MASK
            words[3] = (words[3] + injection) & MASK
    return words


def words_of(text):
    return [int(word, 16) for word in text.split()]


# Random123's known answers for "threefry4x32 20": counter, key, result.
KNOWN_ANSWERS = [
    ("0 0 0 0", "0 0 0 0", "9c6ca96a e17eae66 fc10ecd4 5256a7d8"),
    (
        "ffffffff ffffffff ffffffff ffffffff",
        "ffffffff ffffffff ffffffff ffffffff",
        "2a881696 57012287 f6c7446e a16a6732",
    ),
    (
        "243f6a88 85a308d3 13198a2e 03707344",
        "a4093822 299f31d0 082efa98 ec4e6c89",
        "59cd1dbb b8879579 86b5d00c ac8b6d84",
    ),
]


def make_random(folder):
    cases = []
    for counter, key, expected in KNOWN_ANSWERS:
        assert threefry(words_of(key), words_of(counter)) == words_of(expected), (
            "Threefry differs from Random123"
        )
        cases.append((words_of(key), words_of(counter), True))
    for key, counter in [
        ("1 0 0 0", "0 0 0 0"),
        ("0 0 0 0", "1 0 0 0"),
        ("0 0 0 1", "0 0 0 1"),
        ("2a 7 c8 0", "5 ffffffff 80000000 1"),
        ("deadbeef 01234567 89abcdef 0badf00d", "fffffffe 0 1 7fffffff"),
    ]:
        cases.append((words_of(key), words_of(counter), False))
    write_json(
        folder / "random.json",
        {
            "generator": "threefry4x32",
            "rounds": 20,
            "cases": [
                {"key": key, "counter": counter, "words": threefry(key, counter), "published": published}
                for key, counter, published in cases
            ],
        },
    )


# ---------------------------------------------------------------------------------------------------
# Container files by the reference writer. One metadata entry at most: its order of several is random.


def make_containers(folder):
    folder.mkdir(exist_ok=True)
    ramp = torch.arange(6)
    save_file({"weight": torch.tensor([[1.5, -2.0], [0.0, 65504.0]])}, folder / "plain.safetensors")
    save_file({"weight": torch.ones(2, 3)}, folder / "peft.safetensors", metadata={"format": "pt"})
    save_file({}, folder / "empty.safetensors")
    save_file(
        {}, folder / "metadata-only.safetensors", metadata={"note": 'quote " back \\ tab \t\x01\x7f é 😀 /'}
    )
    numbers = [
        torch.bool,
        torch.uint8,
        torch.int8,
        torch.int16,
        torch.uint16,
        torch.int32,
        torch.uint32,
        torch.int64,
        torch.uint64,
        torch.float16,
        torch.bfloat16,
        torch.float32,
        torch.float64,
    ]
    exotic = [
        torch.float8_e5m2,
        torch.float8_e4m3fn,
        torch.float8_e8m0fnu,
        torch.float8_e4m3fnuz,
        torch.float8_e5m2fnuz,
    ]
    every = {f"t{index:02}": ramp.to(torch.float32).to(dtype) for index, dtype in enumerate(numbers + exotic)}
    every["t18"] = torch.complex(ramp.float(), -ramp.float())
    every["t19"] = torch.arange(6, dtype=torch.uint8).view(torch.float4_e2m1fn_x2)
    save_file(every, folder / "types.safetensors", metadata={"format": "pt"})
    save_file(
        {
            "scalar": torch.tensor(3.25),
            "none": torch.zeros(0, 3),
            "one": torch.tensor([7], dtype=torch.uint8),
            "half": torch.tensor([0.1, -0.1, 6e-8, float("inf"), float("nan")]).half(),
            "brain": torch.tensor([0.1, -0.1, 1e-40, float("-inf"), 3e38]).bfloat16(),
            "double": torch.tensor([0.1, 1e300, -0.0], dtype=torch.float64),
            "limits": torch.tensor([-(2**63), 2**63 - 1, -1]),
            "high": torch.tensor([2**64 - 1, 0], dtype=torch.uint64),
        },
        folder / "values.safetensors",
    )
    names = [
        "b",
        "a",
        "B",
        "a.10",
        "a.2",
        "",
        "é",
        "e\u0301",
        "\uffff",
        "😀",
        'q"\\\n\b\f\r\u001f',
        "model.layers.0",
    ]
    save_file(
        {name: torch.full((1,), float(index)) for index, name in enumerate(names)},
        folder / "names.safetensors",
    )
    mixed = {
        f"x{index}": torch.ones(index, dtype=dtype)
        for index, dtype in enumerate([torch.float32, torch.uint8, torch.int64])
    }
    save_file(mixed, folder / "mixed.safetensors")


def make_shards(folder):
    """A model in shards with its index, as `save_pretrained` writes it."""
    folder.mkdir(exist_ok=True)
    tensors = {
        "model.embed_tokens.weight": torch.arange(12.0).reshape(4, 3).bfloat16(),
        "model.layers.0.weight": torch.arange(4.0).reshape(2, 2) / 3,
        "model.layers.1.weight": torch.tensor([0.1, 6e-8, 65504.0, float("-inf")]).half(),
        "model.layers.10.bias": torch.tensor([1e300, -0.0], dtype=torch.float64),
        "steps": torch.tensor(7),
    }
    save_torch_state_dict(tensors, folder, max_shard_size=40)


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.backends.mkldnn.enabled = False
    transformers.logging.set_verbosity_error()
    make_operations(folder)
    make_transformer(folder)
    with tempfile.TemporaryDirectory() as work:
        make_accumulation(folder, write_json, versions, work)
    make_mlp(folder)
    make_precision(folder, write_json, llama_config)
    make_random(folder)
    make_containers(folder / "safetensors")
    make_models(folder / "models", write_tensors, write_json)
    make_adapters(folder / "adapters", write_tensors, write_json)
    make_shards(folder / "sharded")
    make_tokenizers(folder / "tokenizers")
    make_quantized(folder, write_json)
    make_schedules(folder / "schedules.json", write_json)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in files:
        path.chmod(0o644)
    total = sum(path.stat().st_size for path in files)
    print(f"{total / 1000:.0f} kB in {folder}")


if __name__ == "__main__":
    main()
