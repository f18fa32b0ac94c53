import type { LambdaConfigType } from '@aws-sdk/client-cognito-identity-provider';
import { ToolError } from '../tool-error.ts';

/** Members of `LambdaConfig` that name a function, some together with the version of its event. */
export type Triggers = Pick<
  LambdaConfigType,
  | 'DefineAuthChallenge'
  | 'CreateAuthChallenge'
  | 'VerifyAuthChallengeResponse'
  | 'PreTokenGeneration'
  | 'PreTokenGenerationConfig'
  | 'PreSignUp'
>;

/** For each output of the stack that holds a function's ARN: what the pool is told of the function. */
const MEMBERS: readonly { readonly output: string; readonly optional?: true; members(arn: string): Triggers }[] = [
  { output: 'DefineFunctionArn', members: (arn) => ({ DefineAuthChallenge: arn }) },
  { output: 'CreateFunctionArn', members: (arn) => ({ CreateAuthChallenge: arn }) },
  { output: 'VerifyFunctionArn', members: (arn) => ({ VerifyAuthChallengeResponse: arn }) },
  {
    output: 'PreTokenGenerationFunctionArn',
    optional: true,
    // Cognito demands the same function in both, and may report one of them because it was given the other.
    members: (arn) => ({
      PreTokenGeneration: arn,
      PreTokenGenerationConfig: { LambdaArn: arn, LambdaVersion: 'V2_0' },
    }),
  },
  { output: 'PreSignUpFunctionArn', optional: true, members: (arn) => ({ PreSignUp: arn }) },
];

/**
 * The triggers that a stack has deployed.
 *
 * @param required reads an output that has to be there
 */
export function triggersIn(outputs: Readonly<Record<string, string>>, required: (name: string) => string): Triggers {
  return Object.assign(
    {},
    ...MEMBERS.map(({ output, optional, members }) => {
      const arn = optional ? outputs[output] : required(output);
      return arn === undefined ? {} : members(arn);
    }),
  );
}

/**
 * Sets our triggers and keeps every other one.
 *
 * @throws ToolError if one of them is another function: it belongs to something that this would break
 */
export function attached(config: LambdaConfigType | undefined, ours: Triggers): LambdaConfigType {
  const others = foreign(config, ours);
  if (others.length > 0) {
    throw new ToolError(
      `the pool has triggers of its own, and a pool has one of each:\n${listed(others)}\n` +
        'Nothing was changed. If nobody needs them, take them off the pool first; otherwise use another pool.',
    );
  }
  return { ...config, ...ours };
}

/** What is left without our triggers, and which of them are somebody else's and stay. */
export function detached(
  config: LambdaConfigType | undefined,
  ours: Triggers,
): { readonly config: LambdaConfigType; readonly others: string } {
  const left: LambdaConfigType = { ...config };
  for (const trigger of namesOf(ours)) {
    if (functionOf(left[trigger]) === functionOf(ours[trigger])) {
      delete left[trigger];
    }
  }
  return { config: left, others: listed(foreign(config, ours)) };
}

function foreign(config: LambdaConfigType | undefined, ours: Triggers): [string, string][] {
  return namesOf(ours).flatMap((trigger): [string, string][] => {
    const set = functionOf(config?.[trigger]);
    return set === undefined || set === functionOf(ours[trigger]) ? [] : [[trigger, set]];
  });
}

function namesOf(triggers: Triggers): (keyof Triggers)[] {
  return Object.keys(triggers) as (keyof Triggers)[];
}

function functionOf(member: Triggers[keyof Triggers]): string | undefined {
  return typeof member === 'string' ? member : member?.LambdaArn;
}

function listed(triggers: readonly [string, string][]): string {
  return triggers.map(([trigger, arn]) => `  ${trigger}: ${arn}`).join('\n');
}
