import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readContext } from '../lib/context.ts';
import { SalesforceCognitoStack } from '../lib/salesforce-cognito-stack.ts';
import { SalesforceTriggersStack } from '../lib/salesforce-triggers-stack.ts';
import { ConfigurationError } from '../lib/settings-reader.ts';
import { triggersStackName } from '../lib/user-pool-id.ts';

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
try {
  const props = readContext(app.node.getAllContext());
  if ('userPoolId' in props) {
    new SalesforceTriggersStack(app, triggersStackName(props.userPoolId), props);
  } else {
    new SalesforceCognitoStack(app, 'SalesforceCognitoAuth', props);
  }
} catch (error) {
  if (!(error instanceof ConfigurationError)) {
    throw error;
  }
  console.error(error.message);
  // Not process.exitCode: CDK would still synthesize the incomplete app when the process ends.
  process.exit(1);
}
