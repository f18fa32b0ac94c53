import { PROFILE_NAMINGS, type ProfileNaming } from '../../cdk/lib/saml-linking.ts';
import { ToolError } from '../tool-error.ts';
import { type Triggers, triggersIn } from './triggers.ts';

/** The functions of a stack, and its settings that matter for the pool. */
export interface DeployedTriggers {
  readonly triggers: Triggers;
  readonly allowedClientIds: readonly string[] | undefined;
  readonly linkOnFirstSignIn: boolean;
  /** The SAML providers whose identities Pre Sign-up links; empty without that trigger. */
  readonly linkSamlProviders: readonly string[];
  /** How Pre Sign-up names the profiles that it creates; `undefined` if it creates none. */
  readonly createLocalProfiles?: ProfileNaming | undefined;
  /** The attribute from which Pre Sign-up reads NameIDs in their own letter case. */
  readonly samlNameIdAttribute?: string | undefined;
}

/**
 * Reads the outputs of a stack.
 *
 * @throws ToolError if an output is missing, or the functions were deployed for another pool. Only that pool has the
 * permission to invoke them.
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
        `the stack ${stack} has no output ${name}: name the stack with the triggers of this pool (STACK=...), or ` +
          'deploy that stack again',
      );
    }
    return value;
  };
  const triggers = triggersIn(outputs, read);
  if (read('UserPoolId') !== userPoolId) {
    throw new ToolError(
      `the functions of the stack ${stack} are for the pool ${outputs.UserPoolId}, and only that pool can invoke ` +
        `them: deploy triggers for this pool with "npx cdk deploy -c userPoolId=${userPoolId} ..."`,
    );
  }
  return {
    triggers,
    allowedClientIds: outputs.AllowedClientIds?.split(','),
    linkOnFirstSignIn: outputs.LinkOnFirstSignIn === 'true',
    linkSamlProviders: outputs.LinkSamlProviders?.split(',') ?? [],
    createLocalProfiles: PROFILE_NAMINGS.find((naming) => naming === outputs.CreateLocalProfiles),
    samlNameIdAttribute: outputs.SamlNameIdAttribute,
  };
}
