# Values that depend on the run: a loop, a condition, an environment, an operator.
import os

from peft import LoraConfig

alpha = 16
if os.environ.get("HOT"):
    alpha = 512
scale = 2
scale *= 4
for r in [8, 64, 256]:
    config = LoraConfig(r=r, lora_alpha=alpha, lora_dropout=scale, use_rslora=os.environ["RS"] == "1")
