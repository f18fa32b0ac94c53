const allowedClients = process.env.ALLOWED_CLIENT_IDS?.split(",").map((id) => id.trim());

export async function handler(event) {
  const { session = [], userNotFound } = event.request;
  const [challenge] = session;
  const allowed = !allowedClients || allowedClients.includes(event.callerContext.clientId);
  const correct =
    session.length === 1 &&
    challenge.challengeName === "CUSTOM_CHALLENGE" &&
    challenge.challengeMetadata === "SALESFORCE_TOKEN" &&
    challenge.challengeResult === true;
  const first = allowed && session.length === 0;
  event.response.issueTokens = allowed && correct && !userNotFound;
  event.response.failAuthentication = !first && !event.response.issueTokens;
  event.response.challengeName = first ? "CUSTOM_CHALLENGE" : null;
  return event;
}
