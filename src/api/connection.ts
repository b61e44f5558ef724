import type { buildConnector, Dispatcher } from "undici";
import { type ProxySettings, tunnelling, usesProxy } from "./proxy.ts";

/**
 * One HTTP exchange over undici, without retries and redirects. `sendOnce` is for mutations and knows whether the
 * request can have left; `fetchOnce` is for reads.
 */

export interface WireRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly origin: string;
  /** Path and query, encoded. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Timeouts {
  /** DNS, TCP and TLS. */
  readonly connect_ms: number;
  /** From the connection until the status line and headers. */
  readonly response_ms: number;
  /** From the headers until the end of the body. */
  readonly body_ms: number;
}

export interface Answer {
  readonly status: number;
  header(name: string): string | null;
  /** `null` when it could not be read to its end; `reason` says why. */
  readonly body: Uint8Array | null;
  readonly reason: string | null;
}

export type Exchange =
  | { readonly kind: "answered"; readonly answer: Answer }
  /** Nothing left: no socket was ever handed over. */
  | { readonly kind: "not_sent"; readonly reason: string; readonly cancelled: boolean }
  /** A socket was handed over and no status line came. */
  | { readonly kind: "lost"; readonly reason: string; readonly cancelled: boolean };

// undici costs tens of milliseconds to load and is not needed before the first request.
const loadUndici = () => import("undici");

/**
 * Opens a fresh connection, sends once, reads the answer. The caller's signal, and whether it is still in time, count
 * until the socket is handed over.
 */
export async function sendOnce(
  request: WireRequest,
  timeouts: Timeouts,
  maxBytes: number,
  isInTime: () => boolean,
  signal?: AbortSignal,
  proxy: ProxySettings | null = null,
): Promise<Exchange> {
  const { Client } = await loadUndici();
  if (signal?.aborted) return { kind: "not_sent", reason: "cancelled by the caller", cancelled: true };
  let connect: buildConnector.connector;
  try {
    connect = await connectorTo(new URL(request.origin), timeouts, proxy);
  } catch (error) {
    return { kind: "not_sent", reason: describe(error), cancelled: false };
  }
  const stop = new AbortController();
  let handedOver = false;
  let abandoned = false;
  let connections = 0;
  let reason: string | null = null;
  let timer = setTimeout(() => giveUp("the connection took too long"), timeouts.connect_ms + 1_000);

  const client = new Client(request.origin, {
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (options, callback) => {
      connections += 1;
      // A second connection would be a second chance for the same bytes.
      if (connections > 1) {
        callback(new Error("one connection per mutation"), null);
        return;
      }
      connect(options, (...result) => {
        if (result[0] !== null) {
          reason ??= describe(result[0]);
          callback(new Error("no connection"), null);
          return;
        }
        if (!isInTime()) reason ??= "the connection came too late";
        if (abandoned || !isInTime()) {
          result[1].destroy();
          callback(new Error("abandoned"), null);
          return;
        }
        handedOver = true;
        restart(timeouts.response_ms, `no answer within ${timeouts.response_ms} ms`);
        callback(null, result[1]);
      });
    },
  });

  const giveUp = (why: string) => {
    reason ??= why;
    abandoned = true;
    stop.abort();
  };
  const restart = (ms: number, why: string) => {
    clearTimeout(timer);
    timer = setTimeout(() => giveUp(why), ms);
  };
  const onCallerAbort = () => {
    if (!handedOver) giveUp("cancelled by the caller");
  };
  signal?.addEventListener("abort", onCallerAbort, { once: true });

  try {
    const response = await client.request({
      method: request.method,
      path: request.target,
      headers: { ...request.headers },
      body: request.body ?? null,
      signal: stop.signal,
    });
    restart(timeouts.body_ms, `the body was not complete within ${timeouts.body_ms} ms`);
    return { kind: "answered", answer: await readAnswer(response, maxBytes, () => reason) };
  } catch (error) {
    reason ??= describe(error);
    return handedOver
      ? { kind: "lost", reason, cancelled: false }
      : { kind: "not_sent", reason, cancelled: signal?.aborted === true };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onCallerAbort);
    void client.destroy();
  }
}

/** One read over a kept-alive connection. The caller's signal counts all the time. */
export async function fetchOnce(
  agent: Dispatcher,
  request: WireRequest,
  timeouts: Timeouts,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<Exchange> {
  const stop = new AbortController();
  let reason: string | null = null;
  const giveUp = (why: string) => {
    reason ??= why;
    stop.abort();
  };
  const onCallerAbort = () => giveUp("cancelled by the caller");
  if (signal?.aborted) return { kind: "not_sent", reason: "cancelled by the caller", cancelled: true };
  signal?.addEventListener("abort", onCallerAbort, { once: true });
  const waitMs = timeouts.connect_ms + timeouts.response_ms;
  let timer = setTimeout(() => giveUp(`no answer within ${waitMs} ms`), waitMs);
  try {
    const response = await agent.request({
      origin: request.origin,
      method: request.method,
      path: request.target,
      headers: { ...request.headers },
      signal: stop.signal,
    });
    clearTimeout(timer);
    timer = setTimeout(() => giveUp(`the body was not complete within ${timeouts.body_ms} ms`), timeouts.body_ms);
    return { kind: "answered", answer: await readAnswer(response, maxBytes, () => reason) };
  } catch (error) {
    return { kind: "lost", reason: reason ?? describe(error), cancelled: signal?.aborted === true };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onCallerAbort);
  }
}

/** Connections shared by all reads. */
export async function openAgent(timeouts: Timeouts, proxy: ProxySettings | null): Promise<Dispatcher> {
  const { Agent } = await loadUndici();
  return new Agent({
    connect: (options, callback) => {
      const { protocol, hostname, port } = options;
      const origin = new URL(`${protocol}//${hostname}${port ? `:${port}` : ""}`);
      connectorTo(origin, timeouts, proxy).then(
        (connect) => connect(options, callback),
        (error: unknown) => callback(error instanceof Error ? error : new Error("no connection"), null),
      );
    },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

async function connectorTo(
  origin: URL,
  timeouts: Timeouts,
  proxy: ProxySettings | null,
): Promise<buildConnector.connector> {
  const { buildConnector } = await loadUndici();
  const direct = buildConnector({ timeout: timeouts.connect_ms, allowH2: false });
  return proxy !== null && usesProxy(proxy, origin) ? tunnelling(proxy, timeouts.connect_ms, direct) : direct;
}

async function readAnswer(
  response: Dispatcher.ResponseData,
  maxBytes: number,
  stopReason: () => string | null,
): Promise<Answer> {
  const { statusCode: status, headers } = response;
  const header = (name: string): string | null => {
    const value = headers[name];
    return (Array.isArray(value) ? value[0] : value) ?? null;
  };
  const partial = (reason: string): Answer => ({ status, header, body: null, reason });
  const tooLarge = `the answer is larger than ${Math.floor(maxBytes / 1_000_000)} MB`;
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body) {
      if (!(chunk instanceof Uint8Array)) return partial("the body is not bytes");
      size += chunk.length;
      // Leaving the loop destroys the stream and its connection.
      if (size > maxBytes) return partial(tooLarge);
      chunks.push(chunk);
    }
  } catch (error) {
    return partial(stopReason() ?? `the answer broke off: ${describe(error)}`);
  }
  return { status, header, body: Buffer.concat(chunks), reason: null };
}

const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was reset",
  ENOTFOUND: "the host name was not found",
  EAI_AGAIN: "the host name could not be looked up",
  ETIMEDOUT: "the connection timed out",
  EPIPE: "the connection was closed",
  UND_ERR_CONNECT_TIMEOUT: "the connection took too long",
  UND_ERR_SOCKET: "the connection was closed",
  PROXY_LOGIN: "the proxy (HTTPS_PROXY) wants a login",
  PROXY_REFUSED: "the proxy (HTTPS_PROXY) refused to connect",
  PROXY_UNREACHABLE: "the proxy (HTTPS_PROXY) could not be reached",
  PROXY_ADDRESS: "HTTPS_PROXY is not the address of an HTTP proxy",
};

/** Own words and a code; the error's own text may quote the request and never goes further. */
function describe(error: unknown): string {
  const code = errorCode(error);
  const sentence = code === null ? undefined : SENTENCES[code];
  if (sentence !== undefined) return sentence;
  if (code !== null && /^(ERR_TLS|CERT_|DEPTH_|SELF_|UNABLE_|ERR_SSL|EPROTO)/.test(code)) {
    return `no secure connection (${code})`;
  }
  return code === null ? "the connection failed" : `the connection failed (${code})`;
}

function errorCode(error: unknown): string | null {
  if (typeof error !== "object" || error === null) return null;
  if ("code" in error && typeof error.code === "string") return error.code.slice(0, 60);
  if ("errors" in error && Array.isArray(error.errors)) return errorCode(error.errors[0]);
  return null;
}
