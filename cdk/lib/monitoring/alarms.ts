import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { CheckedSettings } from '../settings.ts';
import { expression, FIVE_MINUTES, ofLambda, ofVerify, refusals, type WatchedFunctions } from './metrics.ts';

/** When an alarm goes off: in `periods.atLeast` of the last `periods.of` periods, the value is not below `threshold`. */
interface Watch {
  readonly name: string;
  readonly metric: cloudwatch.IMetric;
  readonly threshold: number;
  readonly periods: { readonly atLeast: number; readonly of: number };
  /** What it means, and what to do. It stands in the notification. */
  readonly description: string;
}

/** Once is enough. */
const AT_ONCE = { atLeast: 1, of: 1 };

/** A single bad period wakes nobody. */
const LASTING = { atLeast: 2, of: 3 };

/** The alarms; each with a section of docs/monitoring.md. */
export class Alarms extends Construct {
  /** Each alarm, by its name. */
  readonly byName: Readonly<Record<string, cloudwatch.Alarm>>;

  constructor(scope: Construct, functions: WatchedFunctions, settings: CheckedSettings, topicArn: string | undefined) {
    super(scope, 'Alarms');
    const topic = topicArn === undefined ? undefined : sns.Topic.fromTopicArn(this, 'Topic', topicArn);
    const watches = [...availability(functions), ...abuse(functions), ...configuration(functions, settings)];
    this.byName = Object.fromEntries(watches.map((watch) => [watch.name, this.#add(watch, topic)]));
  }

  #add({ name, metric, threshold, periods, description }: Watch, topic: sns.ITopic | undefined): cloudwatch.Alarm {
    const alarm = new cloudwatch.Alarm(this, name, {
      metric,
      threshold,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      datapointsToAlarm: periods.atLeast,
      evaluationPeriods: periods.of,
      // Where nobody signs in, there is nothing to say.
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      alarmDescription: description,
    });
    if (topic) {
      alarm.addAlarmAction(new SnsAction(topic));
      alarm.addOkAction(new SnsAction(topic));
    }
    return alarm;
  }
}

function availability({ verify, all }: WatchedFunctions): Watch[] {
  const rate = ofVerify(verify, 'Unavailable', 'Average');
  const unavailable = ofVerify(verify, 'Unavailable', 'Sum');
  const errors = ofLambda(verify, 'Errors', 'Sum');
  const others = all.filter(({ handler }) => handler !== verify);
  return [
    {
      name: 'Unavailable',
      // The least number keeps one failure of one sign-in, which is 100 %, from being an outage.
      metric: expression('IF(unavailable >= 5, 100 * rate, 0)', { unavailable, rate }),
      threshold: 20,
      periods: LASTING,
      description:
        'A fifth of the sign-ins or more end without a verdict: Salesforce, the pool or the table of used tokens does not ' +
        'answer. Look up the most frequent reason under Refusals in docs/operations.md, and the status page of that service.',
    },
    {
      name: 'VerifyErrors',
      // An unavailable verdict is an error to Lambda as well, and has its own alarm.
      metric: expression('errors - FILL(unavailable, 0)', { errors, unavailable }),
      threshold: 5,
      periods: LASTING,
      description:
        'Verify fails without a verdict: it does not start, is ended by its time limit, or panics. Look for "refusing to ' +
        'start" and "panicked" in its log; after a deployment or a change of a secret, go back to the version before.',
    },
    {
      name: 'OtherErrors',
      metric: total('Errors', others),
      threshold: 5,
      periods: LASTING,
      description:
        'A trigger beside Verify fails, and people cannot sign in. Look for "refusing to start" and "panicked" in their logs; ' +
        'after a deployment, go back to the version before.',
    },
    {
      name: 'Slow',
      metric: expression('IF(invocations >= 20, p99, 0)', {
        invocations: ofLambda(verify, 'Invocations', 'Sum'),
        p99: ofLambda(verify, 'Duration', 'p99'),
      }),
      threshold: 3000,
      periods: { atLeast: 3, of: 3 },
      description:
        'One sign-in of a hundred takes three seconds or more, and Cognito gives up after five. Compare UserInfoLatency ' +
        'and DirectoryLatency: the slower one is the cause. If neither is slow, raise the memory of Verify.',
    },
    {
      name: 'Throttled',
      metric: total('Throttles', all),
      threshold: 5,
      periods: LASTING,
      description:
        'Lambda refuses to run the triggers, and leaves no line in any log: the concurrency of the account is used up. ' +
        'Find the function that uses it, reserve concurrency for these, or ask AWS for more.',
    },
  ];
}

/** The sum of a metric over functions, of which some may not have run. */
function total(metricName: string, functions: WatchedFunctions['all']): cloudwatch.MathExpression {
  const terms = functions.map(({ name, handler }) => {
    const id = name.charAt(0).toLowerCase() + name.slice(1);
    return { id, metric: ofLambda(handler, metricName, 'Sum') };
  });
  return expression(
    terms.map(({ id }) => `FILL(${id}, 0)`).join(' + '),
    Object.fromEntries(terms.map(({ id, metric }) => [id, metric])),
  );
}

function abuse({ verify }: WatchedFunctions): Watch[] {
  const quarter = Duration.minutes(15);
  return [
    {
      name: 'DenialSurge',
      metric: expression('IF(denied >= 50, 100 * rate, 0)', {
        denied: ofVerify(verify, 'Denied', 'Sum'),
        rate: ofVerify(verify, 'Denied', 'Average'),
      }),
      threshold: 50,
      periods: LASTING,
      description:
        'Half of many sign-ins are denied: somebody tries tokens or user names, or a change at Salesforce or in the app ' +
        'locks honest users out. One reason for all points to a change; many different ones and few users to an attack.',
    },
    {
      name: 'ForeignOrganization',
      metric: expression(
        'FILL(token, 0) + FILL(user, 0)',
        {
          token: refusals(verify, 'token-of-another-organization', quarter),
          user: refusals(verify, 'organization-not-allowed', quarter),
        },
        quarter,
      ),
      threshold: 5,
      periods: AT_ONCE,
      description:
        'Tokens of Salesforce organizations that are not on the list are tried: an attack with an organization of their ' +
        'own, or an app that is set to a sandbox. The log of Verify names the organization.',
    },
    {
      name: 'LinkMismatch',
      metric: refusals(verify, 'link-mismatch'),
      threshold: 1,
      periods: AT_ONCE,
      description:
        'Somebody with the e-mail address of a pool user is not the person that user is linked to: the address has passed ' +
        'to somebody else, or an administrator of the organization gave it away. Ask before you change the link.',
    },
  ];
}

function configuration({ verify }: WatchedFunctions, settings: CheckedSettings): Watch[] {
  const watches: Watch[] = [];
  if (settings.directoryMode === 'list_users') {
    watches.push({
      name: 'DirectoryThrottled',
      metric: refusals(verify, 'directory-throttled'),
      threshold: 5,
      periods: LASTING,
      description:
        'ListUsers is throttled: 30 calls a second for the account, which AWS does not raise. Find who else lists users, ' +
        'or use directoryMode=event where the e-mail address is how users sign in.',
    });
  }
  if (settings.salesforceAudienceMode !== 'unchecked') {
    watches.push({
      name: 'AudienceUnchecked',
      metric: ofVerify(verify, 'AudienceUnchecked', 'Sum', FIVE_MINUTES),
      threshold: 1,
      periods: AT_ONCE,
      description:
        'Verify accepts tokens of any app, although this stack was deployed with a mode that checks: somebody has ' +
        'changed the function. Deploy again, and find out who it was.',
    });
  }
  return watches;
}
