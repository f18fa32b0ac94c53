import { Token } from 'aws-cdk-lib';
import { flag, numbers, type Parsed, SettingsReader, text } from '../settings-reader.ts';

/** What is watched, and who is told. CDK context (`-c name=value`) uses the same names. */
export interface MonitoringSettings {
  /**
   * Whether there are alarms. docs/monitoring.md says what each one means, what to do about it and what they cost.
   *
   * @default true; false in an ephemeral stack
   */
  readonly alarms?: boolean;

  /**
   * The ARN of the SNS topic that is told when an alarm goes off and when it is over, in the same Region. A topic that
   * is encrypted has to let CloudWatch use its key.
   *
   * @default - the alarms are seen in the console alone
   */
  readonly alarmTopicArn?: string;

  /**
   * Thresholds in place of those of docs/monitoring.md, by the names of the alarms: `{ DenialSurge: 500 }`, or
   * `-c alarmThresholds=DenialSurge=500,Slow=4000`.
   *
   * @default - those of docs/monitoring.md
   */
  readonly alarmThresholds?: Readonly<Record<string, number>>;

  /**
   * Whether there is a dashboard.
   *
   * @default true; false in an ephemeral stack
   */
  readonly dashboard?: boolean;

  /**
   * Whether Lambda records traces of the functions for AWS X-Ray. They show how much of an invocation is start-up and
   * how much is ours. Cognito hands no trace on, so each invocation is a trace of its own.
   *
   * @default true
   */
  readonly tracing?: boolean;
}

/** Settings that have been checked, with defaults filled in. */
export type CheckedMonitoring = MonitoringSettings &
  Required<Pick<MonitoringSettings, 'alarms' | 'dashboard' | 'tracing'>>;

const NAMES = [
  'alarms',
  'alarmTopicArn',
  'alarmThresholds',
  'dashboard',
  'tracing',
] satisfies (keyof MonitoringSettings)[];

/** How these settings and what one could take for their names begin. */
const LIKE_A_SETTING = /^(alarm|dashboard|tracing|x_?ray)/i;

/** `arn:partition:sns:region:account:name`: "Topic name" in the SNS API reference. A FIFO topic takes no alarms. */
const TOPIC_ARN = /^arn:aws(-[a-z]+)*:sns:[a-z]+(-[a-z0-9]+)+:\d{12}:[\w-]{1,256}$/;

/**
 * Checks settings that were passed as props.
 *
 * @throws ConfigurationError that names every problem
 */
export function checkMonitoring(settings: MonitoringSettings): CheckedMonitoring {
  const reader = new SettingsReader({ ...settings });
  return { alarms: true, dashboard: true, tracing: true, ...reader.finish(readMonitoring(reader)) };
}

/** Reads the settings that are set. */
export function readMonitoring(reader: SettingsReader): MonitoringSettings {
  const alarms = reader.optional('alarms', 'true', flag);
  const alarmTopicArn = reader.optional('alarmTopicArn', 'arn:aws:sns:...', text(parseTopicArn));
  const alarmThresholds = reader.optional('alarmThresholds', 'DenialSurge=500,Slow=4000', numbers);
  const dashboard = reader.optional('dashboard', 'true', flag);
  const tracing = reader.optional('tracing', 'false', flag);
  for (const [name, value] of Object.entries({ alarmTopicArn, alarmThresholds })) {
    if (value !== undefined && alarms === false) {
      reader.refuse(name, 'is about alarms, and there are none; set -c alarms=true or remove it');
    }
  }
  for (const name of reader.names()) {
    if (LIKE_A_SETTING.test(name) && !NAMES.some((known) => known === name)) {
      reader.refuse(name, `is not a setting; those of monitoring are ${NAMES.join(', ')}`);
    }
  }
  return {
    ...(alarms !== undefined && { alarms }),
    ...(alarmTopicArn !== undefined && { alarmTopicArn }),
    ...(alarmThresholds !== undefined && { alarmThresholds }),
    ...(dashboard !== undefined && { dashboard }),
    ...(tracing !== undefined && { tracing }),
  };
}

function parseTopicArn(arn: string): Parsed<string> {
  return Token.isUnresolved(arn) || TOPIC_ARN.test(arn)
    ? { value: arn }
    : { problem: 'is not the ARN of a standard topic in SNS' };
}
