# Constants at the head of the file, and arithmetic on them.
from peft import LoraConfig
from transformers import TrainingArguments

LORA_R = 64
LORA_ALPHA = 2 * LORA_R
TARGETS = ["q_proj", "k_proj"] + ["v_proj", "o_proj"]
LR = 2e-4


def build():
    config = LoraConfig(r=LORA_R, lora_alpha=LORA_ALPHA, use_rslora=True, target_modules=TARGETS)
    arguments = TrainingArguments(output_dir="out", learning_rate=LR)
    return config, arguments
