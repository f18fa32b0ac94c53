import type { Parsed } from './settings-reader.ts';

/**
 * The Region, an underscore and letters or digits, at most 55 characters: `UserPoolId` in the Cognito API reference.
 */
const USER_POOL_ID = /^([a-z]{2,}(?:-[a-z]+)+-\d+)_[0-9A-Za-z]+$/;
const MAX_LENGTH = 55;

/** Checks the id of a user pool. */
export function parseUserPoolId(text: string): Parsed<string> {
  return regionOf(text) === undefined ? { problem: 'is not the id of a user pool' } : { value: text };
}

/** The Region in the id of a user pool; `undefined` if the text is not the id of a user pool. */
export function regionOf(userPoolId: string): string | undefined {
  return userPoolId.length <= MAX_LENGTH ? USER_POOL_ID.exec(userPoolId)?.[1] : undefined;
}

/**
 * The name of the stack with the triggers of an existing pool. It contains the pool's id, so that an account can have
 * one for each pool. Stack names cannot contain `_`.
 */
export function triggersStackName(userPoolId: string): string {
  return `SalesforceTriggers-${userPoolId.replace('_', '-')}`;
}
