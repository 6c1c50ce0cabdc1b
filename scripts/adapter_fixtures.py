"""Adapters of every kind as PEFT saves them, with its logits and whole training runs from them.

Called by fixtures.py after the models. Each adapter is a folder in `adapters`; `adapters.safetensors` beside it holds the
tokens and, by adapter, the logits; `adapters.json` the losses and gradient norms of training.
"""

import shutil

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch.nn import functional
from transformers import get_linear_schedule_with_warmup

from model_fixtures import loaded

QV = ["q_proj", "v_proj"]
# By name: the base, the configuration, and how many steps are trained.
ADAPTERS = {
    "lora": ("llama-grouped", {"r": 4, "lora_alpha": 8, "target_modules": QV}, 100),
    "rslora": ("llama-grouped", {"r": 9, "lora_alpha": 6, "target_modules": QV, "use_rslora": True}, 100),
    "mixed": (
        "llama-grouped",
        {
            "r": 4,
            "lora_alpha": 8,
            "target_modules": [*QV, "down_proj"],
            "use_rslora": True,
            "rank_pattern": {"v_proj": 2, r"layers\.1\..*q_proj": 6},
            "alpha_pattern": {"v_proj": 3},
        },
        100,
    ),
    "dora": ("llama-grouped", {"r": 4, "lora_alpha": 8, "target_modules": [*QV, "up_proj"], "use_dora": True}, 100),
    "dora-rslora-gpt2": (
        "gpt2",
        {"r": 4, "lora_alpha": 4, "target_modules": ["c_attn", "c_fc"], "use_dora": True, "use_rslora": True},
        20,
    ),
    "regex": (
        "llama-grouped",
        {"r": 3, "lora_alpha": 2.5, "target_modules": r".*layers\.1\.self_attn\.(k|o)_proj"},
        20,
    ),
    "all-linear": ("llama-biases", {"r": 2, "lora_alpha": 4, "target_modules": "all-linear"}, 20),
    "bias-all": ("gpt2", {"r": 3, "lora_alpha": 6, "target_modules": ["c_attn"], "bias": "all"}, 20),
    "bias-lora": ("llama-biases", {"r": 3, "lora_alpha": 6, "target_modules": QV, "bias": "lora_only"}, 20),
    "saved": (
        "llama-grouped",
        {"r": 3, "lora_alpha": 6, "target_modules": QV, "modules_to_save": ["lm_head", "model.norm"]},
        20,
    ),
    "saved-tied": (
        "llama-tied",
        {"r": 3, "lora_alpha": 6, "target_modules": QV, "modules_to_save": ["embed_tokens"]},
        20,
    ),
    "saved-gpt2": (
        "gpt2",
        {"r": 3, "lora_alpha": 6, "target_modules": ["c_attn"], "modules_to_save": ["mlp.c_proj", "ln_f"]},
        20,
    ),
    "random": ("llama-grouped", {"r": 3, "lora_alpha": 6, "target_modules": QV, "init_lora_weights": False}, 20),
    "pissa": ("llama-grouped", {"r": 3, "lora_alpha": 6, "target_modules": QV, "init_lora_weights": "pissa"}, 20),
    "pissa-gpt2": ("gpt2", {"r": 3, "lora_alpha": 6, "target_modules": ["c_attn"], "init_lora_weights": "pissa"}, 20),
    "olora": (
        "llama-grouped",
        {"r": 3, "lora_alpha": 6, "target_modules": QV, "init_lora_weights": "olora", "use_rslora": True},
        20,
    ),
    "excluded": (
        "llama-grouped",
        {
            "r": 3,
            "lora_alpha": 6,
            "target_modules": ["q_proj", "k_proj", "v_proj"],
            "exclude_modules": ["k_proj"],
            "layers_to_transform": [1],
        },
        20,
    ),
    "all-linear-qwen2": ("qwen2", {"r": 3, "lora_alpha": 6, "target_modules": "all-linear"}, 20),
    "bias-all-qwen2": ("qwen2-tied", {"r": 3, "lora_alpha": 6, "target_modules": QV, "bias": "all"}, 20),
}


def accurate_svd(matrix, **options):
    """PEFT decomposes in single precision, which alone moves the logits of these models by 3e-5."""
    return tuple(part.to(matrix.dtype) for part in SVD(matrix.double(), **options))


SVD = torch.linalg.svd


def disturb(model):
    """Moves every trained value, so that nothing of it can be left out unseen."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.add_(0.1 * torch.randn_like(parameter))


def train(model, batches, steps):
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=5e-3, weight_decay=0.0)
    schedule = get_linear_schedule_with_warmup(optimizer, 10, steps)
    losses, norms = [], []
    for step in range(steps):
        tokens = batches[step % len(batches)]
        logits = model(input_ids=tokens[:, :-1]).logits
        loss = functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(parameters, 1.0).item())
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return {"steps": steps, "losses": losses, "norms": norms}


def make_adapters(folder, write_tensors, write_json):
    torch.manual_seed(23)
    torch.linalg.svd = accurate_svd
    batches = torch.randint(37, (8, 4, 13))
    tensors = {"tokens": batches}
    runs = {}
    if folder.exists():
        shutil.rmtree(folder)
    for name, (base, options, steps) in ADAPTERS.items():
        path = folder.parent / "models" / base
        model = get_peft_model(loaded(path), LoraConfig(task_type="CAUSAL_LM", **options))
        disturb(model)
        model.save_pretrained(folder / name)
        (folder / name / "README.md").unlink()
        model = PeftModel.from_pretrained(loaded(path), folder / name, is_trainable=True).eval()
        tensors[f"{name}.logits"] = model(input_ids=batches[0][:, :-1]).logits.detach().clone()
        runs[name] = {"base": base, **train(model, batches, steps)}
        config = folder / name / "adapter_config.json"
        text = config.read_text().replace(f'"{path}"', f'"models/{base}"')
        config.write_text(text)
    torch.linalg.svd = SVD
    write_tensors(folder.parent / "adapters.safetensors", tensors)
    write_json(folder.parent / "adapters.json", runs)
