import { Duration } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import { ConfigurationError } from './settings-reader.ts';

/** What can be chosen about an app client of this sign-in. What makes it safe cannot. */
export interface AppClientProps {
  /**
   * The name of the app client.
   *
   * @default - CloudFormation makes one
   */
  readonly userPoolClientName?: string;

  /**
   * Whether the client has a secret; for an app that runs on a server, and can keep one.
   *
   * @default false
   */
  readonly generateSecret?: boolean;

  /**
   * How long access tokens are valid. Nobody can take one back from an API that checks the signature alone.
   *
   * @default Duration.hours(1)
   */
  readonly accessTokenValidity?: Duration;

  /**
   * How long ID tokens are valid.
   *
   * @default Duration.hours(1)
   */
  readonly idTokenValidity?: Duration;

  /**
   * How long after the sign-in tokens can be refreshed. No trigger of the challenge runs on refresh: somebody
   * deactivated in Salesforce stays signed in until this ends. A rotated token does not prolong it.
   *
   * @default Duration.hours(8)
   */
  readonly refreshTokenValidity?: Duration;

  /**
   * Whether each refresh hands out a new refresh token and ends the old one. The app has to refresh with
   * `GetTokensFromRefreshToken`: Cognito does not let such a client use `REFRESH_TOKEN_AUTH`.
   *
   * @default true
   */
  readonly rotateRefreshTokens?: boolean;

  /**
   * How long the old refresh token stays good for another try after an answer that was lost; at most a minute. An app
   * that comes too late signs in again, for which nobody has to type anything.
   *
   * @default Duration.seconds(10)
   */
  readonly refreshTokenRotationGracePeriod?: Duration;

  /**
   * How long a challenge can be answered: 3 to 15 minutes.
   *
   * @default Duration.minutes(5)
   */
  readonly authSessionValidity?: Duration;

  /**
   * What users may write about themselves. Never their address or the link, by which they are recognised.
   *
   * @default - given and family name
   */
  readonly writeAttributes?: cognito.ClientAttributes;

  /**
   * What users may read about themselves.
   *
   * @default - every attribute
   */
  readonly readAttributes?: cognito.ClientAttributes;
}

/** Whoever can write these chooses whom to be taken for, or keeps somebody else out. */
const RECOGNISED_BY = ['email', 'email_verified', 'custom:salesforce_user_id'];

/**
 * Adds an app client that allows CUSTOM_AUTH and no other way to sign in.
 *
 * @throws ConfigurationError if users could write what they are recognised by
 */
export function addAppClient(
  userPool: cognito.IUserPool,
  id: string,
  props: AppClientProps = {},
): cognito.UserPoolClient {
  const { rotateRefreshTokens = true, refreshTokenRotationGracePeriod = Duration.seconds(10), ...options } = props;
  // Without a list, and an empty one may count as none, users may write all of their attributes.
  const names = new cognito.ClientAttributes().withStandardAttributes({ givenName: true, familyName: true });
  const { writeAttributes = names } = options;
  const writable = writeAttributes.attributes();
  if (writable.length === 0 || writable.some((name) => RECOGNISED_BY.includes(name))) {
    throw new ConfigurationError(
      `cannot synthesize: writeAttributes of ${id} has to name something, and none of ${RECOGNISED_BY.join(', ')}`,
    );
  }
  const client = userPool.addClient(id, {
    accessTokenValidity: Duration.hours(1),
    idTokenValidity: Duration.hours(1),
    refreshTokenValidity: Duration.hours(8),
    authSessionValidity: Duration.minutes(5),
    generateSecret: false,
    ...options,
    writeAttributes,
    ...(rotateRefreshTokens && { refreshTokenRotationGracePeriod }),
    authFlows: { custom: true },
    disableOAuth: true,
    enableTokenRevocation: true,
    preventUserExistenceErrors: true,
    supportedIdentityProviders: [cognito.UserPoolClientIdentityProvider.COGNITO],
  });
  const template = client.node.defaultChild;
  if (!rotateRefreshTokens && template instanceof cognito.CfnUserPoolClient) {
    // CDK leaves the member out, and an update that lacks it may keep what the client has.
    template.refreshTokenRotation = { feature: 'DISABLED' };
  }
  return client;
}
