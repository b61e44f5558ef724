import { spawn } from "node:child_process";

/** Shows an address in the person's browser. False when that cannot be done here. Never throws. */
export type OpenBrowser = (url: string) => Promise<boolean>;

export interface BrowserEnvironment {
  readonly platform: NodeJS.Platform;
  /** Linux and BSD: a display is there (`DISPLAY` or `WAYLAND_DISPLAY` is set). */
  readonly display: boolean;
  /** The session came over SSH: a browser started here would open on another desk. */
  readonly remote: boolean;
  /** `BROWSER`: commands in order of preference, parted by colons, `%s` for the address; beats everything above. */
  readonly browser?: string;
}

interface Starter {
  readonly command: string;
  readonly args: readonly string[];
}

/** How long a starter that says nothing is given before it counts as started. */
const SETTLE_MS = 6_000;

/** Starters to try, one after the other until one does not fail. Empty where there is none. */
export function browserCommands(environment: BrowserEnvironment, url: string): readonly Starter[] {
  const chosen = (environment.browser ?? "").trim();
  if (chosen === "") {
    const own = browserCommand(environment, url);
    return own === null ? [] : [own];
  }
  // A colon parts commands, except after a drive letter.
  return chosen.split(environment.platform === "win32" ? ";" : ":").flatMap((text) => {
    const [command, ...words] = text.match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', "")) ?? [];
    if (command === undefined) return [];
    const args = words.map((word) => word.replaceAll("%s", url));
    return [{ command, args: words.some((word) => word.includes("%s")) ? args : [...args, url] }];
  });
}

/** The platform's own starter, run without a shell: the address is one argument. `null` where there is none. */
export function browserCommand(environment: BrowserEnvironment, url: string): Starter | null {
  if (environment.remote) return null;
  switch (environment.platform) {
    case "darwin":
      return { command: "open", args: [url] };
    case "win32":
      return { command: "rundll32.exe", args: ["url.dll,FileProtocolHandler", url] };
    default:
      return environment.display ? { command: "xdg-open", args: [url] } : null;
  }
}

export function systemBrowser(environment: BrowserEnvironment): OpenBrowser {
  return async (url) => {
    for (const starter of browserCommands(environment, url)) if (await starts(starter)) return true;
    return false;
  };
}

function starts({ command, args }: Starter): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), SETTLE_MS);
    timer.unref();
    const settle = (started: boolean) => {
      clearTimeout(timer);
      resolve(started);
    };
    try {
      const child = spawn(command, [...args], { stdio: "ignore", detached: true, shell: false });
      child.once("error", () => settle(false));
      child.once("exit", (code) => settle(code === 0));
      child.unref();
    } catch {
      settle(false);
    }
  });
}
