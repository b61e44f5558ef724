import { shellWord } from "../../domain/untrusted.ts";

/** How this process was started, as far as the owner's command has to repeat it. */
export interface Start {
  readonly platform: NodeJS.Platform;
  /** The program that runs this file. */
  readonly node: string;
  /** It is no Node of its own but part of another program. */
  readonly embedded: boolean;
  readonly node_options: readonly string[];
  readonly script: string;
  /** Absolute: the person's terminal stands in another folder and has another environment. */
  readonly data_dir: string;
  readonly policy: string | undefined;
}

/** The command that answers waiting approvals. */
export function approveCommand(start: Start): string {
  return ownCommand(start, "approve");
}

/** The command that registers a passkey. */
export function passkeyCommand(start: Start): string {
  return ownCommand({ ...start, policy: undefined }, "passkey", "add");
}

/**
 * A command of the owner, as the person can paste it into a terminal of this machine: a POSIX shell, or on Windows
 * PowerShell and cmd.
 */
export function ownCommand(
  start: Start,
  command: "approve" | "passkey" | "setup" | "doctor",
  ...more: readonly string[]
): string {
  const program = start.embedded ? "node" : start.node;
  const words = [
    ...(start.embedded ? [] : start.node_options),
    start.script,
    command,
    ...more,
    "--data-dir",
    start.data_dir,
    ...(start.policy === undefined ? [] : ["--policy", start.policy]),
  ];
  const line = [program, ...words].map((word) => shellWord(start.platform, word)).join(" ");
  if (start.platform !== "win32") return line;
  // PowerShell takes a quoted program for a text unless it is called with &, which cmd does not know.
  return line.startsWith('"') ? `& ${line} (PowerShell; in cmd without the first &)` : line;
}
