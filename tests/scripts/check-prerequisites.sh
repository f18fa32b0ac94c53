#!/usr/bin/env bash
# Prints one line for each missing prerequisite, with its source.
set -u

missing=0

missing() {
  echo "missing prerequisite: $1" >&2
  missing=1
}

command -v cargo >/dev/null || missing 'Rust (cargo): https://rustup.rs'
command -v cc >/dev/null || missing 'a C compiler (cc), which a Rust dependency needs: install gcc or clang'

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  missing 'Node.js 20 or newer with npm: https://nodejs.org'
elif [ "$(node --print 'process.versions.node.split(".")[0]')" -lt 20 ]; then
  missing "Node.js 20 or newer (found $(node --version)): https://nodejs.org"
fi

if ! command -v python3 >/dev/null; then
  missing 'Python 3.10 or newer: https://www.python.org'
elif ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
  missing "Python 3.10 or newer (found $(python3 --version)): https://www.python.org"
elif ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
  missing 'the venv module of Python 3 (Debian and Ubuntu: apt install python3-venv)'
fi

command -v ps >/dev/null || missing 'ps and kill, which end the processes of a test (Debian and Ubuntu: apt install procps)'

# Only the targets that count instructions need it, not the demo or the tests.
if [ "${1:-}" = valgrind ]; then
  command -v valgrind >/dev/null || missing 'valgrind, which counts instructions (Debian and Ubuntu: apt install valgrind)'
fi

exit "$missing"
