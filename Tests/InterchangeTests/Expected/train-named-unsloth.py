# Written by ranklab's export, which replaces this file when it is asked for it again.
"""Trains a LoRA adapter at full size.

    pip install unsloth
    python train.py

None of this was run by ranklab: a small model stood in for the base.
Arguments marked `as given` are the user's; they had no part in ranklab's run and were not tried here.
Note: `unsloth/llama-2-7b` was not run here: the script draws its adapter anew; a rate that was good on a small model need not be good there.
Note: the rows are yours to give: DATA in the script names them; here it was language(seed=1, shift=0, vocab=12).
"""

from unsloth import FastLanguageModel  # first: it changes the others

from pathlib import Path

import torch
from datasets import load_dataset
from trl import SFTConfig, SFTTrainer

HERE = Path(__file__).resolve().parent
BASE = "unsloth/llama-2-7b"
DATA = str(HERE / "train_data.jsonl")  # to be made: your rows

# The base. load_in_4bit=True is QLoRA, with a quarter of its memory and other losses.
model, tokenizer = FastLanguageModel.from_pretrained(
    model_name=BASE,
    max_seq_length=2048,  # as given
    dtype=None,  # as given
    load_in_4bit=True,  # as given
    device_map="auto",  # as given
    fix_tokenizer=True,  # as given
)

model = FastLanguageModel.get_peft_model(
    model,
    r=64,
    lora_alpha=64,
    target_modules=["q_proj", "v_proj"],
    use_rslora=True,
    lora_dropout=0.05,
    init_lora_weights=True,
    bias="none",
    layers_to_transform=[0],
    use_gradient_checkpointing="unsloth",  # as given
    random_state=4,
)

# Rows of a batch are filled up with the padding token; no loss is on it.
tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token or tokenizer.convert_ids_to_tokens(0)

# Rows {"text": …}, {"prompt": …, "completion": …} or {"messages": […]}, one a line.
# Here it was language(seed=1, shift=0, vocab=12).
dataset = load_dataset("json", data_files=DATA, split="train")

# Given, and left out: group_by_length=True (gone from transformers 5 and TRL 1).
# Given, and left out: evaluation_strategy="steps" (needs data to evaluate on, or an earlier run).
args = SFTConfig(
    num_train_epochs=3.0,
    per_device_train_batch_size=4,
    gradient_accumulation_steps=4,
    learning_rate=0.002,
    lr_scheduler_type="linear",
    warmup_steps=0.03,
    adam_beta1=0.9,
    adam_beta2=0.999,
    adam_epsilon=1e-8,
    weight_decay=0.0,
    max_grad_norm=1.0,
    seed=4,
    bf16=torch.cuda.is_bf16_supported(),
    fp16=not torch.cuda.is_bf16_supported(),
    logging_steps=10,
    logging_nan_inf_filter=False,  # a loss that is not finite is shown
    report_to="none",
    output_dir="./output",  # as given
    optim="paged_adamw_8bit",  # as given
    save_steps=100,  # as given
    max_length=2048,  # as given
)

trainer = SFTTrainer(model=model, args=args, train_dataset=dataset, processing_class=tokenizer)
trainer.train()

# The loss of each log is in trainer_state.json; the adapter is a folder for PEFT, and for ranklab's load_adapter.
trainer.save_state()
trainer.save_model()
