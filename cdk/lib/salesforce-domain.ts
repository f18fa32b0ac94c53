import { isIPv4 } from 'node:net';
import type { Parsed } from './settings-reader.ts';

/**
 * Checks the URL of the organization's My Domain and returns it as an origin.
 *
 * Rejects hosts that serve every organization (login.salesforce.com, test.salesforce.com, the instances), because an
 * attacker can create an organization there and give one of its users another person's e-mail address.
 */
export function parseSalesforceDomainUrl(text: string): Parsed<string> {
  if (!URL.canParse(text)) {
    return { problem: 'is not a URL' };
  }
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackLiteral(url.hostname))) {
    return { problem: 'does not start with https:// (http:// is accepted only for a loopback IP address)' };
  }
  // The URL parser corrects white space, backslashes and short IP addresses. A URL that it changed is rejected, because
  // the function reads the setting with another parser, which could read it differently.
  if (url.origin !== text.toLowerCase().replace(/\/$/, '')) {
    return { problem: 'is more than scheme, host and port, or not in normalized form' };
  }
  if (!isHost(url.hostname)) {
    return { problem: 'has a malformed host' };
  }
  if (/(^|\.)salesforce\.com$/.test(url.hostname) && !url.hostname.endsWith('.my.salesforce.com')) {
    return { problem: 'is a host that serves every organization, not a My Domain' };
  }
  return { value: url.origin };
}

/** `localhost` is not accepted, because a DNS resolver decides which address it is. */
function isLoopbackLiteral(hostname: string): boolean {
  return hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'));
}

/** Rejects a trailing dot: it is another spelling of the same host, and would bypass the comparison of host names. */
function isHost(hostname: string): boolean {
  return hostname.startsWith('[') || /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(hostname);
}
