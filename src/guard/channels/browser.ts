import { spawn } from "node:child_process";

/** Shows an address in the person's browser. False when that cannot be done here. Never throws. */
export type OpenBrowser = (url: string) => Promise<boolean>;

export interface BrowserEnvironment {
  readonly platform: NodeJS.Platform;
  /** Linux and BSD: a display is there (`DISPLAY` or `WAYLAND_DISPLAY` is set). */
  readonly display: boolean;
  /** The session came over SSH: a browser started here would open on another desk. */
  readonly remote: boolean;
}

/** How long a starter that says nothing is given before it counts as started. */
const SETTLE_MS = 1_500;

/** The platform's own starter, run without a shell: the address is one argument. `null` where there is none. */
export function browserCommand(
  environment: BrowserEnvironment,
  url: string,
): { readonly command: string; readonly args: readonly string[] } | null {
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
  return (url) => {
    const starter = browserCommand(environment, url);
    if (starter === null) return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(true), SETTLE_MS);
      const settle = (opened: boolean) => {
        clearTimeout(timer);
        resolve(opened);
      };
      try {
        const child = spawn(starter.command, [...starter.args], { stdio: "ignore", detached: true, shell: false });
        child.once("error", () => settle(false));
        child.once("exit", (code) => settle(code === 0));
        child.unref();
      } catch {
        settle(false);
      }
    });
  };
}
