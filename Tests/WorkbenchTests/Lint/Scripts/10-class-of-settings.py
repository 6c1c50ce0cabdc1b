# A class of settings, one object of it, and a field that is set later.
from dataclasses import dataclass

from peft import LoraConfig
from transformers import TrainingArguments


class Config:
    r = 16
    lora_alpha = 32
    lr = 2e-4


@dataclass
class Tuned(Config):
    r: int = 32
    target_modules: list = None


tuned = Tuned(lora_alpha=64)
one = LoraConfig(r=Config.r, lora_alpha=Config.lora_alpha, target_modules="all-linear")
two = LoraConfig(r=tuned.r, lora_alpha=tuned.lora_alpha, target_modules=tuned.target_modules)
three = LoraConfig(r=16, lora_alpha=32, target_modules="all-linear")
three.r = 128
arguments = TrainingArguments("out", learning_rate=Config.lr)
