import { Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { CheckedSettings } from '../settings.ts';
import { lambdaMetric, type MonitoredFunctions, refusalsMetric, verifyMetric } from './metrics.ts';

/**
 * An alarm goes off if the value reaches `threshold` in `periods.breaching` of the last `periods.evaluated` periods.
 */
export interface AlarmDefinition {
  readonly name: string;
  /**
   * A single metric: an alarm costs money for each metric of an expression, and local AWS does not support expressions.
   */
  readonly metric: cloudwatch.Metric;
  readonly threshold: number;
  readonly periods: { readonly breaching: number; readonly evaluated: number };
  /**
   * What the alarm means and what to do; part of the notification. Without threshold and periods, which can be changed.
   */
  readonly description: string;
}

const ONE_PERIOD = { breaching: 1, evaluated: 1 };

/** A single bad period sets off no alarm. */
const TWO_OF_THREE_PERIODS = { breaching: 2, evaluated: 3 };

/** If one period in a hundred is bad on a normal day, three consecutive ones are bad about once in a million. */
const THREE_CONSECUTIVE_PERIODS = { breaching: 3, evaluated: 3 };

/**
 * Three bad periods of five minutes within an hour. One failure is one bad period, also with immediate retries. If
 * three users an hour sign in and all of them fail, there are three bad periods, but they are not consecutive.
 */
const THREE_PERIODS_WITHIN_AN_HOUR = { breaching: 3, evaluated: 12 };

/** 20 %: above the noise in a large pool. In a small pool, one failing user reaches it alone. */
const FAILURE_RATE = 0.2;

/**
 * The functions that call other services, with the part of the description that only they need. A service that does not
 * respond is a function error to Lambda, so these have errors now and then.
 */
const SERVICE_CALLERS: Readonly<Record<string, string>> = {
  Verify:
    'A sign-in without a verdict is also an error: if the alarm Unavailable has gone off, begin there. If the log ' +
    'has salesforce-keys-cooldown, an attacker sends invented key ids, which sign no user in.',
  PreSignUp: 'If its log has unavailable verdicts, the user pool does not respond; their reasons say why.',
};

/** All alarms of a stack with these functions and settings; docs/monitoring.md says what to do about each. */
export function alarmDefinitions(functions: MonitoredFunctions, settings: CheckedSettings): AlarmDefinition[] {
  return [
    ...availabilityAlarms(functions),
    ...functions.all.map(errorAlarm),
    ...functions.all.map(throttleAlarm),
    ...abuseAlarms(functions),
    ...configurationAlarms(functions, settings),
    ...functions.all.filter(({ name }) => name === 'PreSignUp').map(ambiguousProviderAlarm),
  ];
}

function availabilityAlarms({ verify }: MonitoredFunctions): AlarmDefinition[] {
  return [
    {
      name: 'Unavailable',
      metric: verifyMetric(verify, 'Unavailable', 'Average'),
      threshold: FAILURE_RATE,
      periods: THREE_PERIODS_WITHIN_AN_HOUR,
      description:
        'Many sign-ins end without a verdict: Salesforce, the user pool or the table of used tokens does not ' +
        'respond. Look up the most frequent reason under Unavailable in docs/operations.md, and the status page of ' +
        'that service.',
    },
    {
      name: 'Slow',
      metric: lambdaMetric(verify, 'Duration', 'p99'),
      threshold: 3000,
      periods: THREE_CONSECUTIVE_PERIODS,
      description:
        'The slowest sign-ins take seconds. Verify gives up after 4 seconds, and Cognito after 5. Compare ' +
        'UserInfoLatency and DirectoryLatency: the higher one is the cause. If both are low, raise the memory of ' +
        'Verify.',
    },
  ];
}

type MonitoredFunction = MonitoredFunctions['all'][number];

function errorAlarm({ name, handler }: MonitoredFunction): AlarmDefinition {
  const serviceErrors = SERVICE_CALLERS[name];
  return {
    name: `${name}Errors`,
    // Lambda writes 1 for an error and 0 for a success, so the average is the rate. Functions that call no service have
    // no expected errors, so for them one error is enough.
    ...(serviceErrors
      ? { metric: lambdaMetric(handler, 'Errors', 'Average'), threshold: FAILURE_RATE }
      : { metric: lambdaMetric(handler, 'Errors', 'Sum'), threshold: 1 }),
    periods: THREE_PERIODS_WITHIN_AN_HOUR,
    description:
      `${name} fails, so users cannot sign in. ${serviceErrors ? `${serviceErrors} Otherwise ${name}` : 'It'} does ` +
      'not start, reaches its time limit, or panics: look for "refusing to start" and "panicked" in its log. If it ' +
      'began after a deployment or a change of a secret, go back to the version before.',
  };
}

function throttleAlarm({ name, handler }: MonitoredFunction): AlarmDefinition {
  return {
    name: `${name}Throttles`,
    metric: lambdaMetric(handler, 'Throttles', 'Sum'),
    threshold: 1,
    periods: THREE_PERIODS_WITHIN_AN_HOUR,
    description:
      `Lambda repeatedly refuses to run ${name}, because the account has used up its concurrency. No log shows it. ` +
      'Find the function that uses the concurrency, reserve concurrency for this function, or ask AWS for more.',
  };
}

function abuseAlarms({ verify }: MonitoredFunctions): AlarmDefinition[] {
  const quarterHour = Duration.minutes(15);
  return [
    {
      name: 'DenialSurge',
      metric: verifyMetric(verify, 'Denied', 'Sum'),
      threshold: 50,
      periods: TWO_OF_THREE_PERIODS,
      description:
        'Many sign-ins are denied: an attacker tries tokens or user names, or a change at Salesforce or in the app ' +
        'locks honest users out. One reason for all denials suggests a change; many reasons and few users suggest an ' +
        'attack. If the number is normal for the size of this pool, raise the threshold.',
    },
    {
      name: 'LockOut',
      // In a small pool, a count of denials does not show that all users are denied, but a rate does. The periods cover
      // hours, because a single denied user who retries gives up sooner.
      metric: verifyMetric(verify, 'Denied', 'Average', Duration.minutes(30)),
      threshold: 0.9,
      periods: { breaching: 3, evaluated: 6 },
      description:
        'For hours, almost all sign-ins have been denied. One reason for all denials suggests a change at Salesforce ' +
        'or in the app that locks honest users out. Only one user suggests an app that retries again and again, or ' +
        'an attack.',
    },
    {
      name: 'ForeignToken',
      metric: refusalsMetric(verify, 'token-of-another-organization', quarterHour),
      threshold: 5,
      periods: ONE_PERIOD,
      description:
        'Clients send tokens of another Salesforce organization: an app is configured for a sandbox, or an attacker ' +
        'uses an organization of their own. Verify does not send these tokens to Salesforce, so the log names ' +
        'neither the organization nor the user.',
    },
    {
      name: 'ForeignOrganization',
      metric: refusalsMetric(verify, 'organization-not-allowed', quarterHour),
      threshold: 5,
      periods: ONE_PERIOD,
      description:
        'Users of a Salesforce organization that is not in salesforceOrganizationIds try to sign in: an attacker ' +
        'uses an organization of their own, or the list lacks one of yours. The log of Verify names the organization ' +
        'and the user.',
    },
    {
      name: 'LinkMismatch',
      metric: refusalsMetric(verify, 'link-mismatch'),
      threshold: 1,
      periods: ONE_PERIOD,
      description:
        'A Salesforce user has the e-mail address of a pool user that is linked to another Salesforce user: the ' +
        'address has passed to another person, or an administrator of the organization gave it to another user. Find ' +
        'out who it is before you change the link.',
    },
  ];
}

function configurationAlarms({ verify }: MonitoredFunctions, settings: CheckedSettings): AlarmDefinition[] {
  const alarms: AlarmDefinition[] = [];
  if (settings.directoryMode === 'list_users') {
    alarms.push({
      name: 'DirectoryThrottled',
      metric: refusalsMetric(verify, 'directory-throttled'),
      threshold: 5,
      periods: TWO_OF_THREE_PERIODS,
      description:
        'Cognito throttles ListUsers: the quota is 30 calls a second for the account, and AWS does not raise it. ' +
        'Find the other callers of ListUsers, or use directoryMode=event if users sign in with their e-mail address.',
    });
  }
  if (settings.salesforceAudienceMode !== 'unchecked') {
    alarms.push({
      name: 'AudienceUnchecked',
      metric: verifyMetric(verify, 'AudienceUnchecked', 'Sum'),
      threshold: 1,
      periods: ONE_PERIOD,
      description:
        'Verify accepts tokens of any app, although this stack was deployed with a mode that checks the app: the ' +
        'function was changed by hand. Deploy again, and find out who changed it.',
    });
  }
  return alarms;
}

function ambiguousProviderAlarm({ handler }: MonitoredFunction): AlarmDefinition {
  return {
    name: 'ProviderAmbiguous',
    metric: refusalsMetric(handler, 'provider-ambiguous'),
    threshold: 1,
    periods: ONE_PERIOD,
    description:
      'The pool has a provider whose user names could be those of a provider in linkSamlProviders, so Pre Sign-up ' +
      'links no identity of the listed provider. Find out who added the other provider, because its users could have ' +
      'been taken for users of the listed one. Then rename one of the two.',
  };
}
