// The app with the credentials of the CLI. On a local AWS that enforces IAM, the roles that `cdk bootstrap` creates are
// not allowed to publish the packages.

import { App, CliCredentialsStackSynthesizer, type IStackSynthesizer } from 'aws-cdk-lib';
import { readContext } from '../lib/context.ts';
import { SalesforceCognitoStack } from '../lib/salesforce-cognito-stack.ts';
import { SalesforceTriggersStack } from '../lib/salesforce-triggers-stack.ts';
import { triggersStackName } from '../lib/user-pool-id.ts';

const app = new App();
// The CDK is compiled without exactOptionalPropertyTypes.
const synthesizer = new CliCredentialsStackSynthesizer() as IStackSynthesizer;
const props = readContext(app.node.getAllContext());
if ('userPoolId' in props) {
  new SalesforceTriggersStack(app, triggersStackName(props.userPoolId), { ...props, synthesizer });
} else {
  new SalesforceCognitoStack(app, 'SalesforceCognitoAuth', { ...props, synthesizer });
}
