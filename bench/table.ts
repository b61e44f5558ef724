import { readFile } from "node:fs/promises";
import { cpus, release, totalmem, type } from "node:os";

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** A Markdown table under its title: first column left, all others right. */
export function printTable(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = line(head.map((_, column) => (column === 0 ? "---" : "---:")));
  process.stdout.write(`**${title}**\n\n${[line(head), rule, ...rows.map(line)].join("\n")}\n\n`);
}

/** What a number was measured on. */
export function machine(): string {
  const [first] = cpus();
  return `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} × ${first?.model.trim() ?? "?"}, ${Math.round(totalmem() / 1024 ** 3)} GiB, ${type()} ${release()}`;
}

/** Processor time of a process so far, from `man 5 proc_pid_stat`; a tick is 10 ms. Zero where there is no such file. */
export async function cpuMs(pid: number | null | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const fields = stat.split(" ");
  return (Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) * 10;
}
