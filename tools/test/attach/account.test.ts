import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { test } from 'node:test';
import { AwsAccount } from '../../attach/account.ts';
import { run } from '../../attach/attachment.ts';
import { ToolError } from '../../tool-error.ts';
import { ATTACH, OUTPUTS, POOL_ID } from './fake-account.ts';

const POOL = { Id: POOL_ID, Name: 'customers', Policies: { PasswordPolicy: { MinimumLength: 12 } } };

test('a setting that the SDK does not know is rejected, although the SDK drops it', async () => {
  await withCognito(
    { DescribeUserPool: () => ({ UserPool: { ...POOL, NewSetting: 'ON' } }) },
    async (account, calls) => {
      const { pool, raw } = await account.readPool(POOL_ID);
      assert.ok(!('NewSetting' in pool));
      assert.deepEqual(raw, { ...POOL, NewSetting: 'ON' });
      await assert.rejects(
        run(ATTACH, { account, print: () => {}, saveSettings: () => '' }),
        (error) => error instanceof ToolError && / would reset them: NewSetting\. /.test(error.message),
      );
      assert.ok(!calls.includes('UpdateUserPool'));
    },
  );
});

test('the raw pool has a nested setting that the SDK does not know', async () => {
  const Policies = { PasswordPolicy: { MinimumLength: 12, NewSetting: 1 } };
  await withCognito({ DescribeUserPool: () => ({ UserPool: { ...POOL, Policies } }) }, async (account) => {
    const { pool, raw } = await account.readPool(POOL_ID);
    assert.deepEqual(pool.Policies, POOL.Policies);
    assert.deepEqual(raw, { ...POOL, Policies });
  });
});

test('the app clients of all pages are read', async () => {
  const pages = {
    ListUserPoolClients: ({ NextToken }: Record<string, string>) =>
      NextToken
        ? { UserPoolClients: [{ ClientId: 'b' }] }
        : { UserPoolClients: [{ ClientId: 'a' }], NextToken: 'next' },
    DescribeUserPoolClient: ({ ClientId }: Record<string, string>) => ({ UserPoolClient: { ClientId } }),
  };
  await withCognito(pages, async (account) => {
    const clients = await account.appClients(POOL_ID);
    assert.deepEqual(
      clients.map(({ ClientId }) => ClientId),
      ['a', 'b'],
    );
  });
});

type Operation = (input: Record<string, string>) => object;

/** Runs a test against a server that simulates Cognito and CloudFormation. `calls` has the Cognito operations. */
async function withCognito(
  operations: Record<string, Operation>,
  body: (account: AwsAccount, calls: readonly string[]) => Promise<void>,
): Promise<void> {
  const calls: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    const target = request.headers['x-amz-target'];
    if (target === undefined) {
      response.setHeader('content-type', 'text/xml').end(describeStacksResponse(OUTPUTS));
      return;
    }
    const operation = String(target).split('.')[1] ?? '';
    calls.push(operation);
    const output = operations[operation]?.(JSON.parse(Buffer.concat(chunks).toString())) ?? {};
    response.setHeader('content-type', 'application/x-amz-json-1.1').end(JSON.stringify(output));
  });
  const environment = { ...process.env };
  try {
    process.env.AWS_ENDPOINT_URL = await listen(server);
    process.env.AWS_ACCESS_KEY_ID = 'test';
    process.env.AWS_SECRET_ACCESS_KEY = 'test';
    await body(new AwsAccount('eu-west-1'), calls);
  } finally {
    process.env = environment;
    server.closeAllConnections();
    server.close();
  }
}

/** Starts the server on a free port and returns its URL. */
function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
    });
  });
}

/** The response of DescribeStacks. */
function describeStacksResponse(outputs: Readonly<Record<string, string>>): string {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  const stack = `<member><StackName>Triggers</StackName><Outputs>${members.join('')}</Outputs></member>`;
  return `<DescribeStacksResponse><DescribeStacksResult><Stacks>${stack}</Stacks></DescribeStacksResult></DescribeStacksResponse>`;
}
