import type { LambdaConfigType } from '@aws-sdk/client-cognito-identity-provider';
import { ToolError } from '../tool-error.ts';

/** The members of `LambdaConfig` that this suite sets. One of them also has the version of the event. */
export type Triggers = Pick<
  LambdaConfigType,
  | 'DefineAuthChallenge'
  | 'CreateAuthChallenge'
  | 'VerifyAuthChallengeResponse'
  | 'PreTokenGeneration'
  | 'PreTokenGenerationConfig'
  | 'PreSignUp'
>;

/** For each output of the stack with a function's ARN, the members of `LambdaConfig` for that function. */
const MEMBERS: readonly { readonly output: string; readonly optional?: true; members(arn: string): Triggers }[] = [
  { output: 'DefineFunctionArn', members: (arn) => ({ DefineAuthChallenge: arn }) },
  { output: 'CreateFunctionArn', members: (arn) => ({ CreateAuthChallenge: arn }) },
  { output: 'VerifyFunctionArn', members: (arn) => ({ VerifyAuthChallengeResponse: arn }) },
  {
    output: 'PreTokenGenerationFunctionArn',
    optional: true,
    // Cognito requires the same function in both members. If only one is set, it may report both.
    members: (arn) => ({
      PreTokenGeneration: arn,
      PreTokenGenerationConfig: { LambdaArn: arn, LambdaVersion: 'V2_0' },
    }),
  },
  { output: 'PreSignUpFunctionArn', optional: true, members: (arn) => ({ PreSignUp: arn }) },
];

/**
 * The triggers in the outputs of a stack.
 *
 * @param required reads an output, and throws if it is missing
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
 * Adds the deployed triggers to the configuration and keeps all others.
 *
 * @throws ToolError if the pool already has another function as one of these triggers, because replacing it could break
 * another application
 */
export function withTriggers(config: LambdaConfigType | undefined, deployed: Triggers): LambdaConfigType {
  const others = otherFunctions(config, deployed);
  if (others.length > 0) {
    throw new ToolError(
      `the pool has other functions as these triggers, and can have only one of each:\n${asLines(others)}\n` +
        'Nothing was changed. If they are not needed, remove them from the pool first; otherwise use another pool.',
    );
  }
  return { ...config, ...deployed };
}

/**
 * The configuration without the deployed triggers, and the lines about other functions in their place, which it keeps.
 */
export function withoutTriggers(
  config: LambdaConfigType | undefined,
  deployed: Triggers,
): { readonly config: LambdaConfigType; readonly others: string } {
  const remaining: LambdaConfigType = { ...config };
  for (const trigger of namesOf(deployed)) {
    if (functionOf(remaining[trigger]) === functionOf(deployed[trigger])) {
      delete remaining[trigger];
    }
  }
  return { config: remaining, others: asLines(otherFunctions(config, deployed)) };
}

/** The triggers of `deployed` for which the pool has another function, with its ARN. */
function otherFunctions(config: LambdaConfigType | undefined, deployed: Triggers): [string, string][] {
  return namesOf(deployed).flatMap((trigger): [string, string][] => {
    const current = functionOf(config?.[trigger]);
    return current === undefined || current === functionOf(deployed[trigger]) ? [] : [[trigger, current]];
  });
}

function namesOf(triggers: Triggers): (keyof Triggers)[] {
  return Object.keys(triggers) as (keyof Triggers)[];
}

function functionOf(member: Triggers[keyof Triggers]): string | undefined {
  return typeof member === 'string' ? member : member?.LambdaArn;
}

function asLines(triggers: readonly [string, string][]): string {
  return triggers.map(([trigger, arn]) => `  ${trigger}: ${arn}`).join('\n');
}
