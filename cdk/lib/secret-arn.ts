import { Token, Tokenization } from 'aws-cdk-lib';
import type { Parsed } from './settings-reader.ts';

/** The forms of the parts of `arn:partition:secretsmanager:region:account:secret:name`. */
const PART_FORMS = [
  /^arn$/,
  /^aws(-[a-z]+)*$/,
  /^secretsmanager$/,
  /^[a-z]+(-[a-z0-9]+)+$/,
  /^\d{12}$/,
  /^secret$/,
  /^[\w/+=.@-]{1,519}$/,
];

/** Checks the ARN of a secret. Parts that are CDK tokens are known only after the deployment and are not checked. */
export function parseSecretArn(text: string): Parsed<string> {
  if (isSingleToken(text)) {
    return { value: text };
  }
  const parts = text.split(':');
  return parts.length === PART_FORMS.length && PART_FORMS.every((form, index) => matches(parts[index] ?? '', form))
    ? { value: text }
    : { problem: 'is not the ARN of a secret in Secrets Manager' };
}

/**
 * The resources that a policy has to name for the secret. Secrets Manager appends a hyphen and six random characters to
 * the name. If the ARN lacks them, a pattern is appended, as `Secret.fromSecretPartialArn` does.
 *
 * A name can itself end in a hyphen and six characters (`prod/salesforce-client`). Then it is unknown whether the ARN
 * is complete, so the policy names both forms. A policy that matches no secret would fail only at the first sign-in.
 */
export function secretResources(arn: string): string[] {
  if (isSingleToken(arn)) {
    return [arn];
  }
  const withSuffix = `${arn}-??????`;
  return /-[A-Za-z0-9]{6}$/.test(arn) ? [arn, withSuffix] : [withSuffix];
}

function matches(part: string, form: RegExp): boolean {
  return Token.isUnresolved(part) || form.test(part);
}

/** A `Secret` of the app has a single CDK token as ARN. `Secret.fromSecretNameV2` has text that contains tokens. */
function isSingleToken(text: string): boolean {
  const { tokens, length } = Tokenization.reverseString(text);
  return length === 1 && tokens.length === 1;
}
