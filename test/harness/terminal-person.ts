import { spawn } from "node:child_process";

/** `script` gives a command a real terminal; BSD's and Linux's take it differently. */
const inTerminal = (command: string): string[] =>
  process.platform === "darwin" ? ["-q", "/dev/null", "/bin/sh", "-c", command] : ["-qec", command, "/dev/null"];

/** Types a command at a real terminal, in another folder and with an environment of its own, and answers what it asks. */
export async function typeInTerminal(command: string, answer: string): Promise<string> {
  const child = spawn("script", inTerminal(command), {
    cwd: "/",
    env: { PATH: "/usr/bin:/bin", HOME: "/nonexistent", SHELL: "/bin/sh", TERM: "dumb" },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    if (said.includes("leave it open")) child.stdin.end(`${answer}\n`);
  });
  await new Promise((resolve) => child.once("close", resolve));
  return said;
}
