import { ToolError } from '../tool-error.ts';

/** What to do about errors of AWS and of its SDK, by the names of the errors. */
const ADVICE: Readonly<Record<string, string>> = {
  AccessDeniedException: 'the credentials need the permissions that docs/operations.md lists for attach and detach',
  AccessDenied: 'the credentials need the permissions that docs/operations.md lists for attach and detach',
  CredentialsProviderError: 'no AWS credentials were found: log in, or set AWS_PROFILE',
  InvalidParameterException: 'Cognito rejected the whole request, so nothing was changed',
  FeatureUnavailableInTierException: 'choose the plan Essentials or Plus for the pool, or deploy without tokenScopes',
  ExpiredTokenException: 'the AWS credentials have expired: log in again',
  ResourceNotFoundException: 'check POOL, and that the credentials are for the account of this pool',
  ConcurrentModificationException: 'another request is changing the pool: run this again',
  TooManyRequestsException: 'run this again in a minute',
  ValidationError: 'deploy the triggers first, or name their stack with STACK=...',
};

/** The message for the operator, without a stack trace. */
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
  return `${error.name}: ${error.message || 'no response from AWS'}${advice === undefined ? '' : `\n${advice}`}`;
}
