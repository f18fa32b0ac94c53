import type { Parsed } from './settings-reader.ts';

/** The Region, an underscore and letters or digits, at most 55 characters: `UserPoolId` in the Cognito API reference. */
const USER_POOL_ID = /^([a-z]{2,}(?:-[a-z]+)+-\d+)_[0-9A-Za-z]+$/;
const MAX_LENGTH = 55;

/** Checks the id of a user pool. */
export function parseUserPoolId(text: string): Parsed<string> {
  return regionOf(text) === undefined ? { problem: 'is not the id of a user pool' } : { value: text };
}

/** The Region that a pool is in, by its id; `undefined` if this is no such id. */
export function regionOf(userPoolId: string): string | undefined {
  return userPoolId.length <= MAX_LENGTH ? USER_POOL_ID.exec(userPoolId)?.[1] : undefined;
}

/** The stack with the triggers of an existing pool, so that one account may serve several. Stack names have no `_`. */
export function triggersStackName(userPoolId: string): string {
  return `SalesforceTriggers-${userPoolId.replace('_', '-')}`;
}
