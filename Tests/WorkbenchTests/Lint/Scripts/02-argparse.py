# argparse with defaults, one without, and a function that returns the parsed arguments.
import argparse

import torch
from peft import LoraConfig, get_peft_model


def parse_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lora-r", "-r", type=int, default=64, help="rank")
    parser.add_argument("--lora_alpha", type=float, required=True)
    parser.add_argument("--use_rslora", action="store_true")
    parser.add_argument("--lr", type=float, default=2e-4)
    return parser.parse_args()


def main():
    args = parse_args()
    config = LoraConfig(r=args.lora_r, lora_alpha=args.lora_alpha, use_rslora=args.use_rslora)
    model = get_peft_model(base(), config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)


main()
