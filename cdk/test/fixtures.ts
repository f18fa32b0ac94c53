import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { AudienceMode } from '../lib/audience.ts';
import { TRIGGERS, type Trigger } from '../lib/lambda-binary.ts';
import { SalesforceCognitoStack, type SalesforceCognitoStackProps } from '../lib/salesforce-cognito-stack.ts';
import { SalesforceTriggersStack, type SalesforceTriggersStackProps } from '../lib/salesforce-triggers-stack.ts';

export const X86_64 = 62;
export const AARCH64 = 183;

const TEMPORARY = mkdtempSync(join(tmpdir(), 'salesforce-cognito-auth-'));
process.on('exit', () => rmSync(TEMPORARY, { recursive: true, force: true }));

/** A directory that is deleted when the test process exits. */
export function temporaryDirectory(): string {
  return mkdtempSync(join(TEMPORARY, 'test-'));
}

/** The header of a 64-bit little-endian ELF file, the only part that synthesis reads as ELF. */
export function elf(machine: number): Uint8Array {
  const header = new Uint8Array(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  new DataView(header.buffer).setUint16(18, machine, true);
  return header;
}

/** Writes `<directory>/<trigger>/bootstrap`. Appends the trigger's name, so that all binaries differ. */
export function writeBinary(directory: string, trigger: Trigger, content: Uint8Array, mode = 0o755): void {
  mkdirSync(join(directory, trigger), { recursive: true });
  const bytes = Uint8Array.from([...content, ...new TextEncoder().encode(trigger)]);
  writeFileSync(join(directory, trigger, 'bootstrap'), bytes, { mode });
}

/** A new directory with a binary for each trigger. */
export function binaries(machine = X86_64): string {
  const directory = temporaryDirectory();
  for (const trigger of TRIGGERS) {
    writeBinary(directory, trigger, elf(machine));
  }
  return directory;
}

/** Valid settings. Each test changes one of them. */
export const SETTINGS = {
  salesforceDomainUrl: 'https://acme.my.salesforce.com',
  salesforceOrganizationIds: ['00DSG000009FYVd2AO'],
  salesforceAudienceMode: 'unchecked',
} as const;

export const SECRET_ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:salesforce/introspection-Ab12Cd';

/** The settings that each audience mode needs, and no others. */
export const MODES = {
  id_token: { salesforceAudienceMode: 'id_token', salesforceClientIds: ['3MVG9.one'] },
  introspection: {
    salesforceAudienceMode: 'introspection',
    salesforceClientIds: ['3MVG9.one'],
    salesforceIntrospectionSecretArn: SECRET_ARN,
  },
  access_token_jwt: { salesforceAudienceMode: 'access_token_jwt', salesforceClientIds: ['3MVG9.one'] },
  unchecked: { salesforceAudienceMode: 'unchecked' },
} as const satisfies Record<AudienceMode, Partial<SalesforceCognitoStackProps>>;

export const MODE_NAMES = ['id_token', 'introspection', 'access_token_jwt', 'unchecked'] as const;

export const BINARIES = binaries();

/** A stack with a new pool, in an app of its own. */
export function stack(props: Partial<SalesforceCognitoStackProps> = {}): SalesforceCognitoStack {
  const app = new App({ outdir: temporaryDirectory() });
  return new SalesforceCognitoStack(app, 'Test', { ...SETTINGS, binariesDirectory: BINARIES, ...props });
}

/** The template of {@link stack}. Throws if the resources have a dependency cycle. */
export function template(props: Partial<SalesforceCognitoStackProps> = {}): Template {
  return Template.fromStack(stack(props));
}

export const POOL_ID = 'eu-central-1_AbCdEf123';

/** A stack with the triggers for an existing pool, in an app of its own. */
export function triggersStack(props: Partial<SalesforceTriggersStackProps> = {}): SalesforceTriggersStack {
  const app = new App({ outdir: temporaryDirectory() });
  const required = { ...SETTINGS, binariesDirectory: BINARIES, userPoolId: POOL_ID };
  return new SalesforceTriggersStack(app, 'Test', { ...required, ...props });
}
