import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSalesforceDomainUrl } from '../lib/salesforce-domain.ts';

test('a My Domain is returned as an origin', () => {
  for (const [text, origin] of [
    ['https://acme.my.salesforce.com', 'https://acme.my.salesforce.com'],
    ['https://ACME.my.salesforce.com/', 'https://acme.my.salesforce.com'],
    ['https://acme--dev.sandbox.my.salesforce.com', 'https://acme--dev.sandbox.my.salesforce.com'],
    ['https://acme.my.salesforce.mil', 'https://acme.my.salesforce.mil'],
    ['https://sign-in.acme.example:8443', 'https://sign-in.acme.example:8443'],
  ] as const) {
    assert.deepEqual(parseSalesforceDomainUrl(text), { value: origin }, text);
  }
});

test('plain http is accepted for a loopback IP address', () => {
  for (const text of ['http://127.0.0.1:1234', 'http://127.0.0.2', 'http://[::1]:1234']) {
    assert.deepEqual(parseSalesforceDomainUrl(text), { value: text });
  }
});

test('plain http is rejected for any other host', () => {
  for (const text of [
    'http://acme.my.salesforce.com',
    'http://localhost:1234',
    'http://10.0.0.1',
    'http://127.0.0.1.example.com',
    'http://127.example.com',
    'ftp://acme.my.salesforce.com',
  ]) {
    assert.match(problemOf(text), /^does not start with https/, text);
  }
});

test('hosts that serve every organization are rejected', () => {
  for (const host of [
    'login.salesforce.com',
    'test.salesforce.com',
    'na1.salesforce.com',
    'salesforce.com',
    'my.salesforce.com',
    'LOGIN.salesforce.com',
  ]) {
    assert.match(problemOf(`https://${host}`), /serves every organization/, host);
  }
});

test('other spellings of a rejected host are rejected too', () => {
  for (const text of [
    'https://login.salesforce.com.',
    'https://.my.salesforce.com',
    'https://login%2Esalesforce.com',
    'https://login。salesforce.com',
    'https:\\\\login.salesforce.com',
    'https://login.sales\tforce.com',
  ]) {
    assert.ok(problemOf(text), text);
  }
});

test('only scheme, host and port are accepted', () => {
  for (const text of [
    'https://acme.my.salesforce.com/services',
    'https://acme.my.salesforce.com//',
    'https://acme.my.salesforce.com?a=b',
    'https://acme.my.salesforce.com#a',
    'https://user@acme.my.salesforce.com',
    'https://user:password@acme.my.salesforce.com',
    ' https://acme.my.salesforce.com',
    'http://127.1',
  ]) {
    assert.match(problemOf(text), /^is more than/, text);
  }
});

test('text that is not a URL is rejected', () => {
  for (const text of ['acme.my.salesforce.com', 'https://', '//acme.my.salesforce.com']) {
    assert.equal(problemOf(text), 'is not a URL', text);
  }
});

function problemOf(text: string): string {
  const parsed = parseSalesforceDomainUrl(text);
  return 'problem' in parsed ? parsed.problem : '';
}
