/** A word of a command as a person can paste it: into a POSIX shell, or on Windows into PowerShell and cmd. */
export function shellWord(platform: string, word: string): string {
  return platform === "win32" ? windowsWord(word) : posixWord(word);
}

function posixWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A file name on Windows holds no quotation mark. PowerShell reads $ and ` even inside double ones. */
function windowsWord(word: string): string {
  if (/^[A-Za-z0-9_:,.\\/=+-]+$/.test(word)) return word;
  return /[$`]/.test(word) ? `'${word.replaceAll("'", "''")}'` : `"${word}"`;
}
