"""Adapters there and back, and exported training scripts, with the real libraries. Run through check-interchange."""

import ast
import inspect
import json
import subprocess
import sys
import warnings
from pathlib import Path

import torch
import transformers
from adapter_fixtures import SVD, accurate_svd, disturb
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM
from trl import SFTConfig

QV = ["q_proj", "v_proj"]
# By name: the base, the configuration.
ADAPTERS = {
    "lora": ("llama-grouped", {"r": 4, "lora_alpha": 8, "target_modules": QV}),
    "rslora": ("llama-grouped", {"r": 9, "lora_alpha": 6, "target_modules": QV, "use_rslora": True}),
    "mixed": (
        "llama-grouped",
        {
            "r": 4,
            "lora_alpha": 8,
            "target_modules": [*QV, "down_proj"],
            "use_rslora": True,
            "rank_pattern": {"v_proj": 2, r"layers\.1\..*q_proj": 6},
            "alpha_pattern": {"v_proj": 3},
        },
    ),
    "dora": ("llama-grouped", {"r": 4, "lora_alpha": 8, "target_modules": [*QV, "up_proj"], "use_dora": True}),
    "bias": ("llama-biases", {"r": 3, "lora_alpha": 6, "target_modules": QV, "bias": "lora_only"}),
    "saved": ("llama-tied", {"r": 3, "lora_alpha": 6, "target_modules": QV, "modules_to_save": ["embed_tokens"]}),
    "pissa": ("llama-grouped", {"r": 3, "lora_alpha": 6, "target_modules": QV, "init_lora_weights": "pissa"}),
    "gpt2-all-linear": ("gpt2", {"r": 4, "lora_alpha": 8, "target_modules": "all-linear", "use_rslora": True}),
    "gpt2-dora": ("gpt2", {"r": 4, "lora_alpha": 4, "target_modules": ["c_attn", "c_fc"], "use_dora": True}),
    "gpt2-bias": ("gpt2", {"r": 3, "lora_alpha": 6, "target_modules": ["c_attn"], "bias": "all"}),
    "gpt2-saved": (
        "gpt2",
        {"r": 3, "lora_alpha": 6, "target_modules": ["c_attn"], "modules_to_save": ["mlp.c_proj", "ln_f"]},
    ),
    "gpt2-pissa": ("gpt2", {"r": 3, "lora_alpha": 6, "target_modules": ["c_attn"], "init_lora_weights": "pissa"}),
}

WARM = "steps=10, lr=5e-3, batch=4, schedule=linear, warmup=3, clip=1.0"
TOY = 'transformer(layers=2, width=32, heads=4, kv_heads=2, context=16, vocab={}, seed=3)'
LLAMA = 'load("{models}/llama-grouped", context=16)'
# By name: statements that make `base` and `task`, the adapter, the arguments of `train`.
RUNS = {
    "llama-lora": ([f"base = {LLAMA}"], 'lora(r=8, alpha=16, targets="all-linear")', WARM),
    "llama-rslora": ([f"base = {LLAMA}"], "lora(r=16, alpha=8, scaling=rslora)", WARM),
    "llama-mixed": (
        [f"base = {LLAMA}"],
        'lora(r=4, alpha=8, scaling=rslora, rank_pattern={{"v_proj": 2}}, alpha_pattern={{"v_proj": 3}})',
        "steps=10, lr=1e-2, batch=3, schedule=cosine, warmup=2, weight_decay=0.1, betas=[0.8, 0.95]",
    ),
    "llama-power": ([f"base = {LLAMA}"], "lora(r=6, alpha=8, scaling=power(0.75))", WARM),
    "llama-pissa": ([f"base = {LLAMA}"], "lora(r=4, alpha=8, init=pissa)", WARM),
    "llama-saved": (
        [f"base = {LLAMA}"],
        'lora(r=4, alpha=8, modules_to_save=["lm_head", "model.norm"])',
        WARM,
    ),
    "gpt2-dora": (
        ['base = load("{models}/gpt2", context=16)'],
        'lora(r=4, alpha=8, dora=True, bias="all")',
        "steps=10, lr=5e-3, batch=4, schedule=constant, warmup=2, clip=0.5",
    ),
    "toy-lora": ([f"base = {TOY.format(64)}", "task = language(1)"], "lora(r=8, alpha=16)", WARM),
    "toy-pretrained-sgd": (
        [f"base = {TOY.format(64)}", "pretrain base, language(1), steps=30", "task = language(1, shift=0.4)"],
        "lora(r=8, alpha=16)",
        "steps=10, lr=0.5, batch=4, optimizer=sgd, momentum=0.9",
    ),
    "toy-completions": (
        [f"base = {TOY.replace('context=16', 'context=64').format(256)}", 'task = jsonl("{fixtures}/examples.jsonl")'],
        "lora(r=8, alpha=16)",
        WARM,
    ),
}

# The arguments of Unsloth's calls, at 015bdef0; get_peft_model passes the rest on to LoraConfig.
UNSLOTH = {
    "from_pretrained": {"model_name", "max_seq_length", "dtype", "load_in_4bit"},
    "get_peft_model": {
        "r", "target_modules", "lora_alpha", "lora_dropout", "bias", "layers_to_transform",
        "use_gradient_checkpointing", "random_state", "use_rslora", "modules_to_save", "init_lora_weights",
    } | {"rank_pattern", "alpha_pattern", "use_dora", "exclude_modules"},
}  # fmt: skip


def run(program, lines, folder):
    script = folder / "check.rank"
    script.write_text("\n".join(lines) + "\n")
    result = subprocess.run([program, "run", script], capture_output=True, text=True)
    assert result.returncode == 0, f"{script.read_text()}\n{result.stdout}{result.stderr}"


def loaded(path):
    return AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32).eval()


def difference(ours, theirs):
    """The largest, relative to max(1, |x|)."""
    return ((ours - theirs).abs() / theirs.abs().clamp(min=1)).max().item()


def logits_differ(file, model):
    """From those in double precision, so that the difference is ranklab's rounding and not PyTorch's beside it."""
    stored = load_file(file)
    with torch.no_grad():
        return difference(stored["logits"].double(), model.double()(input_ids=stored["tokens"].long()).logits)


def same_bytes(one, other):
    """Whether two files hold the same tensors to the bit; the order of names in a file is free."""
    a, b = load_file(one), load_file(other)
    return a.keys() == b.keys() and all(
        a[k].shape == b[k].shape and a[k].numpy().tobytes() == b[k].numpy().tobytes() for k in a
    )


def check_adapters(program, models, work):
    torch.manual_seed(23)
    torch.linalg.svd = accurate_svd
    worst = 0.0
    for name, (base, options) in ADAPTERS.items():
        folder = work / name
        peft = get_peft_model(loaded(models / base), LoraConfig(task_type="CAUSAL_LM", **options))
        disturb(peft)
        peft.save_pretrained(folder / "peft")
        lines = [
            f'base = load("{models}/{base}", context=12)',
            "task = language(1, vocab=37)",
            f'm = load_adapter(base, "{folder}/peft")',
            f'save(m, "{folder}/untouched")',
            f'save(logits(m, task), "{folder}/before.safetensors")',
            f"train(m, task, {WARM})",
            f'save(m, "{folder}/trained")',
            f'save(logits(m, task), "{folder}/after.safetensors")',
        ]
        run(program, lines, work)
        weights = "adapter_model.safetensors"
        assert same_bytes(folder / "peft" / weights, folder / "untouched" / weights), f"{name}: bytes differ"
        assert not same_bytes(folder / "peft" / weights, folder / "trained" / weights), f"{name}: nothing was trained"
        before, after = (
            logits_differ(
                folder / f"{when}.safetensors", PeftModel.from_pretrained(loaded(models / base), folder / part)
            )
            for when, part in (("before", "peft"), ("after", "trained"))
        )
        worst = max(worst, before, after)
        figures = f"logits differ by {before:.1e} as read, {after:.1e} trained"
        print(f"{name:18} on {base:14} {figures}; bytes equal", flush=True)
    torch.linalg.svd = SVD
    assert worst < 2e-5, f"logits differ by {worst}"
    print(f"adapters: the largest difference is {worst:.1e}\n")


def check_models(program, models, work):
    """Models that ranklab saved: one from a folder, one made at the prompt, one with an adapter merged in."""
    makers = {
        "llama-tied": (f'load("{models}/llama-tied", context=12)', 37),
        "gpt2": (f'load("{models}/gpt2", context=12)', 37),
        "toy": (TOY.format(64), 64),
    }
    worst = 0.0
    for name, (maker, vocabulary) in makers.items():
        for merged in (False, True):
            folder = work / f"{name}-{merged}"
            lines = [f"base = {maker}", f"task = language(1, vocab={vocabulary})"]
            if merged:
                lines += ["m = attach(base, lora(r=4))", f"train(m, task, {WARM})", "base = merge(m)"]
            run(program, lines + [f'save(base, "{folder}")', f'save(logits(base, task), "{folder}.safetensors")'], work)
            worst = max(worst, logits_differ(f"{folder}.safetensors", loaded(folder)))
    assert worst < 2e-5, f"logits differ by {worst}"
    print(f"models: {2 * len(makers)} saved by ranklab; in transformers their logits differ by at most {worst:.1e}\n")


def check_runs(program, fixtures, work):
    worst = 0.0
    for name, (setup, adapter, arguments) in RUNS.items():
        folder = work / "runs" / name
        folder.mkdir(parents=True)
        places = {"models": fixtures / "models", "fixtures": fixtures}
        lines = ["task = language(1, vocab=37)"] + [line.format(**places) for line in setup]
        lines += [f"m = attach(base, {adapter.format()})", f"run = train(m, task, {arguments})"]
        run(program, lines + [f'save(run, "{folder}/run.json")', f'export(m, "{folder}/train.py")'], work)
        result = subprocess.run([sys.executable, folder / "train.py"], capture_output=True, text=True)
        assert result.returncode == 0, f"{name}:\n{result.stdout}{result.stderr}"
        # TRL 1.16 itself asks transformers for one name of the last version.
        outdated = [x for x in result.stderr.splitlines() if "deprecated" in x and "is_gradient_checkpointing" not in x]
        assert not outdated, f"{name}: {outdated}"
        ours = json.loads((folder / "run.json").read_text())["loss"]
        log = json.loads((folder / "train_output" / "trainer_state.json").read_text())["log_history"]
        theirs = [entry["loss"] for entry in log if "loss" in entry]
        assert len(ours) == len(theirs) == 10, f"{name}: {len(ours)} and {len(theirs)} steps"
        largest = max(abs(a - b) for a, b in zip(ours, theirs))
        worst = max(worst, largest)
        fall = f"{ours[0]:.3f} to {ours[-1]:.3f}"
        print(f"{name:18} train.py by TRL: 10 losses, {fall}, differ by at most {largest:.1e}", flush=True)
        # What the script trained is read back.
        run(program, lines[:-2] + [f'load_adapter(base, "{folder}/train_output")'], work)
    assert worst < 1e-3, f"losses differ by {worst}"
    print(f"exported scripts: the largest difference of a step's loss is {worst:.1e}\n")


def check_unsloth(program, models, work):
    """Unsloth needs a GPU: the script is compiled, and its arguments are held against those that the calls have."""
    file = work / "unsloth_train.py"
    for adapter in ('r=8, targets=".*proj", scaling=rslora', 'r=8, rank_pattern={"v_proj": 2}, dora=True, dropout=0.1'):
        lines = [f'm = attach(load("{models}/llama-tied", context=16), lora({adapter}))']
        here = 'data=language(1, vocab=37)' if "targets" in adapter else 'base="owner/name"'
        call = f'export(m, "{file}", form=unsloth, {here}, steps=10, overwrite=True)'
        run(program, lines + [call], work)
        tree = ast.parse(file.read_text())
        compile(tree, str(file), "exec")
        seen = set()
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            known = set(inspect.signature(SFTConfig).parameters) if name == "SFTConfig" else UNSLOTH.get(name)
            if known is None:
                continue
            seen.add(name)
            unknown = {keyword.arg for keyword in call.keywords} - known
            assert not unknown, f"{name} has no {unknown}"
        assert seen == {"SFTConfig", "from_pretrained", "get_peft_model"}, seen
    print("Unsloth's form: compiled, its arguments are those of the calls; not run, for it needs a GPU")


def check_checkpoints(program, models, work):
    """transformers reads the history, writes it again to the byte, and takes the arguments; PEFT loads the adapter."""
    folder = work / "checkpoints"
    run(program, [
        f'base = load("{models}/llama-tied", context=16); m = attach(base, lora(r=4, dropout=0.1))',
        f'r = train(m, language(1, vocab=37), steps=40, schedule=cosine, warmup=4, clip=1, eval_every=10, load_best=True, '
        f'output_dir="{folder}", save_steps=10)',
        f'save(r, "{work}/checkpoints.json")',
    ], work)
    last = folder / "checkpoint-40"
    state = transformers.TrainerState.load_from_json(last / "trainer_state.json")
    state.save_to_json(work / "again.json")
    assert (work / "again.json").read_bytes() == (last / "trainer_state.json").read_bytes(), "another trainer_state.json"
    ours = json.loads((work / "checkpoints.json").read_text())
    logged = [entry for entry in state.log_history if "loss" in entry]
    assert [entry["loss"] for entry in logged] == ours["loss"], "other losses"
    assert [entry["grad_norm"] for entry in logged] == ours["grad_norm"], "other norms"
    evaluations = {e["step"]: e["loss"] for e in ours["evaluations"] if e["step"] > 0}
    assert {e["step"]: e["eval_loss"] for e in state.log_history if "eval_loss" in e} == evaluations
    assert state.best_metric == min(evaluations.values()) and Path(state.best_model_checkpoint).is_dir()
    arguments = transformers.TrainingArguments(**json.loads((last / "training_args.json").read_text()), use_cpu=True)
    schedule = transformers.get_scheduler(
        arguments.lr_scheduler_type, torch.optim.SGD([torch.zeros(1)], lr=arguments.learning_rate),
        arguments.get_warmup_steps(40), 40)
    rates = []
    for _ in logged:
        rates.append(schedule.get_last_lr()[0])
        schedule.step()
    assert all(abs(a - e["learning_rate"]) < 1e-12 for a, e in zip(rates, logged)), "other rates"
    assert transformers.trainer_utils.get_last_checkpoint(folder) == str(last)
    base = AutoModelForCausalLM.from_pretrained(models / "llama-tied")
    model = PeftModel.from_pretrained(base, last)
    names = {name.replace(".default", "") for name, _ in model.named_parameters() if "lora_" in name}
    states = {name.rsplit(".", 1)[0] for name in load_file(last / "optimizer.safetensors")}
    assert names == states, names ^ states
    print("checkpoints: history, arguments, rates and adapter as transformers and PEFT read them\n")


def main():
    program, fixtures, work = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    torch.set_num_threads(1)
    transformers.logging.disable_progress_bar()
    transformers.logging.set_verbosity_error()
    warnings.simplefilter("ignore")
    check_adapters(program, fixtures / "models", work)
    check_models(program, fixtures / "models", work)
    check_runs(program, fixtures, work)
    check_unsloth(program, fixtures / "models", work)
    check_checkpoints(program, fixtures / "models", work)


main()
