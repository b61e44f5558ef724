import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  inputRequired,
  inputResponse,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { clientFacts, knowsLinks, progressTo, resultOf, traceOf } from "./answering.ts";
import { isJsonObject } from "./domain/json.ts";
import { InvoicingError } from "./errors.ts";
import type { ApprovalForm, Asker, FormAnswer } from "./guard/port.ts";
import { LISTED_FOR_AN_HOUR, SERVER_CAPABILITIES, SERVER_INFO, TOOLS_FOR_AN_HOUR } from "./offer.ts";
import type { Completion } from "./toolkit/completion.ts";
import type { Call } from "./toolkit/context.ts";
import { type ListedTool, listedFor } from "./toolkit/listed-tool.ts";
import type { Prompt } from "./toolkit/prompt.ts";
import type { ToolAnswer } from "./toolkit/report.ts";
import type { Content, Resources } from "./toolkit/resource.ts";

/** What a server offers. Made once per process; `buildServer` is called per connection and must stay cheap. */
export interface ServerParts {
  /** What `tools/list` answers, but for tools of views; the same for the life of the process. */
  readonly tools: readonly ListedTool[];
  readonly instructions: string;
  /** Loads what it needs at the first call, so that the first answer of a connection comes fast. */
  callTool(name: string, args: unknown, call: Call): Promise<ToolAnswer>;
  /** What can be read by address, and the prompts: loaded when a client first asks for them. */
  resources(): Promise<Resources>;
  readResource(uri: string, signal: AbortSignal): Promise<Content>;
  prompts(): Promise<readonly Prompt[]>;
  promptText(prompt: Prompt, given: Readonly<Record<string, string>>): Promise<string>;
  /** Over HTTP: an answer to a form that a call at another process asked with this state. Untrusted, both. */
  answered?(state: string, result: unknown): Promise<void>;
  /** Suggestions while a person types. Never throws. */
  complete(asked: CompletionAsked, signal: AbortSignal): Promise<Completion>;
}

/** The argument of a prompt, or the `{id}` of a resource template, that is being typed. */
export interface CompletionAsked {
  readonly prompt?: string;
  readonly template?: string;
  readonly argument: string;
  readonly typed: string;
}

/** What a client of 2025 said at an opening that another server object answered. Self-declared. */
export interface Introduction {
  readonly protocol_version: string;
  readonly capabilities: unknown;
  readonly client: unknown;
}

/** Where a question carries the state by which its answer counts at any process; taken off before it is sent. */
export const STATE_META = "invoicing/state";

/**
 * The one place where the server's answers meet the SDK. One factory serves both protocol eras. `only`: for one message of
 * this method, and no other.
 */
export function buildServer(
  parts: ServerParts,
  era: "legacy" | "modern",
  introduction?: Introduction,
  only?: string,
): Server {
  const server = new Server(
    { ...SERVER_INFO },
    {
      capabilities: { ...SERVER_CAPABILITIES },
      instructions: parts.instructions,
      cacheHints: {
        "tools/list": TOOLS_FOR_AN_HOUR,
        "resources/list": LISTED_FOR_AN_HOUR,
        "resources/templates/list": LISTED_FOR_AN_HOUR,
        "prompts/list": LISTED_FOR_AN_HOUR,
      },
    },
  );
  const toolsFor = (context: ServerContext) => listedFor(parts.tools, capabilitiesOf(server, context, introduction));
  server.setRequestHandler("tools/list", (_request, context) => ({
    tools: toolsFor(context).map((tool) => ({ ...tool })),
  }));
  server.setRequestHandler("tools/call", async (request, context) => {
    const { name, arguments: args } = request.params;
    const tools = toolsFor(context);
    if (!tools.some((tool) => tool.name === name)) {
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `There is no tool of that name. Tools: ${tools.map((tool) => tool.name).join(", ")}.`,
      );
    }
    const call: Call = {
      asker: askerOf(server, context, era, introduction),
      signal: context.mcpReq.signal,
      progress: progressTo(context.mcpReq._meta?.progressToken, (params) => {
        context.mcpReq.notify({ method: "notifications/progress", params }).catch(() => {});
      }),
      ...traceOf(context.mcpReq._meta),
    };
    const version = server.getNegotiatedProtocolVersion() ?? introduction?.protocol_version ?? "";
    return answerOf(await parts.callTool(name, args, call), knowsLinks(era, version));
  });
  if (only === "tools/call") return server;
  offerResources(server, parts);
  offerPrompts(server, parts);
  return server;
}

function offerResources(server: Server, parts: ServerParts): void {
  server.setRequestHandler("resources/list", async () => ({
    resources: (await parts.resources()).fixed.map(({ uri, name, title, description, mimeType, meta }) => ({
      uri,
      name,
      title,
      description,
      mimeType,
      ...(meta === undefined ? {} : { _meta: { ...meta } }),
    })),
  }));
  server.setRequestHandler("resources/templates/list", async () => ({
    resourceTemplates: (await parts.resources()).templates.map(
      ({ uriTemplate, name, title, description, mimeType }) => ({ uriTemplate, name, title, description, mimeType }),
    ),
  }));
  server.setRequestHandler("resources/read", async (request, context) => {
    const { uri } = request.params;
    const { mimeType, body, meta } = await orProtocolError(uri, () => parts.readResource(uri, context.mcpReq.signal));
    const common = { uri, mimeType, ...(meta === undefined ? {} : { _meta: { ...meta } }) };
    return {
      contents: [
        typeof body === "string"
          ? { ...common, text: body }
          : { ...common, blob: Buffer.from(body).toString("base64") },
      ],
    };
  });
}

function offerPrompts(server: Server, parts: ServerParts): void {
  server.setRequestHandler("prompts/list", async () => ({
    prompts: (await parts.prompts()).map((prompt) => ({
      name: prompt.name,
      title: prompt.title,
      description: prompt.description,
      arguments: prompt.arguments.map(({ name, description, required }) => ({
        name,
        description,
        required: required === true,
      })),
    })),
  }));
  server.setRequestHandler("prompts/get", async (request) => {
    const prompts = await parts.prompts();
    const prompt = prompts.find((one) => one.name === request.params.name);
    if (prompt === undefined) {
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `There is no prompt of that name. Prompts: ${prompts.map(({ name }) => name).join(", ")}.`,
      );
    }
    const text = await orProtocolError(undefined, () => parts.promptText(prompt, request.params.arguments ?? {}));
    return {
      description: prompt.description,
      messages: [{ role: "user" as const, content: { type: "text" as const, text } }],
    };
  });
  server.setRequestHandler("completion/complete", async (request, context) => {
    const { ref, argument } = request.params;
    const completion = await parts.complete(
      {
        ...(ref.type === "ref/prompt" ? { prompt: ref.name } : { template: ref.uri }),
        argument: argument.name,
        typed: argument.value,
      },
      context.mcpReq.signal,
    );
    return { completion: { ...completion } };
  });
}

/** Resources and prompts have no error answers of their own; the sentence goes into the protocol's error. */
async function orProtocolError<T>(uri: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InvoicingError)) throw error;
    const message = `${error.message} Next: ${error.next}`;
    if (error.code === "not_found" && uri !== undefined) throw new ResourceNotFoundError(uri, message);
    const wrong = error.code === "invalid_input";
    throw new ProtocolError(wrong ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError, message);
  }
}

const APPROVAL_KEY = "approval";
/** A person decides whether to go to the page; what they do there is waited for elsewhere. */
const VISIT_MS = 45_000;

function answerOf(answer: ToolAnswer, withLinks: boolean) {
  if (answer.kind === "result") return resultOf(answer, withLinks);
  const asked =
    answer.kind === "ask"
      ? inputRequired.elicit(wireForm(answer.form))
      : inputRequired.elicitUrl({ message: answer.visit.message, url: answer.visit.url });
  return inputRequired({ inputRequests: { [APPROVAL_KEY]: asked }, requestState: answer.state });
}

function askerOf(
  server: Server,
  context: ServerContext,
  era: "legacy" | "modern",
  introduction: Introduction | undefined,
): Asker {
  return {
    client: clientFacts(introduced(server, context, introduction), era, context.mcpReq._meta),
    async ask(form, timeoutMs, state): Promise<FormAnswer> {
      const meta = introduction === undefined ? {} : { _meta: { [STATE_META]: state } };
      try {
        const answer = await context.mcpReq.send(
          { method: "elicitation/create", params: { ...wireForm(form), ...meta } },
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
    async visit({ message, url, id }) {
      try {
        const params = { mode: "url" as const, message, url, elicitationId: id };
        const answer = await context.mcpReq.send(
          { method: "elicitation/create", params },
          { timeout: VISIT_MS, signal: context.mcpReq.signal },
        );
        return answer.action === "accept";
      } catch {
        return false;
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

/** What the request itself names, or was said at the opening, here or at another instance. */
function declared(context: ServerContext): Readonly<Record<string, unknown>> {
  const envelope: unknown = context.mcpReq.envelope;
  return isJsonObject(envelope) ? envelope : {};
}

function capabilitiesOf(server: Server, context: ServerContext, introduction: Introduction | undefined): unknown {
  return (
    declared(context)[CLIENT_CAPABILITIES_META_KEY] ?? server.getClientCapabilities() ?? introduction?.capabilities
  );
}

/** What the client said of itself in this request, or at the opening, here or at another instance. */
function introduced(server: Server, context: ServerContext, introduction: Introduction | undefined) {
  return {
    capabilities: capabilitiesOf(server, context, introduction),
    client: declared(context)[CLIENT_INFO_META_KEY] ?? server.getClientVersion() ?? introduction?.client,
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
