import { fileURLToPath } from 'node:url';
import type { SalesforceCognitoStackProps } from './salesforce-cognito-stack.ts';
import { readSettings } from './settings.ts';
import { flag, SettingsReader, text } from './settings-reader.ts';

const BUILT_BINARIES = fileURLToPath(new URL('../../target/lambda', import.meta.url));

/**
 * Reads the stack's props from CDK context.
 *
 * @throws ConfigurationError that names every problem
 */
export function readContext(context: Readonly<Record<string, unknown>>): SalesforceCognitoStackProps {
  const reader = new SettingsReader(context);
  const settings = readSettings(reader);
  const ephemeral = reader.optional('ephemeral', 'true', flag) ?? false;
  const binariesDirectory =
    reader.optional(
      'binariesDir',
      '../target/lambda',
      text((value) => ({ value })),
    ) ?? BUILT_BINARIES;
  return reader.finish(settings && { ...settings, ephemeral, binariesDirectory });
}
