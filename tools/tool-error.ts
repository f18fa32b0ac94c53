/** Something that the person at the keyboard can act on. The message is for that person, and says what to do. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}
