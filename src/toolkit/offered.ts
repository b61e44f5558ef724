/** Lines of constant text without those that name a tool this server does not offer (by mode). */
export function linesForTools(
  lines: readonly string[],
  every: readonly string[],
  offered: readonly string[],
): readonly string[] {
  const hidden = every.filter((tool) => !offered.includes(tool));
  return lines.filter((line) => !hidden.some((tool) => new RegExp(`\\b${tool}\\b`).test(line)));
}
