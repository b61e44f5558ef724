/**
 * The first key that an object of this JSON text has twice, as a path; `null`: none. `JSON.parse` keeps the last one
 * without a word, which may be the looser limit. The text is valid JSON.
 */
export function duplicateKey(json: string): string | null {
  const open: { readonly keys: Set<string> | null; readonly name: string }[] = [];
  let name = "";
  const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/gs;
  for (const [text, colon] of json.matchAll(token)) {
    if (text === "{" || text === "[") {
      open.push({ keys: text === "{" ? new Set() : null, name });
      name = "";
    } else if (text === "}" || text === "]") {
      open.pop();
    } else if (colon !== undefined) {
      const key: unknown = JSON.parse(text.slice(0, text.length - colon.length));
      name = String(key);
      const keys = open.at(-1)?.keys;
      if (keys?.has(name)) return [...open.map((one) => one.name), name].filter((one) => one !== "").join(".");
      keys?.add(name);
    }
  }
  return null;
}
