"""Loads with transformers what ranklab wrote. Run through scripts/check-models."""

import subprocess
import sys
import warnings
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

TOY = "transformer(layers=1, width=32, heads=4, kv_heads=2, context=16, vocab=50)"


def run(program, lines, folder):
    script = folder / "check.rank"
    script.write_text("\n".join(lines) + "\n")
    subprocess.run([program, "run", script], check=True, stdout=subprocess.DEVNULL)


def load(folder):
    """The model; what transformers has to say about its keys or fields is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model, report = AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
        )
    # Older files hold masks, which transformers leaves out as we do.
    for kind, keys in report.items():
        keys = [key for key in keys if not str(key).endswith(".attn.bias")]
        assert not keys, f"{folder}: {kind} {keys}"
    return model.eval()


def main():
    program, fixtures, work = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    torch.set_num_threads(1)
    transformers.logging.disable_progress_bar()
    tokens = load_file(fixtures / "models.safetensors")["tokens"][:, :-1].long()
    names = sorted(path.name for path in (fixtures / "models").iterdir())
    lines = [f'save(load("{fixtures}/models/{name}"), "{work}/{name}")' for name in names]
    run(program, lines + [f'save({TOY}, "{work}/toy")'], work)
    worst = 0.0
    for name in names:
        with torch.no_grad():
            ours, theirs = (load(f / name)(input_ids=tokens).logits for f in (work, fixtures / "models"))
        difference = (ours - theirs).abs().max().item()
        worst = max(worst, difference)
        print(f"{name:14} written by ranklab, loaded by transformers: logits differ by {difference}")
    toy = load(work / "toy")
    assert toy.config.num_key_value_heads == 2 and toy.config.head_dim == 8
    print(f"toy            {sum(p.numel() for p in toy.parameters())} parameters")
    assert worst == 0, "a model does not come back as it was"


main()
