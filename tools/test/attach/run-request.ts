import assert from 'node:assert/strict';
import { type Request, run } from '../../attach/attachment.ts';
import { ToolError } from '../../tool-error.ts';
import type { FakeAccount } from './fake-account.ts';

/** Runs a request. Returns the printed lines, and the message of the ToolError or an empty string. */
export async function runRequest(request: Request, account: FakeAccount): Promise<{ printed: string; error: string }> {
  const lines: string[] = [];
  const print = (text: string) => lines.push(text);
  try {
    await run(request, { account, print, saveSettings: () => 'the restore commands' });
    return { printed: lines.join('\n'), error: '' };
  } catch (error) {
    assert.ok(error instanceof ToolError, String(error));
    return { printed: lines.join('\n'), error: error.message };
  }
}
