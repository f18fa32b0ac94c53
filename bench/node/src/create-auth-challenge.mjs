import { randomBytes } from "node:crypto";

const salesforceDomainUrl = process.env.SALESFORCE_DOMAIN_URL;
const random = () => randomBytes(16).toString("base64url");

export async function handler(event) {
  const nonce = random();
  event.response.publicChallengeParameters = {
    type: "SALESFORCE_TOKEN",
    nonce,
    ...(salesforceDomainUrl && { salesforceDomainUrl }),
  };
  event.response.privateChallengeParameters = { nonce, attemptId: random() };
  event.response.challengeMetadata = "SALESFORCE_TOKEN";
  return event;
}
