"""Small models of every form, written by transformers, with their logits and gradients as PyTorch and PEFT make them.

Called by fixtures.py. Each variant is a folder in `models`; `models.safetensors` beside it holds the tokens and, by
variant, the logits, the adapter's weights, and the gradients of the adapter and of the whole model.
"""

import json
import shutil

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from torch.nn import functional
from transformers import (
    AutoModelForCausalLM,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
)

SIZES = {
    "vocab_size": 37,
    "hidden_size": 24,
    "intermediate_size": 40,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 32,
    "rms_norm_eps": 1e-5,
}
LLAMA3 = {
    "rope_type": "llama3",
    "rope_theta": 500.0,
    "factor": 4.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 16,
}
LLAMAS = {
    "llama-plain": {"rope_parameters": {"rope_type": "default", "rope_theta": 10000.0}},
    "llama-grouped": {
        "num_key_value_heads": 2,
        "head_dim": 10,
        "rope_parameters": {"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.0},
    },
    "llama-tied": {"num_key_value_heads": 1, "tie_word_embeddings": True, "rope_parameters": LLAMA3},
    "llama-biases": {
        "num_key_value_heads": 2,
        "attention_bias": True,
        "mlp_bias": True,
        "rope_parameters": {"rope_type": "default", "rope_theta": 500000.0},
    },
}
GPT2 = {"vocab_size": 37, "n_embd": 24, "n_head": 3, "n_layer": 2, "n_positions": 20}
GPT2S = {"gpt2": {"n_inner": 40}, "gpt2-bare": {}}
QWEN2S = {
    "qwen2": {"num_key_value_heads": 2, "rope_parameters": {"rope_type": "default", "rope_theta": 1e6}},
    "qwen2-tied": {
        "num_key_value_heads": 1,
        "tie_word_embeddings": True,
        "rope_parameters": {"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.0},
    },
}
TARGETS = {
    "llama": ["q_proj", "v_proj", "down_proj"],
    "gpt2": ["c_attn", "c_fc"],
    "qwen2": ["q_proj", "v_proj", "down_proj"],
}


def draw_weights(model):
    """Weights large enough that norms, biases and positions matter to every output."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.normal_(0, 0.3)
            elif parameter.dim() == 1:
                parameter.copy_(1 + 0.2 * torch.randn_like(parameter))
            elif "embed_tokens" in name or "wte" in name or "wpe" in name:
                parameter.normal_(0, 0.7)
            else:
                parameter.normal_(0, 24**-0.5)


def rewrite(path, change):
    config = json.loads(path.read_text())
    change(config)
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def spell_as_version_4(config):
    rope = config.pop("rope_parameters")
    config["rope_theta"] = rope.pop("rope_theta")
    config["rope_scaling"] = rope if rope.pop("rope_type") != "default" else None
    if config["rope_scaling"] is not None:
        config["rope_scaling"]["rope_type"] = "linear"
    config["torch_dtype"] = config.pop("dtype")
    config["pretraining_tp"] = 1


def save(model, folder, name):
    """Each variant in another of the ways that files of the hub are written."""
    if folder.exists():
        shutil.rmtree(folder)
    if name in ("llama-biases", "qwen2-tied"):
        model.to(torch.bfloat16)
    shards = {"max_shard_size": "20KB"} if name == "llama-plain" else {}
    model.save_pretrained(folder, **shards)
    (folder / "generation_config.json").unlink(missing_ok=True)
    if name in ("llama-grouped", "llama-plain", "qwen2-tied"):
        rewrite(folder / "config.json", spell_as_version_4)
    if name == "qwen2":
        # As on the hub: a window that is not in use.
        rewrite(folder / "config.json", lambda config: config.update(sliding_window=4, max_window_layers=1))
    if name == "gpt2-bare":
        # As the first checkpoint of the hub: the inner model alone, with its masks.
        weights = load_file(folder / "model.safetensors")
        bare = {key.removeprefix("transformer."): value for key, value in weights.items()}
        bare.pop("lm_head.weight", None)
        for layer in range(2):
            bare[f"h.{layer}.attn.bias"] = torch.ones(20, 20).tril().reshape(1, 1, 20, 20)
        save_file(bare, folder / "model.safetensors", metadata={"format": "pt"})


def gradients(model, tokens):
    logits = model(input_ids=tokens[:, :-1]).logits
    loss = functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
    loss.backward()
    found = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
    return logits, loss, found


def loaded(folder):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()


def make_models(folder, write_tensors, write_json):
    torch.manual_seed(11)
    tensors = {"tokens": torch.randint(37, (3, 14))}
    losses = {}
    models = {name: LlamaForCausalLM(LlamaConfig(**{**SIZES, **extra})) for name, extra in LLAMAS.items()}
    models |= {name: GPT2LMHeadModel(GPT2Config(**GPT2, **extra)) for name, extra in GPT2S.items()}
    folder.mkdir(exist_ok=True)
    add_models(folder, models, tensors, losses)
    # A seed of its own: what one form draws does not depend on the others.
    torch.manual_seed(12)
    models = {name: Qwen2ForCausalLM(Qwen2Config(**{**SIZES, **extra})) for name, extra in QWEN2S.items()}
    add_models(folder, models, tensors, losses)
    write_tensors(folder.parent / "models.safetensors", tensors)
    write_json(folder.parent / "models.json", losses)


def add_models(folder, models, tensors, losses):
    for name, model in models.items():
        draw_weights(model)
        save(model, folder / name, name)
        model = loaded(folder / name)
        logits, loss, found = gradients(model, tensors["tokens"])
        tensors[f"{name}.logits"] = logits
        losses[name] = {"loss": loss.item()}
        if name in ("llama-tied", "llama-biases", "gpt2", "qwen2"):
            tensors |= {f"{name}.full.{key}": value for key, value in found.items()}
        model = loaded(folder / name)
        targets = TARGETS[name.split("-")[0]]
        adapted = get_peft_model(
            model, LoraConfig(r=3, lora_alpha=6, target_modules=targets, task_type="CAUSAL_LM")
        ).eval()
        with torch.no_grad():
            for key, parameter in adapted.named_parameters():
                if "lora_" in key:
                    parameter.normal_(0, 0.2)
        logits, loss, found = gradients(adapted, tensors["tokens"])
        tensors[f"{name}.adapted.logits"] = logits
        losses[name]["adapted_loss"] = loss.item()
        for key, parameter in adapted.named_parameters():
            if "lora_" in key:
                short = key.removeprefix("base_model.model.").replace(".default", "")
                tensors[f"{name}.lora.{short}"] = parameter
                tensors[f"{name}.gradient.{short}"] = found[key]
