import { isRecord, recordIn, textIn } from "./json.ts";

/**
 * The view's side of MCP Apps (extension spec 2026-01-26): JSON-RPC 2.0 over postMessage with the frame's parent.
 * Written out because the official class is thirty times the size of this card.
 */
const PROTOCOL_VERSION = "2026-01-26";

export interface HostContext {
  readonly theme: "light" | "dark" | null;
  readonly locale: string | null;
  readonly fontFamily: string | null;
}

export interface Host {
  call(method: string, params: unknown): Promise<unknown>;
  notify(method: string, params: unknown): void;
  /** What the host says it can do for a view (`serverTools`, `message`); empty before `connect` resolved. */
  can(capability: string): boolean;
}

export interface HostEvents {
  onContext(context: HostContext): void;
  onToolResult(result: unknown): void;
  onToolCancelled(): void;
}

function contextOf(value: unknown): HostContext {
  const theme = textIn(value, "theme");
  return {
    theme: theme === "light" || theme === "dark" ? theme : null,
    locale: textIn(value, "locale"),
    fontFamily: textIn(recordIn(recordIn(value, "styles"), "variables"), "--font-sans"),
  };
}

/** Says hello to the host and dispatches what it sends. Rejects when the host does. */
export async function connect(events: HostEvents): Promise<Host> {
  const waiting = new Map<number, { resolve(result: unknown): void; reject(reason: Error): void }>();
  let sent = 0;
  let capabilities: Readonly<Record<string, unknown>> = {};
  // The host's origin is not knowable from a sandboxed frame; the parent is the only window that is spoken to or heard.
  const post = (message: object) => window.parent.postMessage({ jsonrpc: "2.0", ...message }, "*");

  const host: Host = {
    call(method, params) {
      sent += 1;
      const id = sent;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        post({ id, method, params });
      });
    },
    notify: (method, params) => post({ method, params }),
    can: (capability) => isRecord(capabilities[capability]),
  };

  window.addEventListener("message", (event) => {
    const message: unknown = event.data;
    if (event.source !== window.parent || !isRecord(message) || message["jsonrpc"] !== "2.0") return;
    const { id, method } = message;
    if (typeof method !== "string") {
      const entry = typeof id === "number" ? waiting.get(id) : undefined;
      if (entry === undefined || typeof id !== "number") return;
      waiting.delete(id);
      if ("error" in message) entry.reject(new Error(textIn(message["error"], "message") ?? "refused"));
      else entry.resolve(message["result"]);
    } else if (typeof id === "number" || typeof id === "string") {
      if (method === "ping" || method === "ui/resource-teardown") post({ id, result: {} });
      else post({ id, error: { code: -32601, message: "Method not found" } });
    } else if (method === "ui/notifications/tool-result") {
      events.onToolResult(message["params"]);
    } else if (method === "ui/notifications/tool-cancelled") {
      events.onToolCancelled();
    } else if (method === "ui/notifications/host-context-changed") {
      events.onContext(contextOf(message["params"]));
    }
  });

  const hello = await host.call("ui/initialize", {
    appInfo: { name: "invoicing-card", version: "1.0.0" },
    appCapabilities: { availableDisplayModes: ["inline"] },
    protocolVersion: PROTOCOL_VERSION,
  });
  capabilities = recordIn(hello, "hostCapabilities") ?? {};
  events.onContext(contextOf(recordIn(hello, "hostContext")));
  host.notify("ui/notifications/initialized", {});
  return host;
}

/** Tells the host how tall the content is, now and whenever it changes. */
export function reportSize(host: Host, content: HTMLElement): void {
  let last = "";
  const report = () => {
    const { width, height } = content.getBoundingClientRect();
    const size = { width: Math.ceil(width), height: Math.ceil(height) };
    const key = `${size.width}x${size.height}`;
    if (key === last) return;
    last = key;
    host.notify("ui/notifications/size-changed", size);
  };
  new ResizeObserver(report).observe(content);
  report();
}
