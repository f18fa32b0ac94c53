#!/usr/bin/env bash
# Synthesizes the CDK app in each audience mode the way a user does, for a new pool and for an existing one, and lints
# the templates. It needs neither a network nor binaries, because placeholders are enough for synthesis.
set -euo pipefail
cd "$(dirname "$0")/../.."

output="$(mktemp -d)"
trap 'rm -rf "$output"' EXIT

# W3005: the CDK writes a DependsOn in addition to each reference to the same resource.
readonly IGNORED=W3005
readonly CLIENTS='-c salesforceClientIds=3MVG9example'
readonly SECRET='-c salesforceIntrospectionSecretArn=arn:aws:secretsmanager:eu-central-1:111122223333:secret:app-AbCdEf'

binaries="$output/binaries"
for trigger in triggers/*; do
  mkdir -p "$binaries/${trigger##*/}"
  # The head of an ELF file for x86_64.
  printf '\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0' >"$binaries/${trigger##*/}/bootstrap"
  chmod +x "$binaries/${trigger##*/}/bootstrap"
done

synthesize() {
  local name="$1"
  shift
  if ! (
    cd cdk
    # No telemetry. Without a terminal, the CLI does not check for a newer version of itself either.
    export CDK_DISABLE_CLI_TELEMETRY=true
    ../node_modules/.bin/cdk synth --quiet --no-notices --no-lookups --output "$output/$name" \
      -c binariesDir="$binaries" "$@"
  ) >"$output/synth.log" 2>&1; then
    cat "$output/synth.log" >&2
    echo "check-template: the app cannot be synthesized: $name" >&2
    exit 1
  fi
}

in_mode() {
  local mode="$1"
  shift
  synthesize "$mode-${POOL:-new}" -c salesforceDomainUrl=https://acme.my.salesforce.com \
    -c salesforceOrganizationIds=00Dxx0000001gPLEAY -c salesforceAudienceMode="$mode" ${POOL:+-c "userPoolId=$POOL"} "$@"
}

# Unquoted on purpose: two words each.
# shellcheck disable=SC2086
{
  for POOL in '' eu-central-1_AbCdEf123; do
    in_mode unchecked
    in_mode id_token $CLIENTS -c salesforceRequireNonce=true -c directoryMode=event
    in_mode introspection $CLIENTS $SECRET -c linkOnFirstSignIn=true -c linkSamlProviders=Okta -c createLocalProfiles=email \
      -c samlNameIdAttribute=custom:name_id
    in_mode access_token_jwt $CLIENTS -c oneTimeUse=true -c allowedClientIds=1example23456789 -c tokenScopes=orders/read
  done

  # The settings in the README, with values instead of the dots.
  mapfile -t examples < <(awk 'BEGIN { RS = "SETTINGS=\"" } NR > 1 { sub(/".*/, ""); gsub(/\n/, " "); print }' README.md |
    sed 's/=00D\.\.\./=00Dxx0000001gPLEAY/; s/=3MVG9\.\.\./=3MVG9example/
      s/:secretsmanager:\.\.\./:secretsmanager:eu-central-1:111122223333:secret:app-AbCdEf/')
  if [ "${#examples[@]}" -lt 2 ]; then
    echo 'check-template: the README has too few examples of settings' >&2
    exit 1
  fi
  for index in "${!examples[@]}"; do
    synthesize "readme-$index" ${examples[index]}
  done
}

.venv/bin/cfn-lint --regions eu-central-1 --ignore-checks "$IGNORED" -- "$output"/*/*.template.json
