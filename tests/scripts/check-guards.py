#!/usr/bin/env python3
"""Takes each guard of tests/guards out of a copy of the tree, one at a time, and demands that the named tests fail.

check-guards.py [<word of a title> ...]
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "target" / "guards"
TREE = WORK / "tree"
TARGET = WORK / "target"

TRIGGERS = sorted(folder.name for folder in (ROOT / "triggers").iterdir())

# What decides is compiled all the same; only how fast and how small it gets differs from a release.
CHEAP = ("opt-level=1", "lto=false", "codegen-units=16", "incremental=true", 'strip="none"')
RELEASE = ["--release", *(word for setting in CHEAP for word in ("--config", f"profile.release.{setting}"))]

# Longer than any test takes, also on a busy machine.
TEST_LIMIT = 300


@dataclass(frozen=True)
class Test:
    """A test that has to go red: `unit <package> <name>` or `binary <file> <name>`."""

    kind: str
    of: str
    name: str

    def __str__(self) -> str:
        return f"{self.of} {self.name}"


@dataclass
class Change:
    """Lines of a file that follow each other, and what comes in their place."""

    path: str
    old: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)

    def apply(self, text: str) -> str:
        lines, wanted = text.splitlines(keepends=True), [line.strip() for line in self.old]
        stripped = [line.strip() for line in lines]
        places = [at for at in range(len(lines)) if stripped[at : at + len(wanted)] == wanted]
        if len(places) != 1:
            found = "is not there any more" if not places else f"is there {len(places)} times"
            raise Problem(f"{self.path}: what is to be removed {found}:\n" + "\n".join(self.old))
        lines[places[0] : places[0] + len(wanted)] = [line + "\n" for line in self.new]
        return "".join(lines)


@dataclass
class Guard:
    title: str
    tests: list[Test] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


class Problem(Exception):
    """The check itself could not be made."""


def read_guards(folder: Path) -> list[Guard]:
    guards: list[Guard] = []
    for path in sorted(folder.glob("*.diff")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                read_line(guards, line)
            except (IndexError, ValueError):
                raise Problem(f"{path.relative_to(ROOT)}:{number}: cannot be read: {line}") from None
    for guard in guards:
        if not guard.tests or not all(change.old for change in guard.changes) or not guard.changes:
            raise Problem(f"{guard.title}: names no test, or removes nothing")
    return guards


def read_line(guards: list[Guard], line: str) -> None:
    if line.startswith("# "):
        guards.append(Guard(line[2:]))
    elif line.startswith("red: "):
        kind, of, name = line[5:].split()
        if kind not in ("unit", "binary"):
            raise ValueError(kind)
        guards[-1].tests.append(Test(kind, of, name))
    elif line.startswith("file: "):
        guards[-1].changes.append(Change(line[6:].strip()))
    elif line:
        sign, text = line[0], line[1:]
        if sign not in " -+":
            raise ValueError(sign)
        change = guards[-1].changes[-1]
        if sign != "+":
            change.old.append(text)
        if sign != "-":
            change.new.append(text)


def copy_tree() -> None:
    """Brings the copy up to date. A file that did not change is left alone, so that cargo does not build it again."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", "-z"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )
    # One that was deleted is listed until that is committed.
    files = {name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}
    for name in sorted(files):
        content, copy = (ROOT / name).read_bytes(), TREE / name
        if not copy.is_file() or copy.read_bytes() != content:
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(content)
            shutil.copymode(ROOT / name, copy)
    for folder, folders, names in os.walk(TREE):
        here = Path(folder)
        if here == TREE:
            folders[:] = [name for name in folders if name not in ("target", ".venv")]
        for name in names:
            if str((here / name).relative_to(TREE)) not in files:
                (here / name).unlink()
    tools = TREE / ".venv"
    if not tools.is_symlink():
        tools.symlink_to(ROOT / ".venv")


def cargo(*arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "CARGO_", "RUST"))}
    environment |= {"CARGO_TARGET_DIR": str(TARGET), "CARGO_PROFILE_DEV_DEBUG": "false"}
    for name in ("CARGO_HOME", "RUSTUP_HOME"):
        if name in os.environ:
            environment[name] = os.environ[name]
    command = ["cargo", *arguments]
    done = subprocess.run(command, cwd=TREE, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Problem(f"does not compile: {' '.join(command)}\n{done.stderr[-4000:]}")
    return done.stdout


def build_tests(*arguments: str) -> dict[str, str]:
    """Builds test programs, and gives their paths by their names."""
    programs = {}
    options = ("--no-run", "--locked", "--message-format=json-render-diagnostics")
    for line in cargo("test", *options, *arguments).splitlines():
        message = json.loads(line)
        if message.get("executable") and message["profile"]["test"]:
            programs[message["target"]["name"]] = message["executable"]
    return programs


def build_triggers() -> None:
    for name in TRIGGERS:
        cargo("build", "--locked", *RELEASE, f"--package={name}")
        bootstrap = TREE / "target" / "local" / name / "bootstrap"
        bootstrap.parent.mkdir(parents=True, exist_ok=True)
        bootstrap.unlink(missing_ok=True)
        shutil.copy(TARGET / "release" / name, bootstrap)


class Suite:
    """The test programs. Those on the binaries are built once, because a removal changes the binaries alone."""

    def __init__(self, guards: list[Guard]) -> None:
        files = sorted({test.of for guard in guards for test in guard.tests if test.kind == "binary"})
        self.binary = {}
        if files:
            self.binary = build_tests("--package=integration-tests", *(f"--test={name}" for name in files))

    def results(self, tests: list[Test]) -> dict[Test, str]:
        """Builds what the tests need from the tree as it is, and says of each test whether it is red or green."""
        if any(test.kind == "binary" for test in tests):
            build_triggers()
        results = {}
        for kind, of in sorted({(test.kind, test.of) for test in tests}):
            wanted = [test for test in tests if (test.kind, test.of) == (kind, of)]
            if kind == "binary":
                program = self.binary[of]
            else:
                program = next(iter(build_tests(f"--package={of}").values()))
            results |= run_tests(program, wanted)
        return results


def run_tests(program: str, tests: list[Test]) -> dict[Test, str]:
    names = [test.name for test in tests]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RUST")}
    try:
        done = subprocess.run(
            [program, "--exact", *names], cwd=TREE, env=environment, capture_output=True, text=True,
            check=False, timeout=TEST_LIMIT,
        )
    except subprocess.TimeoutExpired:
        raise Problem(f"does not end: {' '.join(names)}") from None
    ended = dict(re.findall(r"^test (\S+) \.\.\. (ok|FAILED)$", done.stdout, re.MULTILINE))
    results = {test: {"ok": "green", "FAILED": "red"}.get(ended.get(test.name, "")) for test in tests}
    missing = [test.name for test, result in results.items() if result is None]
    if missing or (done.returncode == 0) != ("red" not in results.values()):
        raise Problem(f"no result for {missing}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return results


def without(guard: Guard, suite: Suite) -> dict[Test, str]:
    before = {change.path: (TREE / change.path).read_text(encoding="utf-8") for change in guard.changes}
    texts = dict(before)
    for change in guard.changes:
        texts[change.path] = change.apply(texts[change.path])
    try:
        for path, text in texts.items():
            (TREE / path).write_text(text, encoding="utf-8")
        return suite.results(guard.tests)
    finally:
        for path, text in before.items():
            (TREE / path).write_text(text, encoding="utf-8")


def say(text: str) -> None:
    print(text, flush=True)


def main() -> int:
    words = [word.lower() for word in sys.argv[1:]]
    guards = read_guards(ROOT / "tests" / "guards")
    guards = [guard for guard in guards if not words or any(word in guard.title.lower() for word in words)]
    copy_tree()
    # Before anything is built: a block that no longer fits says so at once.
    problems = {}
    for guard in guards:
        try:
            texts = {change.path: (TREE / change.path).read_text(encoding="utf-8") for change in guard.changes}
            for change in guard.changes:
                texts[change.path] = change.apply(texts[change.path])
        except (Problem, OSError) as error:
            problems[guard.title] = str(error)
    if problems:
        raise Problem("\n\n".join(f"{title}\n{text}" for title, text in problems.items()))

    suite = Suite(guards)
    tests = sorted({test for guard in guards for test in guard.tests}, key=str)
    say(f"{len(guards)} guards; with all of them in place, {len(tests)} tests have to be green")
    red = [str(test) for test, result in suite.results(tests).items() if result != "green"]
    if red:
        raise Problem("red although nothing is removed:\n" + "\n".join(red))

    failed = 0
    width = max(len(guard.title) for guard in guards)
    for guard in guards:
        start = time.monotonic()
        try:
            results = without(guard, suite)
        except Problem as problem:
            failed += 1
            say(f"{guard.title:{width}}  PROBLEM {problem}")
            continue
        failed += "green" in results.values()
        for at, test in enumerate(guard.tests):
            took = f"{time.monotonic() - start:4.0f} s" if at == 0 else " " * 6
            say(f"{guard.title if at == 0 else '':{width}}  {took}  {results[test]:5}  {test}")
    say(f"{len(guards) - failed} of {len(guards)} guards are missed by the tests that are named for them")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(f"check-guards: {problem}")
