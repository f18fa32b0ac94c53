import assert from 'node:assert/strict';
import { type Request, run } from '../../attach/attachment.ts';
import { ToolError } from '../../tool-error.ts';
import type { ForgetfulAccount } from './pools.ts';

/** What is printed for a request, and the message with which it is refused. */
export async function ask(request: Request, account: ForgetfulAccount): Promise<{ printed: string; error: string }> {
  const lines: string[] = [];
  const desk = { print: (text: string) => lines.push(text), keep: () => 'the way back' };
  try {
    await run(request, account, desk);
    return { printed: lines.join('\n'), error: '' };
  } catch (error) {
    assert.ok(error instanceof ToolError, String(error));
    return { printed: lines.join('\n'), error: error.message };
  }
}
