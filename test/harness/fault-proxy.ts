import { request as httpRequest } from "node:http";
import { createServer, type Server, type Socket } from "node:net";

/**
 * A raw TCP server in front of an HTTP target that does to chosen requests what networks and gateways do. "before":
 * the target never sees the request; "after": the target processed it and the client does not learn so.
 */
export const FAULTS = [
  /** Nobody listens while the fault is planned (the port stays reserved for the proxy). */
  "refused",
  /** Accepts and answers a TLS handshake with garbage; meaningful for https URLs (`tls_url`). */
  "tls_fail",
  "reset_before",
  "reset_after",
  "fin_before",
  "fin_after",
  /** Never answers, the target never sees the request. */
  "hang_never",
  /** Never answers, the target has processed it. */
  "hang_after",
  /** Never answers in time, the target processes it `late_ms` later. */
  "hang_late",
  "status_500_before",
  "status_500_after",
  "status_502_before",
  "status_502_after",
  "status_503_before",
  "status_503_after",
  "status_504_before",
  "status_504_after",
  /** With Retry-After: 1. */
  "status_429",
  "status_422",
  /** The target's status line and headers, and the first half of its body. */
  "truncated",
  /** 200 with an HTML page, after processing. */
  "wrong_type",
  /** 200 without a body, after processing. */
  "empty_200",
  /** 200 with text that is not JSON, after processing. */
  "bad_json",
  /** The whole answer, byte for byte over `slow_ms`. */
  "slow_body",
  /** The target gets the request twice; the client gets the second answer. */
  "duplicate",
  /** 307 to another path of the same origin, the target never sees the request. */
  "redirect_307",
] as const;
export type Fault = (typeof FAULTS)[number];

export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly fault: Fault | null;
}

export type RequestMatch = (request: Omit<SeenRequest, "fault">) => boolean;

export interface PlanOptions {
  /** How many matching requests get the fault; all when absent. */
  readonly times?: number;
  /** For `hang_late`. */
  readonly late_ms?: number;
  /** For `slow_body`. */
  readonly slow_ms?: number;
  /** `refused`: answers under way still arrive. */
  readonly lets_finish?: boolean;
}

export interface FaultProxy {
  readonly url: string;
  /** The same port as https, for `tls_fail`. */
  readonly tls_url: string;
  /** Later plans come first. `refused` and `tls_fail` act on connections and know no match. */
  plan(fault: Fault, match?: RequestMatch, options?: PlanOptions): Promise<void>;
  clear(): Promise<void>;
  readonly requests: readonly SeenRequest[];
  /** Connections accepted, whether a request came or not. */
  readonly connections: number;
  close(): Promise<void>;
}

interface Plan {
  readonly fault: Fault;
  readonly match: RequestMatch;
  readonly options: PlanOptions;
  left: number;
}

interface TargetAnswer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

export async function startFaultProxy(targetUrl: string): Promise<FaultProxy> {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  const requests: SeenRequest[] = [];
  let plans: Plan[] = [];
  let connections = 0;
  let server: Server | null = null;
  let port = 0;

  const later = (ms: number, run: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer);
  };

  async function listen(): Promise<void> {
    if (server !== null) return;
    const opened = createServer(accept);
    await new Promise<void>((resolve, reject) => {
      opened.once("error", reject);
      opened.listen(port, "127.0.0.1", resolve);
    });
    const address = opened.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    port = address.port;
    server = opened;
  }

  /** What is under way is cut off, or (`lets_finish`) answered to its end; nobody new gets in. */
  async function stopListening(letsFinish = false): Promise<void> {
    const open = server;
    server = null;
    if (letsFinish) {
      open?.close();
      return;
    }
    for (const socket of sockets) socket.destroy();
    if (open !== null) await new Promise<void>((resolve) => open.close(() => resolve()));
  }

  function accept(socket: Socket): void {
    connections += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    let buffered = Buffer.alloc(0);
    let busy = Promise.resolve();
    socket.on("data", (chunk) => {
      if (plans.some(({ fault }) => fault === "tls_fail")) {
        socket.end("this is not TLS");
        return;
      }
      buffered = Buffer.concat([buffered, chunk]);
      for (let parsed = parseRequest(buffered); parsed !== null; parsed = parseRequest(buffered)) {
        buffered = buffered.subarray(parsed.length);
        const { request } = parsed;
        busy = busy.then(() => serve(socket, request)).catch(() => void socket.destroy());
      }
    });
  }

  function takePlan(request: Omit<SeenRequest, "fault">): Plan | null {
    const found = plans.find((plan) => plan.left > 0 && plan.match(request)) ?? null;
    if (found !== null) found.left -= 1;
    return found;
  }

  async function serve(socket: Socket, request: Omit<SeenRequest, "fault">): Promise<void> {
    const plan = takePlan(request);
    requests.push({ ...request, fault: plan?.fault ?? null });
    if (plan === null) {
      socket.write(rendered(await forward(target, request)));
      return;
    }
    await inject(plan, socket, request);
  }

  async function inject(plan: Plan, socket: Socket, request: Omit<SeenRequest, "fault">): Promise<void> {
    const { fault, options } = plan;
    switch (fault) {
      case "refused":
      case "tls_fail":
        return;
      case "reset_before":
        socket.resetAndDestroy();
        return;
      case "reset_after":
        await forward(target, request);
        socket.resetAndDestroy();
        return;
      case "fin_before":
        socket.end();
        return;
      case "fin_after":
        await forward(target, request);
        socket.end();
        return;
      case "hang_never":
        return;
      case "hang_after":
        await forward(target, request);
        return;
      case "hang_late":
        later(options.late_ms ?? 300, () => void forward(target, request).catch(() => undefined));
        return;
      case "status_429":
        socket.write(problem(429, "Too Many Requests", ["Retry-After: 1"]));
        return;
      case "status_422":
        socket.write(problem(422, "Unprocessable Entity", []));
        return;
      case "truncated": {
        const answer = await forward(target, request);
        const head = `HTTP/1.1 ${answer.status} OK\r\nContent-Type: application/vnd.api+json\r\nContent-Length: ${Math.max(answer.body.length, 50)}\r\n\r\n`;
        socket.write(Buffer.concat([Buffer.from(head), answer.body.subarray(0, Math.floor(answer.body.length / 2))]));
        later(20, () => void socket.end());
        return;
      }
      case "wrong_type":
        await forward(target, request);
        socket.write(text(200, "text/html", "<html><head><title>Welcome</title></head><body>portal</body></html>"));
        return;
      case "empty_200":
        await forward(target, request);
        socket.write(text(200, "application/vnd.api+json", ""));
        return;
      case "bad_json":
        await forward(target, request);
        socket.write(text(200, "application/vnd.api+json", '{"data": {"type": "inv'));
        return;
      case "slow_body": {
        const bytes = rendered(await forward(target, request));
        const head = bytes.indexOf("\r\n\r\n") + 4;
        socket.write(bytes.subarray(0, head));
        const rest = bytes.subarray(head);
        const pause = (options.slow_ms ?? 500) / Math.max(rest.length, 1);
        for (let index = 0; index < rest.length; index += 1) {
          later(pause * (index + 1), () => void socket.write(rest.subarray(index, index + 1)));
        }
        return;
      }
      case "duplicate":
        await forward(target, request);
        socket.write(rendered(await forward(target, request)));
        return;
      case "redirect_307":
        socket.write(text(307, "text/plain", "", ["Location: /api/v1/elsewhere"]));
        return;
      default: {
        const [, status, when] = fault.split("_");
        if (when === "after") await forward(target, request);
        socket.write(text(Number(status), "text/html", `<html><head><title>${status}</title></head></html>`));
      }
    }
  }

  async function plan(fault: Fault, match: RequestMatch = () => true, options: PlanOptions = {}): Promise<void> {
    plans = [{ fault, match, options, left: options.times ?? Number.POSITIVE_INFINITY }, ...plans];
    if (fault === "refused") await stopListening(options.lets_finish);
  }

  await listen();
  return {
    url: `http://127.0.0.1:${port}`,
    tls_url: `https://127.0.0.1:${port}`,
    plan,
    async clear() {
      plans = [];
      await listen();
    },
    requests,
    get connections() {
      return connections;
    },
    async close() {
      for (const timer of timers) clearTimeout(timer);
      await stopListening();
    },
  };
}

/** One complete request at the start of the buffer, or null while it is incomplete. Bodies have a Content-Length. */
function parseRequest(buffer: Buffer): { request: Omit<SeenRequest, "fault">; length: number } | null {
  const end = buffer.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [first = "", ...lines] = buffer.subarray(0, end).toString("latin1").split("\r\n");
  const [method = "", target = ""] = first.split(" ");
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const length = end + 4 + Number(headers["content-length"] ?? 0);
  if (buffer.length < length) return null;
  return { request: { method, target, headers, body: buffer.subarray(end + 4, length).toString("utf8") }, length };
}

function forward(target: URL, request: Omit<SeenRequest, "fault">): Promise<TargetAnswer> {
  const { connection: _hop, host: _host, ...headers } = request.headers;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { host: target.hostname, port: target.port, method: request.method, path: request.target, headers, agent: false },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () =>
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.rawHeaders, body: Buffer.concat(chunks) }),
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(request.body);
  });
}

const HOP_BY_HOP = ["connection", "keep-alive", "transfer-encoding", "content-length"];

function rendered(answer: TargetAnswer): Buffer {
  const lines: string[] = [];
  for (let index = 0; index < answer.headers.length; index += 2) {
    const name = answer.headers[index] ?? "";
    if (!HOP_BY_HOP.includes(name.toLowerCase())) lines.push(`${name}: ${answer.headers[index + 1] ?? ""}`);
  }
  if (answer.status !== 204) lines.push(`Content-Length: ${answer.body.length}`);
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${answer.status} -\r\n${lines.join("\r\n")}\r\n\r\n`), answer.body]);
}

function text(status: number, type: string, body: string, more: readonly string[] = []): string {
  const head = [`HTTP/1.1 ${status} -`, `Content-Type: ${type}`, `Content-Length: ${Buffer.byteLength(body)}`, ...more];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

function problem(status: number, title: string, more: readonly string[]): string {
  const body = JSON.stringify({ errors: [{ status: String(status), title }] });
  return text(status, "application/vnd.api+json", body, more);
}
