import { ToolError } from '../tool-error.ts';

/** The errors of AWS and of its SDK that tell what to do, by what they are called. */
const ADVICE: Readonly<Record<string, string>> = {
  AccessDeniedException: 'the credentials need the permissions that docs/operations.md lists for attach and detach',
  AccessDenied: 'the credentials need the permissions that docs/operations.md lists for attach and detach',
  CredentialsProviderError: 'there are no AWS credentials: log in, or set AWS_PROFILE',
  InvalidParameterException: 'Cognito refused the request as a whole, and nothing was changed',
  FeatureUnavailableInTierException: 'choose the plan Essentials or Plus for the pool, or deploy without tokenScopes',
  ExpiredTokenException: 'the AWS credentials have expired: log in again',
  ResourceNotFoundException: 'check POOL, and that the credentials are for the account that has it',
  ConcurrentModificationException: 'somebody else is changing the pool: run this again',
  TooManyRequestsException: 'run this again in a minute',
  ValidationError: 'deploy the triggers first, or name their stack with STACK=...',
};

/** What to tell the person at the keyboard. A stack trace would bury it. */
export function explain(error: unknown): string {
  if (error instanceof ToolError) {
    return error.message;
  }
  if (!(error instanceof Error)) {
    return String(error);
  }
  if ('code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
    return error.message;
  }
  const advice = ADVICE[error.name];
  return `${error.name}: ${error.message || 'no answer from AWS'}${advice === undefined ? '' : `\n${advice}`}`;
}
