# All that matters is written out, and nothing is at fault.
from peft import LoraConfig
from trl import SFTConfig

config = LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM")
arguments = SFTConfig(output_dir="out", learning_rate=2e-4, bf16=True)
