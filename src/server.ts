import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  inputRequired,
  inputResponse,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { isJsonObject } from "./domain/json.ts";
import { oneLine } from "./domain/untrusted.ts";
import type { ApprovalForm, Asker, ClientFacts, FormAnswer } from "./guard/port.ts";
import type { Call } from "./toolkit/context.ts";
import type { ListedTool } from "./toolkit/listing.ts";
import type { ToolAnswer } from "./toolkit/report.ts";
import { CARD_MEDIA_TYPE } from "./ui/names.ts";
import { VERSION } from "./version.ts";

/** What a server offers. Made once per process; `buildServer` is called per connection and must stay cheap. */
export interface ServerParts {
  /** Exactly what `tools/list` answers; the same for every connection and for the life of the process. */
  readonly tools: readonly ListedTool[];
  readonly instructions: string;
  /** Loads what it needs at the first call, so that the first answer of a connection comes fast. */
  callTool(name: string, args: unknown, call: Call): Promise<ToolAnswer>;
}

/** The one place where the server's answers meet the SDK. One factory serves both protocol eras. */
export function buildServer(parts: ServerParts, era: "legacy" | "modern"): Server {
  const server = new Server(
    { name: "invoicing-mcp", title: "Invoicing", version: VERSION },
    {
      capabilities: { tools: {} },
      instructions: parts.instructions,
      cacheHints: { "tools/list": { ttlMs: 3_600_000, cacheScope: "public" } },
    },
  );
  server.setRequestHandler("tools/list", () => ({ tools: parts.tools.map((tool) => ({ ...tool })) }));
  server.setRequestHandler("tools/call", async (request, context) => {
    const { name, arguments: args } = request.params;
    if (!parts.tools.some((tool) => tool.name === name)) {
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `There is no tool of that name. Tools: ${parts.tools.map((tool) => tool.name).join(", ")}.`,
      );
    }
    const progress = progressOf(context);
    const call: Call = { asker: askerOf(server, context, era), signal: context.mcpReq.signal, progress };
    return resultOf(await parts.callTool(name, args, call));
  });
  return server;
}

const APPROVAL_KEY = "approval";

function resultOf(answer: ToolAnswer) {
  if (answer.kind === "ask") {
    return inputRequired({
      inputRequests: { [APPROVAL_KEY]: inputRequired.elicit(wireForm(answer.form)) },
      requestState: answer.state,
    });
  }
  return {
    content: [{ type: "text" as const, text: answer.text }],
    structuredContent: { ...answer.structured },
    ...(answer.isError ? { isError: true } : {}),
    ...(answer.meta === undefined ? {} : { _meta: { ...answer.meta } }),
  };
}

function askerOf(server: Server, context: ServerContext, era: "legacy" | "modern"): Asker {
  return {
    client: clientFacts(server, context, era),
    async ask(form, timeoutMs): Promise<FormAnswer> {
      try {
        const answer = await context.mcpReq.send(
          { method: "elicitation/create", params: { ...wireForm(form) } },
          { timeout: timeoutMs, signal: context.mcpReq.signal },
        );
        return answer.action === "accept"
          ? { action: "accept", content: answer.content ?? {} }
          : { action: answer.action };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return { action: /timed? ?out/i.test(reason) ? "timeout" : "failed", reason };
      }
    },
    returned: returnedOf(context),
  };
}

/** Reads the retried request of the 2026 era. What comes back through the client is untrusted; the guard checks it. */
function returnedOf(context: ServerContext): Asker["returned"] {
  const state = context.mcpReq.requestState<unknown>();
  if (typeof state !== "string") return null;
  const view = inputResponse(context.mcpReq.inputResponses, APPROVAL_KEY);
  if (view.kind !== "elicit") return { state, answer: { action: "failed", reason: "the form did not come back" } };
  return {
    state,
    answer: view.action === "accept" ? { action: "accept", content: view.content ?? {} } : { action: view.action },
  };
}

function clientFacts(server: Server, context: ServerContext, era: "legacy" | "modern"): ClientFacts {
  const envelope: unknown = context.mcpReq.envelope;
  const own = isJsonObject(envelope) ? envelope : {};
  const capabilities = own[CLIENT_CAPABILITIES_META_KEY] ?? server.getClientCapabilities();
  const info = own[CLIENT_INFO_META_KEY] ?? server.getClientVersion();
  return {
    form: asksForms(capabilities),
    apps: showsApps(capabilities),
    era: era === "modern" ? "input_required" : "push",
    name: wordOf(info, "name"),
    version: wordOf(info, "version"),
  };
}

function wordOf(info: unknown, key: "name" | "version"): string {
  const word = isJsonObject(info) ? info[key] : undefined;
  return typeof word === "string" ? oneLine(word, 60) : "unknown";
}

/** A bare `elicitation: {}` means forms (the rule before modes existed). */
function asksForms(capabilities: unknown): boolean {
  const elicitation = isJsonObject(capabilities) ? capabilities["elicitation"] : undefined;
  return isJsonObject(elicitation) && (elicitation["form"] !== undefined || elicitation["url"] === undefined);
}

function showsApps(capabilities: unknown): boolean {
  const extensions = isJsonObject(capabilities) ? capabilities["extensions"] : undefined;
  const ui = isJsonObject(extensions) ? extensions["io.modelcontextprotocol/ui"] : undefined;
  const types = isJsonObject(ui) ? ui["mimeTypes"] : undefined;
  return Array.isArray(types) && types.includes(CARD_MEDIA_TYPE);
}

function progressOf(context: ServerContext): (message: string) => void {
  const token = context.mcpReq._meta?.progressToken;
  if (token === undefined) return () => {};
  let progress = 0;
  return (message) => {
    progress += 1;
    context.mcpReq
      .notify({ method: "notifications/progress", params: { progressToken: token, progress, message } })
      .catch(() => {});
  };
}

function wireForm(form: ApprovalForm) {
  return {
    message: form.message,
    requestedSchema: {
      type: "object" as const,
      properties: { ...form.requestedSchema.properties },
      required: [...form.requestedSchema.required],
    },
  };
}
