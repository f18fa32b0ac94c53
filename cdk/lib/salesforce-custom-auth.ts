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
import { addMonitoring } from './monitoring/monitoring.ts';
import { type CheckedMonitoring, checkMonitoring, type MonitoringSettings } from './monitoring/settings.ts';
import { type Permission, preSignUpPermissions, verifyPermissions } from './permissions.ts';
import { attachTriggers, type PoolTrigger } from './pool-triggers.ts';
import { checkRegions } from './regions.ts';
import { checkProviders, checkUserPool } from './saml-linking.ts';
import { type CheckedSettings, checkSettings, type SalesforceSettings } from './settings.ts';

// Cognito waits five seconds for a trigger. A longer run would cost money without effect.
const TRIGGER_TIMEOUT = Duration.seconds(5);

// For the functions that call no service.
const SMALL_MEMORY_MB = 128;

// For the functions that call services. Lambda gives CPU time in proportion to memory, and after a cold start the TLS
// handshakes have to finish within the five seconds.
const NETWORK_MEMORY_MB = 512;

/** Properties of {@link SalesforceCustomAuth}. */
export interface SalesforceCustomAuthProps extends SalesforceSettings, MonitoringSettings {
  /**
   * The pool of the triggers.
   *
   * A pool that the same app defines gets the triggers at deployment; it must not have any of them yet. CloudFormation
   * cannot change a pool that it has not created. So an imported pool (`UserPool.fromUserPoolId`) only gets permission
   * to invoke the functions, and after the deployment `make attach` sets them as its triggers.
   */
  readonly userPool: cognito.IUserPool;

  /** The directory with `<trigger>/bootstrap` for each trigger; `make build ARCH=arm64` fills `target/lambda`. */
  readonly binariesDirectory: string;

  /**
   * Whether to accept binaries that were built for this machine (`make build` without `ARCH`). They run on local AWS,
   * but may not start on Lambda.
   *
   * @default false
   */
  readonly localBinaries?: boolean;

  /**
   * How long CloudWatch keeps the functions' logs.
   *
   * @default RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * What happens to the logs, and with `oneTimeUse` to the table of used tokens, when the stack is deleted. The logs
   * are the only record of denied sign-ins and their reasons.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly logRemovalPolicy?: RemovalPolicy;
}

/**
 * The three CUSTOM_AUTH triggers with which a Salesforce user signs in to a user pool, and the optional triggers Pre
 * Token Generation and Pre Sign-up.
 *
 * @throws ConfigurationError if a setting is unusable or a binary is missing
 */
export class SalesforceCustomAuth extends Construct {
  /** Decides the next step of the challenge. */
  readonly defineFunction: lambda.Function;

  /** Creates the challenge. */
  readonly createFunction: lambda.Function;

  /** Verifies the Salesforce token. */
  readonly verifyFunction: lambda.Function;

  /** Adds scopes and a claim to the tokens; only with `tokenScopes`. */
  readonly preTokenGenerationFunction: lambda.Function | undefined;

  /** Links users at their first SAML sign-in; only with `linkSamlProviders`. */
  readonly preSignUpFunction: lambda.Function | undefined;

  /** Every function, with the operation at which the pool invokes it. */
  readonly triggers: readonly PoolTrigger[];

  /** The hashes of used tokens; only with `oneTimeUse`. */
  readonly tokenUseTable: dynamodb.Table | undefined;

  /** The alarms by name, so that you can add actions or change properties; empty if `alarms` is false. */
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
    const addFunction = (name: string, trigger: Trigger, memorySize: number) =>
      this.#addFunction(name, { trigger, memorySize, environment: environment[trigger], binaries, props, monitoring });

    this.defineFunction = addFunction('Define', 'define-auth-challenge', SMALL_MEMORY_MB);
    this.createFunction = addFunction('Create', 'create-auth-challenge', SMALL_MEMORY_MB);
    this.verifyFunction = addFunction('Verify', 'verify-auth-challenge', NETWORK_MEMORY_MB);

    this.preTokenGenerationFunction = settings.tokenScopes
      ? addFunction('PreTokenGeneration', 'pre-token-generation', SMALL_MEMORY_MB)
      : undefined;
    this.preSignUpFunction = settings.linkSamlProviders
      ? addFunction('PreSignUp', 'pre-sign-up', NETWORK_MEMORY_MB)
      : undefined;

    this.triggers = this.#poolTriggers();
    attachTriggers(props.userPool, this.triggers, this, settings.allowedClientIds);
    for (const permission of verifyPermissions(settings, props.userPool, this.tokenUseTable)) {
      this.#grant(this.verifyFunction, permission);
    }
    if (this.preSignUpFunction) {
      checkUserPool(props.userPool, settings, this);
      checkProviders(props.userPool, settings, this);
      for (const permission of preSignUpPermissions(settings, props.userPool)) {
        this.#grant(this.preSignUpFunction, permission);
      }
    }
    this.#warnAboutUnchecked(settings);
    const functions = { verify: this.verifyFunction, all: this.triggers };
    this.alarms = addMonitoring(this, functions, props.userPool, { ...settings, ...monitoring });
  }

  /**
   * Adds an app client to the pool, with the same safe defaults as in {@link SalesforceCognitoStack}: it allows only
   * CUSTOM_AUTH, its refresh tokens rotate and last eight hours, and users cannot write their e-mail address.
   *
   * @throws ConfigurationError if users could write an attribute that identifies them
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
    // CDK's default role gets AWSLambdaBasicExecutionRole, which can write to every log group of the account.
    const role = new iam.Role(this, `${name}Role`, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    if (options.monitoring.tracing) {
      Validations.of(role).acknowledge({
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'X-Ray accepts only * as resource for PutTraceSegments and PutTelemetryRecords.',
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
   * Adds the permission as a policy of its own. In the role's default policy (`addToRolePolicy`, `userPool.grant`), it
   * would make the function depend on the pool, which depends on the function. For the same reason, the functions read
   * the pool's id from the event and not from a variable.
   */
  #grant(handler: lambda.Function, { id, action, resources }: Permission): void {
    const policy = new iam.Policy(this, id, {
      statements: [new iam.PolicyStatement({ actions: [action], resources })],
    });
    handler.role?.attachInlinePolicy(policy);
  }

  /** The table is encrypted with a key that DynamoDB owns: the default, which needs no permission. */
  #addTokenUseTable(props: SalesforceCustomAuthProps): dynamodb.Table {
    const table = new dynamodb.Table(this, 'TokenUse', {
      partitionKey: { name: 'token_hash', type: dynamodb.AttributeType.STRING },
      timeToLiveAttribute: 'expires_at',
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      removalPolicy: props.logRemovalPolicy ?? RemovalPolicy.RETAIN,
    });
    Validations.of(table).acknowledge({
      id: 'AwsSolutions-DDB3',
      reason: 'A restored table lacks the tokens that were used after the backup, so they could sign in again.',
    });
    return table;
  }

  #warnAboutUnchecked(settings: CheckedSettings): void {
    if (settings.salesforceAudienceMode === 'unchecked') {
      Annotations.of(this).addWarningV2(
        'salesforce-cognito-auth:audienceUnchecked',
        'salesforceAudienceMode is unchecked: a token that was issued to any app in the organization signs its user ' +
          'in, and salesforceClientIds has no effect. Choose another mode to check the app',
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
