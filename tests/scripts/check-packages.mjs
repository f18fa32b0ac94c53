#!/usr/bin/env node
// Checks the packages from npm and PyPI: the lock file pins every package by its hash; licences; install scripts; and
// npm's advisories and signatures. A check that was not possible is reported.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const ROOT = new URL('../../', import.meta.url);
const REGISTRY = 'https://registry.npmjs.org/';

// Permissive licences only, as in deny.toml. A licence that no package has must be removed from the list.
const LICENCES = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'ISC', 'MIT'];

// `make` does not run install scripts. These packages work without theirs.
const MAY_LACK_INSTALL_SCRIPT = ['esbuild'];

const problems = [];
const notChecked = [];

// For `A OR B` one licence must be permissive, for `A AND B` both; nested expressions count as unknown.
function isPermissive(licence, used) {
  const alternatives = licence.replace(/^\((.*)\)$/, '$1').split(' OR ');
  const chosen = alternatives.map((one) => one.split(' AND ')).find((all) => all.every((id) => LICENCES.includes(id)));
  for (const id of chosen ?? []) used.add(id);
  return chosen !== undefined;
}

function checkLockFile() {
  const { lockfileVersion, packages } = JSON.parse(readFileSync(new URL('package-lock.json', ROOT), 'utf8'));
  if (lockfileVersion !== 3) problems.push(`package-lock.json has version ${lockfileVersion}, not 3`);
  const ours = ['', ...packages[''].workspaces];
  const used = new Set();
  for (const [path, found] of Object.entries(packages)) {
    if (ours.includes(path) || (found.link && ours.includes(found.resolved))) continue;
    const name = `${path.split('node_modules/').at(-1)}@${found.version}`;
    // A bundled package is inside another one, whose hash covers it.
    if (!found.inBundle && !/^sha512-[A-Za-z0-9+/]{86}==$/.test(found.integrity ?? '')) {
      problems.push(`${name} is not pinned by a SHA-512 hash`);
    }
    if (found.link || (found.resolved !== undefined && !found.resolved.startsWith(REGISTRY))) {
      problems.push(`${name} does not come from ${REGISTRY}`);
    }
    if (found.hasInstallScript && !MAY_LACK_INSTALL_SCRIPT.includes(path.split('node_modules/').at(-1))) {
      problems.push(`${name} has an install script, which is not run: check whether the package works without it`);
    }
    if (!isPermissive(found.license ?? 'no licence', used)) {
      problems.push(`${name} is under ${found.license ?? 'no licence'}, which is not on the list`);
    }
  }
  for (const licence of LICENCES.filter((id) => !used.has(id))) {
    problems.push(`no package has the licence ${licence}: remove it from the list`);
  }
}

function checkPythonRequirements() {
  const lines = readFileSync(new URL('tests/requirements.txt', ROOT), 'utf8').split('\n');
  for (const line of lines.filter((text) => text !== '' && !text.startsWith('#') && !text.startsWith('--no-binary '))) {
    if (!/^[A-Za-z0-9._-]+==[0-9][0-9A-Za-z.]*$/.test(line)) problems.push(`not pinned to a version: ${line}`);
  }
}

function runNpm(...command) {
  const retries = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=1000'];
  const { stdout } = spawnSync('npm', [...command, '--json', '--include=dev', '--loglevel=silent', ...retries], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 120_000,
  });
  try {
    return JSON.parse(stdout);
  } catch {
    return { message: 'npm did not answer' };
  }
}

const reason = (answer) => answer.message || answer.error?.summary || answer.error?.code || 'an answer in another form';

function checkAdvisories() {
  const answer = runNpm('audit', '--package-lock-only');
  const found = answer.metadata?.vulnerabilities;
  if (found === undefined) {
    notChecked.push(`npm advisories NOT checked: ${reason(answer)}`);
    return;
  }
  for (const [name, { severity }] of Object.entries(answer.vulnerabilities)) {
    if (severity === 'high' || severity === 'critical') problems.push(`${name}: advisory of severity ${severity}`);
    else console.error(`check-packages: ${name}: advisory of severity ${severity}`);
  }
}

function checkSignatures() {
  const answer = runNpm('audit', 'signatures');
  if (!Array.isArray(answer.invalid) || !Array.isArray(answer.missing)) {
    notChecked.push(`npm signatures NOT checked: ${reason(answer)}`);
    return;
  }
  for (const { name, version } of answer.invalid) problems.push(`${name}@${version} has an invalid signature`);
  for (const { name, version } of answer.missing) problems.push(`${name}@${version} has no signature`);
}

checkLockFile();
checkPythonRequirements();
checkAdvisories();
checkSignatures();

for (const text of notChecked) console.error(`!!! ${text} !!!`);
for (const text of problems) console.error(`check-packages: ${text}`);
process.exitCode = problems.length > 0 ? 1 : 0;
