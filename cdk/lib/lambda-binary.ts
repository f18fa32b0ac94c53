import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { ConfigurationError } from './settings-reader.ts';

/** The triggers of the challenge: their folder names below the directory of binaries. */
export const CHALLENGE_TRIGGERS = ['define-auth-challenge', 'create-auth-challenge', 'verify-auth-challenge'] as const;

/** The triggers that a setting switches on. */
export const OPTIONAL_TRIGGERS = ['pre-token-generation', 'pre-sign-up'] as const;

/** Every trigger that there is. */
export const TRIGGERS = [...CHALLENGE_TRIGGERS, ...OPTIONAL_TRIGGERS] as const;

/** One of the triggers. */
export type Trigger = (typeof TRIGGERS)[number];

/** The processor that the binaries were built for, and the code of a trigger. */
export interface TriggerBinaries {
  readonly architecture: lambda.Architecture;
  code(trigger: Trigger): lambda.Code;
}

/** The magic number, then 64 bits, then little endian: what Lambda runs. */
const ELF_START = [0x7f, 0x45, 0x4c, 0x46, 2, 1];
const ELF_MACHINE_OFFSET = 18;
const ELF_HEADER_LENGTH = 20;

/**
 * Finds `<directory>/<trigger>/bootstrap` for each of the triggers.
 *
 * The architecture to deploy is read from the binaries. Were it a setting, a mismatch would show only when the first
 * user signs in, as a function that cannot start.
 *
 * @throws ConfigurationError if a binary is missing or unusable, or they were not built for one processor
 */
export function findTriggerBinaries(directory: string, triggers: readonly Trigger[]): TriggerBinaries {
  const machines = triggers.map((trigger) => readMachine(join(directory, trigger, 'bootstrap')));
  const [machine = 0] = machines;
  if (machines.some((other) => other !== machine)) {
    throw new ConfigurationError(`the binaries in ${directory} are for different processors: run "make build" again`);
  }
  return {
    architecture: architectureOf(machine, directory),
    code: (trigger) => codeOf(directory, trigger),
  };
}

/** Only `bootstrap` goes into the package, so that what else a build leaves beside it is not deployed. */
function codeOf(directory: string, trigger: Trigger): lambda.Code {
  return lambda.Code.fromAsset(join(directory, trigger), { exclude: ['*', '!bootstrap'] });
}

/** `e_machine` of the ELF header: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html */
function readMachine(path: string): number {
  const { header, executable } = readStart(path);
  if (!isLinuxBinary(header)) {
    throw new ConfigurationError(`${path} is not a Linux binary: run "make build ARCH=arm64"`);
  }
  // Archives of a build job often drop the permission; Lambda would then fail at the first sign-in.
  if (!executable) {
    throw new ConfigurationError(`${path} is not executable: run "make build" again, or chmod +x`);
  }
  return new DataView(header.buffer).getUint16(ELF_MACHINE_OFFSET, true);
}

function isLinuxBinary(header: Uint8Array): boolean {
  return ELF_START.every((byte, position) => header[position] === byte);
}

/** A file shorter than the header leaves zeros, which are no header. */
function readStart(path: string): { header: Uint8Array; executable: boolean } {
  const file = openBinary(path);
  try {
    const header = new Uint8Array(ELF_HEADER_LENGTH);
    readSync(file, header, 0, ELF_HEADER_LENGTH, 0);
    return { header, executable: (fstatSync(file).mode & 0o111) !== 0 };
  } finally {
    closeSync(file);
  }
}

function openBinary(path: string): number {
  try {
    return openSync(path, 'r');
  } catch {
    throw new ConfigurationError(`there is no binary at ${path}: run "make build" first`);
  }
}

function architectureOf(machine: number, directory: string): lambda.Architecture {
  switch (machine) {
    case 62:
      return lambda.Architecture.X86_64;
    case 183:
      return lambda.Architecture.ARM_64;
    default:
      throw new ConfigurationError(
        `the binaries in ${directory} are for a processor that Lambda does not have: run "make build ARCH=arm64"`,
      );
  }
}
