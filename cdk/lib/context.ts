import { fileURLToPath } from 'node:url';
import { readMonitoring } from './monitoring/settings.ts';
import type { SalesforceCognitoStackProps } from './salesforce-cognito-stack.ts';
import type { SalesforceTriggersStackProps } from './salesforce-triggers-stack.ts';
import { readSettings } from './settings.ts';
import { flag, SettingsReader, text } from './settings-reader.ts';
import { parseUserPoolId } from './user-pool-id.ts';

const BUILT_BINARIES = fileURLToPath(new URL('../../target/lambda', import.meta.url));

/** How `userPoolId` and what one could take for its name begin. */
const LIKE_THE_POOL = /^(existing_?)?(user_?)?pool/i;

/**
 * Reads the stack's props from CDK context; with a `userPoolId` they are those of the triggers for that pool.
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
  refuseOtherNames(reader);
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

/** With the name misspelt, a new pool would be made in place of the one that was meant. */
function refuseOtherNames(reader: SettingsReader): void {
  for (const name of reader.names()) {
    if (LIKE_THE_POOL.test(name) && name !== 'userPoolId') {
      reader.refuse(name, 'is not a setting; an existing pool is named with userPoolId');
    }
  }
}
