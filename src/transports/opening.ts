import { isJsonObject } from "../domain/json.ts";

/** Protocol revisions that are agreed by `initialize`, and the one that every request names for itself. */
export const LEGACY_VERSIONS: readonly string[] = [
  "2025-11-25",
  "2025-06-18",
  "2025-03-26",
  "2024-11-05",
  "2024-10-07",
];
export const MODERN_VERSION = "2026-07-28";

export type RequestId = string | number;

/** What a client says of itself; not looked at further. */
export interface Declared {
  readonly capabilities: unknown;
  readonly client: unknown;
}

/** A call of a tool, with nothing in it that only the full server knows. */
export interface WireCall {
  readonly kind: "call";
  readonly id: RequestId;
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>> | undefined;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly modern: null | Declared;
}

/** A message that the desk understands completely. */
export type Opening =
  | ({ readonly kind: "initialize"; readonly id: RequestId; readonly version: string } & Declared)
  | { readonly kind: "initialized" }
  | { readonly kind: "ping"; readonly id: RequestId }
  | { readonly kind: "list"; readonly id: RequestId; readonly modern: null | Declared }
  | { readonly kind: "discover"; readonly id: RequestId; readonly modern: Declared }
  | WireCall
  | { readonly kind: "cancelled"; readonly id: RequestId };

const META = "io.modelcontextprotocol/";
/** Objects inside objects, in what a client declares or asks with; deeper ones are the full server's matter. */
const MAX_DEPTH = 12;

/**
 * Reads one line. `null` for everything that is not exactly one of the opening messages in a form whose answer is known:
 * the full server reads those, and says what is wrong with them.
 */
export function openingOf(line: string): Opening | null {
  const message = parsed(line);
  if (!isJsonObject(message) || message["jsonrpc"] !== "2.0") return null;
  const { id, method, params } = message;
  if (method === "notifications/initialized") {
    return hasOnly(message, ["jsonrpc", "method", "params"]) && isEmpty(params) ? { kind: "initialized" } : null;
  }
  if (method === "notifications/cancelled") {
    return hasOnly(message, ["jsonrpc", "method", "params"]) ? cancelled(params) : null;
  }
  if (!isId(id) || !hasOnly(message, ["jsonrpc", "id", "method", "params"])) return null;
  switch (method) {
    case "initialize":
      return initialize(id, params);
    case "ping":
      return isEmpty(params) ? { kind: "ping", id } : null;
    case "tools/list": {
      if (isEmpty(params)) return { kind: "list", id, modern: null };
      const modern = envelopeOf(params);
      return modern === null ? null : { kind: "list", id, modern };
    }
    case "server/discover": {
      const modern = envelopeOf(params);
      return modern === null ? null : { kind: "discover", id, modern };
    }
    case "tools/call":
      return call(id, params);
    default:
      return null;
  }
}

function cancelled(params: unknown): Opening | null {
  if (!isJsonObject(params) || !hasOnly(params, ["requestId", "reason"])) return null;
  const { requestId: id, reason } = params;
  return isId(id) && (reason === undefined || typeof reason === "string") ? { kind: "cancelled", id } : null;
}

function call(id: RequestId, params: unknown): Opening | null {
  if (!isJsonObject(params) || !hasOnly(params, ["name", "arguments", "_meta"])) return null;
  const { name, arguments: args, _meta: meta = {} } = params;
  if (typeof name !== "string" || !isJsonObject(meta) || !isShallow(meta, MAX_DEPTH)) return null;
  if (args !== undefined && !(isJsonObject(args) && isShallow(args, MAX_DEPTH))) return null;
  const { progressToken: token } = meta;
  if (token !== undefined && !isId(token)) return null;
  const ofProtocol = Object.entries(meta).filter(([key]) => key.startsWith(META));
  const modern = ofProtocol.length === 0 ? null : envelopeOf({ _meta: Object.fromEntries(ofProtocol) });
  if (ofProtocol.length > 0 && modern === null) return null;
  return { kind: "call", id, name, arguments: args, meta, modern };
}

function initialize(id: RequestId, params: unknown): Opening | null {
  if (!isJsonObject(params) || !hasOnly(params, ["protocolVersion", "capabilities", "clientInfo"])) return null;
  const { protocolVersion: version, capabilities, clientInfo } = params;
  return typeof version === "string" &&
    LEGACY_VERSIONS.includes(version) &&
    isKnown(capabilities) &&
    isClient(clientInfo)
    ? { kind: "initialize", id, version, capabilities, client: clientInfo }
    : null;
}

/** The envelope of a request of the 2026 era, and nothing beside it. */
function envelopeOf(params: unknown): Declared | null {
  if (!isJsonObject(params) || !hasOnly(params, ["_meta"])) return null;
  const meta = params["_meta"];
  const keys = [`${META}protocolVersion`, `${META}clientInfo`, `${META}clientCapabilities`] as const;
  if (!isJsonObject(meta) || !hasOnly(meta, keys)) return null;
  const [version, client, capabilities] = keys.map((key) => meta[key]);
  return version === MODERN_VERSION && isClient(client) && isKnown(capabilities) ? { capabilities, client } : null;
}

function isClient(value: unknown): boolean {
  return (
    isJsonObject(value) &&
    hasOnly(value, ["name", "version", "title", "websiteUrl", "description"]) &&
    Object.values(value).every((word) => typeof word === "string") &&
    typeof value["name"] === "string" &&
    typeof value["version"] === "string"
  );
}

/** Capabilities of the shapes that the protocol names. */
function isKnown(value: unknown): boolean {
  if (!isJsonObject(value)) return false;
  return Object.entries(value).every(([name, capability]) => {
    if (!isJsonObject(capability) || !isShallow(capability, MAX_DEPTH)) return false;
    switch (name) {
      case "roots":
        return (
          hasOnly(capability, ["listChanged"]) && Object.values(capability).every((one) => typeof one === "boolean")
        );
      case "sampling":
        return hasOnly(capability, ["context", "tools"]) && Object.values(capability).every(isJsonObject);
      case "elicitation":
        return hasOnly(capability, ["form", "url"]) && Object.values(capability).every(isPlain);
      case "extensions":
      case "experimental":
        return Object.values(capability).every(isJsonObject);
      default:
        return false;
    }
  });
}

const isPlain = (value: unknown): boolean => isJsonObject(value) && Object.keys(value).length === 0;

function isEmpty(params: unknown): boolean {
  return params === undefined || isPlain(params);
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (depth === 0 || Object.hasOwn(value, "__proto__")) return false;
  return Object.values(value).every((item: unknown) => isShallow(item, depth - 1));
}

function hasOnly(value: Readonly<Record<string, unknown>>, keys: readonly string[]): boolean {
  return Object.keys(value).every((key) => keys.includes(key));
}

function isId(value: unknown): value is RequestId {
  return typeof value === "string" || (typeof value === "number" && Number.isSafeInteger(value));
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
