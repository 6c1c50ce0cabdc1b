# Parameters of a function: a default is a default, and what has none is not read.
from peft import LoraConfig


def train(args, lora_r: int = 64, lora_alpha: int = 16, rslora=False):
    rank = lora_r
    if args.large:
        rank = 256
    return [
        LoraConfig(r=lora_r, lora_alpha=lora_alpha, use_rslora=rslora, target_modules="all-linear"),
        LoraConfig(r=rank, lora_alpha=args.alpha),
        [LoraConfig(r=r, lora_alpha=16) for r in (4, 8)],
    ]
