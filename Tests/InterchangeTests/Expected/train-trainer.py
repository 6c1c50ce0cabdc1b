# Written by ranklab's export, which replaces this file when it is asked for it again.
"""Trains a LoRA adapter as ranklab did.

    pip install "transformers>=5.23" "peft>=0.21" "trl>=1.16"
    python train.py

The base, the adapter's start, the rows and the arguments are the run's; so is each step's loss, to rounding, but for what was given beside.
Arguments marked `as given` are the user's; they had no part in ranklab's run and were not tried here.
"""

import json
from pathlib import Path

import torch
from datasets import Dataset
from peft import PeftModel
from tokenizers import Tokenizer, models
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast
from trl import SFTConfig, SFTTrainer

HERE = Path(__file__).resolve().parent
BASE = str(HERE / "train_base")  # a folder, or a name on the hub

# The base. float32 as in the run; torch.bfloat16 halves its memory on a GPU.
model = AutoModelForCausalLM.from_pretrained(
    BASE,
    dtype=torch.float32,
    attention_dropout=0.0,  # the run had no dropout in the base
)

# The adapter as it was before the first step. One drawn anew instead:
#   from peft import LoraConfig, get_peft_model
#   model = get_peft_model(model, LoraConfig(
#       r=2,
#       lora_alpha=8,
#       target_modules=["q_proj", "v_proj"],
#       use_rslora=False,
#       rank_pattern={},
#       alpha_pattern={},
#       lora_dropout=0,
#       init_lora_weights=True,
#       use_dora=False,
#       bias="none",
#       modules_to_save=None,
#       exclude_modules=None,
#       layers_to_transform=None,
#       fan_in_fan_out=False,
#       task_type="CAUSAL_LM",
#   ))
model = PeftModel.from_pretrained(model, str(HERE / "train_adapter"), is_trainable=True)
model.print_trainable_parameters()

# The rows are tokens already: a tokenizer is here for its padding token alone.
tokenizer = PreTrainedTokenizerFast(
    tokenizer_object=Tokenizer(models.WordLevel({"<pad>": 0}, unk_token="<pad>")), pad_token="<pad>"
)

# The rows in the order in which the run took them: language(seed=1, shift=0, vocab=12).
# `labels` are the tokens to learn, -100 where no loss is. For a dataset of your own:
#   from datasets import load_dataset
#   dataset = load_dataset("json", data_files="mine.jsonl", split="train")
# with rows {"text": …}, {"prompt": …, "completion": …} or {"messages": […]}, the tokenizer of the base,
# and below train_sampling_strategy="random", max_length=7.
with open(HERE / "train_data.jsonl", encoding="utf-8") as lines:
    dataset = Dataset.from_list([json.loads(line) for line in lines])

# Given, and left out: packing=True (the rows are tokens already).
args = SFTConfig(
    output_dir=str(HERE / "train_output"),
    max_steps=3,  # num_train_epochs=1.0 was given
    per_device_train_batch_size=2,
    gradient_accumulation_steps=2,
    learning_rate=0.002,
    lr_scheduler_type="linear",
    warmup_steps=1,
    adam_beta1=0.9,
    adam_beta2=0.999,
    adam_epsilon=1e-8,
    weight_decay=0.0,
    max_grad_norm=1.0,
    seed=4,
    train_sampling_strategy="sequential",  # the rows in the order of the file
    max_length=None,  # the rows are cut already
    packing=False,
    loss_type="nll",
    bf16=False,  # TRL's default is True; it needs a GPU that has it
    activation_checkpointing=True,
    use_cpu=not torch.cuda.is_available(),
    logging_steps=1,
    logging_nan_inf_filter=False,  # a loss that is not finite is shown
    report_to="none",
    save_steps=2,  # as given
    optim="adamw_8bit",  # as given; here AdamW ran, with its moments in fp32
)

trainer = SFTTrainer(model=model, args=args, train_dataset=dataset, processing_class=tokenizer)
trainer.train()

# The loss of each step is in trainer_state.json; the adapter is a folder for PEFT, and for ranklab's load_adapter.
trainer.save_state()
trainer.save_model()
