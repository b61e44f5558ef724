import { createHmac, randomBytes } from "node:crypto";
import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { isJsonObject } from "../../../src/domain/json.ts";

/** What the official suite wants to find on a server: its tools, resources and prompts, mounted on our HTTP. */
export function fixtureServer(): Server {
  const listed = { ttlMs: 1_000, cacheScope: "public" } as const;
  const server = new Server(
    { name: "conformance-fixture", version: "1" },
    {
      capabilities: { tools: {}, resources: { subscribe: true }, prompts: {}, completions: {}, logging: {} },
      cacheHints: {
        "tools/list": listed,
        "resources/list": listed,
        "resources/templates/list": listed,
        "resources/read": listed,
        "prompts/list": listed,
      },
    },
  );
  server.setRequestHandler("tools/list", () => ({ tools: TOOLS.map((tool) => ({ ...tool })) }));
  server.setRequestHandler("tools/call", ({ params }, context) => {
    const run = RUN[params.name];
    if (run === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, "There is no such tool.");
    return run(context, params.arguments ?? {});
  });
  server.setRequestHandler("resources/list", () => ({
    resources: [
      { uri: "test://static-text", name: "text", mimeType: "text/plain" },
      { uri: "test://static-binary", name: "binary", mimeType: "image/png" },
      { uri: "test://watched-resource", name: "watched", mimeType: "text/plain" },
    ],
  }));
  server.setRequestHandler("resources/templates/list", () => ({
    resourceTemplates: [{ uriTemplate: "test://template/{id}/data", name: "template", mimeType: "application/json" }],
  }));
  server.setRequestHandler("resources/read", ({ params: { uri } }) => ({ contents: [content(uri)] }));
  server.setRequestHandler("resources/subscribe", () => ({}));
  server.setRequestHandler("resources/unsubscribe", () => ({}));
  server.setRequestHandler("logging/setLevel", () => ({}));
  server.setRequestHandler("completion/complete", () => ({ completion: { values: [], total: 0, hasMore: false } }));
  server.setRequestHandler("prompts/list", () => ({
    prompts: [
      { name: "test_simple_prompt", description: "Simple." },
      { name: "test_prompt_with_arguments", description: "With arguments.", arguments: needed("arg1", "arg2") },
      { name: "test_prompt_with_embedded_resource", description: "With a resource.", arguments: needed("resourceUri") },
      { name: "test_prompt_with_image", description: "With an image." },
      { name: "test_input_required_result_prompt", description: "Asks first." },
    ],
  }));
  server.setRequestHandler("prompts/get", ({ params }, context) =>
    prompt(context, params.name, params.arguments ?? {}),
  );
  return server;
}

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
const WAV = "UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=";

const needed = (...names: string[]) => names.map((name) => ({ name, description: name, required: true }));
const text = (words: string) => ({ content: [{ type: "text" as const, text: words }] });
const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

function content(uri: string) {
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
  if (id !== undefined) {
    const data = { id, templateTest: true, data: `Data for ID: ${id}` };
    return { uri, mimeType: "application/json", text: JSON.stringify(data) };
  }
  switch (uri) {
    case "test://static-text":
      return { uri, mimeType: "text/plain", text: "This is the content of the static text resource." };
    case "test://static-binary":
      return { uri, mimeType: "image/png", blob: PNG };
    case "test://watched-resource":
      return { uri, mimeType: "text/plain", text: "Watched." };
    default:
      throw new ResourceNotFoundError(uri, "There is no such resource.");
  }
}

function prompt(context: ServerContext, name: string, given: Readonly<Record<string, string>>) {
  const says = (words: string) => ({ role: "user" as const, content: { type: "text" as const, text: words } });
  switch (name) {
    case "test_simple_prompt":
      return { messages: [says("This is a simple prompt for testing.")] };
    case "test_prompt_with_arguments":
      return { messages: [says(`Prompt with arguments: arg1='${given["arg1"]}', arg2='${given["arg2"]}'`)] };
    case "test_prompt_with_embedded_resource": {
      const resource = {
        uri: given["resourceUri"] ?? "",
        mimeType: "text/plain",
        text: "Embedded resource content for testing.",
      };
      const embedded = { role: "user" as const, content: { type: "resource" as const, resource } };
      return { messages: [embedded, says("Please process the embedded resource above.")] };
    }
    case "test_prompt_with_image": {
      const image = { type: "image" as const, data: PNG, mimeType: "image/png" };
      return { messages: [{ role: "user" as const, content: image }, says("Please analyze the image above.")] };
    }
    case "test_input_required_result_prompt": {
      const answer = accepted(context, "user_context");
      return answer === null
        ? asks({ user_context: form("What context should the prompt use?", { context: { type: "string" } }) })
        : { messages: [says(`Use this context: ${String(answer["context"])}`)] };
    }
    default:
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, "There is no such prompt.");
  }
}

type Properties = Record<string, { type: "string" } | { type: "boolean" }>;

function form(message: string, properties: Properties) {
  const requestedSchema = { type: "object" as const, properties, required: Object.keys(properties) };
  return inputRequired.elicit({ message, requestedSchema });
}

function sampling(words: string, maxTokens: number) {
  const messages = [{ role: "user" as const, content: { type: "text" as const, text: words } }];
  return inputRequired.createMessage({ messages, maxTokens });
}

type Inputs = Parameters<typeof inputRequired>[0]["inputRequests"];

function asks(inputRequests: NonNullable<Inputs>, state?: string) {
  return inputRequired({ inputRequests, ...(state === undefined ? {} : { requestState: signed(state) }) });
}

function accepted(context: ServerContext, key: string): Readonly<Record<string, unknown>> | null {
  const view = inputResponse(context.mcpReq.inputResponses, key);
  return view.kind === "elicit" && view.action === "accept" ? (view.content ?? {}) : null;
}

const isThere = (context: ServerContext, key: string) =>
  isJsonObject(context.mcpReq.inputResponses) && key in context.mcpReq.inputResponses;

const SECRET = randomBytes(32);
const mac = (state: string) => createHmac("sha256", SECRET).update(state).digest("base64url");
const signed = (state: string) => `${state}.${mac(state)}`;

/** The state that came back; `null`: none. Throws when it is not as it was sent. */
function stateOf(context: ServerContext): string | null {
  const state = context.mcpReq.requestState<unknown>();
  if (typeof state !== "string") return null;
  const [body = "", tag = ""] = state.split(".");
  if (mac(body) !== tag) throw new ProtocolError(ProtocolErrorCode.InvalidParams, "The state was changed.");
  return body;
}

function capabilitiesOf(context: ServerContext): Readonly<Record<string, unknown>> {
  const envelope: unknown = context.mcpReq.envelope;
  const declared = isJsonObject(envelope) ? envelope[CLIENT_CAPABILITIES_META_KEY] : undefined;
  return isJsonObject(declared) ? declared : {};
}

type Run = (
  context: ServerContext,
  args: Readonly<Record<string, unknown>>,
) => Promise<CallToolResult | InputRequiredResult> | CallToolResult | InputRequiredResult;

async function elicited(context: ServerContext, message: string, properties: object, required: string[] = []) {
  const requestedSchema = { type: "object" as const, properties: { ...properties }, required };
  const answer = await context.mcpReq.send({ method: "elicitation/create", params: { message, requestedSchema } });
  return answer;
}

const RUN: Readonly<Record<string, Run>> = {
  test_simple_text: () => text("This is a simple text response for testing."),
  test_image_content: () => ({ content: [{ type: "image", data: PNG, mimeType: "image/png" }] }),
  test_audio_content: () => ({ content: [{ type: "audio", data: WAV, mimeType: "audio/wav" }] }),
  test_embedded_resource: () => ({
    content: [
      {
        type: "resource",
        resource: {
          uri: "test://embedded-resource",
          mimeType: "text/plain",
          text: "This is an embedded resource content.",
        },
      },
    ],
  }),
  test_multiple_content_types: () => ({
    content: [
      { type: "text", text: "Multiple content types test:" },
      { type: "image", data: PNG, mimeType: "image/png" },
      {
        type: "resource",
        resource: {
          uri: "test://mixed-content-resource",
          mimeType: "application/json",
          text: JSON.stringify({ test: "data", value: 123 }),
        },
      },
    ],
  }),
  async test_tool_with_logging(context) {
    for (const data of ["Tool execution started", "Tool processing data", "Tool execution completed"]) {
      await context.mcpReq.notify({ method: "notifications/message", params: { level: "info", data } });
      await pause();
    }
    return text("Logged.");
  },
  async test_tool_with_progress(context) {
    const progressToken = context.mcpReq._meta?.progressToken;
    for (const progress of [0, 50, 100]) {
      if (progressToken !== undefined) {
        const params = { progressToken, progress, total: 100 };
        await context.mcpReq.notify({ method: "notifications/progress", params });
      }
      await pause();
    }
    return text("Done.");
  },
  test_error_handling: () => ({
    ...text("This tool intentionally returns an error for testing"),
    isError: true,
  }),
  async test_sampling(context, args) {
    const messages = [{ role: "user" as const, content: { type: "text" as const, text: String(args["prompt"]) } }];
    const answer = await context.mcpReq.send({
      method: "sampling/createMessage",
      params: { messages, maxTokens: 100 },
    });
    return text(`LLM response: ${JSON.stringify(answer.content)}`);
  },
  async test_elicitation(context, args) {
    const properties = {
      username: { type: "string", description: "User's response" },
      email: { type: "string", description: "User's email address" },
    };
    const answer = await elicited(context, String(args["message"]), properties, ["username", "email"]);
    return text(`User response: ${JSON.stringify(answer)}`);
  },
  async test_elicitation_sep1034_defaults(context) {
    const answer = await elicited(context, "Please confirm", {
      name: { type: "string", default: "John Doe" },
      age: { type: "integer", default: 30 },
      score: { type: "number", default: 95.5 },
      status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
      verified: { type: "boolean", default: true },
    });
    return text(`Elicitation completed: action=${answer.action}, content=${JSON.stringify(answer.content)}`);
  },
  async test_elicitation_sep1330_enums(context) {
    const titled = (words: readonly string[], title: string) =>
      words.map((word, index) => ({ const: word, title: `${title} ${index}` }));
    const plain = ["option1", "option2", "option3"];
    const answer = await elicited(context, "Please choose", {
      untitledSingle: { type: "string", enum: plain },
      titledSingle: { type: "string", oneOf: titled(["value1", "value2", "value3"], "Option") },
      legacyEnum: { type: "string", enum: ["opt1", "opt2", "opt3"], enumNames: ["One", "Two", "Three"] },
      untitledMulti: { type: "array", items: { type: "string", enum: plain } },
      titledMulti: { type: "array", items: { anyOf: titled(["value1", "value2", "value3"], "Choice") } },
    });
    return text(`Elicitation completed: action=${answer.action}, content=${JSON.stringify(answer.content)}`);
  },
  json_schema_2020_12_tool: () => text("Fine."),
  test_header_tool: () => text("Fine."),
  test_reconnection: () => text("Reconnection test completed successfully"),
  test_input_required_result_elicitation(context) {
    const answer = accepted(context, "user_name");
    return typeof answer?.["name"] === "string"
      ? text(`Hello, ${answer["name"]}!`)
      : asks({ user_name: form("What is your name?", { name: { type: "string" } }) });
  },
  test_input_required_result_sampling: (context) =>
    isThere(context, "capital_question")
      ? text(`The model said: ${JSON.stringify(context.mcpReq.inputResponses)}`)
      : asks({ capital_question: sampling("What is the capital of France?", 100) }),
  test_input_required_result_list_roots: (context) =>
    isThere(context, "client_roots")
      ? text(`Roots: ${JSON.stringify(context.mcpReq.inputResponses)}`)
      : asks({ client_roots: inputRequired.listRoots() }),
  test_input_required_result_request_state: (context) =>
    stateOf(context) === "asked" && accepted(context, "confirm") !== null
      ? text("state-ok")
      : asks({ confirm: form("Please confirm", { ok: { type: "boolean" } }) }, "asked"),
  test_input_required_result_multiple_inputs: (context) =>
    stateOf(context) === "asked" && ["user_name", "greeting", "client_roots"].every((key) => isThere(context, key))
      ? text("All there.")
      : asks(
          {
            user_name: form("What is your name?", { name: { type: "string" } }),
            greeting: sampling("Generate a greeting", 50),
            client_roots: inputRequired.listRoots(),
          },
          "asked",
        ),
  test_input_required_result_multi_round(context) {
    const state = stateOf(context);
    if (state === "two" && accepted(context, "step2") !== null) return text("Both there.");
    return state === "one" && accepted(context, "step1") !== null
      ? asks({ step2: form("Step 2: What is your favorite color?", { color: { type: "string" } }) }, "two")
      : asks({ step1: form("Step 1: What is your name?", { name: { type: "string" } }) }, "one");
  },
  test_input_required_result_tampered_state: (context) =>
    stateOf(context) === "asked"
      ? text("state-ok")
      : asks({ confirm: form("Confirm", { ok: { type: "boolean" } }) }, "asked"),
  test_input_required_result_capabilities(context) {
    const can = capabilitiesOf(context);
    return asks({
      ...(can["elicitation"] === undefined ? {} : { user_name: form("Your name?", { name: { type: "string" } }) }),
      ...(can["sampling"] === undefined ? {} : { greeting: sampling("Generate a greeting", 50) }),
      ...(can["roots"] === undefined ? {} : { client_roots: inputRequired.listRoots() }),
    });
  },
  test_missing_capability(context) {
    if (capabilitiesOf(context)["sampling"] === undefined) {
      throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { sampling: {} } });
    }
    return text("It is there.");
  },
  test_streaming_elicitation: () => asks({ user_name: form("Your name?", { name: { type: "string" } }) }),
  test_logging_tool: () => text("Nothing to log."),
};

const SCHEMAS: Readonly<Record<string, object>> = {
  test_sampling: { properties: { prompt: { type: "string" } }, required: ["prompt"] },
  test_elicitation: { properties: { message: { type: "string" } }, required: ["message"] },
  test_header_tool: { properties: { region: { type: "string", "x-mcp-header": "Region" } }, required: ["region"] },
  json_schema_2020_12_tool: {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $defs: {
      address: {
        $anchor: "addressDef",
        type: "object",
        properties: { street: { type: "string" }, city: { type: "string" } },
      },
    },
    properties: {
      name: { type: "string" },
      address: { $ref: "#/$defs/address" },
      contactMethod: { type: "string", enum: ["phone", "email"] },
      phone: { type: "string" },
      email: { type: "string" },
    },
    allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
    if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
    then: { required: ["phone"] },
    else: { required: ["email"] },
    additionalProperties: false,
  },
};

const TOOLS = Object.keys(RUN)
  .sort()
  .map((name) => ({
    name,
    description: `Fixture of the conformance suite: ${name}.`,
    inputSchema: { type: "object" as const, ...SCHEMAS[name] },
  }));
