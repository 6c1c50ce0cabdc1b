"""A run of transformers' Trainer with PEFT that accumulates gradients over micro-batches of unequal numbers of tokens.

The weights, the adapter's start and the tokens are those of transformer.safetensors: a step takes the four sequences
of a batch one by one. Of sequence i of step s the first (3 s + 5 i) mod 15 labels do not count, as those of a prompt.
"""

import json

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file
from transformers import LlamaConfig, LlamaForCausalLM, Trainer, TrainerCallback, TrainingArguments

RUN = {
    "optimizer": "adamw",
    "lr": 5e-3,
    "weight_decay": 0.0,
    "clip": 1.0,
    "schedule": "cosine",
    "warmup": 5,
    "accumulate": 4,
    "adapter": "rslora",
}


def ignored(step, sequence):
    """How many of a sequence's first labels do not count."""
    return (3 * step + 5 * sequence) % 15


class Rows(torch.utils.data.Dataset):
    def __init__(self, tokens):
        self.tokens = tokens

    def __len__(self):
        return self.tokens.shape[0] * self.tokens.shape[1]

    def __getitem__(self, number):
        step, sequence = divmod(number, self.tokens.shape[1])
        row = self.tokens[step, sequence].long()
        labels = row.clone()
        labels[: ignored(step, sequence)] = -100
        return {"input_ids": row, "labels": labels}


class Log(TrainerCallback):
    def __init__(self):
        self.lines = []

    def on_log(self, args, state, control, logs=None, **others):
        if "loss" in logs:
            self.lines.append(logs)


def make_accumulation(folder, write_json, versions, work):
    stored = load_file(folder / "transformer.safetensors")
    described = json.loads((folder / "transformer.json").read_text())
    shape = {key: value for key, value in described["model"].items() if key != "rope_theta"}
    rope = {"rope_type": "default", "rope_theta": described["model"]["rope_theta"]}
    model = LlamaForCausalLM(LlamaConfig(**shape, rope_parameters=rope, attn_implementation="eager"))
    model.load_state_dict({name: stored[name] for name in model.state_dict()})
    adapter = {
        key: value
        for key, value in described["adapters"][RUN["adapter"]].items()
        if key not in ("prefix", "scaling")
    }
    model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", bias="none", **adapter))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_A" in name:
                parameter.copy_(stored[name.replace(".default.", ".")])
    log = Log()
    arguments = TrainingArguments(
        output_dir=str(work),
        per_device_train_batch_size=1,
        gradient_accumulation_steps=RUN["accumulate"],
        max_steps=described["steps"],
        learning_rate=RUN["lr"],
        weight_decay=RUN["weight_decay"],
        max_grad_norm=RUN["clip"],
        lr_scheduler_type=RUN["schedule"],
        warmup_steps=RUN["warmup"],
        optim="adamw_torch",
        train_sampling_strategy="sequential",
        logging_steps=1,
        save_strategy="no",
        report_to="none",
        use_cpu=True,
        disable_tqdm=True,
        dataloader_pin_memory=False,
    )
    Trainer(model, arguments, train_dataset=Rows(stored["batches"]), callbacks=[log]).train()
    assert len(log.lines) == described["steps"]
    counts = [
        [16 - max(0, ignored(step, sequence) - 1) for sequence in range(4)] for step in range(described["steps"])
    ]
    write_json(
        folder / "accumulation.json",
        {
            "versions": versions(),
            "run": {
                **RUN,
                "losses": [line["loss"] for line in log.lines],
                "norms": [line["grad_norm"] for line in log.lines],
            },
            "counted": counts,
        },
    )
