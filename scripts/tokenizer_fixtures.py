"""Tokenizers for the tests: two small ones, and what the reference makes of a thousand strings.

Called by scripts/fixtures.py. The training text is made here from fixed seeds; the strings reach into every
script of Unicode, so that the classes of the patterns are tested where libraries differ.
"""

import json
import random

import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

STRINGS = 1000
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)

WORDS = (
    "the of and to in is that it for was on are with as at be this have from or had by not but what all were "
    "when we there can an your which their said if do will each about how up out them then she many some so "
    "these would other into has more her two like him see time could no make than first been its who now "
    "people my made over did down only way find use may water long little very after words called just where "
    "most know rank alpha adapter weight gradient learning rate module merge model layer token training loss "
    "don't it's we're they've I'm you'll he'd DON'T IT'S straße naïve café Ελλάδα привет мир 你好 世界 "
    "日本語 한국어 مرحبا שלום नमस्ते สวัสดี def return self print import class lambda x = 1 + 2 (a, b) [0] {} "
    "1 12 123 1234 12345 2024 3.14 0x1F 100,000 🙂 🎉 — … « » “quoted” ‘single’"
).split(" ")

# Words of many scripts, combining marks, emoji with joiners and modifiers, and what breaks naive splitters.
PIECES = [
    "Hello", " world", "it's", "IT'S", "'LL", "'ſ", "don\u2019t", "l'été", "naïve", "nai\u0308ve", "e\u0301", "\u0301",
    "Straße", "ﬁn", "Ǆ", "İstanbul", "ﷺ", "привет", "мир", "Ελλάδα", "ΟΔΥΣΣΕΎΣ", "שלום", "مرحبا", "۱۲۳", "नमस्ते", "क्षि",
    "ไทย", "ສະບາຍດີ", "မြန်မာ", "ខ្មែរ", "བོད་", "ქართული", "Հայերեն", "አማርኛ", "ᓀᐦᐃᔭᐍᐏᐣ", "ᏣᎳᎩ", "日本語", "ひらがな", "カタカナ", "한국어",
    "각", "你好，世界", "𝔘𝔫𝔦", "𝟙𝟚𝟛", "½", "Ⅻ", "②", "x²", "٣", "๓", "𐍈", "𓀀", "𞤀", "🙂", "👩‍👩‍👧‍👦", "👍🏽", "🏳️‍🌈", "🇩🇪",
    "\u200d", "\u200b", "\ufeff", "\u00ad", "\u202e", "\u2028", "\u2029", "\u0085", "\u00a0", "\u3000", "\u180e", "\u1680",
    "\u0000", "\u0001", "\u001b[31m", "\u007f", "\ufffd", "\uffff", "\U0010ffff", "\ue000", "\\ud83d", "\\ude00\\ud83d",
    " ", "  ", "   ", "     ", "\t", "\t\t", "\n", "\n\n", "\r\n", "\r", "\r\r\n", " \n", "\n ", " \t\n \n  ", "\v", "\f",
    "0", "12", "123", "1234567", "3.14", "1,000", "-1", "1e-5", "0x1F", "!", "?!", "...", "…", "—", "'", "''", "'s", "'re ",
    "\"", "(", ")", "()", "{}", "[0]", "==", "!=", "->", "//", "#", "<", "<|", "|>", "<|endoftext|>", "<|begin_of_text|>",
    "<|end", "<|endoftext|><|endoftext|>", "[MASK]", " [MASK] ", "x[MASK]y", "<word>", " <word>", "a<word>", "<word>é",
    "<words>", "<left>", "  \t<left>", "<right>", "<right> \n x", "<norm>", "étoken", "rank", "alpha/r", "http://a.b/c?d=1&e=%20",
]


def training_text():
    draw = random.Random(1)
    lines = []
    for _ in range(6000):
        lines.append(" ".join(draw.choice(WORDS) for _ in range(draw.randint(3, 14))) + draw.choice(".!?\n;:"))
    return lines


def assigned():
    """Every scalar but the surrogates."""
    return [*range(0xD800), *range(0xE000, 0x110000)]


def strings():
    draw = random.Random(2)
    scalars = assigned()
    # Planes 0 and 1 hold almost every script; drawn evenly, most scalars would be unassigned.
    scripts = [*range(0x20, 0xD800), *range(0x10000, 0x20000)]
    result = ["", *PIECES]
    result += ["a" * 300, " " * 257, "\n" * 100, "\t \t " * 40, "1" * 100, "é" * 90, "🙂" * 60, "'" * 50, "ab" * 200]
    result += [chr(first) + chr(first + 1) for first in range(0x80, 0x2000, 160)]
    while len(result) < STRINGS:
        kind = draw.randrange(6)
        count = draw.randint(1, 7)
        if kind < 3:
            text = "".join(draw.choice(PIECES) for _ in range(count))
        elif kind == 3:
            text = "".join(chr(draw.choice(scripts)) for _ in range(count))
        elif kind == 4:
            text = "".join(chr(draw.choice(scalars if draw.random() < 0.2 else range(1, 0x250))) for _ in range(count))
        else:
            text = "".join(draw.choice([" ", ""]) + draw.choice(WORDS + PIECES) for _ in range(count))
        result.append(text)
    return result


def train(pre_tokenizer, vocabulary, special):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=special,
        show_progress=False,
    )
    tokenizer.train_from_iterator(training_text(), trainer)
    tokenizer.decoder = decoders.ByteLevel()
    return json.loads(tokenizer.to_str())


def gpt2():
    """As GPT-2's own file: merges in one text each, the end token in the vocabulary."""
    tokenizer = train(pre_tokenizers.ByteLevel(add_prefix_space=False), 1200, ["<|endoftext|>"])
    tokenizer["model"]["merges"] = [" ".join(pair) for pair in tokenizer["model"]["merges"]]
    tokenizer["post_processor"] = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False}
    return Tokenizer.from_str(json.dumps(tokenizer)), tokenizer


def llama3():
    """As Llama 3's file: special tokens behind the vocabulary, words before merges, a template that begins texts."""
    tokenizer = train(
        pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(LLAMA3), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        ),
        1400,
        [],
    )
    tokenizer["model"]["ignore_merges"] = True
    # Words that no merge makes, so that `ignore_merges` shows.
    for word in ["Hello", "Ġadapters", "Ġ123"]:
        tokenizer["model"]["vocab"].setdefault(word, len(tokenizer["model"]["vocab"]))
    made = Tokenizer.from_str(json.dumps(tokenizer))
    made.add_special_tokens(["<|begin_of_text|>", "<|endoftext|>", "<|end"])
    made.add_special_tokens([AddedToken("<left>", lstrip=True), AddedToken("[MASK]", lstrip=True, rstrip=True)])
    made.add_tokens(
        [
            AddedToken("<word>", single_word=True, normalized=False),
            AddedToken("<right>", rstrip=True, normalized=False),
            AddedToken("<norm>", normalized=True),
            AddedToken("étoken", normalized=True, single_word=True),
        ]
    )
    made.post_processor = processors.Sequence(
        [
            processors.ByteLevel(trim_offsets=False),
            processors.TemplateProcessing(
                single="<|begin_of_text|> $A",
                pair="<|begin_of_text|> $A <|begin_of_text|>:1 $B:1",
                special_tokens=[("<|begin_of_text|>", made.token_to_id("<|begin_of_text|>"))],
            ),
        ]
    )
    return made, json.loads(made.to_str())


def make_tokenizers(folder):
    folder.mkdir(parents=True, exist_ok=True)
    texts = strings()
    draw = random.Random(3)
    for name, (tokenizer, stored) in {"gpt2": gpt2(), "llama3": llama3()}.items():
        (folder / f"{name}.json").write_text(
            json.dumps(stored, ensure_ascii=False, separators=(",", ":")) + "\n"
        )
        size = tokenizer.get_vocab_size()
        # Ids in any order make bytes that are not UTF-8.
        drawn = [[draw.randrange(size) for _ in range(draw.randint(1, 9))] for _ in range(200)]
        encoded = [tokenizer.encode(text).ids for text in texts]
        cases = {
            "version": tokenizers.__version__,
            "ids": encoded,
            "ids_without_special": [tokenizer.encode(text, add_special_tokens=False).ids for text in texts[:50]],
            "decoded": [tokenizer.decode(ids, skip_special_tokens=False) for ids in encoded],
            "decoded_skipping": [tokenizer.decode(ids, skip_special_tokens=True) for ids in encoded[:300]],
            "drawn": drawn,
            "drawn_decoded": [tokenizer.decode(ids, skip_special_tokens=False) for ids in drawn],
        }
        # Where decoding gives the string itself, it is not stored twice.
        for key in ("decoded", "decoded_skipping"):
            cases[key] = [None if made == text else made for made, text in zip(cases[key], texts)]
        (folder / f"{name}-cases.json").write_text(json.dumps(cases, ensure_ascii=False, separators=(",", ":")) + "\n")
    (folder / "strings.json").write_text(json.dumps(texts, ensure_ascii=False, separators=(",", ":")) + "\n")
