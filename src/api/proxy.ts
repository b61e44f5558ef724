import { Socket } from "node:net";
import type { buildConnector } from "undici";

/** The proxy between this computer and the API, as the usual variables name it. */
export interface ProxySettings {
  /** `http://user:password@host:port` or https. */
  readonly url: string;
  /** Hosts that are reached without it: `NO_PROXY`. */
  readonly except: string;
}

/** From `HTTPS_PROXY` (or `ALL_PROXY`) and `NO_PROXY`, in either case of letters. `null`: none is named. */
export function proxyOf(env: Readonly<Record<string, string | undefined>>): ProxySettings | null {
  const named = (name: string) => env[name.toLowerCase()]?.trim() || env[name]?.trim() || "";
  const url = named("HTTPS_PROXY") || named("ALL_PROXY");
  return url === "" ? null : { url, except: named("NO_PROXY") };
}

/** Whether an address is reached through the proxy. Plain http stays on this computer (`settings.ts`). */
export function usesProxy(proxy: ProxySettings, origin: URL): boolean {
  if (origin.protocol !== "https:") return false;
  const port = origin.port || "443";
  return !proxy.except
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => {
      const [, name = "", only] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
      if (only !== undefined && only !== port) return false;
      const domain = name.replace(/^\*?\.?/, "");
      return name === "*" || origin.hostname === domain || origin.hostname.endsWith(`.${domain}`);
    });
}

export class ProxyError extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/**
 * A connector whose sockets reach the API through the proxy's tunnel. It hands a socket over only when the tunnel and the
 * TLS connection inside it stand, so whatever fails before that has sent nothing to the API.
 */
export async function tunnelling(
  proxy: ProxySettings,
  timeoutMs: number,
  direct: buildConnector.connector,
): Promise<buildConnector.connector> {
  const { Client } = await import("undici");
  const url = proxyUrl(proxy.url);
  const login = url.username === "" ? null : `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return (options, callback) => {
    const port = options.port || "443";
    const target = `${options.hostname}:${port}`;
    const client = new Client(url.origin, { connect: { timeout: timeoutMs, rejectUnauthorized: true } });
    client
      .connect({
        path: target,
        headers: {
          host: target,
          ...(login === null ? {} : { "proxy-authorization": `Basic ${Buffer.from(login).toString("base64")}` }),
        },
        signal: AbortSignal.timeout(timeoutMs),
      })
      .then(({ statusCode, socket }) => {
        if (statusCode === 200 && socket instanceof Socket) {
          direct({ ...options, httpSocket: socket }, callback);
          return;
        }
        socket.on("error", () => {}).destroy();
        callback(new ProxyError(statusCode === 407 ? "PROXY_LOGIN" : "PROXY_REFUSED"), null);
      })
      .catch((error: unknown) => {
        void client.destroy();
        callback(error instanceof ProxyError ? error : new ProxyError("PROXY_UNREACHABLE"), null);
      });
  };
}

function proxyUrl(text: string): URL {
  // curl and others take a host and port alone.
  const url = URL.canParse(text) && text.includes("://") ? new URL(text) : null;
  const read = url ?? (URL.canParse(`http://${text}`) ? new URL(`http://${text}`) : null);
  if (read === null || !/^https?:$/.test(read.protocol)) throw new ProxyError("PROXY_ADDRESS");
  return read;
}
