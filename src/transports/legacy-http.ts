import { randomUUID } from "node:crypto";
import { isJSONRPCResponse, type Server, WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/server";
import { isJsonObject } from "../domain/json.ts";
import { type Introduction, STATE_META } from "../server.ts";
import { whenSent } from "./when-sent.ts";

/**
 * The 2025 revision over HTTP without a session that a process would hold. What a client says of itself at the opening comes
 * back with every request as its session id; who it is says the credential of each request and nothing else. What the server
 * asks in the middle of a call carries a name of its own, by which the answer finds the call that waits, or, at another
 * instance, the approval it is about.
 */
export interface LegacyLeg {
  handle(message: LegacyMessage): Promise<Response>;
}

export interface LegacyMessage {
  readonly request: Request;
  readonly body: unknown;
  /** Answers count from whom was asked. */
  readonly caller: string;
  readonly build: (introduction: Introduction | null) => Server;
  /** An answer to a question that no call of this process waits for: the state it was asked with. */
  readonly answered: (state: string, result: unknown) => Promise<void>;
}

type Send = WebStandardStreamableHTTPServerTransport["send"];
type Message = Parameters<Send>[0];

interface Waiting {
  readonly leg: Leg;
  readonly caller: string;
  readonly id: string | number;
}

const SESSION = "mcp-session-id";
const MOST_SESSION = 4_096;

export function legacyLeg(report: (line: string) => void): LegacyLeg {
  /** Questions of calls that wait here, by the name they went out under. */
  const waiting = new Map<string, Waiting>();

  return {
    async handle({ request, body, caller, build, answered }) {
      if (isJSONRPCResponse(body)) {
        const name = String(body.id ?? "");
        const asked = waiting.get(name);
        if (asked !== undefined && asked.caller === caller) {
          waiting.delete(name);
          asked.leg.onmessage?.({ ...body, id: asked.id });
        } else if ("result" in body) await answered(name, body.result);
        return new Response(null, { status: 202 });
      }
      const opening = introductionIn(body);
      const leg = new Leg(waiting, caller);
      const server = build(opening ?? introductionOf(request.headers.get(SESSION)));
      await server.connect(leg);
      const over = () => {
        for (const [name, one] of waiting) if (one.leg === leg) waiting.delete(name);
        void server
          .close()
          .catch((error: unknown) => report(`connection: ${error instanceof Error ? error.message : ""}`));
      };
      request.signal.addEventListener("abort", over, { once: true });
      const response = await leg.handleRequest(request, { parsedBody: body });
      if (opening !== null && response.ok) response.headers.set(SESSION, sessionOf(opening));
      return whenSent(response, over);
    },
  };
}

/** Gives every question to the client a name that no other has: ids of the SDK begin anew with each request. */
class Leg extends WebStandardStreamableHTTPServerTransport {
  readonly #waiting: Map<string, Waiting>;
  readonly #caller: string;

  constructor(waiting: Map<string, Waiting>, caller: string) {
    super();
    this.#waiting = waiting;
    this.#caller = caller;
  }

  override send(message: Message, options?: Parameters<Send>[1]): Promise<void> {
    if (!("method" in message) || !("id" in message)) return super.send(message, options);
    const { [STATE_META]: state, ...meta } = message.params?._meta ?? {};
    const name = typeof state === "string" ? state : randomUUID();
    this.#waiting.set(name, { leg: this, caller: this.#caller, id: message.id });
    const { _meta, ...params } = message.params ?? {};
    const kept = Object.keys(meta).length === 0 ? params : { ...params, _meta: meta };
    return super.send({ ...message, id: name, params: kept }, options);
  }
}

/** What a client says of itself, as far as it changes how it is answered. Believed as little as the rest it says. */
function introductionIn(body: unknown): Introduction | null {
  if (!isJsonObject(body) || body["method"] !== "initialize" || !isJsonObject(body["params"])) return null;
  const { protocolVersion, capabilities, clientInfo } = body["params"];
  const can = isJsonObject(capabilities) ? capabilities : {};
  const extensions = isJsonObject(can["extensions"]) ? can["extensions"] : {};
  const ui = extensions[UI];
  return {
    protocol_version: typeof protocolVersion === "string" ? protocolVersion : "",
    capabilities: {
      ...(isJsonObject(can["elicitation"]) ? { elicitation: can["elicitation"] } : {}),
      ...(isJsonObject(ui) ? { extensions: { [UI]: ui } } : {}),
    },
    client: isJsonObject(clientInfo) ? { name: clientInfo["name"], version: clientInfo["version"] } : {},
  };
}

const UI = "io.modelcontextprotocol/ui";

function sessionOf(introduction: Introduction): string {
  const session = Buffer.from(JSON.stringify(introduction)).toString("base64url");
  // Longer than any honest one: then it is served as a client that said nothing.
  return session.length > MOST_SESSION ? "none" : session;
}

function introductionOf(session: string | null): Introduction | null {
  if (session === null || session.length > MOST_SESSION) return null;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(session, "base64url").toString("utf8"));
    if (!isJsonObject(parsed) || typeof parsed["protocol_version"] !== "string") return null;
    return {
      protocol_version: parsed["protocol_version"],
      capabilities: parsed["capabilities"],
      client: parsed["client"],
    };
  } catch {
    return null;
  }
}
