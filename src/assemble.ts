import { userInfo } from "node:os";
import { join } from "node:path";
import type { InvoicesApi } from "./api/port.ts";
import type { Config } from "./config.ts";
import type { Downloads } from "./documents/port.ts";
import { systemClock } from "./domain/clock.ts";
import { isJsonObject } from "./domain/json.ts";
import type { BrowserEnvironment } from "./guard/channels/browser.ts";
import type { Policy } from "./guard/policy.ts";
import { INSTRUCTIONS } from "./instructions.ts";
import type { CompletionAsked, ServerParts } from "./server.ts";
import type { Completes } from "./toolkit/completion.ts";
import type { Deps } from "./toolkit/context.ts";
import { EFFECT_META, EFFECT_NAMES, EFFECTS, type Effect, type Mode } from "./toolkit/effect.ts";
import { isListing, type ListedTool } from "./toolkit/listing.ts";
import { linesForTools } from "./toolkit/offered.ts";
import type { Prompt } from "./toolkit/prompt.ts";
import type { ToolAnswer } from "./toolkit/report.ts";
import type { Resources } from "./toolkit/resource.ts";
import surface from "./tools/surface.json" with { type: "json" };
import { VERSION } from "./version.ts";

/** A server put together from its settings. Nothing is opened, connected or loaded before the first call needs it. */
export interface Assembly {
  readonly parts: ServerParts;
  /** Settles what is in flight within the time budget and releases files and ports. */
  close(): Promise<void>;
}

export interface AssemblyOptions {
  readonly config: Config;
  readonly demo: boolean;
  /** Read at start, because a policy that cannot be read must stop the start; `null` when the owner set none. */
  readonly policy: Policy | null;
  /** For lines on stderr. Never given a secret. */
  readonly report: (line: string) => void;
  /** What a person types to answer approvals in a terminal of this machine. */
  readonly terminalCommand: string;
  /** Whether and how a browser can be shown to the person from here. */
  readonly desktop: BrowserEnvironment;
}

export function assemble(options: AssemblyOptions): Assembly {
  const { config, policy } = options;
  const closers: (() => Promise<void>)[] = [];
  const deps = once(() => loadDeps(options, closers));
  const every = toolListing();
  const tools = listedTools(every, strictest(config.mode, policy?.mode ?? config.mode), config);
  const names = [every.map(({ name }) => name), tools.map(({ name }) => name)] as const;
  const prompts = once(async () => {
    const [{ prompts: all }, { offeredPrompts }] = await Promise.all([
      import("./prompts/index.ts"),
      import("./toolkit/prompt.ts"),
    ]);
    return offeredPrompts(all, ...names);
  });
  const resources = once(async () => (await import("./resources/index.ts")).resources);
  return {
    parts: {
      tools,
      instructions: linesForTools(INSTRUCTIONS, ...names).join("\n"),
      async callTool(name, args, call): Promise<ToolAnswer> {
        const { tools } = await import("./tools/index.ts");
        const tool = tools.find((one) => one.name === name);
        if (tool === undefined) throw new Error(`tool ${name} is listed but does not exist`);
        return tool.call(await deps(), args, call);
      },
      resources,
      async readResource(uri, signal) {
        const { readResource } = await import("./toolkit/resource.ts");
        return readResource(await resources(), uri, deps, signal);
      },
      prompts,
      async promptText(prompt, given) {
        const { promptText } = await import("./toolkit/prompt.ts");
        return promptText(prompt, given);
      },
      async complete(asked, signal) {
        const { complete } = await import("./toolkit/completion.ts");
        const what = completedBy(asked, await prompts(), await resources());
        return complete(what, asked.typed, async () => (await deps()).api, signal);
      },
    },
    async close() {
      for (const close of closers.reverse()) await close();
    },
  };
}

/** What the argument stands for; `undefined` when there is nothing to suggest. */
function completedBy(
  asked: CompletionAsked,
  prompts: readonly Prompt[],
  { templates }: Resources,
): Completes | undefined {
  if (asked.prompt !== undefined) {
    const prompt = prompts.find(({ name }) => name === asked.prompt);
    return prompt?.arguments.find(({ name }) => name === asked.argument)?.completes;
  }
  return asked.argument === "id"
    ? templates.find(({ uriTemplate }) => uriTemplate === asked.template)?.completes
    : undefined;
}

function toolListing(): readonly ListedTool[] {
  const listing: unknown = surface;
  if (!isListing(listing)) throw new TypeError("tools/surface.json is not a listing; run npm run generate");
  return listing;
}

/** The tools of a mode, decided once at start from the generated listing; it never changes while the process runs. */
function listedTools(every: readonly ListedTool[], mode: Mode, config: Config): readonly ListedTool[] {
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
  return { ...tool, inputSchema: { ...tool.inputSchema, properties: { ...properties, approval_token } } };
}

function effectOf(tool: ListedTool): Effect {
  const word = tool._meta[EFFECT_META];
  const effect = EFFECT_NAMES.find((one) => one === word);
  if (effect === undefined) throw new TypeError(`${tool.name} is listed without its effect; run npm run generate`);
  return effect;
}

const MODES: readonly Mode[] = ["read-only", "draft-only", "full"];

/** Settings may tighten the policy's mode, never loosen it. */
function strictest(...modes: readonly Mode[]): Mode {
  return MODES.find((mode) => modes.includes(mode)) ?? "read-only";
}

async function loadDeps(options: AssemblyOptions, closers: (() => Promise<void>)[]): Promise<Deps> {
  const { config, demo, report } = options;
  const policy = options.policy ?? (await import("./guard/policy.ts")).defaultPolicy;
  const principal = `local:${userInfo().username}`;
  const api = await (demo ? demoApi(config, report, closers) : realApi(config));
  const store = once(async () => {
    const { openStore } = await import("./store/open.ts");
    const opened = openStore(demo ? ":memory:" : join(config.data_dir, "journal.sqlite"));
    closers.push(() => opened.close());
    return opened;
  });
  const journal = once(async () => {
    const { createJournal } = await import("./journal/journal.ts");
    const { isOwnerAlive, processOwner } = await import("./journal/owner-process.ts");
    const made = createJournal({
      store: await store(),
      api,
      clock: systemClock,
      organization: () => api.organization(),
      owner: processOwner(),
      isOwnerAlive,
      background: true,
      onProblem: (error) => report(`journal: ${error.message}`),
    });
    closers.push(() => made.close());
    made.recover().catch((error: unknown) => report(`recovery: ${error instanceof Error ? error.message : "failed"}`));
    return made;
  });
  const guard = once(async () => {
    const { createGuard } = await import("./guard/guard.ts");
    const { createApprovalPage } = await import("./guard/channels/page.ts");
    const { systemBrowser } = await import("./guard/channels/browser.ts");
    const approvals = (await store()).approvals;
    const log = (event: string, fields: Readonly<Record<string, string | number | boolean | null>>) =>
      report(`${event} ${JSON.stringify(fields)}`);
    const page = createApprovalPage({
      store: approvals,
      clock: systemClock,
      policy,
      openBrowser: systemBrowser(options.desktop),
      log,
    });
    closers.push(() => page.close());
    return createGuard({
      store: approvals,
      clock: systemClock,
      policy,
      confirm: config.confirm,
      page,
      // The demo keeps its approvals in memory, where no other process can answer them.
      terminalCommand: demo ? null : options.terminalCommand,
      log,
    });
  });
  return {
    api,
    journal,
    guard,
    policy,
    async lastEmailTo(customerId) {
      const { lastEmailTo } = await import("./guard/last-email.ts");
      return lastEmailTo((await store()).approvals, (await api.organization()).id, customerId);
    },
    clock: systemClock,
    simulator: demo,
    principal,
    language: config.language,
    timeZone: config.timezone,
    ...(config.download_dir === undefined ? {} : { downloads: await downloads(config.download_dir) }),
  };
}

async function downloads(folder: string): Promise<Downloads> {
  const { downloadsTo } = await import("./documents/folder.ts");
  return downloadsTo(folder);
}

async function realApi(config: Config): Promise<InvoicesApi> {
  const { createHttpApi } = await import("./api/http.ts");
  return createHttpApi({
    base_url: config.base_url,
    token: config.api_token ?? "",
    clock: systemClock,
    user_agent: `invoicing-mcp/${VERSION}`,
    ...(config.organization_id === undefined ? {} : { organization_id: config.organization_id }),
    language: config.language,
  });
}

/** The same client over real HTTP on loopback; the simulator starts with the first call. */
async function demoApi(
  config: Config,
  report: (line: string) => void,
  closers: (() => Promise<void>)[],
): Promise<InvoicesApi> {
  const { createHttpApi } = await import("./api/http.ts");
  const simulator = once(async () => {
    const { startSimulator } = await import("./simulator/index.ts");
    const started = await startSimulator();
    report(`simulator: look inside at ${started.url}/_simulator`);
    closers.push(() => started.close());
    return started;
  });
  return createHttpApi({
    base_url: async () => (await simulator()).url,
    token: async () => (await simulator()).token,
    clock: systemClock,
    user_agent: `invoicing-mcp/${VERSION}`,
    language: config.language,
  });
}

/** Runs an async factory at the first call; a failure is not remembered, so that the next call tries again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
