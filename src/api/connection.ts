import type { buildConnector, Dispatcher } from "undici";
import { type ProxySettings, tunnelling, usesProxy } from "./proxy.ts";
import { type Unreached, unreached } from "./unreached.ts";

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
  | ({ readonly kind: "not_sent"; readonly cancelled: boolean } & Unreached)
  /** A socket was handed over and no status line came. */
  | ({ readonly kind: "lost"; readonly cancelled: boolean } & Unreached);

/**
 * How long a read's connection waits for the next one where the API does not say. People read an answer before they ask on,
 * and a handshake takes longer than the read. One that was closed meanwhile costs a read its first attempt, no more.
 */
const IDLE_MS = 30_000;
/** Documents may lie elsewhere than the API; a hostile answer must not fill the memory. */
const MOST_ORIGINS = 20;
const CANCELLED = "cancelled by the caller";
const only = (reason: string): Unreached => ({ reason, cure: null });

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
  if (signal?.aborted) return { kind: "not_sent", ...only(CANCELLED), cancelled: true };
  let connect: buildConnector.connector;
  try {
    connect = await connectorTo(new URL(request.origin), timeouts, proxy);
  } catch (error) {
    return { kind: "not_sent", ...unreached(error), cancelled: false };
  }
  const stop = new AbortController();
  let handedOver = false;
  let abandoned = false;
  let connections = 0;
  let why: Unreached | null = null;
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
          why ??= unreached(result[0]);
          callback(new Error("no connection"), null);
          return;
        }
        if (!isInTime()) why ??= only("the connection came too late");
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

  const giveUp = (reason: string) => {
    why ??= only(reason);
    abandoned = true;
    stop.abort();
  };
  const restart = (ms: number, reason: string) => {
    clearTimeout(timer);
    timer = setTimeout(() => giveUp(reason), ms);
  };
  const onCallerAbort = () => {
    if (!handedOver) giveUp(CANCELLED);
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
    return { kind: "answered", answer: await readAnswer(response, maxBytes, () => why?.reason ?? null) };
  } catch (error) {
    const cause = why ?? unreached(error);
    return handedOver
      ? { kind: "lost", ...cause, cancelled: false }
      : { kind: "not_sent", ...cause, cancelled: signal?.aborted === true };
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
  let why: Unreached | null = null;
  const giveUp = (reason: string) => {
    why ??= only(reason);
    stop.abort();
  };
  const onCallerAbort = () => giveUp(CANCELLED);
  if (signal?.aborted) return { kind: "not_sent", ...only(CANCELLED), cancelled: true };
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
    return { kind: "answered", answer: await readAnswer(response, maxBytes, () => why?.reason ?? null) };
  } catch (error) {
    return { kind: "lost", ...(why ?? unreached(error)), cancelled: signal?.aborted === true };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onCallerAbort);
  }
}

/** Connections shared by all reads. */
export async function openAgent(timeouts: Timeouts, proxy: ProxySettings | null): Promise<Dispatcher> {
  const { Agent } = await loadUndici();
  // One for each place, so that later connections there take up the TLS session of the first.
  const connectors = new Map<string, Promise<buildConnector.connector>>();
  return new Agent({
    connect: (options, callback) => {
      const { protocol, hostname, port } = options;
      const origin = new URL(`${protocol}//${hostname}${port ? `:${port}` : ""}`);
      const connector = connectors.get(origin.origin) ?? connectorTo(origin, timeouts, proxy);
      if (connectors.size < MOST_ORIGINS) connectors.set(origin.origin, connector);
      connector.catch(() => connectors.delete(origin.origin));
      connector.then(
        (connect) => connect(options, callback),
        (error: unknown) => callback(error instanceof Error ? error : new Error("no connection"), null),
      );
    },
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: IDLE_MS,
  });
}

async function connectorTo(
  origin: URL,
  timeouts: Timeouts,
  proxy: ProxySettings | null,
): Promise<buildConnector.connector> {
  const { buildConnector } = await loadUndici();
  // Said here, because NODE_TLS_REJECT_UNAUTHORIZED would decide it otherwise.
  const direct = buildConnector({ timeout: timeouts.connect_ms, allowH2: false, rejectUnauthorized: true });
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
  const { body } = response;
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    // By events: an iterator takes as long again for the one chunk that most answers are.
    body.on("data", (chunk: unknown) => {
      if (!(chunk instanceof Uint8Array)) return leave("the body is not bytes");
      size += chunk.length;
      if (size > maxBytes) return leave(tooLarge);
      chunks.push(chunk);
    });
    body.on("end", () => {
      const whole: Answer = { status, header, body: Buffer.concat(chunks), reason: null };
      // undici gives the connection back a turn later; the next read would open another and wait for its handshake.
      setImmediate(() => resolve(whole));
    });
    body.on("error", (error: unknown) => {
      resolve(partial(stopReason() ?? `the answer broke off: ${unreached(error).reason}`));
    });
    body.on("close", () => {
      if (!body.readableEnded) resolve(partial(stopReason() ?? "the answer broke off"));
    });
    /** The connection ends with it: what is still to come is not wanted. */
    function leave(reason: string): void {
      resolve(partial(reason));
      body.destroy();
    }
  });
}
