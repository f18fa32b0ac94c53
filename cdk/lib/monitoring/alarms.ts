import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { CheckedSettings } from '../settings.ts';
import { ConfigurationError } from '../settings-reader.ts';
import type { WatchedFunctions } from './metrics.ts';
import type { CheckedMonitoring } from './settings.ts';
import { type Watch, watchesOf } from './watches.ts';

/** The alarms; each with a line of docs/monitoring.md. */
export class Alarms extends Construct {
  /** Each alarm, by its name. */
  readonly byName: Readonly<Record<string, cloudwatch.Alarm>>;

  /**
   * @throws ConfigurationError if a threshold is for no alarm of this stack, or is one that a rate cannot reach
   */
  constructor(scope: Construct, functions: WatchedFunctions, settings: CheckedSettings & CheckedMonitoring) {
    super(scope, 'Alarms');
    const { alarmTopicArn, alarmThresholds = {} } = settings;
    const topic = alarmTopicArn === undefined ? undefined : sns.Topic.fromTopicArn(this, 'Topic', alarmTopicArn);
    const watches = watchesOf(functions, settings);
    refuseOtherThresholds(alarmThresholds, watches);
    this.byName = Object.fromEntries(
      watches.map((watch) => [watch.name, this.#add(watch, alarmThresholds[watch.name], topic)]),
    );
  }

  #add(watch: Watch, threshold = watch.threshold, topic?: sns.ITopic): cloudwatch.Alarm {
    const alarm = new cloudwatch.Alarm(this, watch.name, {
      metric: watch.metric,
      threshold,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      datapointsToAlarm: watch.periods.atLeast,
      evaluationPeriods: watch.periods.of,
      // Where nobody signs in, there is nothing to say.
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      alarmDescription: watch.description,
    });
    if (topic) {
      alarm.addAlarmAction(new SnsAction(topic));
      alarm.addOkAction(new SnsAction(topic));
    }
    return alarm;
  }
}

/** A threshold that changes nothing, or that nothing reaches, would pass for an alarm that has been dealt with. */
function refuseOtherThresholds(thresholds: Readonly<Record<string, number>>, watches: readonly Watch[]): void {
  for (const [name, threshold] of Object.entries(thresholds)) {
    const watch = watches.find((candidate) => candidate.name === name);
    if (!watch) {
      throw new ConfigurationError(
        'cannot synthesize: alarmThresholds names an alarm that this stack does not have; it has ' +
          watches.map((known) => known.name).join(', '),
      );
    }
    if (watch.metric.statistic === 'Average' && threshold > 1) {
      throw new ConfigurationError(
        `cannot synthesize: alarmThresholds gives ${watch.name} more than 1, but that is a rate: a fifth is 0.2`,
      );
    }
  }
}
