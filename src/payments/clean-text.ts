/**
 * A statement as it was meant, whatever it came through: byte order marks, UTF-16 read as bytes, UTF-8 read as
 * Windows-1252, the fence of a code block, a Markdown table. Line numbers stay those of the text.
 */
export function cleanText(raw: string): string {
  const text = withoutNuls(raw).replace(/^(?:\ufeff|\u00ef\u00bb\u00bf|\ufffe|\u00ff\u00fe|\u00fe\u00ff)+/, "");
  return withoutMarkdown(withoutFormulas(repaired(text)));
}

/** `="5.00"`: a cell that a spreadsheet was told to leave as it is. */
function withoutFormulas(text: string): string {
  return text.replaceAll(/(^|[;,\t|])=("[^"\r\n]*")(?=[;,\t|\r\n]|$)/gm, "$1$2");
}

/** UTF-16 read byte by byte: every other character is NUL. */
function withoutNuls(text: string): string {
  const sample = text.slice(0, 400);
  const nuls = sample.split("\0").length - 1;
  return nuls > sample.length / 3 ? text.replaceAll("\0", "") : text;
}

/** Windows-1252 has letters where Latin-1 has controls: they stand for these bytes. */
const HIGH = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

/** `WÃ¤hrung` is `Währung` read in the wrong encoding; a text that is not wholly so stays as it is. */
function repaired(text: string): string {
  if (!/[\u00c2\u00c3\u00c4\u00c5\u00e2][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]/.test(text)) return text;
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const high = code < 256 && (code < 128 || code > 159) ? code : 128 + HIGH.indexOf(text.charAt(at));
    if (high < 128 && code >= 128) return text;
    bytes[at] = high;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return text;
  }
}

const SEPARATOR = /^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)+\|?\s*$|^\s*\|\s*:?-+:?\s*\|\s*$/;

/** Lines that are only Markdown become blank; a table's outer bars go. */
function withoutMarkdown(text: string): string {
  if (!/^[ \t]*(?:```|~~~|\|)/m.test(text) && !/^[ \t]*:?-{2,}:?[ \t]*\|/m.test(text)) return text;
  const lines = text.split(/\r\n|\n|\r/);
  const fences = lines.flatMap((line, at) => (/^\s*(?:```|~~~)/.test(line) ? [at] : []));
  const [open, close] = fences;
  return lines
    .map((line, at) => {
      if (fences.includes(at) || SEPARATOR.test(line)) return "";
      // Around a fenced block stands what somebody said about it.
      if (open !== undefined && close !== undefined && fences.length === 2 && (at < open || at > close)) return "";
      const row = /^\s*\|(.*?)\|?\s*$/.exec(line);
      return row === null ? line : (row[1] ?? "").replaceAll("**", "");
    })
    .join("\n");
}
