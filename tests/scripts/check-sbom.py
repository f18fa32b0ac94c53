#!/usr/bin/env python3
"""Compares the lists in target/sbom with those of cargo and npm: each must have exactly what is shipped."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SBOMS = ROOT / "target" / "sbom"
# These triggers must link the crates for TLS. The other triggers must not link any network client.
WITH_NETWORK = {"pre-sign-up", "verify-auth-challenge"}
CRYPTOGRAPHY = {"ring", "rustls"}
NETWORK = CRYPTOGRAPHY | {"hyper-rustls", "reqwest", "aws-sdk-cognitoidentityprovider", "verification"}
TRIGGERS = sorted(folder.name for folder in (ROOT / "triggers").iterdir())

problems: list[str] = []


def read(name: str, of: str) -> set[tuple[str, str]]:
    """Checks the form of a document, and returns its components."""
    text = (SBOMS / f"{name}.cdx.json").read_text(encoding="utf-8")
    sbom = json.loads(text)
    root = sbom["metadata"]["component"]
    components = sbom["components"]
    references = [entry["bom-ref"] for entry in [root, *components]]
    wrong = {
        "is not CycloneDX 1.5": (sbom["bomFormat"], sbom["specVersion"]) != ("CycloneDX", "1.5"),
        "describes another component": root["name"] != of,
        "differs between two runs": "serialNumber" in sbom or "timestamp" in sbom["metadata"],
        "contains a path of this machine": str(ROOT) in text or str(Path.home()) in text,
        "names a component twice": len(set(references)) != len(references),
        "has a component without a licence": not all(entry.get("licenses") for entry in components),
        "has a component without a package URL": not all(entry.get("purl") for entry in components),
        "has a dependency that is not listed": any(
            other not in references for entry in sbom["dependencies"] for other in [entry["ref"], *entry["dependsOn"]]
        ),
    }
    problems.extend(f"{name} {what}" for what, holds in wrong.items() if holds)
    return {(entry["name"], entry["version"]) for entry in components}


def compare(name: str, listed: set[tuple[str, str]], real: set[tuple[str, str]]) -> None:
    if listed != real:
        problems.append(f"{name} lacks {sorted(real - listed)}, and should not have {sorted(listed - real)}")


def linked_by(trigger: str, target: str) -> set[tuple[str, str]]:
    command = ["cargo", "tree", "--quiet", "--locked", "--package", trigger, "--target", target]
    command += ["--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"]
    tree = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    crates = {tuple(line.split()[:2]) for line in tree.splitlines() if line.strip()}
    return {(name, version.removeprefix("v")) for name, version in crates if name != trigger}


def packages(member: str) -> set[tuple[str, str]]:
    """The packages that a member of the workspace needs at run time, from the lock file."""
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    found: set[str] = set()
    todo = [member]
    while todo:
        path = todo.pop()
        for kind in ["dependencies", "optionalDependencies", "peerDependencies"]:
            for name in locked[path].get(kind, {}):
                other = installed(locked, path, name)
                if other and other not in found:
                    found.add(other)
                    todo.append(other)
    return {(path.rpartition("node_modules/")[2], locked[path]["version"]) for path in found}


def installed(locked: dict[str, dict], path: str, name: str) -> str | None:
    """Where Node.js finds a package: in the nearest `node_modules`. An optional package may be missing."""
    folders = path.split("/")
    places = ["/".join([*folders[:count], "node_modules", name]) for count in range(len(folders), -1, -1)]
    return next((place for place in places if place in locked), None)


for trigger in TRIGGERS:
    for cpu in ["x86_64", "aarch64"]:
        target = f"{cpu}-unknown-linux-{'gnu' if trigger in WITH_NETWORK else 'musl'}"
        name = f"{trigger}.{target}"
        listed = read(name, trigger)
        compare(name, listed, linked_by(trigger, target))
        found = {crate for crate, _ in listed} & NETWORK
        if trigger in WITH_NETWORK and not found >= CRYPTOGRAPHY:
            problems.append(f"{name} lacks some of {sorted(CRYPTOGRAPHY)}")
        if trigger not in WITH_NETWORK and found:
            problems.append(f"{name} has {sorted(found)}, which only {sorted(WITH_NETWORK)} may have")
compare("cdk", read("cdk", "cdk"), packages("cdk"))

for problem in problems:
    print(f"check-sbom: {problem}", file=sys.stderr)
sys.exit(bool(problems))
