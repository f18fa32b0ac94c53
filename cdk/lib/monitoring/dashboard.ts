import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as cognito from 'aws-cdk-lib/aws-cognito';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { NAMESPACE, ofLambda, ofVerify, type WatchedFunctions } from './metrics.ts';

const HALF = 12;
const WHOLE = 24;

/** A second of the quotas that break first, in calls a minute: "Quotas in Amazon Cognito" in its developer guide. */
const LIST_USERS_A_MINUTE = 30 * 60;
const USER_AUTHENTICATION_A_MINUTE = 120 * 60;

/** One page with what the triggers do, how long it takes, and how far the quotas are. */
export function addDashboard(
  scope: Construct,
  { verify, all }: WatchedFunctions,
  userPool: cognito.IUserPool,
  alarms: Readonly<Record<string, cloudwatch.Alarm>>,
): cloudwatch.Dashboard {
  const dashboard = new cloudwatch.Dashboard(scope, 'Dashboard', { defaultInterval: Duration.hours(3) });
  const statuses = Object.values(alarms);
  if (statuses.length > 0) {
    dashboard.addWidgets(new cloudwatch.AlarmStatusWidget({ title: 'Alarms', width: WHOLE, alarms: statuses }));
  }
  dashboard.addWidgets(
    graph('Verdicts', {
      stacked: true,
      left: ['Allowed', 'Denied', 'Unavailable'].map((outcome) => ofVerify(verify, outcome, 'Sum')),
    }),
    graph('Refusals by reason', { stacked: true, left: [refusalsByReason(verify)] }),
  );
  dashboard.addWidgets(
    graph('How long Verify takes', {
      left: ['p50', 'p99'].map((statistic) => ofLambda(verify, 'Duration', statistic)),
      leftYAxis: { label: 'ms', showUnits: false },
      leftAnnotations: [
        ...(alarms.Slow ? [alarms.Slow.toAnnotation()] : []),
        { value: 5000, label: 'Cognito gives up' },
      ],
    }),
    graph('How long the services take', {
      left: ['UserInfoLatency', 'DirectoryLatency'].flatMap((name) =>
        ['p50', 'p99'].map((statistic) => ofVerify(verify, name, statistic)),
      ),
      leftYAxis: { label: 'ms', showUnits: false },
      leftAnnotations: [{ value: 4000, label: 'Verify gives up' }],
    }),
  );
  dashboard.addWidgets(
    graph('Errors and throttles', { left: [...ofAll(all, 'Errors'), ...ofAll(all, 'Throttles')] }),
    graph('Cold starts and concurrency', {
      left: [ofVerify(verify, 'ColdStarts', 'Sum')],
      right: ofAll(all, 'ConcurrentExecutions', 'Maximum'),
    }),
  );
  dashboard.addWidgets(
    graph('Calls to Cognito in this account, against its default quotas', {
      left: [callsToCognito('CallCount'), callsToCognito('ThrottleCount')],
      period: Duration.minutes(1),
      leftAnnotations: [
        { value: LIST_USERS_A_MINUTE, label: 'ListUsers: 30 a second' },
        { value: USER_AUTHENTICATION_A_MINUTE, label: 'InitiateAuth: 120 a second' },
      ],
    }),
    graph('Sign-ins of the pool, by app client', {
      left: [signIns(userPool, 'SignInSuccesses'), signIns(userPool, 'SignInThrottles')],
    }),
  );
  return dashboard;
}

function graph(title: string, props: cloudwatch.GraphWidgetProps): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({ title, width: HALF, ...props });
}

function ofAll(functions: WatchedFunctions['all'], metricName: string, statistic = 'Sum'): cloudwatch.Metric[] {
  return functions.map(({ name, handler }) =>
    ofLambda(handler, metricName, statistic).with({ label: `${name} ${metricName}` }),
  );
}

/** A search and no list: a reason that comes up for the first time is in the graph. */
function refusalsByReason(verify: lambda.IFunction): cloudwatch.MathExpression {
  return search(`{${NAMESPACE},FunctionName,Reason} MetricName="Refusals" FunctionName="${verify.functionName}"`);
}

/** Cognito counts by category; that of InitiateAuth is UserAuthentication, and that of ListUsers is UserList. */
function callsToCognito(metricName: string): cloudwatch.MathExpression {
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
