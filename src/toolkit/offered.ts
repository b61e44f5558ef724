/** Lines of constant text without those that name a tool this server does not offer (by mode). */
export function linesForTools(
  lines: readonly string[],
  every: readonly string[],
  offered: readonly string[],
): readonly string[] {
  const hidden = every.filter((tool) => !offered.includes(tool));
  return lines.filter((line) => !hidden.some((tool) => new RegExp(`\\b${tool}\\b`).test(line)));
}

/** A next step that does not exist in this mode is a person's, outside. */
export function possibleNext(next: string, hidden: readonly string[]): string {
  const missing = hidden.find((tool) => new RegExp(`\\b${tool}\\b`).test(next));
  return missing === undefined ? next : `${missing} is not available in this mode; a person does it in the dashboard.`;
}
