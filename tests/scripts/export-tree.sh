#!/usr/bin/env bash
# Copies the files of the work tree that git tracks or would add: export-tree.sh <new folder>
set -euo pipefail
cd "$(dirname "$0")/../.."

folder="${1:?usage: export-tree.sh <new folder>}"
mkdir -p "$folder"
git ls-files --cached --others --exclude-standard --deduplicate -z |
  while IFS= read -r -d '' file; do
    # Git lists a deleted file until the deletion is committed.
    if [ -e "$file" ]; then printf '%s\0' "$file"; fi
  done |
  tar --create --null --files-from=- --file=- |
  tar --extract --directory="$folder" --file=-
