import { Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { CheckedSettings } from '../settings.ts';
import { ofLambda, ofVerify, refusals, type WatchedFunctions } from './metrics.ts';

/** When an alarm goes off: in `periods.atLeast` of the last `periods.of` periods, the value is not below `threshold`. */
export interface Watch {
  readonly name: string;
  /** One metric and no expression: each metric of an expression is paid for, and local AWS refuses expressions. */
  readonly metric: cloudwatch.Metric;
  readonly threshold: number;
  readonly periods: { readonly atLeast: number; readonly of: number };
  /** What it means, and what to do. It stands in the notification, and no number of it, because those can be changed. */
  readonly description: string;
}

/** Once is enough. */
const AT_ONCE = { atLeast: 1, of: 1 };

/** A single bad period wakes nobody. */
const LASTING = { atLeast: 2, of: 3 };

/** What is bad in one period of a hundred on a usual day is so in three in a row about once in a million. */
const UNBROKEN = { atLeast: 3, of: 3 };

/**
 * Three bad periods of five minutes within an hour. One failure is one of them, however often it is tried again at once;
 * and where three people an hour sign in, and none of them can, all three are there. In a row they would never be.
 */
const WITHIN_AN_HOUR = { atLeast: 3, of: 12 };

/** A rate at which it is no longer about a few of many people; of one person it is all. */
const A_FIFTH = 0.2;

/** The functions that ask somebody else, who may now and then give no answer: that is an error to Lambda. */
const ASK_OTHERS: Readonly<Record<string, string>> = {
  Verify:
    'A sign-in without a verdict is an error as well: if the alarm Unavailable has gone off, begin there. If the log has ' +
    'salesforce-keys-cooldown, an attacker invents key ids, and is let in nowhere.',
  PreSignUp: 'If its log has unavailable verdicts, the pool does not answer, and their reason says why.',
};

/** What the alarms are about; docs/monitoring.md says what to do. */
export function watchesOf(functions: WatchedFunctions, settings: CheckedSettings): Watch[] {
  return [
    ...availability(functions),
    ...functions.all.map((one) => errors(one)),
    ...functions.all.map((one) => throttles(one)),
    ...abuse(functions),
    ...configuration(functions, settings),
    ...functions.all.filter(({ name }) => name === 'PreSignUp').map(ambiguousProvider),
  ];
}

function availability({ verify }: WatchedFunctions): Watch[] {
  return [
    {
      name: 'Unavailable',
      metric: ofVerify(verify, 'Unavailable', 'Average'),
      threshold: A_FIFTH,
      periods: WITHIN_AN_HOUR,
      description:
        'Many sign-ins end without a verdict: Salesforce, the pool or the table of used tokens does not answer. Look up ' +
        'the most frequent reason under Unavailable in docs/operations.md, and the status page of that service.',
    },
    {
      name: 'Slow',
      metric: ofLambda(verify, 'Duration', 'p99'),
      threshold: 3000,
      periods: UNBROKEN,
      description:
        'The slowest sign-ins take seconds. Verify gives up after four, and Cognito after five. Compare UserInfoLatency ' +
        'and DirectoryLatency: the slower one is the cause. If neither is slow, raise the memory of Verify.',
    },
  ];
}

type WatchedFunction = WatchedFunctions['all'][number];

function errors({ name, handler }: WatchedFunction): Watch {
  const withoutAnswer = ASK_OTHERS[name];
  return {
    name: `${name}Errors`,
    // Lambda counts 1 for an error and 0 for a success, so the average is the rate. Of who asks nobody, any error is odd.
    ...(withoutAnswer
      ? { metric: ofLambda(handler, 'Errors', 'Average'), threshold: A_FIFTH }
      : { metric: ofLambda(handler, 'Errors', 'Sum'), threshold: 1 }),
    periods: WITHIN_AN_HOUR,
    description:
      `${name} fails, and people cannot sign in. ${withoutAnswer ? `${withoutAnswer} If not, it` : 'It'} does not start, ` +
      'is ended by its time limit, or panics: look for "refusing to start" and "panicked" in its log; after a deployment ' +
      'or a change of a secret, go back to the version before.',
  };
}

function throttles({ name, handler }: WatchedFunction): Watch {
  return {
    name: `${name}Throttles`,
    metric: ofLambda(handler, 'Throttles', 'Sum'),
    threshold: 1,
    periods: WITHIN_AN_HOUR,
    description:
      `Again and again, Lambda refuses to run ${name}, and leaves no line in any log: the concurrency of the account is ` +
      'used up. Find the function that uses it, reserve concurrency for this one, or ask AWS for more.',
  };
}

function abuse({ verify }: WatchedFunctions): Watch[] {
  const quarter = Duration.minutes(15);
  return [
    {
      name: 'DenialSurge',
      metric: ofVerify(verify, 'Denied', 'Sum'),
      threshold: 50,
      periods: LASTING,
      description:
        'Many sign-ins are denied: somebody tries tokens or user names, or a change at Salesforce or in the app locks ' +
        'honest users out. One reason for all points to a change; many different ones and few users to an attack. If it ' +
        'is a usual number for a pool of this size, raise the threshold.',
    },
    {
      name: 'LockOut',
      // No number of denials says that a small pool lets nobody in. Who is denied tries again, but not for hours.
      metric: ofVerify(verify, 'Denied', 'Average', Duration.minutes(30)),
      threshold: 0.9,
      periods: { atLeast: 3, of: 6 },
      description:
        'For hours, hardly anybody who tried has been let in. One reason for all points to a change at Salesforce or in ' +
        'the app that locks honest users out; one user to an app that tries again and again, or to an attack.',
    },
    {
      name: 'ForeignToken',
      metric: refusals(verify, 'token-of-another-organization', quarter),
      threshold: 5,
      periods: AT_ONCE,
      description:
        'Tokens that name another Salesforce organization are tried: an app that is set to a sandbox, or an attack with ' +
        'an organization of their own. Salesforce is not asked about them, so the log names neither it nor the person.',
    },
    {
      name: 'ForeignOrganization',
      metric: refusals(verify, 'organization-not-allowed', quarter),
      threshold: 5,
      periods: AT_ONCE,
      description:
        'People of Salesforce organizations that are not on the list try to sign in: an attack with an organization of ' +
        'their own, or one of yours that is not listed. The log of Verify names the organization and the person.',
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
      metric: ofVerify(verify, 'AudienceUnchecked', 'Sum'),
      threshold: 1,
      periods: AT_ONCE,
      description:
        'Verify accepts tokens of any app, although this stack was deployed with a mode that checks: somebody has ' +
        'changed the function. Deploy again, and find out who it was.',
    });
  }
  return watches;
}

function ambiguousProvider({ handler }: WatchedFunction): Watch {
  return {
    name: 'ProviderAmbiguous',
    metric: refusals(handler, 'provider-ambiguous'),
    threshold: 1,
    periods: AT_ONCE,
    description:
      'The pool has a provider whose user names read like those of one in linkSamlProviders, so no identity of ' +
      'that one is linked any more. Find out who added it: its users could be taken for users of the other one. Rename one.',
  };
}
