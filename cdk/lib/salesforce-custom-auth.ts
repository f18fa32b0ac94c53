import { Annotations, Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { findTriggerBinaries, type Trigger, type TriggerBinaries } from './lambda-binary.ts';
import { type CheckedSettings, checkSettings, type SalesforceSettings } from './settings.ts';

// Cognito stops waiting for a trigger after five seconds; whatever runs longer is paid for and thrown away.
const TRIGGER_TIMEOUT = Duration.seconds(5);

// Define and Create neither use the network nor keep state.
const SMALL_MEMORY_MB = 128;

// Processor time comes with memory, and a cold Verify has TLS handshakes with two hosts to finish in the five seconds.
const VERIFY_MEMORY_MB = 512;

/** Properties of {@link SalesforceCustomAuth}. */
export interface SalesforceCustomAuthProps extends SalesforceSettings {
  /**
   * The pool that gets the triggers. It must have none of the three yet, and it must be created by the same app:
   * CDK cannot add triggers to an imported pool.
   */
  readonly userPool: cognito.UserPool;

  /** The directory that holds `<trigger>/bootstrap` for the three triggers; `make build` fills `target/lambda`. */
  readonly binariesDirectory: string;

  /**
   * How long the functions' logs are kept.
   *
   * @default RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * What happens to the logs when the stack is deleted. They are the only record of who was denied, and why.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly logRemovalPolicy?: RemovalPolicy;
}

/**
 * The three triggers of CUSTOM_AUTH that let a Salesforce user sign in to a user pool with an access token.
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

  constructor(scope: Construct, id: string, props: SalesforceCustomAuthProps) {
    super(scope, id);
    const settings = checkSettings(props);
    const binaries = findTriggerBinaries(props.binariesDirectory);
    const environment = environmentOf(settings);
    const add = (name: string, trigger: Trigger, memorySize: number) =>
      this.#addFunction(name, { trigger, memorySize, environment: environment[trigger], binaries, props });

    this.defineFunction = add('Define', 'define-auth-challenge', SMALL_MEMORY_MB);
    this.createFunction = add('Create', 'create-auth-challenge', SMALL_MEMORY_MB);
    this.verifyFunction = add('Verify', 'verify-auth-challenge', VERIFY_MEMORY_MB);

    const { userPool } = props;
    userPool.addTrigger(cognito.UserPoolOperation.DEFINE_AUTH_CHALLENGE, this.defineFunction);
    userPool.addTrigger(cognito.UserPoolOperation.CREATE_AUTH_CHALLENGE, this.createFunction);
    userPool.addTrigger(cognito.UserPoolOperation.VERIFY_AUTH_CHALLENGE_RESPONSE, this.verifyFunction);
    this.#allowListUsers(userPool);
    this.#warnIfUnchecked(settings);
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
    return new lambda.Function(this, name, {
      runtime: lambda.Runtime.PROVIDED_AL2023,
      architecture: binaries.architecture,
      code: binaries.code[options.trigger],
      handler: 'bootstrap',
      timeout: TRIGGER_TIMEOUT,
      memorySize: options.memorySize,
      environment: options.environment,
      role,
      logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      applicationLogLevelV2: lambda.ApplicationLogLevel.INFO,
    });
  }

  /**
   * The policy stands beside the role: inside it (`addToRolePolicy`, `userPool.grant`) the function would depend on
   * the pool, which depends on the function. For the same reason Verify reads the pool's id from the event.
   */
  #allowListUsers(userPool: cognito.UserPool): void {
    const policy = new iam.Policy(this, 'ListUsers', {
      statements: [new iam.PolicyStatement({ actions: ['cognito-idp:ListUsers'], resources: [userPool.userPoolArn] })],
    });
    this.verifyFunction.role?.attachInlinePolicy(policy);
  }

  #warnIfUnchecked(settings: CheckedSettings): void {
    if (settings.salesforceAudienceMode !== 'unchecked') {
      return;
    }
    Annotations.of(this).addWarningV2(
      'salesforce-cognito-auth:audienceUnchecked',
      'salesforceAudienceMode is unchecked: a token that was issued to any app in the organization signs its user in, ' +
        'whatever salesforceClientIds says',
    );
  }
}

interface FunctionOptions {
  readonly trigger: Trigger;
  readonly memorySize: number;
  readonly environment: Record<string, string>;
  readonly binaries: TriggerBinaries;
  readonly props: SalesforceCustomAuthProps;
}

function environmentOf(settings: CheckedSettings): Record<Trigger, Record<string, string>> {
  return {
    'define-auth-challenge': withList('ALLOWED_CLIENT_IDS', settings.allowedClientIds),
    'create-auth-challenge': { SALESFORCE_DOMAIN_URL: settings.salesforceDomainUrl },
    'verify-auth-challenge': {
      SALESFORCE_DOMAIN_URL: settings.salesforceDomainUrl,
      ...withList('SALESFORCE_ORGANIZATION_IDS', settings.salesforceOrganizationIds),
      SALESFORCE_AUDIENCE_MODE: settings.salesforceAudienceMode,
      ...withList('SALESFORCE_CLIENT_IDS', settings.salesforceClientIds),
      DIRECTORY_MODE: settings.directoryMode,
      ...withList('ALLOWED_EMAIL_DOMAINS', settings.allowedEmailDomains),
    },
  };
}

/** An absent list is an absent variable: the functions refuse to start with an empty one. */
function withList(name: string, values: readonly string[] | undefined): Record<string, string> {
  return values ? { [name]: values.join(',') } : {};
}
