import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as cognito from 'aws-cdk-lib/aws-cognito';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { lambdaMetric, type MonitoredFunctions, NAMESPACE, verifyMetric } from './metrics.ts';

/** Widths in columns of the dashboard's grid. */
const HALF_WIDTH = 12;
const FULL_WIDTH = 24;

/**
 * The default quotas that a pool reaches first, as calls a minute; AWS gives them as calls a second: "Quotas in Amazon
 * Cognito" in its developer guide.
 */
const LIST_USERS_QUOTA_PER_MINUTE = 30 * 60;
const USER_AUTHENTICATION_QUOTA_PER_MINUTE = 120 * 60;

/** Adds a dashboard with verdicts, latencies, errors and the use of Cognito's quotas. */
export function addDashboard(
  scope: Construct,
  { verify, all }: MonitoredFunctions,
  userPool: cognito.IUserPool,
  alarms: Readonly<Record<string, cloudwatch.Alarm>>,
): cloudwatch.Dashboard {
  const dashboard = new cloudwatch.Dashboard(scope, 'Dashboard', { defaultInterval: Duration.hours(3) });
  const listed = Object.values(alarms);
  if (listed.length > 0) {
    dashboard.addWidgets(new cloudwatch.AlarmStatusWidget({ title: 'Alarms', width: FULL_WIDTH, alarms: listed }));
  }
  dashboard.addWidgets(
    graph('Verdicts', {
      stacked: true,
      left: ['Allowed', 'Denied', 'Unavailable'].map((outcome) => verifyMetric(verify, outcome, 'Sum')),
    }),
    graph('Refusals by reason', { stacked: true, left: [refusalsByReason(verify)] }),
  );
  dashboard.addWidgets(
    graph('How long Verify takes', {
      left: ['p50', 'p99'].map((statistic) => lambdaMetric(verify, 'Duration', statistic)),
      leftYAxis: { label: 'ms', showUnits: false },
      leftAnnotations: [
        ...(alarms.Slow ? [alarms.Slow.toAnnotation()] : []),
        { value: 5000, label: 'Cognito gives up' },
      ],
    }),
    graph('How long the services take', {
      left: ['UserInfoLatency', 'DirectoryLatency'].flatMap((name) =>
        ['p50', 'p99'].map((statistic) => verifyMetric(verify, name, statistic)),
      ),
      leftYAxis: { label: 'ms', showUnits: false },
      leftAnnotations: [{ value: 4000, label: 'Verify gives up' }],
    }),
  );
  dashboard.addWidgets(
    graph('Errors and throttles', { left: [...lambdaMetrics(all, 'Errors'), ...lambdaMetrics(all, 'Throttles')] }),
    graph('Cold starts and concurrency', {
      left: [verifyMetric(verify, 'ColdStarts', 'Sum')],
      right: lambdaMetrics(all, 'ConcurrentExecutions', 'Maximum'),
    }),
  );
  dashboard.addWidgets(
    graph('Calls to Cognito in this account, against its default quotas', {
      left: [cognitoUsage('CallCount'), cognitoUsage('ThrottleCount')],
      period: Duration.minutes(1),
      leftAnnotations: [
        { value: LIST_USERS_QUOTA_PER_MINUTE, label: 'ListUsers: 30 a second' },
        { value: USER_AUTHENTICATION_QUOTA_PER_MINUTE, label: 'InitiateAuth: 120 a second' },
      ],
    }),
    graph('Sign-ins of the pool, by app client', {
      left: [signIns(userPool, 'SignInSuccesses'), signIns(userPool, 'SignInThrottles')],
    }),
  );
  return dashboard;
}

function graph(title: string, props: cloudwatch.GraphWidgetProps): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({ title, width: HALF_WIDTH, ...props });
}

function lambdaMetrics(
  functions: MonitoredFunctions['all'],
  metricName: string,
  statistic = 'Sum',
): cloudwatch.Metric[] {
  return functions.map(({ name, handler }) =>
    lambdaMetric(handler, metricName, statistic).with({ label: `${name} ${metricName}` }),
  );
}

/** A search expression, so that new reasons appear in the graph by themselves. */
function refusalsByReason(verify: lambda.IFunction): cloudwatch.MathExpression {
  return search(`{${NAMESPACE},FunctionName,Reason} MetricName="Refusals" FunctionName="${verify.functionName}"`);
}

/** `AWS/Usage` counts calls by category: InitiateAuth is in UserAuthentication, ListUsers in UserList. */
function cognitoUsage(metricName: string): cloudwatch.MathExpression {
  const terms = `Namespace="AWS/Usage" Cognito MetricName="${metricName}" (UserAuthentication OR UserList)`;
  return search(terms, Duration.minutes(1));
}

function signIns(userPool: cognito.IUserPool, metricName: string): cloudwatch.MathExpression {
  return search(`{AWS/Cognito,UserPool,UserPoolClient} MetricName="${metricName}" UserPool="${userPool.userPoolId}"`);
}

function search(terms: string, period = Duration.minutes(5)): cloudwatch.MathExpression {
  const expression = `SEARCH('${terms}', 'Sum', ${period.toSeconds()})`;
  return new cloudwatch.MathExpression({ expression, usingMetrics: {}, period, label: '' });
}
