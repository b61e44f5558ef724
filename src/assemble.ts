import { join } from "node:path";
import { type Config, JOURNAL_FILE } from "./config.ts";
import { isJsonObject } from "./domain/json.ts";
import type { ConfigError } from "./errors.ts";
import { INSTRUCTIONS } from "./instructions.ts";
import { once } from "./once.ts";
import type { RuntimeOptions } from "./runtime.ts";
import type { ServerParts } from "./server.ts";
import { journalProblem, memoryProblem } from "./store/preflight.ts";
import { EFFECT_META, EFFECT_NAMES, EFFECTS, type Effect, type Mode } from "./toolkit/effect.ts";
import { ASK_EACH_TIME } from "./toolkit/host-hints.ts";
import { isListing, type ListedTool } from "./toolkit/listed-tool.ts";
import { linesForTools } from "./toolkit/offered.ts";
import surface from "./tools/surface.json" with { type: "json" };

/** A server put together from its settings. Nothing is opened, connected or loaded before the first call needs it. */
export interface Assembly {
  readonly parts: ServerParts;
  /** Settles what is in flight within the time budget and releases files and ports. */
  close(): Promise<void>;
}

export function assemble(options: Omit<RuntimeOptions, "toolNames">): Assembly {
  const { config, policy } = options;
  const problem = options.demo ? memoryProblem() : journalProblem(join(config.data_dir, JOURNAL_FILE));
  if (problem !== null) options.report(`only reading: ${problem.message} ${problem.next}`);
  const mode = strictest(config.mode, policy?.mode ?? config.mode, problem === null ? config.mode : "read-only");
  const offer = offerOf(mode, config);
  let started = false;
  const runtime = once(async () => {
    const { createRuntime } = await import("./runtime.ts");
    started = true;
    return createRuntime({ ...options, toolNames: offer.toolNames });
  });
  const says =
    problem === null
      ? []
      : [`Only reading works now, because nothing can be recorded: ${problem.message} ${problem.next}`];
  return {
    parts: saidOnce(partsOf(offer, says, runtime), says),
    async close() {
      if (started) await (await runtime()).close();
    },
  };
}

/** Many clients show a model no instructions: the first answer says it, too. */
function saidOnce(parts: ServerParts, says: readonly string[]): ServerParts {
  const [sentence] = says;
  let isSaid = sentence === undefined;
  return {
    ...parts,
    async callTool(name, args, call) {
      const answer = await parts.callTool(name, args, call);
      if (isSaid || sentence === undefined || answer.kind !== "result" || answer.isError) return answer;
      isSaid = true;
      const { structured, text } = answer;
      return { ...answer, text: `${text}\n${sentence}`, structured: { tell_user: sentence, ...structured } };
    },
  };
}

/** What a mode offers, decided once from the generated listing. */
export interface Offer {
  readonly tools: readonly ListedTool[];
  readonly toolNames: RuntimeOptions["toolNames"];
  readonly instructions: readonly string[];
}

export function offerOf(mode: Mode, config: Pick<Config, "confirm">): Offer {
  const every = toolListing();
  const tools = listedTools(every, mode, config);
  const toolNames = [every.map(({ name }) => name), tools.map(({ name }) => name)] as const;
  return { tools, toolNames, instructions: linesForTools(INSTRUCTIONS, ...toolNames) };
}

/** `says`: what is to be known besides, one sentence each. */
export function partsOf(
  { tools, instructions }: Offer,
  says: readonly string[],
  runtime: () => Promise<Omit<ServerParts, "tools" | "instructions">>,
): ServerParts {
  return {
    tools,
    instructions: [...instructions, ...says].join("\n"),
    callTool: async (name, args, call) => (await runtime()).callTool(name, args, call),
    resources: async () => (await runtime()).resources(),
    readResource: async (uri, signal) => (await runtime()).readResource(uri, signal),
    prompts: async () => (await runtime()).prompts(),
    promptText: async (prompt, given) => (await runtime()).promptText(prompt, given),
    answered: async (state, result) => (await runtime()).answered?.(state, result),
    complete: async (asked, signal) => (await runtime()).complete(asked, signal),
  };
}

/**
 * The server of a start whose settings are missing or wrong. A person in a chat never sees stderr: the tools are there, and
 * every answer says what is wrong and how to give it. Nothing else works, reading included, so no setting is ever guessed.
 */
export function assembleRefusing(error: ConfigError): ServerParts {
  const refuse = async (): Promise<never> => {
    throw error;
  };
  return {
    tools: toolListing().filter((tool) => effectOf(tool) !== "answer"),
    instructions: `Nothing works yet: ${error.message} ${error.next} Tell the person this; every tool will answer the same until the settings are right and the server is started again.`,
    callTool: async () => {
      const { errorAnswer } = await import("./toolkit/report.ts");
      return errorAnswer(error, undefined, false);
    },
    resources: async () => ({ fixed: [], templates: [] }),
    readResource: refuse,
    prompts: async () => [],
    promptText: refuse,
    complete: async () => ({ values: [], hasMore: false }),
  };
}

function toolListing(): readonly ListedTool[] {
  const listing: unknown = surface;
  if (!isListing(listing)) throw new TypeError("tools/surface.json is not a listing; run npm run generate");
  return listing;
}

/** The tools of a mode, decided once at start from the generated listing; it never changes while the process runs. */
function listedTools(every: readonly ListedTool[], mode: Mode, config: Pick<Config, "confirm">): readonly ListedTool[] {
  const hasCard = config.confirm === "auto" || config.confirm === "card";
  return every
    .filter((tool) => {
      const effect = effectOf(tool);
      return EFFECTS[effect].modes.includes(mode) && (effect !== "answer" || hasCard);
    })
    .map((tool) => (config.confirm === "token" && effectOf(tool) === "commit" ? withToken(tool) : tool));
}

/** Where the owner lets the model approve (`--confirm token`), guarded tools take the token of their preview. */
function withToken(tool: ListedTool): ListedTool {
  const { properties } = tool.inputSchema;
  if (!isJsonObject(properties)) return tool;
  const approval_token = { type: "string", description: "From the preview." };
  return {
    ...tool,
    inputSchema: { ...tool.inputSchema, properties: { ...properties, approval_token } },
    _meta: { ...tool._meta, ...ASK_EACH_TIME },
  };
}

export function effectOf(tool: ListedTool): Effect {
  const word = tool._meta[EFFECT_META];
  const effect = EFFECT_NAMES.find((one) => one === word);
  if (effect === undefined) throw new TypeError(`${tool.name} is listed without its effect; run npm run generate`);
  return effect;
}

const MODES: readonly Mode[] = ["read-only", "draft-only", "full"];

/** Settings may tighten the policy's mode, never loosen it. */
export function strictest(...modes: readonly Mode[]): Mode {
  return MODES.find((mode) => modes.includes(mode)) ?? "read-only";
}
