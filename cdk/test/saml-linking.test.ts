import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import {
  type AttributeMapping,
  ProviderAttribute,
  UserPool,
  UserPoolIdentityProviderSaml,
  UserPoolIdentityProviderSamlMetadata,
  UserPoolOperation,
  type UserPoolProps,
} from 'aws-cdk-lib/aws-cognito';
import { AwsSolutionsChecks } from 'cdk-nag';
import { SalesforceCustomAuth, type SalesforceCustomAuthProps } from '../lib/salesforce-custom-auth.ts';
import { configurationErrorFor } from './configuration-errors.ts';
import {
  BINARIES,
  MODES,
  stack as newPoolStack,
  POOL_ID,
  SETTINGS,
  template,
  temporaryDirectory,
  triggersStack,
} from './fixtures.ts';
import { idOf, writeTraces } from './template-resources.ts';

const NAME_ID = { samlNameIdAttribute: 'custom:name_id' };
const LINKING = { ...MODES.id_token, allowedClientIds: ['1example23456789'], linkSamlProviders: ['Okta', 'Entra'] };
const ALL_LINKING_SETTINGS = {
  ...LINKING,
  ...NAME_ID,
  allowedEmailDomains: ['acme.com'],
  createLocalProfiles: 'email',
} as const;
const FUNCTION = 'CustomAuthPreSignUp';

/** All statements of the policies of Pre Sign-up's role. */
function statementsIn(from: Template): unknown[] {
  const role = idOf('AWS::IAM::Role', `${FUNCTION}Role`, from);
  return Object.values(from.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

function variablesIn(from: Template): unknown {
  const id = idOf('AWS::Lambda::Function', FUNCTION, from);
  return from.findResources('AWS::Lambda::Function')[id]?.Properties.Environment.Variables;
}

for (const [title, make] of [
  ['for a new pool', (props: object) => template(props)],
  ['for an existing pool', (props: object) => Template.fromStack(triggersStack(props))],
] as const) {
  describe(title, () => {
    const from = make(ALL_LINKING_SETTINGS);
    const id = idOf('AWS::Lambda::Function', FUNCTION, from);
    const writeLogs = {
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Effect: 'Allow',
      Resource: { 'Fn::GetAtt': [idOf('AWS::Logs::LogGroup', `${FUNCTION}Logs`, from), 'Arn'] },
    };
    const actionsIn = (other: Template) =>
      statementsIn(other).map((statement) => (statement as { Action: string | string[] }).Action);

    test('the function gets only the variables of its settings', () => {
      assert.deepEqual(variablesIn(from), {
        SAML_PROVIDERS: 'Okta,Entra',
        SAML_NAME_ID_ATTRIBUTE: 'custom:name_id',
        ALLOWED_EMAIL_DOMAINS: 'acme.com',
        CREATE_LOCAL_PROFILES: 'email',
      });
      assert.deepEqual(variablesIn(make(LINKING)), { SAML_PROVIDERS: 'Okta,Entra' });
    });

    test('it can find and link users of this pool, and create them only with createLocalProfiles', () => {
      const findAndLink = [
        'cognito-idp:ListIdentityProviders',
        'cognito-idp:DescribeIdentityProvider',
        'cognito-idp:ListUsers',
        'cognito-idp:AdminLinkProviderForUser',
      ];
      assert.deepEqual(actionsIn(make(LINKING)), [writeLogs.Action, writeTraces().Action, ...findAndLink]);
      assert.deepEqual(actionsIn(from), [
        writeLogs.Action,
        writeTraces().Action,
        ...findAndLink,
        'cognito-idp:AdminCreateUser',
      ]);
      const [first, second, ...onPool] = statementsIn(from) as { Effect: string; Resource: unknown }[];
      assert.deepEqual([first, second], [writeLogs, writeTraces()]);
      const [{ Resource: pool } = assert.fail(), ...others] = onPool;
      assert.match(JSON.stringify(pool), /UserPool[0-9A-F]{8}","Arn"|:userpool\/eu-central-1_AbCdEf123/);
      for (const statement of others) {
        assert.deepEqual(statement.Resource, pool);
      }
    });

    test('only Cognito can invoke it, for this pool', () => {
      const permissions = Object.values(from.findResources('AWS::Lambda::Permission')).filter(
        ({ Properties }) => Properties.FunctionName['Fn::GetAtt'][0] === id,
      );
      assert.deepEqual(
        permissions.map(({ Properties }) => Properties.Principal),
        ['cognito-idp.amazonaws.com'],
      );
      assert.ok(permissions[0]?.Properties.SourceArn);
    });

    test('it has 512 MB, because TLS handshakes need CPU time', () => {
      assert.equal(from.findResources('AWS::Lambda::Function')[id]?.Properties.MemorySize, 512);
    });

    test('an output names it', () => {
      assert.deepEqual(from.findOutputs('*').PreSignUpFunctionName?.Value, { Ref: id });
    });
  });
}

test('the pool has it as Pre Sign-up trigger', () => {
  const from = template(ALL_LINKING_SETTINGS);
  const arn = { 'Fn::GetAtt': [idOf('AWS::Lambda::Function', FUNCTION, from), 'Arn'] };
  from.hasResourceProperties('AWS::Cognito::UserPool', { LambdaConfig: { PreSignUp: arn } });
});

test('outputs have the settings that make attach needs', () => {
  const from = Template.fromStack(triggersStack({ ...ALL_LINKING_SETTINGS, createLocalProfiles: 'local' }));
  const outputs = from.findOutputs('*');
  const arn = { 'Fn::GetAtt': [idOf('AWS::Lambda::Function', FUNCTION, from), 'Arn'] };
  assert.deepEqual(outputs.PreSignUpFunctionArn?.Value, arn);
  assert.equal(outputs.LinkSamlProviders?.Value, 'Okta,Entra');
  assert.equal(outputs.CreateLocalProfiles?.Value, 'local');
  assert.equal(outputs.SamlNameIdAttribute?.Value, 'custom:name_id');
});

test('cdk-nag has no finding, and synthesis does not warn', () => {
  for (const stack of [newPoolStack(ALL_LINKING_SETTINGS), triggersStack(ALL_LINKING_SETTINGS)]) {
    assert.deepEqual(new AwsSolutionsChecks().validateScope(stack).violations, []);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  }
});

test('without linkSamlProviders, there is no Pre Sign-up function and no such trigger', () => {
  const from = template();
  from.resourceCountIs('AWS::Lambda::Function', 3);
  from.hasResourceProperties('AWS::Cognito::UserPool', { LambdaConfig: { PreSignUp: Match.absent() } });
});

for (const [pool, naming, rejected] of [
  [{ signInAliases: { email: true } }, 'email', false],
  [{ signInAliases: { email: true } }, 'local', true],
  [{ signInAliases: { email: true, phone: true } }, 'email', false],
  [{ signInAliases: { username: true, email: true } }, 'local', false],
  [{ signInAliases: { username: true, email: true } }, 'email', true],
  [{}, 'local', false],
  [{ signInAliases: { phone: true } }, 'local', true],
  [{ signInAliases: { phone: true } }, 'email', true],
] as const satisfies (readonly [UserPoolProps, string, boolean])[]) {
  const verdict = rejected ? 'rejected' : 'accepted';
  test(`createLocalProfiles=${naming} is ${verdict} for a pool with ${JSON.stringify(pool)}`, () => {
    const make = () => stackWithPool(pool, { createLocalProfiles: naming });
    if (rejected) {
      assert.throws(
        make,
        /^ConfigurationError: cannot synthesize: createLocalProfiles is \w+, but in this pool (it has|no profile can)/,
      );
    } else {
      assert.doesNotThrow(make);
    }
  });
}

for (const [signInCaseSensitive, settings, warns] of [
  [false, {}, true],
  [false, NAME_ID, false],
  [true, {}, false],
] as const) {
  const title = `signInCaseSensitive is ${signInCaseSensitive} and ${JSON.stringify(settings)}`;
  test(`synthesis ${warns ? 'warns' : 'does not warn'} that NameIDs lose their letter case: ${title}`, () => {
    const stack = stackWithPool({ signInCaseSensitive }, settings);
    const found = Annotations.fromStack(stack).findWarning(
      '*',
      Match.stringLikeRegexp('samlNameIdAttribute is not set'),
    );
    assert.equal(found.length, warns ? 1 : 0);
  });
}

describe('providers that the app adds to a pool that it defines', () => {
  const { email, emailVerified } = {
    email: ProviderAttribute.other('mail'),
    emailVerified: ProviderAttribute.other('v'),
  };
  const metadata = UserPoolIdentityProviderSamlMetadata.url('https://idp.example/metadata');

  /** The annotations of a stack in which a provider is added after the triggers. */
  function withProvider(name: string, attributeMapping: AttributeMapping): Annotations {
    const stack = stackWithPool({}, NAME_ID);
    const userPool = stack.node.findChild('Pool') as UserPool;
    new UserPoolIdentityProviderSaml(stack, 'Provider', { userPool, name, metadata, attributeMapping });
    return Annotations.fromStack(stack);
  }

  for (const [title, name, mapping, warns] of [
    ['a listed provider that maps only email', 'Okta', { email }, true],
    ['a listed provider that maps both', 'Okta', { email, emailVerified }, false],
    [
      'a listed provider that maps email_verified as a custom attribute',
      'Okta',
      { email, custom: { email_verified: email } },
      false,
    ],
    ['a listed provider that maps neither', 'Okta', { custom: { 'custom:a': email } }, false],
    ['another provider that maps only email', 'Google', { email }, false],
  ] satisfies [string, string, AttributeMapping, boolean][]) {
    test(`${title} causes ${warns ? 'a' : 'no'} warning`, () => {
      const found = withProvider(name, mapping).findWarning('*', Match.stringLikeRegexp('but not email_verified'));
      assert.equal(found.length, warns ? 1 : 0);
    });
  }

  test('a provider with an ambiguous name is an error', () => {
    const ambiguous = Match.stringLikeRegexp('the pool has a provider Okta_EU');
    assert.equal(withProvider('Okta_EU', { email, emailVerified }).findError('*', ambiguous).length, 1);
    assert.equal(withProvider('OktaEU', { email, emailVerified }).findError('*', Match.anyValue()).length, 0);
  });
});

test('a pool with another Pre Sign-up function is rejected', () => {
  const stack = new Stack(new App({ outdir: temporaryDirectory() }), 'Own');
  const props = { ...SETTINGS, binariesDirectory: BINARIES };
  const other = new SalesforceCustomAuth(stack, 'One', { ...props, userPool: new UserPool(stack, 'First') });
  const userPool = new UserPool(stack, 'Second');
  userPool.addTrigger(UserPoolOperation.PRE_SIGN_UP, other.defineFunction);
  assert.throws(
    () => new SalesforceCustomAuth(stack, 'Two', { ...props, linkSamlProviders: ['Okta'], userPool }),
    /preSignUp already exists/,
  );
});

test('an imported pool can invoke the function', () => {
  const stack = new Stack(new App({ outdir: temporaryDirectory() }), 'Own', { env: { region: 'eu-central-1' } });
  const userPool = UserPool.fromUserPoolId(stack, 'Pool', POOL_ID);
  new SalesforceCustomAuth(stack, 'CustomAuth', { ...SETTINGS, ...LINKING, userPool, binariesDirectory: BINARIES });
  Template.fromStack(stack).resourceCountIs('AWS::Lambda::Permission', 4);
});

for (const [value, problem] of [
  ['', 'is empty'],
  ['Okta,', 'has a bad entry 2, which is empty'],
  [[], 'is empty'],
  ['Ok ta', 'has a bad entry 1, which is not the name of an identity provider'],
  [['Okta,Entra'], 'has a bad entry 1, which is not the name of an identity provider'],
  ['a'.repeat(33), 'has a bad entry 1, which is not the name of an identity provider'],
  ['Google', 'has a bad entry 1, which is not a SAML provider'],
  ['Okta,cognito', 'has a bad entry 2, which is not a SAML provider'],
  ['Okta,okta', 'names two providers whose user names cannot be told apart'],
  ['Okta,Okta_EU', 'names two providers whose user names cannot be told apart'],
] as const) {
  test(`linkSamlProviders=${JSON.stringify(value).slice(0, 40)} ${problem}`, () => {
    const message = configurationErrorFor({ linkSamlProviders: value });
    assert.ok(message.startsWith(`cannot synthesize: linkSamlProviders ${problem}`), message);
  });
}

for (const value of ['email', 'custom:', 'Custom:a', 'custom:a b', `custom:${'a'.repeat(21)}`]) {
  test(`samlNameIdAttribute=${value} is not the name of a custom attribute`, () => {
    const message = configurationErrorFor({ linkSamlProviders: 'Okta', samlNameIdAttribute: value });
    assert.match(message, /^cannot synthesize: samlNameIdAttribute is not the name of a custom attribute/);
  });
}

for (const value of ['true', 'Email', 'username']) {
  test(`createLocalProfiles=${value} is neither email nor local`, () => {
    const message = configurationErrorFor({ linkSamlProviders: 'Okta', createLocalProfiles: value });
    assert.match(message, /^cannot synthesize: createLocalProfiles is not one of email, local/);
  });
}

for (const setting of [NAME_ID, { createLocalProfiles: 'email' }]) {
  test(`${Object.keys(setting)} without linkSamlProviders is rejected`, () => {
    assert.match(
      configurationErrorFor(setting),
      /is used only with linkSamlProviders; remove it or set linkSamlProviders/,
    );
  });
}

for (const name of ['linkSamlProvider', 'samlProviders', 'SAML_PROVIDERS', 'createLocalProfile', 'samlNameId']) {
  test(`${name} is rejected, not ignored`, () => {
    assert.match(configurationErrorFor({ [name]: 'Okta' }), new RegExp(`^cannot synthesize: ${name} is not a setting`));
  });
}

/** A stack with a pool of these properties and the construct for it. */
function stackWithPool(pool: UserPoolProps, props: Partial<SalesforceCustomAuthProps>): Stack {
  const stack = new Stack(new App({ outdir: temporaryDirectory() }), 'Own');
  const userPool = new UserPool(stack, 'Pool', pool);
  const settings = { ...SETTINGS, ...LINKING, ...props };
  new SalesforceCustomAuth(stack, 'CustomAuth', { ...settings, userPool, binariesDirectory: BINARIES });
  return stack;
}
