import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { ConfigurationError } from './settings-reader.ts';

/** The triggers of the challenge, by the names of their folders in the directory of binaries. */
export const CHALLENGE_TRIGGERS = ['define-auth-challenge', 'create-auth-challenge', 'verify-auth-challenge'] as const;

/** The triggers that are deployed only if a setting enables them. */
export const OPTIONAL_TRIGGERS = ['pre-token-generation', 'pre-sign-up'] as const;

/** All triggers. */
export const TRIGGERS = [...CHALLENGE_TRIGGERS, ...OPTIONAL_TRIGGERS] as const;

/** A trigger, by the name of its folder. */
export type Trigger = (typeof TRIGGERS)[number];

/** The processor that the binaries were built for, and the code of a trigger. */
export interface TriggerBinaries {
  readonly architecture: lambda.Architecture;
  code(trigger: Trigger): lambda.Code;
}

/** The start of a binary that Lambda can run: ELF's magic number, 64-bit, little endian. */
const ELF_START = [0x7f, 0x45, 0x4c, 0x46, 2, 1];
const ELF_MACHINE_OFFSET = 18;
const ELF_HEADER_LENGTH = 20;

/** `make build` without `ARCH` appends this to a binary. Linux ignores bytes after the last section. */
const LOCAL_MARK = 'built for this machine alone';

/** The minor version of glibc 2 in Amazon Linux 2023. A binary that needs a newer one does not start. */
const LAMBDA_GLIBC = 34;

/**
 * Finds `<directory>/<trigger>/bootstrap` for each of the triggers.
 *
 * The architecture to deploy is read from the binaries. If it were a setting, a mismatch would appear only at the first
 * sign-in, as a function that cannot start.
 *
 * @param allowLocal whether to accept binaries that were built for this machine (`make build` without `ARCH`)
 * @throws ConfigurationError if a binary is missing or unusable, or the binaries are for different processors
 */
export function findTriggerBinaries(
  directory: string,
  triggers: readonly Trigger[],
  allowLocal = false,
): TriggerBinaries {
  const machines = triggers.map((trigger) => readMachine(join(directory, trigger, 'bootstrap'), allowLocal));
  const [machine = 0] = machines;
  if (machines.some((other) => other !== machine)) {
    throw new ConfigurationError(
      `the binaries in ${directory} are for different processors: run "make build ARCH=arm64" again`,
    );
  }
  return {
    architecture: architectureOf(machine, directory),
    code: (trigger) => codeOf(directory, trigger),
  };
}

/** The package holds only `bootstrap`, so that other files in the folder, such as a zip file, are not deployed. */
function codeOf(directory: string, trigger: Trigger): lambda.Code {
  return lambda.Code.fromAsset(join(directory, trigger), { exclude: ['*', '!bootstrap'] });
}

/** `e_machine` of the ELF header: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html */
function readMachine(path: string, allowLocal: boolean): number {
  const { content, executable } = readBinary(path);
  if (content.length < ELF_HEADER_LENGTH || !ELF_START.every((byte, position) => content[position] === byte)) {
    throw new ConfigurationError(`${path} is not a Linux binary: run "make build ARCH=arm64"`);
  }
  // The archives of build jobs often lose the permission. Lambda would then fail at the first sign-in.
  if (!executable) {
    throw new ConfigurationError(`${path} is not executable: run "make build ARCH=arm64" again, or chmod +x`);
  }
  if (!allowLocal) {
    rejectLocalBuild(path, content);
  }
  return content.readUInt16LE(ELF_MACHINE_OFFSET);
}

function rejectLocalBuild(path: string, content: Buffer): void {
  if (content.includes(LOCAL_MARK, -LOCAL_MARK.length)) {
    throw new ConfigurationError(
      `${path} was built for this machine alone and may not start on Lambda: run "make build ARCH=arm64" and deploy ` +
        'target/lambda, or set -c ephemeral=true for local AWS',
    );
  }
  // The file contains, as text, the glibc versions that the dynamic linker requires.
  const versions = [...content.toString('latin1').matchAll(/\bGLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
  const newest = Math.max(0, ...versions);
  if (newest > LAMBDA_GLIBC) {
    throw new ConfigurationError(
      `${path} needs glibc 2.${newest}, but Amazon Linux 2023 has 2.${LAMBDA_GLIBC}: run "make build ARCH=arm64"`,
    );
  }
}

function readBinary(path: string): { content: Buffer; executable: boolean } {
  try {
    return { content: readFileSync(path), executable: (statSync(path).mode & 0o111) !== 0 };
  } catch {
    throw new ConfigurationError(`there is no binary at ${path}: run "make build ARCH=arm64" first`);
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
