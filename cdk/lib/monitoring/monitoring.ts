import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as cognito from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';
import type { CheckedSettings } from '../settings.ts';
import { Alarms } from './alarms.ts';
import { addDashboard } from './dashboard.ts';
import type { MonitoredFunctions } from './metrics.ts';
import type { CheckedMonitoring } from './settings.ts';

/**
 * Adds the alarms and the dashboard that are enabled. Returns the alarms by name.
 *
 * @throws ConfigurationError if a threshold names an alarm that the stack does not have, or is above 1 for a rate
 */
export function addMonitoring(
  scope: Construct,
  functions: MonitoredFunctions,
  userPool: cognito.IUserPool,
  settings: CheckedSettings & CheckedMonitoring,
): Readonly<Record<string, cloudwatch.Alarm>> {
  const alarms = settings.alarms ? new Alarms(scope, functions, settings).byName : {};
  if (settings.dashboard) {
    addDashboard(scope, functions, userPool, alarms);
  }
  return alarms;
}
