import assert from 'node:assert/strict';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CHALLENGE_TRIGGERS, findTriggerBinaries, OPTIONAL_TRIGGERS, TRIGGERS } from '../lib/lambda-binary.ts';
import { AARCH64, binaries, elf, writeBinary, X86_64 } from './fixtures.ts';

test('the architecture is that of the binaries', () => {
  assert.equal(findTriggerBinaries(binaries(X86_64), TRIGGERS).architecture.name, 'x86_64');
  assert.equal(findTriggerBinaries(binaries(AARCH64), TRIGGERS).architecture.name, 'arm64');
});

for (const trigger of TRIGGERS) {
  test(`a missing ${trigger} is reported with the command that builds it`, () => {
    const directory = binaries();
    rmSync(join(directory, trigger, 'bootstrap'));
    const path = join(directory, trigger, 'bootstrap');
    assert.equal(binariesErrorFor(directory), `there is no binary at ${path}: run "make build ARCH=arm64" first`);
  });

  test(`${trigger} for another processor than the others is rejected`, () => {
    const directory = binaries(X86_64);
    writeBinary(directory, trigger, elf(AARCH64));
    assert.match(binariesErrorFor(directory), /different processors/);
  });
}

test('the binary of a disabled optional trigger can be missing', () => {
  const directory = binaries();
  for (const trigger of OPTIONAL_TRIGGERS) {
    rmSync(join(directory, trigger), { recursive: true });
  }
  assert.equal(findTriggerBinaries(directory, CHALLENGE_TRIGGERS).architecture.name, 'x86_64');
});

test('a file that is not a 64-bit little-endian ELF file is rejected', () => {
  const [elf32, bigEndian] = [elf(X86_64), elf(X86_64)];
  elf32[4] = 1;
  bigEndian[5] = 2;
  const machO = Uint8Array.from([0xcf, 0xfa, 0xed, 0xfe, ...new Uint8Array(60)]);
  for (const content of [new Uint8Array(0), new TextEncoder().encode('#!/bin/sh'), machO, elf32, bigEndian]) {
    const directory = binaries();
    writeBinary(directory, 'verify-auth-challenge', content);
    assert.match(binariesErrorFor(directory), /bootstrap is not a Linux binary: run "make build ARCH=arm64"$/);
  }
});

test('a processor that Lambda does not have is rejected', () => {
  assert.match(binariesErrorFor(binaries(243)), /processor that Lambda does not have/);
});

test('a binary without execute permission is rejected', () => {
  const directory = binaries();
  rmSync(join(directory, 'create-auth-challenge'), { recursive: true });
  writeBinary(directory, 'create-auth-challenge', elf(X86_64), 0o644);
  assert.match(binariesErrorFor(directory), /create-auth-challenge.bootstrap is not executable/);
});

test('a binary that was built for this machine is rejected by name, unless local binaries are allowed', () => {
  const directory = binaries();
  appendFileSync(join(directory, 'verify-auth-challenge', 'bootstrap'), 'built for this machine alone');
  assert.match(binariesErrorFor(directory), /verify-auth-challenge.bootstrap was built for this machine alone/);
  assert.equal(findTriggerBinaries(directory, TRIGGERS, true).architecture.name, 'x86_64');
});

test('a binary that needs a newer glibc than that of Amazon Linux 2023 is rejected', () => {
  for (const [versions, rejected] of [
    ['GLIBC_2.9\0GLIBC_2.34\0', false],
    ['GLIBC_2.35\0GLIBC_2.2.5\0', true],
    ['GLIBC_2.100\0', true],
  ] as const) {
    const directory = binaries();
    appendFileSync(join(directory, 'pre-sign-up', 'bootstrap'), `\0${versions}`);
    if (rejected) {
      assert.match(
        binariesErrorFor(directory),
        /pre-sign-up.bootstrap needs glibc 2.\d+, but Amazon Linux 2023 has 2.34/,
      );
    } else {
      findTriggerBinaries(directory, TRIGGERS);
    }
  }
});

function binariesErrorFor(directory: string): string {
  try {
    findTriggerBinaries(directory, TRIGGERS);
  } catch (error) {
    assert.ok(error instanceof Error && error.name === 'ConfigurationError');
    return error.message;
  }
  assert.fail('the binaries were accepted');
}
