import { Agent, request } from "node:https";
import { CognitoIdentityProviderClient, ListUsersCommand } from "@aws-sdk/client-cognito-identity-provider";

const MAX_BODY = 64 * 1024;
const DEADLINE = 4000;

const userInfoUrl = new URL("/services/oauth2/userinfo", process.env.SALESFORCE_DOMAIN_URL);
const organizations = process.env.SALESFORCE_ORGANIZATION_IDS.split(",").map((id) => id.trim().slice(0, 15));
const agent = new Agent({ keepAlive: true });
const cognito = new CognitoIdentityProviderClient({ maxAttempts: 2 });

function userInfo(token, signal) {
  return new Promise((resolve, reject) => {
    const headers = { accept: "application/json", authorization: `Bearer ${token}` };
    const sent = request(userInfoUrl, { agent, headers, signal }, (response) => {
      const chunks = [];
      let size = 0;
      response.on("data", (chunk) => {
        size += chunk.length;
        if (size > MAX_BODY) return sent.destroy(new Error("the body is too long"));
        chunks.push(chunk);
      });
      response.on("error", reject);
      response.on("end", () => {
        if ([401, 403, 404].includes(response.statusCode)) return resolve(null);
        if (response.statusCode !== 200) return reject(new Error(`HTTP status ${response.statusCode}`));
        try {
          resolve(JSON.parse(Buffer.concat(chunks).toString()));
        } catch {
          reject(new Error("the body is not JSON"));
        }
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}

async function usersByEmail(pool, email, abortSignal) {
  const filter = `email = "${email.replaceAll(/["\\]/g, "")}"`;
  const { Users } = await cognito.send(new ListUsersCommand({ UserPoolId: pool, Filter: filter }), { abortSignal });
  return Users.map(({ Attributes, Enabled }) => ({
    enabled: Enabled,
    ...Object.fromEntries(Attributes.map(({ Name, Value }) => [Name, Value])),
  }));
}

async function verify(event) {
  const { challengeAnswer, privateChallengeParameters, userAttributes, userNotFound } = event.request;
  if (userNotFound || !challengeAnswer || !privateChallengeParameters?.nonce) return "event-incomplete";
  if (userAttributes.email_verified !== "true") return "email-not-verified";
  const signal = AbortSignal.timeout(DEADLINE);
  const email = userAttributes.email.toLowerCase();
  const [claims, users] = await Promise.all([
    userInfo(challengeAnswer, signal),
    usersByEmail(event.userPoolId, email, signal),
  ]);
  if (!claims) return "token-rejected";
  if (!organizations.includes(claims.organization_id?.slice(0, 15))) return "organization-not-allowed";
  if (claims.active !== true || claims.email_verified !== true) return "user-not-active";
  if (claims.email?.toLowerCase() !== email) return "email-mismatch";
  const enabled = users.filter((user) => user.enabled);
  if (enabled.length !== 1 || enabled[0].email_verified !== "true") return "user-not-unique";
  return enabled[0].sub === userAttributes.sub ? undefined : "user-mismatch";
}

export async function handler(event) {
  event.response.answerCorrect = false;
  let reason;
  try {
    reason = await verify(event);
  } catch (error) {
    console.log(JSON.stringify({ level: "ERROR", verdict: "unavailable", detail: error.name }));
    throw new Error("temporarily_unavailable");
  }
  event.response.answerCorrect = reason === undefined;
  console.log(JSON.stringify({ level: "INFO", verdict: reason ? "denied" : "allowed", reason }));
  return event;
}
