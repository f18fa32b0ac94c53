import { Token } from 'aws-cdk-lib';
import { flag, numbers, type Parsed, SettingsReader, text } from '../settings-reader.ts';

/** Settings of alarms, dashboard and tracing. CDK context (`-c name=value`) uses the same names. */
export interface MonitoringSettings {
  /**
   * Whether to create the alarms. docs/monitoring.md says what each one means, what to do and what they cost.
   *
   * @default true; false in an ephemeral stack
   */
  readonly alarms?: boolean;

  /**
   * The ARN of an SNS topic in the same Region. It is notified when an alarm goes off and when the alarm is over. The
   * key of an encrypted topic has to allow CloudWatch.
   *
   * @default - only the console shows the alarms
   */
  readonly alarmTopicArn?: string;

  /**
   * Thresholds by the names of the alarms: `{ DenialSurge: 500 }`, or `-c alarmThresholds=DenialSurge=500,Slow=4000`.
   *
   * @default - the thresholds in docs/monitoring.md
   */
  readonly alarmThresholds?: Readonly<Record<string, number>>;

  /**
   * Whether to create the dashboard.
   *
   * @default true; false in an ephemeral stack
   */
  readonly dashboard?: boolean;

  /**
   * Whether Lambda records AWS X-Ray traces of the functions. They show the duration of an invocation's start-up and of
   * the function itself. Cognito passes no trace on, so each invocation is a trace of its own.
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

/** Matches these settings and names that an operator could mistake for them. */
const RESEMBLES_A_SETTING = /^(alarm|dashboard|tracing|x_?ray)/i;

/**
 * `arn:partition:sns:region:account:name`: "Topic name" in the SNS API reference. CloudWatch cannot notify FIFO topics.
 */
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
      reader.addProblem(name, 'has no effect without alarms; set -c alarms=true or remove it');
    }
  }
  for (const name of reader.names()) {
    if (RESEMBLES_A_SETTING.test(name) && !NAMES.some((known) => known === name)) {
      reader.addProblem(name, `is not a setting; the settings of monitoring are ${NAMES.join(', ')}`);
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
    : { problem: 'is not the ARN of a standard SNS topic' };
}
