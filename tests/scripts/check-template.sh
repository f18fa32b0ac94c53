#!/usr/bin/env bash
# Synthesizes the CDK app the way a user does and lints the template. Needs target/lambda, and no network.
set -euo pipefail
cd "$(dirname "$0")/../.."

output="$(mktemp -d)"
trap 'rm -rf "$output"' EXIT

# W3005: CDK writes a DependsOn beside each reference to the same resource.
readonly IGNORED=W3005

if ! (
  cd cdk
  # A lint reports to nobody; without a terminal, the CLI does not look for a newer version of itself either.
  export CDK_DISABLE_CLI_TELEMETRY=true
  node_modules/.bin/cdk synth --quiet --no-notices --no-lookups --output "$output" \
    -c salesforceDomainUrl=https://acme.my.salesforce.com \
    -c salesforceOrganizationIds=00Dxx0000001gPLEAY \
    -c salesforceAudienceMode=unchecked
) >"$output/synth.log" 2>&1; then
  cat "$output/synth.log" >&2
  echo 'check-template: the app cannot be synthesized' >&2
  exit 1
fi

.venv/bin/cfn-lint --regions eu-central-1 --ignore-checks "$IGNORED" -- "$output"/*.template.json
