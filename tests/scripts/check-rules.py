#!/usr/bin/env python3
"""Switches each rule off, one at a time, in a copy of the tree: a unit test of the rule's package must fail.

A rule is a call of `require(<condition>, <DenyReason>)`. Mutation testing cannot delete one: it changes operators and
return values.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "target" / "rules"
TREE = WORK / "tree"
RULE = re.compile(r"\brequire\((?P<condition>.+), (?P<reason>DenyReason::\w+)\)", re.DOTALL)


def copy_tree() -> None:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", "-z"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        source, copy = ROOT / name, TREE / name
        # What did not change keeps its time, so that cargo does not compile it again.
        if source.is_file() and not (copy.is_file() and copy.read_bytes() == source.read_bytes()):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)


def rules(path: Path):
    """The text before each condition, the condition, the text after it, and the reason."""
    text = path.read_text(encoding="utf-8")
    for start in re.finditer(r"\brequire\(", text):
        end = closing(text, start.end())
        found = RULE.fullmatch(text, start.start(), end)
        if found:
            yield text[: found.start("condition")], found["condition"], text[found.end("condition") :], found["reason"]


def closing(text: str, position: int) -> int:
    """The place behind the parenthesis that closes the one before `position`."""
    depth = 1
    while depth:
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        position += 1
    return position


def tests_pass(package: str) -> bool:
    command = ["cargo", "test", "--quiet", "--locked", "--package", package]
    environment = os.environ | {"CARGO_TARGET_DIR": str(WORK / "target"), "RUSTFLAGS": "--cap-lints allow"}
    done = subprocess.run(command, cwd=TREE, env=environment, capture_output=True, text=True, check=False)
    if done.returncode and "test result: FAILED" not in done.stdout:
        sys.exit(f"check-rules: {package} does not compile:\n{done.stderr[-4000:]}")
    return done.returncode == 0


def main() -> None:
    copy_tree()
    survivors, count = [], 0
    for source in sorted((TREE / "shared").glob("*/src/**/*.rs")):
        if source.name in ("tests.rs", "fuzzing.rs") or "tests" in source.parts:
            continue
        package = source.relative_to(TREE / "shared").parts[0]
        for before, condition, after, reason in list(rules(source)):
            count += 1
            source.write_text(f"{before}true || {condition}{after}", encoding="utf-8")
            survived = tests_pass(package)
            source.write_text(before + condition + after, encoding="utf-8")
            place = f"{source.relative_to(TREE)}:{before.count(chr(10)) + 1} {reason}"
            print("SURVIVES" if survived else "fails   ", place, flush=True)
            survivors += [place] * survived
    if count < 30:
        sys.exit(f"check-rules: only {count} rules were found, so this script does not read the code any more")
    if survivors:
        sys.exit("check-rules: no unit test notices that these rules are off:\n  " + "\n  ".join(survivors))
    print(f"each of {count} rules has a unit test that fails without it")


main()
