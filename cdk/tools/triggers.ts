import type { LambdaConfigType } from '@aws-sdk/client-cognito-identity-provider';
import { ToolError } from './tool-error.ts';

/** The three members of `LambdaConfig` that make up CUSTOM_AUTH. */
export const TRIGGERS = ['DefineAuthChallenge', 'CreateAuthChallenge', 'VerifyAuthChallengeResponse'] as const;

/** The ARN of the function for each trigger. */
export type TriggerArns = Readonly<Record<(typeof TRIGGERS)[number], string>>;

/**
 * Sets the three triggers and keeps every other one.
 *
 * @throws ToolError if one of the three is another function: it belongs to a flow that this would break
 */
export function attached(config: LambdaConfigType | undefined, ours: TriggerArns): LambdaConfigType {
  const others = foreign(config, ours);
  if (others.length > 0) {
    throw new ToolError(
      `the pool has custom-auth triggers of its own, and a pool has one of each:\n${listed(others)}\n` +
        'Nothing was changed. If nobody needs them, take them off the pool first; otherwise use another pool.',
    );
  }
  return { ...config, ...ours };
}

/** What is left without our triggers, and which of the three are somebody else's and stay. */
export function detached(
  config: LambdaConfigType | undefined,
  ours: TriggerArns,
): { readonly config: LambdaConfigType; readonly others: string } {
  const left: LambdaConfigType = { ...config };
  for (const trigger of TRIGGERS) {
    if (left[trigger] === ours[trigger]) {
      delete left[trigger];
    }
  }
  return { config: left, others: listed(foreign(config, ours)) };
}

/** The settings with the three triggers taken out of sight. */
export function withoutTriggers<T extends { LambdaConfig?: LambdaConfigType | undefined }>(settings: T): T {
  const config: LambdaConfigType = { ...settings.LambdaConfig };
  for (const trigger of TRIGGERS) {
    delete config[trigger];
  }
  return { ...settings, LambdaConfig: config };
}

function foreign(config: LambdaConfigType | undefined, ours: TriggerArns): [string, string][] {
  return TRIGGERS.flatMap((trigger): [string, string][] => {
    const set = config?.[trigger];
    return set === undefined || set === ours[trigger] ? [] : [[trigger, set]];
  });
}

function listed(triggers: readonly [string, string][]): string {
  return triggers.map(([trigger, arn]) => `  ${trigger}: ${arn}`).join('\n');
}
