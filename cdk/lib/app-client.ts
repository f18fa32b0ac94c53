import { Duration } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import { ConfigurationError } from './settings-reader.ts';

/** The options of an app client. The properties that make it safe, such as its flows, are not options. */
export interface AppClientProps {
  /**
   * The name of the app client.
   *
   * @default - CloudFormation generates one
   */
  readonly userPoolClientName?: string;

  /**
   * Whether the client has a secret. Only for an app that runs on a server: a browser or mobile app cannot keep a
   * secret.
   *
   * @default false
   */
  readonly generateSecret?: boolean;

  /**
   * How long access tokens are valid. An API that only checks the signature accepts a revoked token until it expires.
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
   * How long after the sign-in the app can refresh tokens. No trigger of the challenge runs on refresh, so a user who
   * is deactivated in Salesforce stays signed in until then. Rotating the refresh token does not extend this time.
   *
   * @default Duration.hours(8)
   */
  readonly refreshTokenValidity?: Duration;

  /**
   * Whether each refresh returns a new refresh token and invalidates the old one. The app then has to refresh with
   * `GetTokensFromRefreshToken`, because Cognito does not accept `REFRESH_TOKEN_AUTH` from such a client.
   *
   * @default true
   */
  readonly rotateRefreshTokens?: boolean;

  /**
   * How long the old refresh token stays valid, so that the app can retry after it lost the response; at most one
   * minute. An app that retries later has to sign in again, which needs no input from the user.
   *
   * @default Duration.seconds(10)
   */
  readonly refreshTokenRotationGracePeriod?: Duration;

  /**
   * How long the client can answer a challenge: 3 to 15 minutes.
   *
   * @default Duration.minutes(5)
   */
  readonly authSessionValidity?: Duration;

  /**
   * The attributes that users can write in their own profile. The attributes that identify a user, e-mail address and
   * link, are rejected.
   *
   * @default - given and family name
   */
  readonly writeAttributes?: cognito.ClientAttributes;

  /**
   * The attributes that users can read in their own profile.
   *
   * @default - every attribute
   */
  readonly readAttributes?: cognito.ClientAttributes;
}

/** Verify identifies users by these. A user who could write them could pose as another user, or lock that user out. */
const IDENTIFYING_ATTRIBUTES = ['email', 'email_verified', 'custom:salesforce_user_id'];

/**
 * Adds an app client that allows CUSTOM_AUTH and no other way to sign in.
 *
 * @throws ConfigurationError if users could write an attribute that identifies them
 */
export function addAppClient(
  userPool: cognito.IUserPool,
  id: string,
  props: AppClientProps = {},
): cognito.UserPoolClient {
  const { rotateRefreshTokens = true, refreshTokenRotationGracePeriod = Duration.seconds(10), ...options } = props;
  // Without a list, users can write all of their attributes. Cognito may treat an empty list as no list.
  const names = new cognito.ClientAttributes().withStandardAttributes({ givenName: true, familyName: true });
  const { writeAttributes = names } = options;
  const writable = writeAttributes.attributes();
  if (writable.length === 0 || writable.some((name) => IDENTIFYING_ATTRIBUTES.includes(name))) {
    throw new ConfigurationError(
      `cannot synthesize: writeAttributes of ${id} must name at least one attribute, and must not name ` +
        `${IDENTIFYING_ATTRIBUTES.join(' or ')}`,
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
    // CDK omits the property. An update without it may keep the rotation that the client has.
    template.refreshTokenRotation = { feature: 'DISABLED' };
  }
  return client;
}
