import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIssuer } from '../lib/salesforce-issuer.ts';

test('an issuer is returned unchanged, with or without a slash at the end', () => {
  for (const issuer of [
    'https://acme.my.salesforce.com',
    'https://acme.my.salesforce.com/',
    'https://login.salesforce.com',
    'https://acme.my.site.com/partners',
    'https://acme.my.site.com/partners/',
    'https://sign-in.acme.example:8443',
  ]) {
    assert.deepEqual(parseIssuer(issuer), { value: issuer });
  }
});

test('text that is not a URL is rejected', () => {
  for (const text of ['acme.my.salesforce.com', 'https://', '//acme.my.salesforce.com', '*']) {
    assert.equal(problemOf(text), 'is not a URL', text);
  }
});

test('another scheme than https is rejected', () => {
  for (const text of ['http://acme.my.salesforce.com', 'http://127.0.0.1:1234', 'urn:acme', 'javascript:0']) {
    assert.match(problemOf(text), /^does not start with https/, text);
  }
});

test('query, fragment, user and comma are rejected, because the comma separates issuers', () => {
  for (const text of [
    'https://acme.example?a=b',
    'https://acme.example/?',
    'https://acme.example#a',
    'https://acme.example/#',
    'https://user@acme.example',
    'https://a.example,b.example',
    'https://a.example/a,b',
  ]) {
    assert.match(problemOf(text), /^is more than/, text);
  }
});

test('a URL that is not in normalized form is rejected', () => {
  for (const text of [
    'https://ACME.my.salesforce.com',
    'HTTPS://acme.my.salesforce.com',
    'https://acme.my.salesforce.com:443',
    'https://acme.example/a/../b',
    'https:\\\\acme.example',
    'https:/acme.example',
    'https://äcme.example',
    'https://acme.example/two words',
    ' https://acme.example',
    'https://acme.example\n',
  ]) {
    assert.equal(problemOf(text), 'is not in normalized form', text);
  }
});

function problemOf(text: string): string {
  const parsed = parseIssuer(text);
  return 'problem' in parsed ? parsed.problem : '';
}
