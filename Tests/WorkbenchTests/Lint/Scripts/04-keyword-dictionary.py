# The fields stand in a dictionary that is unpacked into the call.
from peft import LoraConfig

lora = dict(r=64, lora_alpha=128, use_rslora=True)
extra = {"lora_dropout": 0.9, "target_modules": "all-linear"}
config = LoraConfig(**lora, **extra, task_type="CAUSAL_LM")
