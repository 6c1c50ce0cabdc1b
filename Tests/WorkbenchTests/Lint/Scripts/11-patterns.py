# Patterns give each module a multiplier of its own.
from peft import LoraConfig

PATTERN = {"q_proj": 64}
config = LoraConfig(
    r=16,
    lora_alpha=32,
    use_rslora=True,
    target_modules=["q_proj", "v_proj", "down_proj"],
    rank_pattern=PATTERN,
    alpha_pattern={"v_proj": 8, r"layers\.0\..*down_proj": 4},
)
