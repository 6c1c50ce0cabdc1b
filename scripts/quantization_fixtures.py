"""Quantised tensors, products and models as bitsandbytes makes them on a CPU.

Called by fixtures.py. `quantized.safetensors` holds tensors with their codes and scales, products of LLM.int8, and by
variant the logits of the folders in `quantized`, which transformers wrote.
"""

import shutil

import bitsandbytes as bnb
import torch
from bitsandbytes import functional as bnb_functional
from bitsandbytes.autograd import _functions as bnb_autograd
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from torch.nn import functional
from transformers import (
    AutoModelForCausalLM,
    BitsAndBytesConfig,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
)

LLAMA = {
    "vocab_size": 37,
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 32,
    "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
}
GPT2 = {"vocab_size": 37, "n_embd": 64, "n_head": 4, "n_layer": 2, "n_positions": 32}
VARIANTS = {
    "nf4": ("llama", {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4"}),
    "nf4-double": (
        "llama",
        {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4", "bnb_4bit_use_double_quant": True},
    ),
    "fp4": ("llama", {"load_in_4bit": True}),
    "int8": ("llama", {"load_in_8bit": True}),
    "nf4-gpt2": ("gpt2", {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4"}),
    "int8-gpt2": ("gpt2", {"load_in_8bit": True, "llm_int8_threshold": 2.0}),
    "nf4-skip": (
        "llama",
        {
            "load_in_4bit": True,
            "bnb_4bit_quant_type": "nf4",
            "llm_int8_skip_modules": ["lm_head", "down_proj"],
        },
    ),
}


def four_bits(tensors):
    torch.manual_seed(11)
    inputs = {
        "blocks": torch.randn(6, 64) * 0.05,
        "rest": torch.randn(2, 50),
        "odd": torch.randn(1, 101),
        "one": torch.randn(1, 1),
        "zeros": torch.cat([torch.zeros(64), torch.full((64,), 1e-39), torch.randn(64) * 1e-37, torch.zeros(5)]),
    }
    for name in ["nf4", "fp4"]:
        levels = bnb_functional.get_4bit_type(name, device="cpu").sort().values
        middles = (levels[:-1] + levels[1:]) / 2
        inputs["ties-" + name] = torch.cat([middles, -middles, levels, torch.ones(17)])
    for name, x in inputs.items():
        tensors[f"{name}.x"] = x.reshape(-1)
        for kind in ["nf4", "fp4"]:
            codes, state = bnb_functional.quantize_4bit(x.reshape(1, -1), quant_type=kind)
            tensors[f"{name}.{kind}.codes"] = codes.reshape(-1)
            tensors[f"{name}.{kind}.scales"] = state.absmax
            # The library for CPUs takes other blocks where rows end within one.
            tensors[f"{name}.{kind}.floats"] = bnb_functional.dequantize_4bit(codes, state).reshape(-1)
    x = torch.randn(300, 64) * (0.5 + torch.rand(300, 1))
    codes, state = bnb_functional.quantize_4bit(x, quant_type="nf4", compress_statistics=True)
    _, plain = bnb_functional.quantize_4bit(x, quant_type="nf4")
    tensors["double.scales"] = plain.absmax
    tensors["double.codes"] = state.absmax
    tensors["double.nested"] = state.state2.absmax
    tensors["double.map"] = state.state2.code
    tensors["double.offset"] = state.offset.reshape(1)
    nested = bnb_functional.dequantize_blockwise(state.absmax, state.state2) + state.offset
    tensors["double.expanded"] = nested


def eight_bits(tensors):
    torch.manual_seed(12)
    # In 16 bits, to be stored so; x is what shows that products round to them.
    w = (torch.randn(70, 1100) * 0.1).half().float()
    w[3] = 0
    x = torch.randn(9, 1100) * 2
    x[2, [4, 900]] = torch.tensor([7.5, -30.0])
    x[5, 4] = 6.0
    x[6] = 0
    dy = torch.randn(9, 70)
    params = bnb.nn.Int8Params(w.clone(), requires_grad=False).to("cpu")
    tensors["int8.w"], tensors["int8.x"] = w.half(), x
    tensors["int8.codes"], tensors["int8.scales"] = params.CB, params.SCB
    tensors["int8.floats"] = bnb_functional.int8_vectorwise_dequant(params.CB, params.SCB)[:6]
    for name, rows, threshold in [("mixed", slice(0, 9), 6.0), ("plain", slice(0, 9), 0.0), ("row", slice(2, 3), 6.0)]:
        state = bnb.MatmulLtState()
        state.CB, state.SCB = params.CB, params.SCB
        state.has_fp16_weights, state.threshold = False, threshold
        part = x[rows].clone().requires_grad_(True)
        y = bnb_autograd.MatMul8bitLt.apply(part, params, None, None, state)
        tensors[f"int8.{name}.y"] = y
        (tensors[f"int8.{name}.dx"],) = torch.autograd.grad(y, part, dy[rows])
    tensors["int8.dy"] = dy


def original(form):
    torch.manual_seed(13)
    model = (
        LlamaForCausalLM(LlamaConfig(**LLAMA))
        if form == "llama"
        else GPT2LMHeadModel(GPT2Config(**GPT2, attn_pdrop=0.0, embd_pdrop=0.0, resid_pdrop=0.0))
    )
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.1 * torch.randn_like(parameter)
    return model


def in_single_precision(model):
    """Four bits on a CPU with bfloat16 are computed in bfloat16 otherwise, outside of training."""
    for module in model.modules():
        if isinstance(module, bnb.nn.Linear4bit):
            module.support_avx512bf16_for_cpu = False
    return model


def adapted(model, dora, tensors, name):
    """Loss and gradients of an adapter on the quantised base, and what PEFT's merge makes of the first module."""
    torch.manual_seed(14)
    config = LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "down_proj"], use_dora=dora)
    adapted = get_peft_model(model, config)
    for key, parameter in adapted.named_parameters():
        if "lora_B" in key:
            parameter.data = 0.1 * torch.randn_like(parameter)
    tokens = tensors["tokens"].long()
    logits = adapted(input_ids=tokens).logits
    loss = functional.cross_entropy(logits[:, :-1].reshape(-1, logits.shape[-1]), tokens[:, 1:].reshape(-1))
    loss.backward()
    tensors[f"{name}.loss"] = loss.reshape(1)
    for key, parameter in adapted.named_parameters():
        if parameter.requires_grad:
            short = key.removeprefix("base_model.model.").replace(".default", "")
            tensors[f"{name}.{short}"] = parameter
            tensors[f"{name}.{short}.gradient"] = parameter.grad
    adapted.merge_adapter()
    weight = adapted.base_model.model.model.layers[0].self_attn.q_proj.base_layer.weight
    tensors[f"{name}.merged.codes"] = weight.data.reshape(-1)
    tensors[f"{name}.merged.scales"] = weight.quant_state.absmax


def make_quantized(out, write_json):
    tensors = {}
    four_bits(tensors)
    eight_bits(tensors)
    torch.manual_seed(15)
    tokens = torch.randint(0, 37, (2, 10))
    tensors["tokens"] = tokens.int()
    folder = out / "quantized"
    shutil.rmtree(folder, ignore_errors=True)
    for form in ["llama", "gpt2"]:
        original(form).save_pretrained(folder / form)
    for name, (form, fields) in VARIANTS.items():
        model = AutoModelForCausalLM.from_pretrained(
            folder / form, quantization_config=BitsAndBytesConfig(**fields), dtype=torch.float32
        )
        model.save_pretrained(folder / name)
        (folder / name / "generation_config.json").unlink()
        model = in_single_precision(model)
        tensors[f"{name}.logits"] = model(input_ids=tokens).logits
        if name == "nf4":
            for dora in [False, True]:
                fresh = AutoModelForCausalLM.from_pretrained(
                    folder / form, quantization_config=BitsAndBytesConfig(**fields), dtype=torch.float32
                )
                adapted(in_single_precision(fresh), dora, tensors, "dora" if dora else "lora")
    for form in ["llama", "gpt2"]:
        (folder / form / "generation_config.json").unlink()
    save_file({k: v.detach().contiguous().clone() for k, v in tensors.items()}, out / "quantized.safetensors")
    write_json(out / "quantized.json", {"bitsandbytes": bnb.__version__, "variants": VARIANTS})
