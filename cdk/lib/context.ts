import { fileURLToPath } from 'node:url';
import { readMonitoring } from './monitoring/settings.ts';
import type { SalesforceCognitoStackProps } from './salesforce-cognito-stack.ts';
import type { SalesforceTriggersStackProps } from './salesforce-triggers-stack.ts';
import { readSettings } from './settings.ts';
import { flag, SettingsReader, text } from './settings-reader.ts';
import { parseUserPoolId } from './user-pool-id.ts';

const BUILT_BINARIES = fileURLToPath(new URL('../../target/lambda', import.meta.url));

/** Matches `userPoolId` and names that an operator could mistake for it. */
const RESEMBLES_USER_POOL_ID = /^(existing_?)?(user_?)?pool/i;

/**
 * Reads the stack's props from CDK context. With `userPoolId`, they are the props of {@link SalesforceTriggersStack}.
 *
 * @throws ConfigurationError that names every problem
 */
export function readContext(
  context: Readonly<Record<string, unknown>>,
): SalesforceCognitoStackProps | SalesforceTriggersStackProps {
  const reader = new SettingsReader(context);
  const settings = readSettings(reader);
  const ephemeral = reader.optional('ephemeral', 'true', flag) ?? false;
  const monitoring = readMonitoring(reader);
  const binariesDirectory =
    reader.optional(
      'binariesDir',
      '../target/lambda',
      text((value) => ({ value })),
    ) ?? BUILT_BINARIES;
  const userPoolId = reader.optional('userPoolId', 'eu-west-1_AbCdEf123', text(parseUserPoolId));
  rejectUnknownNames(reader);
  return reader.finish(
    settings && {
      ...settings,
      ...monitoring,
      ephemeral,
      binariesDirectory,
      ...(userPoolId !== undefined && { userPoolId }),
    },
  );
}

/** With a misspelt `userPoolId`, the app would create a new pool instead of using the existing one. */
function rejectUnknownNames(reader: SettingsReader): void {
  for (const name of reader.names()) {
    if (RESEMBLES_USER_POOL_ID.test(name) && name !== 'userPoolId') {
      reader.addProblem(name, 'is not a setting; name an existing pool with userPoolId');
    }
  }
}
