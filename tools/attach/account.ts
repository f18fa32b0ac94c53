import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CognitoIdentityProviderClient,
  DescribeIdentityProviderCommand,
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
  GetUserPoolMfaConfigCommand,
  type IdentityProviderType,
  paginateListIdentityProviders,
  paginateListUserPoolClients,
  UpdateUserPoolCommand,
  type UpdateUserPoolRequest,
  type UserPoolClientType,
} from '@aws-sdk/client-cognito-identity-provider';
import { ToolError } from '../tool-error.ts';
import type { Account, PoolState } from './attachment.ts';

/** One Region of the AWS account of the default credentials (environment, profile, SSO). */
export class AwsAccount implements Account {
  readonly #cognito: CognitoIdentityProviderClient;
  readonly #cloudFormation: CloudFormationClient;
  #lastResponseBody = '';

  constructor(region: string) {
    this.#cognito = new CognitoIdentityProviderClient({ region });
    this.#cloudFormation = new CloudFormationClient({ region });
    this.#recordResponseBodies();
  }

  async stackOutputs(stack: string): Promise<Readonly<Record<string, string>>> {
    const { Stacks } = await this.#cloudFormation.send(new DescribeStacksCommand({ StackName: stack }));
    const outputs = Stacks?.[0]?.Outputs ?? [];
    return Object.fromEntries(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
  }

  async readPool(userPoolId: string): Promise<PoolState> {
    const { UserPool: pool } = await this.#cognito.send(new DescribeUserPoolCommand({ UserPoolId: userPoolId }));
    const raw: unknown = JSON.parse(this.#lastResponseBody).UserPool;
    const { $metadata: _, ...mfa } = await this.#cognito.send(
      new GetUserPoolMfaConfigCommand({ UserPoolId: userPoolId }),
    );
    if (pool === undefined) {
      throw new ToolError(`Cognito returned no data for the pool ${userPoolId}: run this again`);
    }
    return { raw, pool, mfa };
  }

  /** Reads the app clients one after the other, because the quota is small and the whole account shares it. */
  async appClients(userPoolId: string): Promise<readonly UserPoolClientType[]> {
    const clients: UserPoolClientType[] = [];
    for await (const page of paginateListUserPoolClients(
      { client: this.#cognito, pageSize: 60 },
      { UserPoolId: userPoolId },
    )) {
      for (const { ClientId } of page.UserPoolClients ?? []) {
        const described = await this.#cognito.send(
          new DescribeUserPoolClientCommand({ UserPoolId: userPoolId, ClientId }),
        );
        if (described.UserPoolClient) {
          clients.push(described.UserPoolClient);
        }
      }
    }
    return clients;
  }

  async providerNames(userPoolId: string): Promise<readonly string[]> {
    const names: string[] = [];
    const pages = paginateListIdentityProviders({ client: this.#cognito, pageSize: 60 }, { UserPoolId: userPoolId });
    for await (const page of pages) {
      names.push(...(page.Providers ?? []).flatMap(({ ProviderName }) => ProviderName ?? []));
    }
    return names;
  }

  async provider(userPoolId: string, name: string): Promise<IdentityProviderType> {
    const request = new DescribeIdentityProviderCommand({ UserPoolId: userPoolId, ProviderName: name });
    const { IdentityProvider: described } = await this.#cognito.send(request);
    if (described === undefined) {
      throw new ToolError(`Cognito returned no data for the provider ${name}: run this again`);
    }
    return described;
  }

  async updatePool(input: UpdateUserPoolRequest): Promise<void> {
    await this.#cognito.send(new UpdateUserPoolCommand(input));
  }

  /** The SDK drops members that it does not know. With the raw body, the tool can detect that. */
  #recordResponseBodies(): void {
    this.#cognito.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const response = result.response as { body?: unknown };
        const chunks: Uint8Array[] = [];
        for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
          chunks.push(chunk);
        }
        const body = Buffer.concat(chunks);
        this.#lastResponseBody = body.toString('utf8');
        response.body = body;
        return result;
      },
      { step: 'deserialize', priority: 'low', name: 'recordResponseBodies' },
    );
  }
}
