import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { binaries, SECRET_ARN, temporaryDirectory } from './fixtures.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CDK = fileURLToPath(new URL('../../node_modules/aws-cdk/bin/cdk', import.meta.url));

const CONTEXT = {
  salesforceDomainUrl: 'https://acme.my.salesforce.com',
  salesforceOrganizationIds: '00DSG000009FYVd2AO',
  salesforceAudienceMode: 'unchecked',
};

describe('cdk synth', { concurrency: true }, () => {
  test('succeeds with the required settings, without cdk-nag findings, and warns only of mode unchecked', async () => {
    const { code, output, directory } = await synth({ ...CONTEXT, binariesDir: binaries() });
    assert.equal(code, 0, output);
    assert.ok(existsSync(join(directory, 'SalesforceCognitoAuth.template.json')));
    assert.deepEqual(output.match(/^(WARNING|ERROR) \w+/gm), ['WARNING salesforceAudienceMode']);
  });

  test('succeeds with all optional features of Verify, without warnings', async () => {
    const { code, output, directory } = await synth({
      ...CONTEXT,
      salesforceAudienceMode: 'introspection',
      salesforceClientIds: '3MVG9.one',
      salesforceIntrospectionSecretArn: SECRET_ARN,
      linkOnFirstSignIn: 'true',
      oneTimeUse: 'true',
      binariesDir: binaries(),
    });
    assert.equal(code, 0, output);
    assert.ok(existsSync(join(directory, 'SalesforceCognitoAuth.template.json')));
    assert.doesNotMatch(output, /WARNING|ERROR/);
  });

  test('with userPoolId, creates the triggers for that pool and no new pool', async () => {
    const allowedClientIds = '1example23456789';
    const context = { ...CONTEXT, userPoolId: 'eu-central-1_AbCdEf123', allowedClientIds };
    const { code, output, directory } = await synth({ ...context, binariesDir: binaries() });
    assert.equal(code, 0, output);
    assert.ok(existsSync(join(directory, 'SalesforceTriggers-eu-central-1-AbCdEf123.template.json')));
    assert.ok(!existsSync(join(directory, 'SalesforceCognitoAuth.template.json')));
    assert.deepEqual(output.match(/^(WARNING|ERROR) \w+/gm), ['WARNING salesforceAudienceMode']);
  });

  test('fails with a malformed userPoolId or a misspelt name of it, and names the setting', async () => {
    for (const [name, value] of [
      ['userPoolId', 'AbCdEf123'],
      ['userpoolid', 'eu-central-1_AbCdEf123'],
    ] as const) {
      const { code, output, directory } = await synth({ ...CONTEXT, [name]: value, binariesDir: binaries() });
      assert.notEqual(code, 0);
      assert.match(output, new RegExp(`^cannot synthesize: ${name} is not `, 'm'));
      assert.ok(!existsSync(join(directory, 'SalesforceCognitoAuth.template.json')));
    }
  });

  test('fails without settings and names each required one, without a stack trace', async () => {
    const { code, output, directory } = await synth({});
    assert.notEqual(code, 0);
    for (const name of Object.keys(CONTEXT)) {
      assert.match(output, new RegExp(`^(cannot synthesize:)? +${name} is not set; `, 'm'));
    }
    assert.doesNotMatch(output, /^ +at /m);
    assert.ok(!existsSync(join(directory, 'SalesforceCognitoAuth.template.json')));
  });

  test('fails with a malformed setting, and names it', async () => {
    const { code, output } = await synth({ ...CONTEXT, salesforceOrganizationIds: '00D', binariesDir: binaries() });
    assert.notEqual(code, 0);
    assert.match(output, /^cannot synthesize: salesforceOrganizationIds has a bad entry 1, /m);
  });

  test('fails without binaries, and says how to build them', async () => {
    const { code, output } = await synth({ ...CONTEXT, binariesDir: temporaryDirectory() });
    assert.notEqual(code, 0);
    assert.match(output, /^there is no binary at .*: run "make build ARCH=arm64" first$/m);
  });
});

interface Synthesis {
  readonly code: number | null;
  readonly output: string;
  readonly directory: string;
}

/** Runs `cdk synth` with the real app, as an operator does. */
function synth(context: Record<string, string>): Promise<Synthesis> {
  const directory = temporaryDirectory();
  const options = Object.entries(context).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const parameters = [CDK, 'synth', '--quiet', '--no-notices', '--output', directory, ...options];
  const environment = { PATH: process.env.PATH, HOME: directory, CI: '1' };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, parameters, { cwd: ROOT, env: environment }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, output: stdout + stderr, directory }),
    );
  });
}
