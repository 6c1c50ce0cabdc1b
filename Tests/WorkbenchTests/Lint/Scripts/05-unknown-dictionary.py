# Whatever a function or a file gives is not followed, and neither is a dictionary that is changed.
import json

from peft import LoraConfig

base = {"r": 8, "lora_alpha": 16}
base["r"] = 256
a = LoraConfig(r=64, **options())
b = LoraConfig(**base)
c = LoraConfig(**json.load(open("lora.json")))
