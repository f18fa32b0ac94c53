import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';

/** The namespace of the metrics that Verify and Pre Sign-up write: `src/metrics.rs` of each has their names. */
export const NAMESPACE = 'SalesforceCognitoAuth';

const FIVE_MINUTES = Duration.minutes(5);

/** The functions that are watched. */
export interface WatchedFunctions {
  /** The one that gives the verdicts. */
  readonly verify: lambda.IFunction;

  /** Verify and the others, each with its name. */
  readonly all: readonly { readonly name: string; readonly handler: lambda.IFunction }[];
}

/** A metric that Verify writes for itself. */
export function ofVerify(
  verify: lambda.IFunction,
  metricName: string,
  statistic: string,
  period = FIVE_MINUTES,
): cloudwatch.Metric {
  const dimensionsMap = { FunctionName: verify.functionName };
  return new cloudwatch.Metric({ namespace: NAMESPACE, metricName, dimensionsMap, statistic, period });
}

/** How many sign-ins or sign-ups a function refused for a reason, which is a code of docs/operations.md. */
export function refusals(trigger: lambda.IFunction, reason: string, period = FIVE_MINUTES): cloudwatch.Metric {
  const dimensionsMap = { FunctionName: trigger.functionName, Reason: reason };
  return new cloudwatch.Metric({
    namespace: NAMESPACE,
    metricName: 'Refusals',
    dimensionsMap,
    statistic: 'Sum',
    period,
  });
}

/** A metric that Lambda keeps of a function. */
export function ofLambda(trigger: lambda.IFunction, metricName: string, statistic: string): cloudwatch.Metric {
  return trigger.metric(metricName, { statistic, period: FIVE_MINUTES });
}
