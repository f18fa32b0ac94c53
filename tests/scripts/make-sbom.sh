#!/usr/bin/env bash
# Lists the crates of each trigger on each architecture, and the packages of the CDK app, as CycloneDX in target/sbom:
# make-sbom.sh <cargo-cyclonedx> [<statically linked trigger> ...]
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly OUTPUT=target/sbom
readonly TARGETS=({x86_64,aarch64}-unknown-linux-{gnu,musl})

cyclonedx="$(realpath "${1:?usage: make-sbom.sh <cargo-cyclonedx> [<statically linked trigger> ...]}")"
static=" ${*:2} "
prune="$PWD/tests/scripts/prune-sbom.py"
rm -rf "$OUTPUT"
mkdir -p "$OUTPUT"

# The tool writes a file next to every manifest of the workspace, so it runs in a copy.
copy="$(mktemp -d)"
trap 'rm -rf "$copy"' EXIT
tests/scripts/export-tree.sh "$copy"

crates_of() {
  (cd "$copy" && cargo tree --quiet --locked --package "$1" --target "$2" \
    --edges normal,no-proc-macro --prefix none --format '{p}')
}

for target in "${TARGETS[@]}"; do
  (cd "$copy" && SOURCE_DATE_EPOCH=0 "$cyclonedx" cyclonedx --quiet --quiet --format json --spec-version 1.5 \
    --describe binaries --no-build-deps --target "$target")
  for trigger in triggers/*; do
    trigger="${trigger#triggers/}"
    case "$static" in *" $trigger "*) libc=musl ;; *) libc=gnu ;; esac
    if [[ $target != *-$libc ]]; then continue; fi
    crates_of "$trigger" "$target" >"$copy/linked"
    sed "s#file://$copy#file:///project#g" "$copy/triggers/$trigger/${trigger}_bin.cdx.json" |
      "$prune" --keep "$copy/linked" >"$OUTPUT/$trigger.$target.cdx.json"
  done
done

# prune-sbom.py removes the packages for development, because `--omit dev` also omits packages that the app shares with a
# tool.
npm sbom --sbom-format cyclonedx --package-lock-only --workspace cdk --include dev --loglevel error |
  "$prune" --member cdk >"$OUTPUT/cdk.cdx.json"
