import { join } from "node:path";
import { createHttpApi } from "./api/http.ts";
import type { InvoicesApi } from "./api/port.ts";
import type { ProxySettings } from "./api/proxy.ts";
import type { MissingRoutes } from "./api/settings.ts";
import type { SharedBudget } from "./api/shared-budget.ts";
import { type Config, JOURNAL_FILE } from "./config.ts";
import { createBrowserLinks } from "./documents/browser-links.ts";
import { downloadsTo } from "./documents/folder.ts";
import { systemClock } from "./domain/clock.ts";
import { isJsonObject } from "./domain/json.ts";
import type { Place } from "./domain/scope.ts";
import { NOT_TRACED, type Tracing } from "./domain/tracing.ts";
import { type BrowserEnvironment, browserCommands, systemBrowser } from "./guard/channels/browser.ts";
import type { GuardDeps, PageChannel } from "./guard/guard.ts";
import type { PasskeyStore } from "./guard/passkeys/port.ts";
import { defaultPolicy, type Policy } from "./guard/policy.ts";
import type { Approval, ApprovalStore, FormAnswer } from "./guard/port.ts";
import { localPrincipal } from "./guard/principal.ts";
import type { KeyRing } from "./guard/seal.ts";
import { languageOf } from "./guard/wording.ts";
import { outcomesOf } from "./journal/approved.ts";
import type { Ledger } from "./journal/ledger.ts";
import { missingRoutes } from "./journal/missing-routes.ts";
import { isOwnerAlive, processOwner } from "./journal/owner-process.ts";
import type { Journals } from "./journal/port.ts";
import type { JournalOptions } from "./journal/settings.ts";
import { once } from "./once.ts";
import { withPicture } from "./pictures/offer.ts";
import type { CompletionAsked, ServerParts } from "./server.ts";
import { type Completes, complete } from "./toolkit/completion.ts";
import type { Deps } from "./toolkit/context.ts";
import { offeredPrompts, type Prompt, promptText } from "./toolkit/prompt.ts";
import { type Resources, readResource } from "./toolkit/resource.ts";
import type { Tool } from "./toolkit/tool.ts";
import { load } from "./tools/load.ts";
import { VERSION } from "./version.ts";

export interface RuntimeOptions {
  readonly config: Config;
  readonly demo: boolean;
  readonly policy: Policy | null;
  /** For lines on stderr. Never given a secret. */
  readonly report: (line: string) => void;
  /** What a person types to answer approvals in a terminal of this machine. */
  readonly terminalCommand: string;
  /** What a person types there to register a passkey. */
  readonly passkeyCommand?: string;
  /** Whether and how a browser can be shown to the person from here. */
  readonly desktop: BrowserEnvironment;
  /** Where the settings name no token: asked for it when the first request needs it. */
  readonly keptToken?: () => Promise<string>;
  /** Between this computer and the API. */
  readonly proxy?: ProxySettings | null;
  /** Names of every tool, and of those that this start offers. */
  readonly toolNames: readonly [readonly string[], readonly string[]];
}

/** Everything behind the first answer. Loaded at the first call; files, ports and connections open when first needed. */
export type Runtime = Omit<ServerParts, "tools" | "instructions"> & { close(): Promise<void> };

/** On this computer, for one person. */
export function createRuntime(options: RuntimeOptions): Runtime {
  const closers: (() => Promise<void>)[] = [];
  const deps = makeDeps(options, closers);
  const showsPages = browserCommands(options.desktop, "").length > 0;
  const pictures = once(async () => {
    const { createPicturesPage } = await import("./pictures/page.ts");
    const page = createPicturesPage(systemClock, languageOf(deps.language));
    closers.push(() => page.close());
    return page;
  });
  const runtime = runtimeOf(deps, options.toolNames, async () => {
    for (const close of closers.reverse()) await close();
  });
  return {
    ...runtime,
    async callTool(name, args, call) {
      const answer = await runtime.callTool(name, args, call);
      return showsPages ? withPicture(answer, call.asker.client, pictures) : answer;
    },
  };
}

/** Asking for a module again costs a walk through the loader. */
const loaded = new Map<string, Tool>();

async function loadTool(name: string): Promise<Tool> {
  const tool = Object.hasOwn(load, name) ? (await load[name]?.())?.default : undefined;
  if (tool === undefined) throw new Error(`tool ${name} is listed but does not exist`);
  loaded.set(name, tool);
  return tool;
}

/** What `deps` can be asked for, by the names the protocol uses. */
export function runtimeOf(deps: Deps, toolNames: RuntimeOptions["toolNames"], close: () => Promise<void>): Runtime {
  const prompts = once(async () => offeredPrompts((await import("./prompts/index.ts")).prompts, ...toolNames));
  const resources = once(async () => (await import("./resources/index.ts")).resources);
  return {
    async callTool(name, args, call) {
      return (loaded.get(name) ?? (await loadTool(name))).call(deps, args, call);
    },
    resources,
    readResource: async (uri, signal) => readResource(await resources(), uri, async () => deps, signal),
    prompts,
    promptText: async (prompt, given) => promptText(prompt, given),
    async answered(state, result) {
      const answer = formAnswerIn(result);
      if (answer !== null) await (await deps.guard()).answered(deps.principal, state, answer);
    },
    async complete(asked, signal) {
      const completes = completedBy(asked, await prompts(), await resources());
      return complete(completes, asked.typed, async () => deps.api, signal);
    },
    close,
  };
}

/** The result of an elicitation, as far as it is one. */
function formAnswerIn(result: unknown): FormAnswer | null {
  if (!isJsonObject(result)) return null;
  const { action, content } = result;
  if (action === "accept") return { action, content: isJsonObject(content) ? content : {} };
  return action === "decline" || action === "cancel" ? { action } : null;
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

/** What is shared by everybody who works in one organization, and by whom it is used now. */
export interface ScopeOptions {
  readonly config: Pick<Config, "confirm" | "language" | "timezone" | "download_dir">;
  readonly demo: boolean;
  readonly policy: Policy;
  readonly origin: string;
  readonly principal: string;
  readonly api: InvoicesApi;
  readonly store: () => Promise<Ledger>;
  readonly journals: () => Promise<Journals>;
  readonly page: (approvals: ApprovalStore, passkeys: PasskeyStore) => PageChannel | null | Promise<PageChannel>;
  /** Where the passkeys of its people are kept. Absent: on this computer, for all its organizations. */
  readonly passkeyPlace?: Place;
  readonly terminalCommand: string | null;
  readonly passkeyCommand?: string;
  /** What helps where nobody could be asked; absent: on a person's own computer. */
  readonly unasked?: string;
  /** Seals what travels through clients; shared by the processes that answer the same clients. */
  readonly keys?: KeyRing;
  readonly toolNames: RuntimeOptions["toolNames"];
  readonly log: GuardDeps["log"];
}

/** In what language and zone people are told, and where from what became of what they approved. */
export function shownBy({
  config,
  store,
}: Pick<ScopeOptions, "store"> & { readonly config: Pick<Config, "language" | "timezone"> }) {
  const host = Intl.DateTimeFormat().resolvedOptions();
  return {
    locale: config.language ?? host.locale,
    timeZone: config.timezone ?? host.timeZone,
    outcomesOf: async (approval: Approval) => outcomesOf((await store()).operations, approval),
  };
}

/** For one principal in one organization. */
export function depsOf(options: ScopeOptions): Deps {
  const { api, config, policy, origin, principal, store } = options;
  // Asked here and not at start: the first use of Intl costs more than all other settings together.
  const host = Intl.DateTimeFormat().resolvedOptions();
  const scope = async () => ({ origin, organization_id: (await api.organization()).id, principal });
  return {
    api,
    journal: async () => (await options.journals()).in(await scope()),
    guard: once(async () => {
      const { approvals, facts } = await store();
      // No read asks anybody.
      const [{ createGuard }, { passkeysIn }] = await Promise.all([
        import("./guard/guard.ts"),
        import("./journal/passkeys.ts"),
      ]);
      const passkeys = passkeysIn(facts, options.passkeyPlace);
      const page = await options.page(approvals, passkeys);
      return createGuard({
        store: approvals,
        clock: systemClock,
        policy,
        confirm: config.confirm,
        ...(page === null ? {} : { page }),
        terminalCommand: options.terminalCommand,
        ...shownBy(options),
        passkeys,
        ...(options.passkeyCommand === undefined ? {} : { passkeyCommand: options.passkeyCommand }),
        ...(options.unasked === undefined ? {} : { unasked: options.unasked }),
        ...(options.keys === undefined ? {} : { keys: options.keys }),
        log: options.log,
      });
    }),
    policy,
    async lastEmailTo(customerId) {
      return (await store()).approvals.lastDelivered(await scope(), customerId);
    },
    clock: systemClock,
    origin,
    simulator: options.demo,
    hiddenTools: options.toolNames[0].filter((name) => !options.toolNames[1].includes(name)),
    principal,
    language: config.language ?? host.locale,
    timeZone: config.timezone ?? host.timeZone,
    ...(config.download_dir === undefined ? {} : { downloads: downloadsTo(config.download_dir) }),
  };
}

/** Other times than in earnest, and moments to be told of: for tests. */
export type JournalTrial = Pick<JournalOptions, "settle" | "onPoint">;

/**
 * The record of one API client's organizations. Others of the process may stand on the same store. Loaded with its first use:
 * what only reads needs none of the acts.
 */
export async function journalsOn(
  store: Ledger,
  api: InvoicesApi,
  report: (line: string) => void,
  tracing: Tracing = NOT_TRACED,
  more: JournalTrial = {},
): Promise<Journals> {
  const { createJournals } = await import("./journal/journal.ts");
  return createJournals({
    ...more,
    tracing,
    store,
    api,
    clock: systemClock,
    owner: processOwner(),
    isOwnerAlive,
    background: true,
    onProblem: (error) => report(`journal: ${error.message}`),
  });
}

function makeDeps(options: RuntimeOptions, closers: (() => Promise<void>)[]): Deps {
  const { config, demo, report } = options;
  const policy = options.policy ?? defaultPolicy;
  const principal = localPrincipal();
  // The demo's address is another one at each start, and its journal is gone with it.
  const origin = demo ? "simulator" : new URL(config.base_url).origin;
  const store = once(async () => {
    const { openStore } = await import("./store/open.ts");
    const opened = openStore(demo ? ":memory:" : join(config.data_dir, JOURNAL_FILE));
    closers.push(() => opened.close());
    return opened;
  });
  const routes = missingRoutes(async () => (await store()).facts, origin, systemClock);
  const api = demo
    ? demoApi(config.language, report, closers)
    : realApi(config, config.api_token ?? (options.keptToken === undefined ? "" : once(options.keptToken)), {
        proxy: options.proxy,
        missing_routes: routes,
      });
  const journals = once(async () => {
    const made = await journalsOn(await store(), api, report);
    closers.push(() => made.close());
    const recovered = api
      .organization()
      .then(({ id }) => made.in({ origin, organization_id: id, principal }).recover());
    recovered.catch((error: unknown) => report(`recovery: ${error instanceof Error ? error.message : "failed"}`));
    return made;
  });
  const log: GuardDeps["log"] = (event, fields) => report(`${event} ${JSON.stringify(fields)}`);
  const deps = depsOf({
    config,
    demo,
    policy,
    origin,
    principal,
    api,
    store,
    journals,
    async page(approvals, passkeys) {
      const { createApprovalPage } = await import("./guard/channels/page.ts");
      const page = createApprovalPage({
        store: approvals,
        clock: systemClock,
        policy,
        scope: { origin, principal },
        openBrowser: systemBrowser(options.desktop),
        ...shownBy({ config, store }),
        ...(policy.approver === "passkey" ? { passkeys } : {}),
        log,
      });
      closers.push(() => page.close());
      return page;
    },
    // The demo keeps its approvals in memory, where no other process can answer them.
    terminalCommand: demo ? null : options.terminalCommand,
    ...(options.passkeyCommand === undefined ? {} : { passkeyCommand: options.passkeyCommand }),
    toolNames: options.toolNames,
    log,
  });
  return { ...deps, ...browserLinks(options, closers) };
}

/** Only where the person sits at this machine: an address of 127.0.0.1 is of no use elsewhere. */
function browserLinks({ desktop }: RuntimeOptions, closers: (() => Promise<void>)[]): Pick<Deps, "browserLinks"> {
  if (browserCommands(desktop, "").length === 0) return {};
  const links = createBrowserLinks(systemClock);
  closers.push(() => links.close());
  return { browserLinks: links };
}

/** What a client of the API shares with others. */
export interface ApiSurroundings {
  readonly proxy?: ProxySettings | null | undefined;
  readonly tracing?: Tracing;
  readonly budget?: SharedBudget | null;
  readonly missing_routes?: MissingRoutes;
}

/** The invoices API of one token. */
export function realApi(
  config: Pick<Config, "base_url" | "organization_id" | "language" | "timezone">,
  token: string | (() => Promise<string>),
  { proxy, tracing, budget, missing_routes }: ApiSurroundings = {},
): InvoicesApi {
  const host = Intl.DateTimeFormat().resolvedOptions();
  return createHttpApi({
    base_url: config.base_url,
    token,
    clock: systemClock,
    user_agent: `invoicing-mcp/${VERSION}`,
    ...(config.organization_id === undefined ? {} : { organization_id: config.organization_id }),
    language: config.language ?? host.locale,
    time_zone: config.timezone ?? host.timeZone,
    ...(missing_routes === undefined ? {} : { missing_routes }),
    ...(!proxy ? {} : { proxy }),
    ...(!budget ? {} : { shared_budget: budget }),
    tracing: tracing ?? NOT_TRACED,
  });
}

/** The same client over real HTTP on loopback; the simulator starts with the first call. */
export function demoApi(
  language: string | undefined,
  report: (line: string) => void,
  closers: (() => Promise<void>)[],
  tracing: Tracing = NOT_TRACED,
): InvoicesApi {
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
    language: language ?? Intl.DateTimeFormat().resolvedOptions().locale,
    tracing,
  });
}
