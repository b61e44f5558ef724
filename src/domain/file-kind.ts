interface FileFacts {
  isFile(): boolean;
  isDirectory(): boolean;
  isSocket(): boolean;
  isFIFO(): boolean;
}

/** What stands where something was looked for, as a person calls it. */
export function fileKind(facts: FileFacts): string {
  if (facts.isFile()) return "a file";
  if (facts.isDirectory()) return "a folder";
  if (facts.isSocket()) return "a socket";
  return facts.isFIFO() ? "a pipe" : "a device";
}
