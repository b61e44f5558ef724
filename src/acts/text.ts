/** Texts the API may trim or re-wrap are equal when they read the same: NFC, line ends and outer blanks do not count. */
export function sameText(a: string | null | undefined, b: string | null | undefined): boolean {
  return plain(a) === plain(b);
}

function plain(text: string | null | undefined): string {
  return (text ?? "")
    .normalize("NFC")
    .replace(/\r\n?/g, "\n")
    .split("\n")
    .map((line) => line.trim())
    .join("\n")
    .trim();
}
