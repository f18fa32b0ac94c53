#!/usr/bin/env bash
# Copies the files that git keeps, or would keep, as they are now: export-tree.sh <new folder>
set -euo pipefail
cd "$(dirname "$0")/../.."

folder="${1:?usage: export-tree.sh <new folder>}"
mkdir -p "$folder"
git ls-files --cached --others --exclude-standard --deduplicate -z |
  while IFS= read -r -d '' file; do
    # One that was deleted is still listed until that is committed.
    if [ -e "$file" ]; then printf '%s\0' "$file"; fi
  done |
  tar --create --null --files-from=- --file=- |
  tar --extract --directory="$folder" --file=-
