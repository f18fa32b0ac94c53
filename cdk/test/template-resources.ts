import assert from 'node:assert/strict';
import type { Template } from 'aws-cdk-lib/assertions';
import type { AlarmProperties } from './cloudwatch/alarm.ts';
import { template } from './fixtures.ts';

export const FUNCTIONS = ['Define', 'Create', 'Verify'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/** The template with only the required settings. Resources that every stack has get the same logical id in each. */
export const TEMPLATE = template();

export function idOf(type: string, prefix: string, from = TEMPLATE): string {
  const ids = Object.keys(from.findResources(type)).filter((id) => new RegExp(`^${prefix}[0-9A-F]{8}$`).test(id));
  assert.equal(ids.length, 1, `${type} ${prefix}`);
  return ids[0] ?? '';
}

export function functionId(name: FunctionName): string {
  return idOf('AWS::Lambda::Function', `CustomAuth${name}`);
}

export function roleId(name: FunctionName): string {
  return idOf('AWS::IAM::Role', `CustomAuth${name}Role`);
}

export function logGroupId(name: FunctionName): string {
  return idOf('AWS::Logs::LogGroup', `CustomAuth${name}Logs`);
}

export function arnOf(name: FunctionName): object {
  return { 'Fn::GetAtt': [functionId(name), 'Arn'] };
}

export function propertiesOf(name: FunctionName): Record<string, unknown> {
  return TEMPLATE.findResources('AWS::Lambda::Function')[functionId(name)]?.Properties;
}

export function environmentOf(from: Template, name: FunctionName): Record<string, unknown> {
  return from.findResources('AWS::Lambda::Function')[functionId(name)]?.Properties.Environment?.Variables;
}

/** The alarms of a template, by their names in the code and in docs/monitoring.md. */
export function alarmsOf(from: Template): Record<string, AlarmProperties> {
  const alarms = Object.entries(from.findResources('AWS::CloudWatch::Alarm'));
  return Object.fromEntries(
    alarms.map(([id, { Properties }]) => [id.replace(/^CustomAuthAlarms(\w+)[0-9A-F]{8}$/, '$1'), Properties]),
  );
}

/** All statements of all policies of the function's role. */
export function statementsOf(name: FunctionName, from = TEMPLATE): unknown[] {
  return Object.values(from.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(roleId(name)))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

export function writeLogs(name: FunctionName): object {
  return {
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Effect: 'Allow',
    Resource: { 'Fn::GetAtt': [logGroupId(name), 'Arn'] },
  };
}

/** The statements that every function has by default: write its log, record traces. */
export function basicStatements(name: FunctionName): object[] {
  return [writeLogs(name), writeTraces()];
}

export function writeTraces(): { Action: string[]; Effect: string; Resource: string } {
  return { Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], Effect: 'Allow', Resource: '*' };
}
