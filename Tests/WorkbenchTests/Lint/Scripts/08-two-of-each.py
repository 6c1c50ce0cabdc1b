# Two stages with an adapter and arguments each: every part is judged by itself.
from peft import LoraConfig, get_peft_model
from transformers import Trainer, TrainingArguments

first = LoraConfig(r=16, lora_alpha=32, target_modules="all-linear")
second = LoraConfig(r=256, lora_alpha=512, use_rslora=True, target_modules="all-linear")
slow = TrainingArguments("a", learning_rate=2e-4)
fast = TrainingArguments("b", learning_rate=2e-4, fp16=True)

model = get_peft_model(load(), first)
Trainer(model=model, args=slow).train()
other = get_peft_model(load(), second)
Trainer(model=other, args=fast).train()
