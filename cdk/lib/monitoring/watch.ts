import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as cognito from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';
import type { CheckedSettings } from '../settings.ts';
import { Alarms } from './alarms.ts';
import { addDashboard } from './dashboard.ts';
import type { WatchedFunctions } from './metrics.ts';
import type { CheckedMonitoring } from './settings.ts';

/**
 * Adds the alarms and the dashboard, as far as they are switched on. Returns the alarms by their names.
 *
 * @throws ConfigurationError if a threshold is for no alarm of this stack, or is one that a rate cannot reach
 */
export function watch(
  scope: Construct,
  functions: WatchedFunctions,
  userPool: cognito.IUserPool,
  settings: CheckedSettings & CheckedMonitoring,
): Readonly<Record<string, cloudwatch.Alarm>> {
  const alarms = settings.alarms ? new Alarms(scope, functions, settings).byName : {};
  if (settings.dashboard) {
    addDashboard(scope, functions, userPool, alarms);
  }
  return alarms;
}
