import { Token, Tokenization } from 'aws-cdk-lib';
import type { Parsed } from './settings-reader.ts';

/** `arn:partition:secretsmanager:region:account:secret:name`, part by part. */
const PARTS = [
  /^arn$/,
  /^aws(-[a-z]+)*$/,
  /^secretsmanager$/,
  /^[a-z]+(-[a-z0-9]+)+$/,
  /^\d{12}$/,
  /^secret$/,
  /^[\w/+=.@-]{1,519}$/,
];

/** Checks the ARN of a secret. Whatever part of it is known only after the deployment cannot be checked. */
export function parseSecretArn(text: string): Parsed<string> {
  if (isOneToken(text)) {
    return { value: text };
  }
  const parts = text.split(':');
  return parts.length === PARTS.length && PARTS.every((form, index) => fits(parts[index] ?? '', form))
    ? { value: text }
    : { problem: 'is not the ARN of a secret in Secrets Manager' };
}

/**
 * The resources that a policy has to name for the secret. Secrets Manager appends a hyphen and six random characters to
 * the name; an ARN without them is completed with a pattern, as `Secret.fromSecretPartialArn` does.
 *
 * A name may itself end like that (`prod/salesforce-client`), and then nothing tells whether the ARN is complete: both
 * forms are named. A policy that matches no secret would show at the first sign-in.
 */
export function secretResources(arn: string): string[] {
  if (isOneToken(arn)) {
    return [arn];
  }
  const completed = `${arn}-??????`;
  return /-[A-Za-z0-9]{6}$/.test(arn) ? [arn, completed] : [completed];
}

function fits(part: string, form: RegExp): boolean {
  return Token.isUnresolved(part) || form.test(part);
}

/** A reference to a secret of the app is one token; `Secret.fromSecretNameV2` makes an ARN with tokens inside. */
function isOneToken(text: string): boolean {
  const { tokens, length } = Tokenization.reverseString(text);
  return length === 1 && tokens.length === 1;
}
