# Written by ranklab's export, which replaces this file when it is asked for it again.
"""Trains a LoRA adapter as ranklab did.

    pip install unsloth
    python train.py

The base, the adapter's start, the rows and the arguments are the run's. Unsloth computes in 16 bits: losses
agree roughly.
Note: PEFT has no rule alpha/r^0.75: lora_alpha is such that alpha/r gives the multipliers of the run.
Note: dropout masks are drawn by PyTorch: the losses agree in kind, not in digits.
Note: the run stopped after 1 of 3 steps; the script makes all.
"""

from unsloth import FastLanguageModel  # first: it changes the others

import json
from pathlib import Path

import torch
from datasets import Dataset
from peft import load_peft_weights, set_peft_model_state_dict
from trl import SFTConfig, SFTTrainer

HERE = Path(__file__).resolve().parent
BASE = "/models/a \"b\"\\"  # a folder, or a name on the hub

# The base. load_in_4bit=True is QLoRA, with a quarter of its memory and other losses.
model, tokenizer = FastLanguageModel.from_pretrained(
    model_name=BASE,
    max_seq_length=7,
    dtype=None,  # bfloat16 where the GPU has it, else float16
    load_in_4bit=False,
)

model = FastLanguageModel.get_peft_model(
    model,
    r=4,
    lora_alpha=3.5355339059327373,
    target_modules=["model.layers.0.self_attn.q_proj", "model.layers.0.self_attn.k_proj", "model.layers.0.self_attn.v_proj", "model.layers.0.self_attn.o_proj", "model.layers.0.mlp.gate_proj", "model.layers.0.mlp.up_proj", "model.layers.0.mlp.down_proj"],
    use_rslora=False,
    rank_pattern={"v_proj": 2},
    alpha_pattern={"model\\.layers\\.0\\.self_attn\\.v_proj": 2.973017787506803},
    lora_dropout=0.05,
    init_lora_weights=True,
    use_dora=False,
    bias="none",
    modules_to_save=["lm_head"],
    use_gradient_checkpointing="unsloth",
    random_state=4,
)
# The adapter as it was before the first step of the run; without this line A is drawn anew.
set_peft_model_state_dict(model, load_peft_weights(str(HERE / "train_adapter")))

# Rows of a batch are filled up with the padding token; no loss is on it.
tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token or tokenizer.convert_ids_to_tokens(0)

# The rows in the order in which the run took them: language(seed=1, shift=0, vocab=12).
# `labels` are the tokens to learn, -100 where no loss is. For a dataset of your own:
#   from datasets import load_dataset
#   dataset = load_dataset("json", data_files="mine.jsonl", split="train")
# with rows {"text": …}, {"prompt": …, "completion": …} or {"messages": […]}, the tokenizer of the base,
# and below train_sampling_strategy="random", max_length=7.
with open(HERE / "train_data.jsonl", encoding="utf-8") as lines:
    dataset = Dataset.from_list([json.loads(line) for line in lines])

args = SFTConfig(
    output_dir=str(HERE / "train_output"),
    max_steps=3,
    per_device_train_batch_size=2,
    gradient_accumulation_steps=1,
    learning_rate=0.002,
    lr_scheduler_type="constant_with_warmup",
    warmup_steps=2,
    optim="sgd",
    optim_args="momentum=0.9",
    weight_decay=0.1,
    max_grad_norm=0.0,  # no clipping
    seed=4,
    train_sampling_strategy="sequential",  # the rows in the order of the file
    max_length=None,  # the rows are cut already
    packing=False,
    loss_type="nll",
    bf16=torch.cuda.is_bf16_supported(),
    fp16=not torch.cuda.is_bf16_supported(),
    logging_steps=1,
    logging_nan_inf_filter=False,  # a loss that is not finite is shown
    report_to="none",
    save_strategy="no",
)

trainer = SFTTrainer(model=model, args=args, train_dataset=dataset, processing_class=tokenizer)
trainer.train()

# The loss of each step is in trainer_state.json; the adapter is a folder for PEFT, and for ranklab's load_adapter.
trainer.save_state()
trainer.save_model()
