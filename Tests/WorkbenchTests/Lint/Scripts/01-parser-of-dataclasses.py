# HfArgumentParser fills dataclasses; their defaults are read as defaults.
from dataclasses import dataclass, field
from typing import Optional

from peft import LoraConfig
from transformers import HfArgumentParser
from trl import SFTConfig, SFTTrainer


@dataclass
class ScriptArguments:
    model_name: str = field(default="meta-llama/Llama-2-7b-hf", metadata={"help": "the base"})
    lora_r: Optional[int] = field(default=64)
    lora_alpha: Optional[int] = field(default=128, metadata={"help": "alpha of LoRA"})
    use_rslora: bool = True
    seed: int = None


def main():
    parser = HfArgumentParser((ScriptArguments, SFTConfig))
    script_args, training_args = parser.parse_args_into_dataclasses()
    peft_config = LoraConfig(
        r=script_args.lora_r,
        lora_alpha=script_args.lora_alpha,
        use_rslora=script_args.use_rslora,
        target_modules=["q_proj", "v_proj"],
        task_type="CAUSAL_LM",
    )
    trainer = SFTTrainer(script_args.model_name, args=training_args, peft_config=peft_config)
    trainer.train()


if __name__ == "__main__":
    main()
