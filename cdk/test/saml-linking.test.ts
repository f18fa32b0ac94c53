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
import { refusalOf } from './refusal.ts';
import { idOf, writeTraces } from './resources.ts';
import { BINARIES, MODES, POOL_ID, SETTINGS, stack, template, temporaryDirectory, triggersStack } from './support.ts';

const NAME_ID = { samlNameIdAttribute: 'custom:name_id' };
const LINKING = { ...MODES.id_token, allowedClientIds: ['1example23456789'], linkSamlProviders: ['Okta', 'Entra'] };
const EVERYTHING = {
  ...LINKING,
  ...NAME_ID,
  allowedEmailDomains: ['acme.com'],
  createLocalProfiles: 'email',
} as const;
const FUNCTION = 'CustomAuthPreSignUp';

/** The statements of the function's role. */
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
  ['for a pool of its own', (props: object) => template(props)],
  ['for an existing pool', (props: object) => Template.fromStack(triggersStack(props))],
] as const) {
  describe(title, () => {
    const from = make(EVERYTHING);
    const id = idOf('AWS::Lambda::Function', FUNCTION, from);
    const writeLogs = {
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Effect: 'Allow',
      Resource: { 'Fn::GetAtt': [idOf('AWS::Logs::LogGroup', `${FUNCTION}Logs`, from), 'Arn'] },
    };
    const actionsIn = (subject: Template) =>
      statementsIn(subject).map((statement) => (statement as { Action: string | string[] }).Action);

    test('the function is told what the settings say, and nothing else', () => {
      assert.deepEqual(variablesIn(from), {
        SAML_PROVIDERS: 'Okta,Entra',
        SAML_NAME_ID_ATTRIBUTE: 'custom:name_id',
        ALLOWED_EMAIL_DOMAINS: 'acme.com',
        CREATE_LOCAL_PROFILES: 'email',
      });
      assert.deepEqual(variablesIn(make(LINKING)), { SAML_PROVIDERS: 'Okta,Entra' });
    });

    test('it may find and link users of this pool, and create them only where that is switched on', () => {
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
      const [first, second, ...others] = statementsIn(from) as { Effect: string; Resource: unknown }[];
      assert.deepEqual([first, second], [writeLogs, writeTraces()]);
      const [{ Resource: pool } = assert.fail(), ...more] = others;
      assert.match(JSON.stringify(pool), /UserPool[0-9A-F]{8}","Arn"|:userpool\/eu-central-1_AbCdEf123/);
      for (const statement of more) {
        assert.deepEqual(statement.Resource, pool);
      }
    });

    test('only Cognito may invoke it, for this pool', () => {
      const permissions = Object.values(from.findResources('AWS::Lambda::Permission')).filter(
        ({ Properties }) => Properties.FunctionName['Fn::GetAtt'][0] === id,
      );
      assert.deepEqual(
        permissions.map(({ Properties }) => Properties.Principal),
        ['cognito-idp.amazonaws.com'],
      );
      assert.ok(permissions[0]?.Properties.SourceArn);
    });

    test('it gets the processor that handshakes need', () => {
      assert.equal(from.findResources('AWS::Lambda::Function')[id]?.Properties.MemorySize, 512);
    });

    test('an output names it', () => {
      assert.deepEqual(from.findOutputs('*').PreSignUpFunctionName?.Value, { Ref: id });
    });
  });
}

test('the pool invokes it before a sign-up', () => {
  const from = template(EVERYTHING);
  const arn = { 'Fn::GetAtt': [idOf('AWS::Lambda::Function', FUNCTION, from), 'Arn'] };
  from.hasResourceProperties('AWS::Cognito::UserPool', { LambdaConfig: { PreSignUp: arn } });
});

test('outputs have what attaching to an existing pool depends on', () => {
  const from = Template.fromStack(triggersStack({ ...EVERYTHING, createLocalProfiles: 'local' }));
  const outputs = from.findOutputs('*');
  const arn = { 'Fn::GetAtt': [idOf('AWS::Lambda::Function', FUNCTION, from), 'Arn'] };
  assert.deepEqual(outputs.PreSignUpFunctionArn?.Value, arn);
  assert.equal(outputs.LinkSamlProviders?.Value, 'Okta,Entra');
  assert.equal(outputs.CreateLocalProfiles?.Value, 'local');
  assert.equal(outputs.SamlNameIdAttribute?.Value, 'custom:name_id');
});

test('cdk-nag has no finding, and synthesis warns of nothing', () => {
  for (const subject of [stack(EVERYTHING), triggersStack(EVERYTHING)]) {
    assert.deepEqual(new AwsSolutionsChecks().validateScope(subject).violations, []);
    Annotations.fromStack(subject).hasNoWarning('*', Match.anyValue());
  }
});

test('without the setting nothing is invoked before a sign-up, and the function does not exist', () => {
  const from = template();
  from.resourceCountIs('AWS::Lambda::Function', 3);
  from.hasResourceProperties('AWS::Cognito::UserPool', { LambdaConfig: { PreSignUp: Match.absent() } });
});

for (const [pool, names, refused] of [
  [{ signInAliases: { email: true } }, 'email', false],
  [{ signInAliases: { email: true } }, 'local', true],
  [{ signInAliases: { email: true, phone: true } }, 'email', false],
  [{ signInAliases: { username: true, email: true } }, 'local', false],
  [{ signInAliases: { username: true, email: true } }, 'email', true],
  [{}, 'local', false],
  [{ signInAliases: { phone: true } }, 'local', true],
  [{ signInAliases: { phone: true } }, 'email', true],
] as const satisfies (readonly [UserPoolProps, string, boolean])[]) {
  test(`profiles named by ${names} are ${refused ? 'refused' : 'taken'} where ${JSON.stringify(pool)}`, () => {
    const make = () => own(pool, { createLocalProfiles: names });
    if (refused) {
      assert.throws(
        make,
        /^ConfigurationError: cannot synthesize: createLocalProfiles is \w+, and in this pool (it has|no profile can)/,
      );
    } else {
      assert.doesNotThrow(make);
    }
  });
}

for (const [signInCaseSensitive, more, warns] of [
  [false, {}, true],
  [false, NAME_ID, false],
  [true, {}, false],
] as const) {
  const title = `signInCaseSensitive is ${signInCaseSensitive} and ${JSON.stringify(more)}`;
  test(`that NameIDs lose their letter case is ${warns ? '' : 'not '}warned of: ${title}`, () => {
    const subject = own({ signInCaseSensitive }, more);
    const found = Annotations.fromStack(subject).findWarning(
      '*',
      Match.stringLikeRegexp('samlNameIdAttribute is not set'),
    );
    assert.equal(found.length, warns ? 1 : 0);
  });
}

describe('providers that the app adds to its own pool', () => {
  const { email, emailVerified } = {
    email: ProviderAttribute.other('mail'),
    emailVerified: ProviderAttribute.other('v'),
  };
  const metadata = UserPoolIdentityProviderSamlMetadata.url('https://idp.example/metadata');

  /** The app, with a provider that is added after the triggers. */
  function withProvider(name: string, attributeMapping: AttributeMapping): Annotations {
    const subject = own({}, NAME_ID);
    const userPool = subject.node.findChild('Pool') as UserPool;
    new UserPoolIdentityProviderSaml(subject, 'Provider', { userPool, name, metadata, attributeMapping });
    return Annotations.fromStack(subject);
  }

  for (const [title, name, mapping, warns] of [
    ['a listed one that maps email alone', 'Okta', { email }, true],
    ['a listed one that maps both', 'Okta', { email, emailVerified }, false],
    [
      'a listed one that maps email_verified by its own name',
      'Okta',
      { email, custom: { email_verified: email } },
      false,
    ],
    ['a listed one that maps neither', 'Okta', { custom: { 'custom:a': email } }, false],
    ['another one that maps email alone', 'Google', { email }, false],
  ] satisfies [string, string, AttributeMapping, boolean][]) {
    test(`${title} is ${warns ? '' : 'not '}warned of`, () => {
      const found = withProvider(name, mapping).findWarning('*', Match.stringLikeRegexp('and not email_verified'));
      assert.equal(found.length, warns ? 1 : 0);
    });
  }

  test('one from which a user name does not tell a listed one is an error', () => {
    const ambiguous = Match.stringLikeRegexp('the pool has a provider Okta_EU');
    assert.equal(withProvider('Okta_EU', { email, emailVerified }).findError('*', ambiguous).length, 1);
    assert.equal(withProvider('OktaEU', { email, emailVerified }).findError('*', Match.anyValue()).length, 0);
  });
});

test('a pool that looks at sign-ups with another function is refused', () => {
  const subject = new Stack(new App({ outdir: temporaryDirectory() }), 'Own');
  const props = { ...SETTINGS, binariesDirectory: BINARIES };
  const other = new SalesforceCustomAuth(subject, 'One', { ...props, userPool: new UserPool(subject, 'First') });
  const userPool = new UserPool(subject, 'Second');
  userPool.addTrigger(UserPoolOperation.PRE_SIGN_UP, other.defineFunction);
  assert.throws(
    () => new SalesforceCustomAuth(subject, 'Two', { ...props, linkSamlProviders: ['Okta'], userPool }),
    /preSignUp already exists/,
  );
});

test('an imported pool may invoke the function', () => {
  const subject = new Stack(new App({ outdir: temporaryDirectory() }), 'Own', { env: { region: 'eu-central-1' } });
  const userPool = UserPool.fromUserPoolId(subject, 'Pool', POOL_ID);
  new SalesforceCustomAuth(subject, 'CustomAuth', { ...SETTINGS, ...LINKING, userPool, binariesDirectory: BINARIES });
  Template.fromStack(subject).resourceCountIs('AWS::Lambda::Permission', 4);
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
  ['Okta,okta', 'names two providers between which a user name does not decide'],
  ['Okta,Okta_EU', 'names two providers between which a user name does not decide'],
] as const) {
  test(`linkSamlProviders=${JSON.stringify(value).slice(0, 40)} ${problem}`, () => {
    const refusal = refusalOf({ linkSamlProviders: value });
    assert.ok(refusal.startsWith(`cannot synthesize: linkSamlProviders ${problem}`), refusal);
  });
}

for (const value of ['email', 'custom:', 'Custom:a', 'custom:a b', `custom:${'a'.repeat(21)}`]) {
  test(`samlNameIdAttribute=${value} is not the name of a custom attribute`, () => {
    const refusal = refusalOf({ linkSamlProviders: 'Okta', samlNameIdAttribute: value });
    assert.match(refusal, /^cannot synthesize: samlNameIdAttribute is not the name of a custom attribute/);
  });
}

for (const value of ['true', 'Email', 'username']) {
  test(`createLocalProfiles=${value} is neither of the two ways`, () => {
    const refusal = refusalOf({ linkSamlProviders: 'Okta', createLocalProfiles: value });
    assert.match(refusal, /^cannot synthesize: createLocalProfiles is none of email, local/);
  });
}

for (const setting of [NAME_ID, { createLocalProfiles: 'email' }]) {
  test(`${Object.keys(setting)} without linkSamlProviders is refused`, () => {
    assert.match(refusalOf(setting), /is used with linkSamlProviders alone; remove it/);
  });
}

for (const name of ['linkSamlProvider', 'samlProviders', 'SAML_PROVIDERS', 'createLocalProfile', 'samlNameId']) {
  test(`${name} is refused, not ignored`, () => {
    assert.match(refusalOf({ [name]: 'Okta' }), new RegExp(`^cannot synthesize: ${name} is not a setting`));
  });
}

/** The construct with a pool of the test's choice. */
function own(pool: UserPoolProps, props: Partial<SalesforceCustomAuthProps>): Stack {
  const subject = new Stack(new App({ outdir: temporaryDirectory() }), 'Own');
  const userPool = new UserPool(subject, 'Pool', pool);
  const settings = { ...SETTINGS, ...LINKING, ...props };
  new SalesforceCustomAuth(subject, 'CustomAuth', { ...settings, userPool, binariesDirectory: BINARIES });
  return subject;
}
