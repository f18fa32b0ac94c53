// The app, deployed with the credentials of whoever runs the CLI: local AWS that enforces IAM does not let the roles that
// `cdk bootstrap` makes publish the packages.

import { App, CliCredentialsStackSynthesizer, type IStackSynthesizer } from 'aws-cdk-lib';
import { readContext } from '../lib/context.ts';
import { SalesforceCognitoStack } from '../lib/salesforce-cognito-stack.ts';

const app = new App();
new SalesforceCognitoStack(app, 'SalesforceCognitoAuth', {
  ...readContext(app.node.getAllContext()),
  // The CDK is compiled without exactOptionalPropertyTypes.
  synthesizer: new CliCredentialsStackSynthesizer() as IStackSynthesizer,
});
