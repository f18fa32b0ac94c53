import { type Stack, Token } from 'aws-cdk-lib';
import type { IUserPool } from 'aws-cdk-lib/aws-cognito';
import { ConfigurationError } from './settings-reader.ts';
import { regionOf } from './user-pool-id.ts';

/** Resources that have to be in the Region of the stack. */
export interface RegionalResources {
  readonly userPool: IUserPool;
  readonly salesforceIntrospectionSecretArn?: string | undefined;
  readonly alarmTopicArn?: string | undefined;
}

/**
 * Compares the Regions that are known at synthesis. Cognito invokes functions only in the pool's Region, Verify calls
 * Secrets Manager only in its own Region, and an alarm notifies only topics of its own Region.
 *
 * @throws ConfigurationError that names each Region and what is in it
 */
export function checkRegions(stack: Stack, { userPool, ...arns }: RegionalResources): void {
  const regions: [name: string, region: string | undefined][] = [
    ['the stack', stack.region],
    ['userPool', regionOf(userPool.userPoolId)],
    // `arn:partition:service:region:account:resource`
    ...Object.entries(arns).map(([name, arn]): [string, string | undefined] => [name, arn?.split(':')[3]]),
  ];
  const known = regions.filter(([, region]) => region && !Token.isUnresolved(region));
  if (new Set(known.map(([, region]) => region)).size > 1) {
    const list = known.map(([name, region]) => `${name} in ${region}`).join(', ');
    throw new ConfigurationError(`cannot synthesize: these have to be in one Region: ${list}`);
  }
}
