import { isIPv4 } from 'node:net';
import type { Parsed } from './settings-reader.ts';

/**
 * Checks the address of the organization's own My Domain and returns it as an origin.
 *
 * Hosts that serve every organization (login.salesforce.com, test.salesforce.com, the instances) are refused: anyone
 * can open an organization there and give a user somebody else's e-mail address.
 */
export function parseSalesforceDomainUrl(text: string): Parsed<string> {
  if (!URL.canParse(text)) {
    return { problem: 'is not a URL' };
  }
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackLiteral(url.hostname))) {
    return { problem: 'does not start with https:// (http:// is accepted for a loopback IP address alone)' };
  }
  // The parser repairs much (white space, backslashes, short IP addresses); whatever it had to change is refused,
  // because the function that receives the setting reads it with another parser.
  if (url.origin !== text.toLowerCase().replace(/\/$/, '')) {
    return { problem: 'is more than scheme, host and port, or not in the usual form' };
  }
  if (!isHost(url.hostname)) {
    return { problem: 'has a malformed host' };
  }
  if (/(^|\.)salesforce\.com$/.test(url.hostname) && !url.hostname.endsWith('.my.salesforce.com')) {
    return { problem: 'is a host that serves every organization, not a My Domain' };
  }
  return { value: url.origin };
}

/** `localhost` does not count: a resolver decides what it means. */
function isLoopbackLiteral(hostname: string): boolean {
  return hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'));
}

/** A trailing dot makes another spelling of the same name, which would get past a comparison of host names. */
function isHost(hostname: string): boolean {
  return hostname.startsWith('[') || /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(hostname);
}
