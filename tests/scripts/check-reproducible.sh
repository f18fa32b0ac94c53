#!/usr/bin/env bash
# Builds the triggers twice from an empty target folder, and fails unless every bootstrap is the same, byte by byte:
# check-reproducible.sh [arm64|x86_64]
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly WORK=target/reproducible
arch="${1:-}"
built="target/$([ -n "$arch" ] && echo lambda || echo local)"
root="$PWD"
cargo_home="${CARGO_HOME:-$HOME/.cargo}"
sums="$WORK/SHA256SUMS${arch:+-$arch}"

# Each build is an ordinary one, without the variables of `make reproducible`.
build() {
  local folder="$1"
  shift
  env -u MAKEFLAGS -u MAKEOVERRIDES -u MAKELEVEL -u CARGO_TARGET_DIR -u RUSTFLAGS "$@" \
    make --directory="$folder" build ARCH="$arch"
  (cd "$folder/$built" && sha256sum -- */bootstrap) >"$folder.sums"
}

a="$root/$WORK/a"
b="$root/$WORK/b-with-a-longer-name"
rm -rf "$a" "$b" "$a.sums" "$b.sums" "$WORK/cargo-home" "$sums"
tests/scripts/export-tree.sh "$a"
# Both builds use the same tools and the same downloaded sources, in different paths.
if [ -e .venv ]; then ln -sfn "$root/.venv" "$a/.venv"; fi
cp -a "$a" "$b"
mkdir -p "$WORK/cargo-home"
for entry in "$cargo_home"/*; do ln -s "$entry" "$WORK/cargo-home/"; done

build "$a"
build "$b" CARGO_HOME="$root/$WORK/cargo-home" TZ=Pacific/Chatham LC_ALL=C CARGO_BUILD_JOBS=1

if ! diff "$a.sums" "$b.sums" >&2; then
  echo "check-reproducible: two builds of the same sources differ; both are in $WORK" >&2
  exit 1
fi
if grep --fixed-strings --files-with-matches -e "$HOME/" -e "$root/" "$a/$built"/*/bootstrap >&2; then
  echo 'check-reproducible: these contain paths of this machine' >&2
  exit 1
fi
mv "$a.sums" "$sums"
rm -rf "$a" "$b" "$b.sums" "$WORK/cargo-home"
cat "$sums"
