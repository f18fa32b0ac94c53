import type * as cognito from 'aws-cdk-lib/aws-cognito';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { secretResources } from './secret-arn.ts';
import type { CheckedSettings } from './settings.ts';

/** An IAM permission of a function, in addition to its log and traces. `id` is the construct id of its policy. */
export interface Permission {
  readonly id: string;
  readonly action: string;
  readonly resources: string[];
}

/** The permissions of Verify. Each one belongs to a setting and is granted only if that setting needs it. */
export function verifyPermissions(
  settings: CheckedSettings,
  { userPoolArn }: cognito.IUserPool,
  tokenUseTable: dynamodb.Table | undefined,
): Permission[] {
  const secretArn = settings.salesforceIntrospectionSecretArn;
  const permissions: Permission[] = [];
  if (settings.directoryMode === 'list_users') {
    permissions.push({ id: 'ListUsers', action: 'cognito-idp:ListUsers', resources: [userPoolArn] });
  }
  if (settings.linkOnFirstSignIn) {
    permissions.push({ id: 'LinkUsers', action: 'cognito-idp:AdminUpdateUserAttributes', resources: [userPoolArn] });
  }
  if (secretArn) {
    permissions.push({
      id: 'ReadSecret',
      action: 'secretsmanager:GetSecretValue',
      resources: secretResources(secretArn),
    });
  }
  if (tokenUseTable) {
    permissions.push({ id: 'UseTokens', action: 'dynamodb:PutItem', resources: [tokenUseTable.tableArn] });
  }
  return permissions;
}

/** The permissions of Pre Sign-up. */
export function preSignUpPermissions(settings: CheckedSettings, { userPoolArn }: cognito.IUserPool): Permission[] {
  const actions = {
    PreSignUpListProviders: 'ListIdentityProviders',
    PreSignUpDescribeProviders: 'DescribeIdentityProvider',
    PreSignUpListUsers: 'ListUsers',
    PreSignUpLinkUsers: 'AdminLinkProviderForUser',
    ...(settings.createLocalProfiles && { PreSignUpCreateUsers: 'AdminCreateUser' }),
  };
  return Object.entries(actions).map(([id, action]) => ({
    id,
    action: `cognito-idp:${action}`,
    resources: [userPoolArn],
  }));
}
