import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';

/** The namespace of the metrics of Verify and Pre Sign-up. `src/metrics.rs` of each defines their names. */
export const NAMESPACE = 'SalesforceCognitoAuth';

const FIVE_MINUTES = Duration.minutes(5);

/** The functions with alarms and graphs. */
export interface MonitoredFunctions {
  /** Verify. */
  readonly verify: lambda.IFunction;

  /** All functions, including Verify. `name` is the prefix of the function's alarms. */
  readonly all: readonly { readonly name: string; readonly handler: lambda.IFunction }[];
}

/** A custom metric of Verify. */
export function verifyMetric(
  verify: lambda.IFunction,
  metricName: string,
  statistic: string,
  period = FIVE_MINUTES,
): cloudwatch.Metric {
  const dimensionsMap = { FunctionName: verify.functionName };
  return new cloudwatch.Metric({ namespace: NAMESPACE, metricName, dimensionsMap, statistic, period });
}

/** The number of sign-ins or sign-ups that a function refused for `reason`, a code in docs/operations.md. */
export function refusalsMetric(trigger: lambda.IFunction, reason: string, period = FIVE_MINUTES): cloudwatch.Metric {
  const dimensionsMap = { FunctionName: trigger.functionName, Reason: reason };
  return new cloudwatch.Metric({
    namespace: NAMESPACE,
    metricName: 'Refusals',
    dimensionsMap,
    statistic: 'Sum',
    period,
  });
}

/** A metric of a function in the namespace `AWS/Lambda`. */
export function lambdaMetric(trigger: lambda.IFunction, metricName: string, statistic: string): cloudwatch.Metric {
  return trigger.metric(metricName, { statistic, period: FIVE_MINUTES });
}
