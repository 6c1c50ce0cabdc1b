"""Learning rates of transformers' schedules, and the parameters that its Trainer's weight decay leaves alone."""

import torch
from peft import LoraConfig, get_peft_model
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, Trainer, get_scheduler

# Name, learning rate, steps, warm-up, and what lr_scheduler_kwargs says.
SCHEDULES = [
    ("constant", 0.01, 5, 0, {}),
    ("constant_with_warmup", 0.01, 7, 3, {}),
    ("linear", 2e-4, 12, 0, {}),
    ("linear", 2e-4, 12, 5, {}),
    ("cosine", 2e-4, 12, 0, {}),
    ("cosine", 0.3, 40, 4, {}),
    ("polynomial", 1e-3, 12, 0, {}),
    ("polynomial", 1e-3, 12, 3, {"power": 2.0}),
    ("polynomial", 1e-3, 12, 3, {"power": 0.5, "lr_end": 1e-4}),
    ("inverse_sqrt", 1e-3, 12, 0, {}),
    ("inverse_sqrt", 1e-3, 12, 4, {}),
    ("inverse_sqrt", 1e-3, 12, 2, {"timescale": 50}),
]


def rates(name, lr, steps, warmup, kwargs):
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=lr)
    schedule = get_scheduler(
        name,
        optimizer,
        num_warmup_steps=warmup,
        num_training_steps=steps,
        scheduler_specific_kwargs=kwargs or None,
    )
    found = []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return found


def undecayed(model):
    """Names of the trained parameters that the Trainer's weight decay leaves alone, without PEFT's parts."""
    decayed = Trainer.get_decay_parameter_names(None, model)
    names = []
    for name, parameter in model.named_parameters():
        if parameter.requires_grad and name not in decayed:
            for part in ["base_model.model.", ".modules_to_save.default", ".base_layer"]:
                name = name.replace(part, "." if part.endswith(".") and not name.startswith(part) else "")
            names.append(name)
    return names


def decay_groups():
    llama = LlamaConfig(
        vocab_size=19, hidden_size=8, intermediate_size=12, num_hidden_layers=1, num_attention_heads=2,
        attention_bias=True,
    )
    gpt2 = GPT2Config(vocab_size=19, n_embd=8, n_layer=1, n_head=2, n_positions=16)
    found = {"llama": undecayed(LlamaForCausalLM(llama)), "gpt2": undecayed(GPT2LMHeadModel(gpt2))}
    adapter = LoraConfig(r=2, target_modules=["q_proj"], bias="all", modules_to_save=["norm", "lm_head"])
    found["llama adapter"] = undecayed(get_peft_model(LlamaForCausalLM(llama), adapter))
    return found


def make_schedules(path, write_json):
    rows = [
        {
            "name": name, "lr": lr, "steps": steps, "warmup": warmup, "kwargs": kwargs,
            "rates": rates(name, lr, steps, warmup, kwargs),
        }
        for name, lr, steps, warmup, kwargs in SCHEDULES
    ]
    write_json(path, {"schedules": rows, "undecayed": decay_groups()})
