#!/usr/bin/env bash
# Checks what the triggers and the rules link: check-dependencies.sh <cargo-deny>
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly TARGETS=({x86_64,aarch64}-unknown-linux-{gnu,musl})
# All other triggers work without a network, and must not link an HTTP or TLS client.
readonly WITH_NETWORK=' pre-sign-up verify-auth-challenge '
readonly NETWORK='reqwest|hyper|hyper-util|aws-(sdk|smithy|config)[a-z0-9-]*|rustls|hyper-rustls|https|aws|salesforce'
readonly NOT_IN_SMALL_TRIGGERS='reqwest|aws-sdk-[a-z0-9-]+|rustls|hyper-rustls|verification'

deny="${1:?usage: check-dependencies.sh <cargo-deny>}"
failed=0

fail() {
  echo "check-dependencies: $1" >&2
  failed=1
}

# The crates that a trigger links, as `name v1.2.3`.
linked_by() {
  local target
  for target in "${TARGETS[@]}"; do
    cargo tree --quiet --locked --package "$1" --edges normal --target "$target" --prefix none --format '{p}'
  done | awk 'NF { print $1, $2 }' | sort -u
}

# check_without <package> <names of crates>
check_without() {
  local crates crate
  crates="$(linked_by "$1")"
  while read -r crate; do
    fail "$1 links $crate; see: cargo tree -p $1 -e normal -i ${crate%% *}"
  done < <(grep -E "^($2) " <<<"$crates")
}

check_single() {
  local crates name versions
  crates="$(linked_by "$1")"
  for name in hyper rustls http ring; do
    versions="$(awk -v name="$name" '$1 == name { print $2 }' <<<"$crates" | paste -sd ' ' -)"
    case "$versions" in
      '') fail "$1 does not link $name, which this check expects exactly once" ;;
      *' '*) fail "$1 links more than one $name: $versions" ;;
    esac
  done
}

# `check advisories` fails if it finds an advisory and also if it has no database, so the database is fetched first.
check_advisories() {
  local reason
  if ! reason="$("$deny" --log-level error --locked fetch db 2>&1)"; then
    {
      echo "$reason"
      echo '!!! advisories NOT checked: the advisory database could not be fetched !!!'
    } >&2
    return
  fi
  "$deny" --log-level warn --locked check advisories || fail 'a dependency has a security advisory, or was yanked'
}

for trigger in triggers/*; do
  trigger="${trigger#triggers/}"
  case "$WITH_NETWORK" in
    *" $trigger "*) check_single "$trigger" ;;
    *) check_without "$trigger" "$NOT_IN_SMALL_TRIGGERS" ;;
  esac
done
# The crates with the rules must not link a network client.
check_without verification "$NETWORK"
check_without linking "$NETWORK"

# The tests may link two versions of a crate; the triggers may not.
"$deny" --log-level warn --locked --exclude integration-tests --exclude-dev check bans ||
  fail 'the triggers link what deny.toml bans, or two versions of one crate'
"$deny" --log-level warn --locked check licenses sources ||
  fail 'a dependency has a licence or a source that deny.toml does not allow'
check_advisories

exit "$failed"
