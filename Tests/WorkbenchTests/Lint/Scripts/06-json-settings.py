# A settings file decides.
import json
import os

from peft import LoraConfig
from trl import SFTConfig

with open("settings.json") as handle:
    settings = json.load(handle)

config = LoraConfig(
    r=settings["r"],
    lora_alpha=settings["lora"]["alpha"],
    lora_dropout=0.05,
    use_rslora=bool(int(os.environ.get("RSLORA", "0"))),
    target_modules="all-linear",
)
arguments = SFTConfig(learning_rate=settings["lr"], bf16=True)
