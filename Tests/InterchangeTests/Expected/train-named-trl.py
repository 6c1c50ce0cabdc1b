# Written by ranklab's export, which replaces this file when it is asked for it again.
"""Trains a LoRA adapter at full size.

    pip install "transformers>=5.23" "peft>=0.21" "trl>=1.16" bitsandbytes
    python train.py

None of this was run by ranklab: a small model stood in for the base.
Arguments marked `as given` are the user's; they had no part in ranklab's run and were not tried here.
Note: `unsloth/llama-2-7b` was not run here: the script draws its adapter anew; a rate that was good on a small model need not be good there.
"""

from pathlib import Path

import torch
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig
from trl import SFTConfig, SFTTrainer

HERE = Path(__file__).resolve().parent
BASE = "unsloth/llama-2-7b"
DATA = "/data/talks.jsonl"

# The base.
# Given, and not taken by this call: fix_tokenizer=True
model = AutoModelForCausalLM.from_pretrained(
    BASE,
    dtype="auto",
    quantization_config=BitsAndBytesConfig(  # load_in_4bit=True as given
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16,
    ),
    device_map="auto",  # as given
)

# The adapter; SFTTrainer puts it on.
config = LoraConfig(
    r=64,
    lora_alpha=64,
    target_modules=["q_proj", "v_proj"],
    use_rslora=True,
    lora_dropout=0.05,
    init_lora_weights=True,
    bias="none",
    layers_to_transform=[0],
    task_type="CAUSAL_LM",
)

# Rows of a batch are filled up with the padding token; no loss is on it.
tokenizer = AutoTokenizer.from_pretrained(BASE)
tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token or tokenizer.convert_ids_to_tokens(0)

# Rows {"text": …}, {"prompt": …, "completion": …} or {"messages": […]}.
# ranklab learnt the assistant's turns alone; TRL learns every turn unless assistant_only_loss=True.
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
    activation_checkpointing=True,  # use_gradient_checkpointing="unsloth" as given
    use_cpu=not torch.accelerator.is_available(),
    logging_steps=10,
    logging_nan_inf_filter=False,  # a loss that is not finite is shown
    report_to="none",
    output_dir="./output",  # as given
    optim="paged_adamw_8bit",  # as given
    save_steps=100,  # as given
    max_length=2048,  # as given
)

trainer = SFTTrainer(model=model, args=args, train_dataset=dataset, processing_class=tokenizer, peft_config=config)
trainer.train()

# The loss of each log is in trainer_state.json; the adapter is a folder for PEFT, and for ranklab's load_adapter.
trainer.save_state()
trainer.save_model()
