import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { CheckedSettings } from '../settings.ts';
import { ConfigurationError } from '../settings-reader.ts';
import { type AlarmDefinition, alarmDefinitions } from './alarm-definitions.ts';
import type { MonitoredFunctions } from './metrics.ts';
import type { CheckedMonitoring } from './settings.ts';

/** The alarms. docs/monitoring.md has a row for each of them. */
export class Alarms extends Construct {
  /** The alarms by name. */
  readonly byName: Readonly<Record<string, cloudwatch.Alarm>>;

  /**
   * @throws ConfigurationError if a threshold names an alarm that the stack does not have, or is above 1 for a rate
   */
  constructor(scope: Construct, functions: MonitoredFunctions, settings: CheckedSettings & CheckedMonitoring) {
    super(scope, 'Alarms');
    const { alarmTopicArn, alarmThresholds = {} } = settings;
    const topic = alarmTopicArn === undefined ? undefined : sns.Topic.fromTopicArn(this, 'Topic', alarmTopicArn);
    const definitions = alarmDefinitions(functions, settings);
    checkThresholds(alarmThresholds, definitions);
    this.byName = Object.fromEntries(
      definitions.map((definition) => [
        definition.name,
        this.#addAlarm(definition, alarmThresholds[definition.name], topic),
      ]),
    );
  }

  #addAlarm(definition: AlarmDefinition, threshold = definition.threshold, topic?: sns.ITopic): cloudwatch.Alarm {
    const alarm = new cloudwatch.Alarm(this, definition.name, {
      metric: definition.metric,
      threshold,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      datapointsToAlarm: definition.periods.breaching,
      evaluationPeriods: definition.periods.evaluated,
      // Without sign-ins there are no values, and that is not a problem.
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      alarmDescription: definition.description,
    });
    if (topic) {
      alarm.addAlarmAction(new SnsAction(topic));
      alarm.addOkAction(new SnsAction(topic));
    }
    return alarm;
  }
}

/** Rejects a threshold without effect, because the operator would believe that the alarm has been changed. */
function checkThresholds(thresholds: Readonly<Record<string, number>>, definitions: readonly AlarmDefinition[]): void {
  for (const [name, threshold] of Object.entries(thresholds)) {
    const definition = definitions.find((candidate) => candidate.name === name);
    if (!definition) {
      throw new ConfigurationError(
        'cannot synthesize: alarmThresholds names an alarm that this stack does not have; its alarms are ' +
          definitions.map((known) => known.name).join(', '),
      );
    }
    if (definition.metric.statistic === 'Average' && threshold > 1) {
      throw new ConfigurationError(
        `cannot synthesize: alarmThresholds sets ${definition.name} above 1, but its metric is a rate; 20 % is 0.2`,
      );
    }
  }
}
