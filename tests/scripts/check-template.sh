#!/usr/bin/env bash
# Synthesizes the CDK app in each audience mode the way a user does, for a new pool and for an existing one, and lints
# the templates. Needs target/lambda, and no network.
set -euo pipefail
cd "$(dirname "$0")/../.."

output="$(mktemp -d)"
trap 'rm -rf "$output"' EXIT

# W3005: CDK writes a DependsOn beside each reference to the same resource.
readonly IGNORED=W3005
readonly CLIENTS='-c salesforceClientIds=3MVG9example'
readonly SECRET='-c salesforceIntrospectionSecretArn=arn:aws:secretsmanager:eu-central-1:111122223333:secret:app-AbCdEf'

synthesize() {
  local mode="$1" pool="${POOL:-new}"
  shift
  if ! (
    cd cdk
    # A lint reports to nobody; without a terminal, the CLI does not look for a newer version of itself either.
    export CDK_DISABLE_CLI_TELEMETRY=true
    node_modules/.bin/cdk synth --quiet --no-notices --no-lookups --output "$output/$mode-$pool" \
      -c salesforceDomainUrl=https://acme.my.salesforce.com \
      -c salesforceOrganizationIds=00Dxx0000001gPLEAY \
      -c salesforceAudienceMode="$mode" ${POOL:+-c "userPoolId=$POOL"} "$@"
  ) >"$output/synth.log" 2>&1; then
    cat "$output/synth.log" >&2
    echo "check-template: the app cannot be synthesized in mode $mode for the pool: $pool" >&2
    exit 1
  fi
}

# Unquoted on purpose: two words each.
# shellcheck disable=SC2086
{
  for POOL in '' eu-central-1_AbCdEf123; do
    synthesize unchecked
    synthesize id_token $CLIENTS -c salesforceRequireNonce=true -c directoryMode=event
    synthesize introspection $CLIENTS $SECRET -c linkOnFirstSignIn=true -c linkSamlProviders=Okta -c createLocalProfiles=email \
      -c samlNameIdAttribute=custom:name_id
    synthesize access_token_jwt $CLIENTS -c oneTimeUse=true -c allowedClientIds=1example23456789 -c tokenScopes=orders/read
  done
}

.venv/bin/cfn-lint --regions eu-central-1 --ignore-checks "$IGNORED" -- "$output"/*/*.template.json
