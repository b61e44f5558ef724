import { noopObserve } from "@mastra/core/tools";
import { getMcpCallToolContent } from "@mastra/mcp";
import { isJsonObject } from "../../../src/domain/json.ts";
import { type CallResult, readResult } from "../../harness/mcp-clients.ts";
import { filledIn } from "../../harness/mcp-tools.ts";
import type { Framework, FrameworkName } from "../framework.ts";
import { connect as connectAiSdk } from "./ai-sdk.ts";
import { connect as connectLangChain } from "./langchain.ts";
import { connect as connectMastra } from "./mastra.ts";
import { connect as connectOpenAiAgents } from "./openai-agents.ts";

/** What a framework makes of an error, where it throws instead of returning. */
function thrown(error: unknown): CallResult {
  return { isError: true, text: error instanceof Error ? error.message : String(error), structured: {} };
}

function personWith(forms: string[]) {
  return async (form: object) => {
    const { message, requestedSchema } = { message: "", requestedSchema: {}, ...form };
    forms.push(message);
    const properties = isJsonObject(requestedSchema) ? requestedSchema["properties"] : undefined;
    await new Promise((resolve) => setTimeout(resolve, 350));
    return { action: "accept" as const, content: filledIn(isJsonObject(properties) ? properties : {}) };
  };
}

export const FRAMEWORKS: Readonly<Record<FrameworkName, () => Promise<Framework>>> = {
  async LangChain(): Promise<Framework> {
    const { client, tools } = await connectLangChain();
    return {
      toolNames: tools.map(({ name }) => name),
      forms: [],
      async call(name, args) {
        const tool = tools.find((one) => one.name === name);
        try {
          // As an agent calls it: the message that goes back to the model, with the structure as its artifact.
          const message: unknown = await tool?.invoke({ type: "tool_call", id: "1", name, args });
          if (!isJsonObject(message)) throw new TypeError("no message");
          return { isError: false, text: String(message["content"]), structured: structureIn(message["artifact"]) };
        } catch (error) {
          return thrown(error);
        }
      },
      close: () => client.close(),
    };
  },

  async "AI SDK"(): Promise<Framework> {
    const forms: string[] = [];
    const { client, tools } = await connectAiSdk(personWith(forms));
    return {
      toolNames: Object.keys(tools),
      forms,
      call: async (name, args) =>
        readResult(await tools[name]?.execute(args, { toolCallId: "1", messages: [], context: {} })),
      close: () => client.close(),
    };
  },

  async "OpenAI Agents"(): Promise<Framework> {
    const server = await connectOpenAiAgents();
    return {
      toolNames: (await server.listTools()).map(({ name }) => name),
      forms: [],
      call: async (name, args) => readResult(await server.callToolResult(name, args)),
      close: () => server.close(),
    };
  },

  async Mastra(): Promise<Framework> {
    const forms: string[] = [];
    const answer = personWith(forms);
    const { client, tools } = await connectMastra(({ params }) => answer(params));
    return {
      toolNames: Object.keys(tools).map((name) => name.replace(/^invoicing_/, "")),
      forms,
      async call(name, args) {
        try {
          // Mastra gives the structure, with the text for the model hidden beside it.
          const given: unknown = await tools[`invoicing_${name}`]?.execute?.(args, { observe: noopObserve });
          return readResult({ content: getMcpCallToolContent(given), structuredContent: given });
        } catch (error) {
          return thrown(error);
        }
      },
      close: () => client.disconnect(),
    };
  },
};

function structureIn(artifact: unknown): Record<string, unknown> {
  const found = Array.isArray(artifact)
    ? artifact.find((one) => isJsonObject(one) && one["type"] === "mcp_structured_content")
    : undefined;
  return isJsonObject(found) && isJsonObject(found["data"]) ? found["data"] : {};
}
