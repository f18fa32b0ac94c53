import { LOCAL_NAMES, type LocalNames } from '../../cdk/lib/saml-linking.ts';
import { ToolError } from '../tool-error.ts';
import { type Triggers, triggersIn } from './triggers.ts';

/** The functions that a stack has deployed for a pool, and the settings that matter for the pool. */
export interface DeployedTriggers {
  readonly triggers: Triggers;
  readonly allowedClientIds: readonly string[] | undefined;
  readonly linkOnFirstSignIn: boolean;
  /** The SAML providers whose identities the pre sign-up trigger links; none without that trigger. */
  readonly linkSamlProviders: readonly string[];
  /** How profiles are named that the pre sign-up trigger creates; `undefined` if it creates none. */
  readonly createLocalProfiles?: LocalNames | undefined;
  /** The attribute in which the pre sign-up trigger finds NameIDs as they are. */
  readonly samlNameIdAttribute?: string | undefined;
}

/**
 * Reads the outputs of a stack.
 *
 * @throws ToolError if they are those of another stack, or the functions were deployed for another pool, which alone
 * may invoke them
 */
export function readOutputs(
  outputs: Readonly<Record<string, string>>,
  stack: string,
  userPoolId: string,
): DeployedTriggers {
  const read = (name: string): string => {
    const value = outputs[name];
    if (value === undefined) {
      throw new ToolError(
        `the stack ${stack} has no output ${name}: name the stack with the triggers for this pool (STACK=...), or ` +
          'deploy it again',
      );
    }
    return value;
  };
  const triggers = triggersIn(outputs, read);
  if (read('UserPoolId') !== userPoolId) {
    throw new ToolError(
      `the functions of the stack ${stack} are for the pool ${outputs.UserPoolId}, which alone may invoke them: deploy ` +
        `triggers for this pool with "npx cdk deploy -c userPoolId=${userPoolId} ..."`,
    );
  }
  return {
    triggers,
    allowedClientIds: outputs.AllowedClientIds?.split(','),
    linkOnFirstSignIn: outputs.LinkOnFirstSignIn === 'true',
    linkSamlProviders: outputs.LinkSamlProviders?.split(',') ?? [],
    createLocalProfiles: LOCAL_NAMES.find((names) => names === outputs.CreateLocalProfiles),
    samlNameIdAttribute: outputs.SamlNameIdAttribute,
  };
}
