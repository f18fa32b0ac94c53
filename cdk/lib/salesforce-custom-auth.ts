import { Annotations, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type AppClientProps, addAppClient } from './app-client.ts';
import { environmentOf } from './environment.ts';
import { CHALLENGE_TRIGGERS, findTriggerBinaries, type Trigger, type TriggerBinaries } from './lambda-binary.ts';
import { type CheckedMonitoring, checkMonitoring, type MonitoringSettings } from './monitoring/settings.ts';
import { watch } from './monitoring/watch.ts';
import { type Permission, preSignUpPermissions, verifyPermissions } from './permissions.ts';
import { type PoolTrigger, serve } from './pool-triggers.ts';
import { checkRegions } from './regions.ts';
import { checkPool, checkProviders } from './saml-linking.ts';
import { type CheckedSettings, checkSettings, type SalesforceSettings } from './settings.ts';

// Cognito stops waiting for a trigger after five seconds; whatever runs longer is paid for and thrown away.
const TRIGGER_TIMEOUT = Duration.seconds(5);

// Those that neither use the network nor keep state.
const SMALL_MEMORY_MB = 128;

// Processor time comes with memory, and what asks others has TLS handshakes to finish in the five seconds when it is cold.
const NETWORK_MEMORY_MB = 512;

/** Properties of {@link SalesforceCustomAuth}. */
export interface SalesforceCustomAuthProps extends SalesforceSettings, MonitoringSettings {
  /**
   * The pool that the triggers serve.
   *
   * A pool that the same app creates gets the triggers with it; it must have none of them yet. CloudFormation
   * cannot change a pool that it has not created: an imported one (`UserPool.fromUserPoolId`) may invoke the functions,
   * and `make attach` sets them as its triggers once they are deployed.
   */
  readonly userPool: cognito.IUserPool;

  /** The directory that holds `<trigger>/bootstrap` for each trigger; `make build ARCH=arm64` fills `target/lambda`. */
  readonly binariesDirectory: string;

  /**
   * Whether binaries are accepted that were built for the machine itself (`make build` without `ARCH`). They run on
   * local AWS; on Lambda they may not start.
   *
   * @default false
   */
  readonly localBinaries?: boolean;

  /**
   * How long the functions' logs are kept.
   *
   * @default RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * What happens to the logs, and with `oneTimeUse` to the table, when the stack is deleted. The logs are the only
   * record of who was denied, and why.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly logRemovalPolicy?: RemovalPolicy;
}

/**
 * The three triggers of CUSTOM_AUTH that let a Salesforce user sign in to a user pool with an access token, and those
 * that a setting switches on.
 *
 * @throws ConfigurationError if a setting is unusable or a binary is missing
 */
export class SalesforceCustomAuth extends Construct {
  /** Decides the next step of the challenge. */
  readonly defineFunction: lambda.Function;

  /** Makes the challenge. */
  readonly createFunction: lambda.Function;

  /** Verifies the Salesforce token. */
  readonly verifyFunction: lambda.Function;

  /** Adds to the tokens; only with `tokenScopes`. */
  readonly preTokenGenerationFunction: lambda.Function | undefined;

  /** Links people at their first SAML sign-in; only with `linkSamlProviders`. */
  readonly preSignUpFunction: lambda.Function | undefined;

  /** Every function with the occasion on which the pool invokes it. */
  readonly triggers: readonly PoolTrigger[];

  /** Holds the hashes of the tokens that have been used; only with `oneTimeUse`. */
  readonly tokenUseTable: dynamodb.Table | undefined;

  /** Each alarm by its name, for actions and thresholds of your own; empty without `alarms`. */
  readonly alarms: Readonly<Record<string, cloudwatch.Alarm>>;

  readonly #userPool: cognito.IUserPool;

  constructor(scope: Construct, id: string, props: SalesforceCustomAuthProps) {
    super(scope, id);
    this.#userPool = props.userPool;
    const settings = checkSettings(props);
    const monitoring = checkMonitoring(props);
    checkRegions(Stack.of(this), {
      userPool: props.userPool,
      salesforceIntrospectionSecretArn: settings.salesforceIntrospectionSecretArn,
      alarmTopicArn: monitoring.alarmTopicArn,
    });
    const triggers = [...CHALLENGE_TRIGGERS, ...optionalTriggers(settings)];
    const binaries = findTriggerBinaries(props.binariesDirectory, triggers, props.localBinaries);
    this.tokenUseTable = settings.oneTimeUse ? this.#addTokenUseTable(props) : undefined;
    const environment = environmentOf(settings, this.tokenUseTable);
    const add = (name: string, trigger: Trigger, memorySize: number) =>
      this.#addFunction(name, { trigger, memorySize, environment: environment[trigger], binaries, props, monitoring });

    this.defineFunction = add('Define', 'define-auth-challenge', SMALL_MEMORY_MB);
    this.createFunction = add('Create', 'create-auth-challenge', SMALL_MEMORY_MB);
    this.verifyFunction = add('Verify', 'verify-auth-challenge', NETWORK_MEMORY_MB);

    this.preTokenGenerationFunction = settings.tokenScopes
      ? add('PreTokenGeneration', 'pre-token-generation', SMALL_MEMORY_MB)
      : undefined;
    this.preSignUpFunction = settings.linkSamlProviders
      ? add('PreSignUp', 'pre-sign-up', NETWORK_MEMORY_MB)
      : undefined;

    this.triggers = this.#poolTriggers();
    serve(props.userPool, this.triggers, this, settings.allowedClientIds);
    for (const permission of verifyPermissions(settings, props.userPool, this.tokenUseTable)) {
      this.#allow(this.verifyFunction, permission);
    }
    if (this.preSignUpFunction) {
      checkPool(props.userPool, settings, this);
      checkProviders(props.userPool, settings, this);
      for (const permission of preSignUpPermissions(settings, props.userPool)) {
        this.#allow(this.preSignUpFunction, permission);
      }
    }
    this.#warnOfUnchecked(settings);
    const watched = { verify: this.verifyFunction, all: this.triggers };
    this.alarms = watch(this, watched, props.userPool, { ...settings, ...monitoring });
  }

  /**
   * Adds an app client to the pool, with the same safe defaults as in this app's own stack: CUSTOM_AUTH alone, refresh
   * tokens of eight hours that rotate, and no way to write the address.
   *
   * @throws ConfigurationError if users could write what they are recognised by
   */
  addClient(id: string, props: AppClientProps = {}): cognito.UserPoolClient {
    return addAppClient(this.#userPool, id, props);
  }

  #poolTriggers(): PoolTrigger[] {
    const {
      DEFINE_AUTH_CHALLENGE,
      CREATE_AUTH_CHALLENGE,
      VERIFY_AUTH_CHALLENGE_RESPONSE,
      PRE_TOKEN_GENERATION_CONFIG,
      PRE_SIGN_UP,
    } = cognito.UserPoolOperation;
    const triggers: PoolTrigger[] = [
      { name: 'Define', handler: this.defineFunction, operation: DEFINE_AUTH_CHALLENGE },
      { name: 'Create', handler: this.createFunction, operation: CREATE_AUTH_CHALLENGE },
      { name: 'Verify', handler: this.verifyFunction, operation: VERIFY_AUTH_CHALLENGE_RESPONSE },
    ];
    if (this.preTokenGenerationFunction) {
      triggers.push({
        name: 'PreTokenGeneration',
        handler: this.preTokenGenerationFunction,
        operation: PRE_TOKEN_GENERATION_CONFIG,
        version: cognito.LambdaVersion.V2_0,
      });
    }
    if (this.preSignUpFunction) {
      triggers.push({ name: 'PreSignUp', handler: this.preSignUpFunction, operation: PRE_SIGN_UP });
    }
    return triggers;
  }

  #addFunction(name: string, options: FunctionOptions): lambda.Function {
    const { props, binaries } = options;
    const logGroup = new logs.LogGroup(this, `${name}Logs`, {
      retention: props.logRetention ?? logs.RetentionDays.THREE_MONTHS,
      removalPolicy: props.logRemovalPolicy ?? RemovalPolicy.RETAIN,
    });
    // CDK's own role would get AWSLambdaBasicExecutionRole, which may write to every log group of the account.
    const role = new iam.Role(this, `${name}Role`, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    if (options.monitoring.tracing) {
      Validations.of(role).acknowledge({
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason:
          'Traces belong to no resource: X-Ray takes * for PutTraceSegments and PutTelemetryRecords, and nothing else.',
      });
    }
    return new lambda.Function(this, name, {
      runtime: lambda.Runtime.PROVIDED_AL2023,
      architecture: binaries.architecture,
      code: binaries.code(options.trigger),
      handler: 'bootstrap',
      timeout: TRIGGER_TIMEOUT,
      memorySize: options.memorySize,
      environment: options.environment,
      role,
      logGroup,
      tracing: options.monitoring.tracing ? lambda.Tracing.ACTIVE : lambda.Tracing.DISABLED,
      loggingFormat: lambda.LoggingFormat.JSON,
      applicationLogLevelV2: lambda.ApplicationLogLevel.INFO,
    });
  }

  /**
   * The policy stands beside the role: inside it (`addToRolePolicy`, `userPool.grant`) the function would depend on
   * the pool, which depends on the function. For the same reason the functions read the pool's id from the event.
   */
  #allow(who: lambda.Function, { id, action, resources }: Permission): void {
    const policy = new iam.Policy(this, id, {
      statements: [new iam.PolicyStatement({ actions: [action], resources })],
    });
    who.role?.attachInlinePolicy(policy);
  }

  /** Encrypted with the key that DynamoDB owns, which is the default and needs no permission. */
  #addTokenUseTable(props: SalesforceCustomAuthProps): dynamodb.Table {
    const table = new dynamodb.Table(this, 'TokenUse', {
      partitionKey: { name: 'token_hash', type: dynamodb.AttributeType.STRING },
      timeToLiveAttribute: 'expires_at',
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      removalPolicy: props.logRemovalPolicy ?? RemovalPolicy.RETAIN,
    });
    Validations.of(table).acknowledge({
      id: 'AwsSolutions-DDB3',
      reason: 'A restored table lacks the tokens that were used since the backup, so they could sign in again.',
    });
    return table;
  }

  #warnOfUnchecked(settings: CheckedSettings): void {
    if (settings.salesforceAudienceMode === 'unchecked') {
      Annotations.of(this).addWarningV2(
        'salesforce-cognito-auth:audienceUnchecked',
        'salesforceAudienceMode is unchecked: a token that was issued to any app in the organization signs its user in, ' +
          'whatever salesforceClientIds says',
      );
    }
  }
}

function optionalTriggers(settings: CheckedSettings): Trigger[] {
  return [
    ...(settings.tokenScopes ? ['pre-token-generation' as const] : []),
    ...(settings.linkSamlProviders ? ['pre-sign-up' as const] : []),
  ];
}

interface FunctionOptions {
  readonly trigger: Trigger;
  readonly memorySize: number;
  readonly environment: Record<string, string>;
  readonly binaries: TriggerBinaries;
  readonly monitoring: CheckedMonitoring;
  readonly props: SalesforceCustomAuthProps;
}
