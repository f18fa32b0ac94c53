import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readContext } from '../lib/context.ts';
import { SalesforceCognitoStack } from '../lib/salesforce-cognito-stack.ts';
import { ConfigurationError } from '../lib/settings-reader.ts';

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
try {
  new SalesforceCognitoStack(app, 'SalesforceCognitoAuth', readContext(app.node.getAllContext()));
} catch (error) {
  if (!(error instanceof ConfigurationError)) {
    throw error;
  }
  console.error(error.message);
  // Not exitCode: the app would go on to synthesize what there is of it.
  process.exit(1);
}
