#!/usr/bin/env python3
"""Reads a CycloneDX document, and writes it without what is not shipped, and without what differs between two runs.

prune-sbom.py --keep <list of "name v1.2.3" lines, as `cargo tree` prints them> <in >out
prune-sbom.py --member <folder of a workspace member, as `npm sbom --workspace` takes it> <in >out
"""

import json
import sys


def main() -> None:
    sbom = json.load(sys.stdin)
    sbom.pop("serialNumber", None)
    sbom["metadata"].pop("timestamp", None)
    root = sbom["metadata"]["component"]

    if sys.argv[1:2] == ["--keep"]:
        # cargo-cyclonedx also lists macros, and crates that only the features of the whole workspace (with tests) need.
        with open(sys.argv[2], encoding="utf-8") as listed:
            linked = {tuple(line.split()[:2]) for line in listed if line.strip()}
        linked.discard((root["name"], f"v{root['version']}"))
        kept = [found for found in sbom["components"] if (found["name"], f"v{found['version']}") in linked]
        missing = linked - {(found["name"], f"v{found['version']}") for found in kept}
        if missing:
            sys.exit(f"prune-sbom: {root['name']} links what the list lacks: {sorted(missing)}")
    elif sys.argv[1:2] == ["--member"]:
        # The document of npm describes the root package, which has the name of the current folder.
        root = next(found for found in sbom["components"] if found["name"] == sys.argv[2])
        sbom["metadata"]["component"] = root
        kept = [found for found in sbom["components"] if found is not root and not is_for_development(found)]
    else:
        sys.exit(__doc__)

    references = {root["bom-ref"]} | {found["bom-ref"] for found in kept}
    sbom["components"] = kept
    sbom["dependencies"] = [
        {**entry, "dependsOn": [other for other in entry.get("dependsOn", []) if other in references]}
        for entry in sbom["dependencies"]
        if entry["ref"] in references
    ]
    json.dump(sbom, sys.stdout, indent=2, ensure_ascii=False)
    print()


def is_for_development(component: dict) -> bool:
    marks = {entry["name"]: entry["value"] for entry in component.get("properties", [])}
    return marks.get("cdx:npm:package:development") == "true"


main()
