/** What a text holds as JSON; `null`: it is none. Without the error, which quotes the text. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
