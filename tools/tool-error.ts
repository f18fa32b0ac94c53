/** An error that the operator can act on. The message says what happened and what to do. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}
