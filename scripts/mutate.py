"""Faults in a copy of the sources, behind one switch; `scripts/mutate` says how it is used."""

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time

# Those of Workbench that run programs and hold what they show, the quick ones first.
QUICK = r"WorkbenchTests\.(MistakeTests|ProgramTests|FixTests|UserNameTests)"
SLOW = r"WorkbenchTests\.(LaboratoryProgramTests|PythonProgramTests|HintTests|CommandTableTests|SynonymTests|LaboratoryCompletionTests)"

# What is mutated, and which tests must notice: first those that are quick, then the rest of the module's.
AREAS = {
    "trainer": {
        "files": ["Sources/Training/Trainer.swift", "Sources/Training/TrainingTask.swift", "Sources/Training/Schedule.swift",
                  "Sources/Training/Optimizer.swift"],
        "tests": ["TrainingTests"],
    },
    "outcomes": {"files": ["Sources/Training/Outcome.swift"], "tests": ["TrainingTests"]},
    "plan": {
        "files": ["Sources/Models/Plan.swift", "Sources/Models/Plan+AdapterInputs.swift", "Sources/Models/Plan+Running.swift",
                  "Sources/Models/PlanBuilder.swift", "Sources/Models/PlanBuilder+Transformer.swift",
                  "Sources/Models/PlanPlaces.swift", "Sources/Models/SharedPlaces.swift"],
        "tests": ["ModelsTests", "TrainingTests"],
    },
    "scaling": {
        "files": ["Sources/Adapters/ScalingRule.swift", "Sources/Adapters/Power.swift", "Sources/Adapters/ModuleMatching.swift",
                  "Sources/Adapters/AdapterLayout.swift"],
        "tests": ["AdaptersTests", "ModelsTests"],
    },
    "binder": {
        "files": ["Sources/Interpreter/Evaluation/Binder.swift", "Sources/Interpreter/Evaluation/Binder+Fixes.swift",
                  "Sources/Interpreter/Commands/ParameterKind+Checking.swift"],
        "tests": ["InterpreterTests", QUICK, SLOW],
    },
    "evaluator": {
        "files": ["Sources/Interpreter/Evaluation/Evaluator.swift", "Sources/Interpreter/Evaluation/Evaluator+Calls.swift",
                  "Sources/Interpreter/Evaluation/Evaluator+Items.swift", "Sources/Interpreter/Evaluation/Evaluator+Names.swift",
                  "Sources/Interpreter/Evaluation/Evaluator+Operators.swift",
                  "Sources/Interpreter/Evaluation/Evaluator+Statements.swift"],
        "tests": ["InterpreterTests", QUICK, SLOW],
    },
}
# What the copy is built from. WorkbenchTests, with all that they need, take long to build: they are in with --whole.
TARGETS = ["Text", "Signals", "CVector", "Storage", "Kernels", "TensorFile", "Fields", "Adapters", "Models", "Training", "Language",
           "Display", "Interpreter", "InterpreterSupport", "TestSupport", "ReferenceSupport", "TrainingTests", "ModelsTests",
           "AdaptersTests", "InterpreterTests"]
WHOLE = ["CFiles", "Analysis", "Interchange", "Laboratory", "Workbench", "WorkbenchTests"]
# Programs of the language alone, which stand among the tests of Workbench.
PROGRAMS = ("Tests/WorkbenchTests/ProgramTests.swift", "Tests/WorkbenchTests/Programs")

SWITCH = """// Which fault is active: for scripts/mutate, in a copy of the sources.
#if canImport(Glibc)
  import Glibc
#endif

package enum Mutant {
  package static let active: Int = getenv("RANKLAB_MUTANT").flatMap { Int(String(cString: $0)) } ?? 0
}
"""

# What stands for what, each once in an expression.
REPLACEMENTS = [
    (r" < ", " <= "), (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "), (r" < ", " > "), (r" > ", " < "),
    (r" == ", " != "), (r" != ", " == "), (r" && ", " || "), (r" \|\| ", " && "),
    (r" \+ ", " - "), (r" - ", " + "), (r" \* ", " / "), (r" / ", " * "), (r" \* ", " + "),
    (r"\btrue\b", "false"), (r"\bfalse\b", "true"), (r"\bmin\(", "max("), (r"\bmax\(", "min("),
    (r"\.first\b", ".last"), (r"\.last\b", ".first"), (r"\ballSatisfy\b", "contains"), (r"\.contains \{", ".allSatisfy {"),
    (r"(?<![\w.$])0(?![\w.])", "1"), (r"(?<![\w.$])1(?![\w.])", "2"), (r"(?<![\w.$])2(?![\w.])", "3"),
    (r"(?<![\w.$])!(?=[a-z(])", ""), (r"\.dropFirst\(\)", ".dropFirst(0)"), (r"\.dropLast\(\)", ".dropLast(0)"),
    (r"\.isEmpty\b", ".isEmpty == false"), (r"\.squareRoot\(\)", ".magnitude"),
]

REAL_EDGES = {" < ": [" <= "], " <= ": [" < "], " > ": [" >= "], " >= ": [" > "]}


def outside_of_text(line):
    """Which places of a line are code, and neither in a text nor in a comment."""
    code, inside, i = [True] * len(line), False, 0
    while i < len(line):
        if inside:
            code[i] = False
            if line[i] == "\\":
                if i + 1 < len(line):
                    code[i + 1] = False
                i += 1
            elif line[i] == '"':
                inside = False
        elif line[i] == '"':
            inside, code[i] = True, False
        elif line.startswith("//", i):
            for j in range(i, len(line)):
                code[j] = False
            break
        i += 1
    return code


def is_balanced(text):
    """Whether every bracket of a text is closed in it."""
    stack, pairs, code = [], {")": "(", "]": "[", "}": "{"}, outside_of_text(text)
    for place, letter in enumerate(text):
        if not code[place]:
            continue
        if letter in "([{":
            stack.append(letter)
        elif letter in ")]}":
            if not stack or stack.pop() != pairs[letter]:
                return False
    return not stack and text.count('"') % 2 == 0


def parts(text):
    """The stretches of a text between the commas outside of all brackets."""
    found, depth, start, code = [], 0, 0, outside_of_text(text)
    for place, letter in enumerate(text):
        if not code[place]:
            continue
        if letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter == "," and depth == 0:
            found.append((start, place))
            start = place + 1
    return found + [(start, len(text))]


def variants(expression):
    """Faulty forms of an expression."""
    code = outside_of_text(expression)
    for pattern, other in REPLACEMENTS:
        for match in re.finditer(pattern, expression):
            # Hardly a real number ever meets its bound exactly.
            if other in REAL_EDGES.get(match.group(), []) and re.match(r"-?\d+\.\d|\d+ / \d+\.", expression[match.end():]):
                continue
            if all(code[match.start():match.end()]) and match.end() > match.start():
                yield expression[:match.start()] + other + expression[match.end():]


def chosen(number, expression, fault):
    """An expression that is the faulty one where that fault is active."""
    prefix = ""
    if expression.startswith("try "):
        expression, fault, prefix = expression[4:], fault[4:], "try "
    return f"{prefix}(Mutant.active == {number} ? ({fault}) : ({expression}))"


STATEMENTS = [
    # Each: a pattern with the groups before, expression, behind.
    re.compile(r"^(\s*(?:\} else )?(?:if|guard|while) )(.+?)( else \{.*| \{)$"),
    re.compile(r"^(\s*return )(.+)()$"),
    re.compile(r"^(\s*(?:let|var) \w+(?:: [\w?\[\]. ]+)? = )(.+)()$"),
    re.compile(r"^(\s*[\w.\[\]]+ [+\-*]?= )(.+)()$"),
    re.compile(r"^(\s*(?:package |private |fileprivate |static |mutating )*(?:var \w+: [\w?\[\]. ]+|func .+) \{ )(.+)( \})$"),
    re.compile(r"^(\s*case .+: return )(.+)()$"),
    re.compile(r"^(\s*case [^:]+: )([^=]+)()$"),
    re.compile(r"^(\s*)((?!case|let|var|func|return|if|guard|import|package|private|static|struct|enum|for|switch|default|throw|defer|@)"
               r"[a-z(!].* (?:[<>]=?|==|!=|&&|\|\||[+\-*/]) .+)()$"),
]
REMOVABLE = re.compile(r"^(\s+)([a-z][\w.]*(?:\[[^\]]*\])?(?: [+\-*/]?= .+|\(.*\)| = .+))$")
CONTINUED = re.compile(r"^\s*(\.|&&|\|\||\?|:|\+ |- |\* |/ |==|!=|\?\?|[)\]},])")


def is_in_initialiser(lines, index):
    """Whether a line stands in one: what it sets must be set."""
    indent = len(lines[index]) - len(lines[index].lstrip())
    for line in reversed(lines[:index]):
        own = len(line) - len(line.lstrip())
        if line.strip() and own < indent:
            indent = own
            if re.search(r"\binit[?(<]", line) or line.strip().startswith(")"):
                return True
            if re.search(r"\b(func|var|struct|class|enum|extension)\b", line):
                return False
    return False


def candidates(path, text):
    """All faults of a file: line number, the line in its place, and what it does, in words."""
    lines, found, checked = text.split("\n"), [], 0
    for index, line in enumerate(lines):
        stripped = line.strip()
        if stripped.startswith("#if"):
            checked += 1
        if stripped.startswith("#endif"):
            checked -= 1
        following = lines[index + 1] if index + 1 < len(lines) else ""
        before = lines[index - 1].rstrip() if index else ""
        if checked or not stripped or stripped.startswith(("//", "#", "@", "precondition", "assert")):
            continue
        if CONTINUED.match(following) and not following.strip().startswith("}"):
            continue
        if CONTINUED.match(line) and not stripped.startswith("} else") or before.endswith(("(", "[", ",", "=", "?", ":", "+", "in", "->")):
            continue
        for pattern in STATEMENTS:
            match = pattern.match(line)
            if not match:
                continue
            head, whole, tail = match.groups()
            for start, end in (parts(whole) if re.match(r"\s*(\} else )?(if|guard|while) ", head) else [(0, len(whole))]):
                piece = whole[start:end]
                lead = len(piece) - len(piece.lstrip())
                expression = piece.strip()
                if not expression or not is_balanced(expression) or re.match(r"(let|var|case|await|#)\b", expression):
                    continue
                if re.search(r"\btry\b", expression[4:]) or expression.endswith(("{", "(", ",", "=")):
                    continue
                for fault in variants(expression):
                    def made(number, head=head, whole=whole, tail=tail, piece=piece, fault=fault,
                             expression=expression, start=start, end=end, lead=lead):
                        return (head + whole[:start + lead] + chosen(number, expression, fault)
                                + whole[end - (len(piece) - lead - len(expression)):] + tail)
                    found.append((index, f"{expression}  →  {fault}", made))
            break
        match = REMOVABLE.match(line)
        if match and not is_in_initialiser(lines, index) and is_balanced(match.group(2)) and not re.match(r"(return|case|let|var|try|throw|super|self\.init|fatalError)\b", match.group(2)):
            found.append((index, f"{match.group(2)}  →  (nothing)",
                          lambda number, m=match: f"{m.group(1)}if Mutant.active != {number} {{ {m.group(2)} }}"))
    return found


def copy_sources(root, copy):
    """The package without what it was built into; what is the same as before keeps its date."""
    for name in ["Package.swift", "Sources", "Tests", "Benchmarks", "docs", "tutorials", "README.md", "scripts", "LICENSE", "CHANGELOG.md"]:
        source, target = os.path.join(root, name), os.path.join(copy, name)
        if os.path.isdir(source):
            shutil.copytree(source, target, dirs_exist_ok=True, copy_function=copy_if_other)
        elif os.path.exists(source):
            os.makedirs(copy, exist_ok=True)
            copy_if_other(source, target)


def copy_if_other(source, target):
    with open(source, "rb") as file:
        content = file.read()
    write_if_other(target, content)
    shutil.copymode(source, target)


def write_if_other(target, content):
    if os.path.exists(target):
        with open(target, "rb") as file:
            if file.read() == content:
                return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(content)


def choose(root, count, seed):
    """So many faults, evenly over the areas, one a line."""
    picked = []
    for area, parts_of_it in AREAS.items():
        everything = []
        for path in parts_of_it["files"]:
            with open(os.path.join(root, path)) as file:
                everything += [(path, *fault) for fault in candidates(path, file.read())]
        random.Random(f"{seed} {area}").shuffle(everything)
        lines = set()
        for path, index, words, made in everything:
            if (path, index) in lines or len(lines) >= -(-count // len(AREAS)):
                continue
            lines.add((path, index))
            picked.append({"area": area, "path": path, "line": index, "words": words, "made": made})
    for number, fault in enumerate(picked, 1):
        fault["number"] = number
    return picked


def move_programs(copy):
    """ProgramTests need no more than the Interpreter."""
    source, folder = (os.path.join(copy, path) for path in PROGRAMS)
    with open(source) as file:
        text = file.read().replace("import Workbench\n", "")
    tests = os.path.join(copy, "Tests/InterpreterTests")
    write_if_other(os.path.join(tests, "ProgramTests.swift"), text.encode())
    for name in os.listdir(folder):
        if name.endswith(".txt"):
            os.makedirs(os.path.join(tests, "Programs"), exist_ok=True)
            copy_if_other(os.path.join(folder, name), os.path.join(tests, "Programs", name))


def write_faults(root, copy, faults, whole):
    """The copy with these faults in it."""
    copy_sources(root, copy)
    package = os.path.join(copy, "Package.swift")
    with open(package) as file:
        text = file.read()
    kept = ", ".join(f'"{name}"' for name in TARGETS + (WHOLE if whole else []))
    text += f'\npackage.targets.removeAll {{ ![{kept}].contains($0.name) }}\npackage.products = []\n'
    if not whole:
        text = text.replace('tests("Interpreter", [', 'tests("Interpreter", ["TestSupport", ')
        move_programs(copy)
    write_if_other(package, text.encode())
    write_if_other(os.path.join(copy, "Sources/Signals/Mutant.swift"), SWITCH.encode())
    for path in {path for area in AREAS.values() for path in area["files"]}:
        with open(os.path.join(root, path)) as file:
            lines = file.read().split("\n")
        for fault in faults:
            if fault["path"] == path:
                lines[fault["line"]] = fault["made"](fault["number"])
        if not any(re.match(r"((package|internal|public|private) )?import Signals", line) for line in lines):
            # One line more would move all that the compiler says.
            lines[0] = "import Signals  " + lines[0]
        write_if_other(os.path.join(copy, path), "\n".join(lines).encode())


def build(copy, target=None):
    """What the compiler says against lines: (path, line from 0). A target alone is built for that, without optimisation."""
    command = ["swift", "build", "-c", "release", "--build-tests", "--scratch-path", ".build"]
    if target:
        command = ["swift", "build", "--target", target, "--scratch-path", ".build-debug", "--disable-index-store", "-Xswiftc", "-wmo"]
    result = subprocess.run(command, cwd=copy, capture_output=True, text=True)
    output = result.stdout + result.stderr
    with open(os.path.join(copy, "build.log"), "w") as file:
        file.write(output)
    errors = {(os.path.relpath(path, copy), int(line) - 1)
              for path, line in re.findall(r"^(/[^:\n]+):(\d+):\d+: error:", output, re.M)}
    return result.returncode, errors


def prepare(root, folder, count, seed, whole):
    copy = os.path.join(folder, "source")
    faults = choose(root, count, seed)
    print(f"{len(faults)} faults chosen", flush=True)
    targets = ["Adapters", "Models", "Training", "Interpreter", None]
    while targets:
        write_faults(root, copy, faults, whole)
        status, errors = build(copy, targets[0])
        if status == 0:
            targets.pop(0)
            continue
        wrong = [fault for fault in faults if (fault["path"], fault["line"]) in errors]
        # The compiler may say it behind the line, as where a variable is used that was not set.
        for path, line in errors:
            near = [fault for fault in faults if fault["path"] == path and line - 40 < fault["line"] <= line]
            if near and not any(fault["path"] == path and fault["line"] == line for fault in faults):
                wrong.append(max(near, key=lambda fault: fault["line"]))
        if not wrong:
            sys.exit(f"the copy does not build: see {copy}/build.log")
        numbers = {fault["number"] for fault in wrong}
        for fault in faults:
            if fault["number"] in numbers:
                print(f"  does not compile: {fault['path']}:{fault['line'] + 1}: {fault['words']}", flush=True)
        faults = [fault for fault in faults if fault["number"] not in numbers]
    known = earlier_results(folder)
    for fault in faults:
        del fault["made"]
        fault.update(known.get((fault["path"], fault["words"]), {}))
    with open(os.path.join(folder, "faults.json"), "w") as file:
        json.dump(faults, file, indent=1)
    print(f"{len(faults)} faults are built in")


def earlier_results(folder):
    """What is known of faults from a copy before this one: a fault that was noticed is noticed by more tests."""
    path = os.path.join(folder, "faults.json")
    if not os.path.exists(path):
        return {}
    with open(path) as file:
        return {(fault["path"], fault["words"]): {key: fault[key] for key in ("result", "by") if key in fault} for fault in json.load(file)}


def bundle(copy):
    folder = os.path.join(copy, ".build/release")
    names = [name for name in os.listdir(folder) if name.endswith("PackageTests.xctest")]
    return os.path.join(folder, names[0])


def test(copy, number, filters, seconds):
    """How the tests end with a fault: 'passed', 'failed', or 'hangs'."""
    environment = dict(os.environ, RANKLAB_MUTANT=str(number))
    command = ["nice", bundle(copy), "--testing-library", "swift-testing", "--filter", filters]
    process = subprocess.Popen(command, cwd=copy, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.communicate()
        return "hangs"
    if process.returncode == 0 and b"passed" not in output:
        sys.exit(f"no test ran for {filters}")
    return "passed" if process.returncode == 0 else "failed"


def run(folder, only, start, again):
    copy = os.path.join(folder, "source")
    with open(os.path.join(folder, "faults.json")) as file:
        faults = json.load(file)
    times, is_whole = {}, not os.path.exists(os.path.join(copy, "Tests/InterpreterTests/ProgramTests.swift"))
    for area, details in AREAS.items():
        if only and area != only:
            continue
        for filters in details["tests"]:
            if filters in times or filters.startswith("WorkbenchTests") and not is_whole:
                continue
            began = time.time()
            if test(copy, 0, filters, 3000) != "passed":
                sys.exit(f"{filters} fails without a fault")
            times[filters] = time.time() - began
            print(f"{filters}: {times[filters]:.0f} s without a fault", flush=True)
    for fault in faults:
        if fault.get("result") not in ([None, "survived"] if again else [None]) or fault["number"] < start or only and fault["area"] != only:
            continue
        began = time.time()
        fault["result"] = "survived"
        for filters in (name for name in AREAS[fault["area"]]["tests"] if name in times):
            end = test(copy, fault["number"], filters, 20 + 8 * times[filters])
            if end != "passed":
                fault["result"], fault["by"] = "killed" if end == "failed" else "hangs", filters
                break
        print(f"{fault['number']} {fault['area']} {fault['path']}:{fault['line'] + 1}: {fault['words']}: {fault['result']}"
              f" ({time.time() - began:.0f} s)", flush=True)
        with open(os.path.join(folder, "faults.json"), "w") as file:
            json.dump(faults, file, indent=1)


def equivalents(root):
    """The faults that no program can tell from the original: path and words, a line each, with the reason below."""
    path = os.path.join(root, "Tests/equivalent-mutants.txt")
    if not os.path.exists(path):
        return set()
    with open(path) as file:
        return {line.rstrip("\n") for line in file if line.startswith("Sources/")}


def report(root, folder):
    with open(os.path.join(folder, "faults.json")) as file:
        faults = json.load(file)
    same = equivalents(root)
    for fault in faults:
        if fault.get("result") == "survived" and f"{fault['path']}: {fault['words']}" in same:
            fault["result"] = "equivalent"
    print("| area | mutants | killed | survived | equivalent | not run |\n| --- | ---: | ---: | ---: | ---: | ---: |")
    for area in list(AREAS) + ["all"]:
        own = [fault.get("result", "not run") for fault in faults if area in (fault["area"], "all")]
        count = {word: own.count(word) for word in ["killed", "hangs", "survived", "equivalent", "not run"]}
        print(f"| {area} | {len(own)} | {count['killed'] + count['hangs']} | {count['survived']} | {count['equivalent']} | {count['not run']} |")
    for fault in faults:
        if fault.get("result") == "survived":
            print(f"{fault['number']} {fault['path']}:{fault['line'] + 1}: {fault['words']}")


def main():
    root = sys.argv[1]
    folder = os.path.join(root, ".build-mutants")
    parser = argparse.ArgumentParser(prog="scripts/mutate")
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("prepare")
    making.add_argument("--count", type=int, default=230)
    making.add_argument("--seed", type=int, default=1)
    making.add_argument("--whole", action="store_true", help="with the tests of Workbench")
    making.add_argument("--list", action="store_true", help="print the faults, build nothing")
    running = commands.add_parser("run")
    running.add_argument("--only", choices=list(AREAS))
    running.add_argument("--again", action="store_true", help="survivors once more, as with new tests")
    running.add_argument("--from", dest="start", type=int, default=0)
    commands.add_parser("report")
    options = parser.parse_args(sys.argv[2:])
    if options.command == "prepare" and options.list:
        for fault in choose(root, options.count, options.seed):
            print(f"{fault['area']} {fault['path']}:{fault['line'] + 1}: {fault['words']}")
    elif options.command == "prepare":
        prepare(root, folder, options.count, options.seed, options.whole)
    elif options.command == "run":
        run(folder, options.only, options.start, options.again)
    else:
        report(root, folder)


if __name__ == "__main__":
    main()
