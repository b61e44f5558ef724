import { createHttpApi } from "../../src/api/http.ts";
import type { InvoicesApi } from "../../src/api/port.ts";
import { type Clock, systemClock } from "../../src/domain/clock.ts";
import { isJsonObject } from "../../src/domain/json.ts";
import { createGuard } from "../../src/guard/guard.ts";
import type { ConfirmMode } from "../../src/guard/ladder.ts";
import { defaultPolicy, type Policy } from "../../src/guard/policy.ts";
import type { ApprovalForm, Asker, ClientFacts, FormAnswer } from "../../src/guard/port.ts";
import { createJournals } from "../../src/journal/journal.ts";
import { isOwnerAlive, processOwner } from "../../src/journal/owner-process.ts";
import {
  type RecordedRequest,
  type RunningSimulator,
  type Switches,
  startSimulator,
} from "../../src/simulator/index.ts";
import { openStore } from "../../src/store/open.ts";
import type { Call, Deps } from "../../src/toolkit/context.ts";
import { isForViews } from "../../src/toolkit/listed-tool.ts";
import type { ToolAnswer } from "../../src/toolkit/report.ts";
import type { Tool } from "../../src/toolkit/tool.ts";
import { tools } from "../../src/tools/index.ts";
import { ORIGIN, placeIn } from "./approvals.ts";

/** Start of the tests' time: seeded dates and "today" follow from it. */
export const START = Date.parse("2026-03-10T09:00:00Z");
export const TODAY = "2026-03-10";

/** Time that begins at `START` and runs `speed` times as fast as the real one. */
export interface TestClock extends Clock {
  advance(ms: number): void;
}

export function testClock(speed = 1): TestClock {
  const began = Date.now();
  let advanced = 0;
  return {
    now: () => START + (Date.now() - began) * speed + advanced,
    sleep: (ms, signal) => systemClock.sleep(ms / speed, signal),
    advance: (ms) => {
      advanced += ms;
    },
  };
}

/** The one who answers forms. */
export type Person = (form: ApprovalForm, clock: TestClock) => FormAnswer | Promise<FormAnswer>;

/** Reads the form like a person: chooses `approve`, or types what it asks for. */
export const approves: Person = (form, clock) => {
  clock.advance(2_000);
  return { action: "accept", content: filledIn(form.requestedSchema.properties) };
};

/** What has to be entered into an approval form so that it counts. */
export function filledIn(properties: Readonly<Record<string, unknown>>): Record<string, string> {
  const typed = properties["typed"];
  if (typed === undefined) return { decision: "approve" };
  const description = isJsonObject(typed) ? typed["description"] : undefined;
  const asked = typeof description === "string" ? /\(([^)]+)\)|: (.+)$/.exec(description) : null;
  return { typed: (asked?.[1] ?? asked?.[2] ?? "").replace(/ [A-Z]{3}$/, "") };
}

const NO_FORMS: ClientFacts = { form: false, apps: false, era: "push", progress: false, name: "test", version: "1" };

/** What a client that shows no cards is told of. */
export const LISTED_NAMES: readonly string[] = tools
  .filter((tool) => !isForViews(tool.listing()))
  .map(({ name }) => name);

export interface Answered {
  readonly isError: boolean;
  readonly text: string;
  readonly structured: Readonly<Record<string, unknown>>;
  readonly meta: unknown;
}

export interface Bench {
  readonly simulator: RunningSimulator;
  readonly deps: Deps;
  readonly clock: TestClock;
  /** `person: null` is a client that cannot show forms. */
  call(tool: string, args: unknown, person?: Person | null): Promise<Answered>;
  /** Like `call`, and fails the test when the answer is an error. */
  ok(tool: string, args: unknown, person?: Person | null): Promise<Answered>;
  /** Like `call`, and fails the test when the answer is not an error. */
  refused(tool: string, args: unknown, person?: Person | null): Promise<Answered>;
  /** Requests that reached the API while `work` ran, as `METHOD path?query` (decoded, without `o`). */
  traffic(work: () => Promise<unknown>): Promise<string[]>;
  recorded(work: () => Promise<unknown>): Promise<readonly RecordedRequest[]>;
  close(): Promise<void>;
}

export interface BenchOptions {
  readonly seed?: "firm" | "empty";
  readonly many?: number;
  readonly switches?: Partial<Switches>;
  readonly confirm?: ConfirmMode;
  readonly speed?: number;
  readonly policy?: Policy;
}

/** The tools as the server runs them: real pipeline, client, HTTP, simulator, journal and guard; only time is ours. */
export async function startBench(options: BenchOptions = {}): Promise<Bench> {
  const clock = testClock(options.speed ?? 20);
  const simulator = await startSimulator({
    now: () => clock.now(),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.many === undefined ? {} : { many: options.many }),
    ...(options.switches === undefined ? {} : { switches: options.switches }),
  });
  const api = createHttpApi({
    base_url: simulator.url,
    token: simulator.token,
    clock,
    user_agent: "invoicing-mcp/test",
  });
  const { deps, close } = toolDeps({
    api,
    clock,
    confirm: options.confirm ?? "auto",
    simulator: true,
    ...(options.policy === undefined ? {} : { policy: options.policy }),
  });
  // The first answer also asks who the organization is; tests count what comes after.
  await api.organization();
  const call: Bench["call"] = (name, args, person = approves) => callTool(deps, clock, name, args, person);
  const recorded: Bench["recorded"] = async (work) => {
    const before = simulator.requests().length;
    await work();
    return simulator.requests().slice(before);
  };
  return {
    simulator,
    deps,
    clock,
    call,
    async ok(name, args, person) {
      const answer = await call(name, args, person);
      if (answer.isError) throw new Error(`${name} failed: ${answer.text}`);
      return answer;
    },
    async refused(name, args, person) {
      const answer = await call(name, args, person);
      if (!answer.isError) throw new Error(`${name} did not fail: ${answer.text}`);
      return answer;
    },
    recorded,
    traffic: async (work) =>
      (await recorded(work)).map(({ method, path, query }) => {
        const shown = [...new URLSearchParams(query)].filter(([key]) => key !== "o").map((pair) => pair.join("="));
        return `${method} ${path.replace("/api/v1", "")}${shown.length === 0 ? "" : `?${shown.join("&")}`}`;
      }),
    async close() {
      await close();
      await simulator.close();
    },
  };
}

/** What the server is built from, on a journal in memory. */
export function toolDeps(options: {
  readonly api: InvoicesApi;
  readonly clock: Clock;
  readonly confirm: ConfirmMode;
  readonly simulator: boolean;
  readonly policy?: Policy;
}): { readonly deps: Deps; close(): Promise<void> } {
  const { api, clock, confirm, simulator, policy = defaultPolicy } = options;
  const store = openStore(":memory:");
  const journals = createJournals({
    store,
    api,
    clock,
    owner: processOwner(),
    isOwnerAlive,
    // Where time runs fast, a busy machine would look like a process that was held up.
    settle: { fresh_ms: 600_000, lease_ms: 600_000 },
  });
  const guard = createGuard({
    store: store.approvals,
    clock,
    policy,
    confirm,
    terminalCommand: null,
    locale: "en",
    timeZone: "Europe/Berlin",
    log: () => {},
  });
  const deps: Deps = {
    api,
    journal: async () => journals.in({ ...placeIn((await api.organization()).id), principal: "local:test" }),
    guard: async () => guard,
    policy,
    lastEmailTo: async (customerId) =>
      store.approvals.lastDelivered(placeIn((await api.organization()).id), customerId),
    clock,
    origin: ORIGIN,
    simulator,
    principal: "local:test",
    timeZone: "Europe/Berlin",
    language: "en",
    hiddenTools: [],
  };
  return {
    deps,
    async close() {
      await journals.close();
      await store.close();
    },
  };
}

export function toolNamed(name: string): Tool {
  const tool = tools.find((one) => one.name === name);
  if (tool === undefined) throw new Error(`no tool ${name}`);
  return tool;
}

/** One call through the pipeline, the way `server.ts` makes it. `null`: a client without forms. */
export async function callTool(
  deps: Deps,
  clock: TestClock,
  name: string,
  args: unknown,
  person: Person | null,
): Promise<Answered> {
  const asker: Asker = {
    client: { ...NO_FORMS, form: person !== null },
    ask: async (form) => (person === null ? { action: "failed", reason: "no forms" } : person(form, clock)),
    returned: null,
  };
  const call: Call = { asker, signal: new AbortController().signal, progress: () => {} };
  return shown(await toolNamed(name).call(deps, args, call));
}

/** A tool that need not be in the registry, called by a client that shows no forms. */
export async function runTool(tool: Tool, deps: Deps, args: unknown): Promise<ToolAnswer> {
  const asker: Asker = {
    client: NO_FORMS,
    ask: async () => ({ action: "failed", reason: "no forms" }),
    returned: null,
  };
  return tool.call(deps, args, { asker, signal: new AbortController().signal, progress: () => {} });
}

function shown(answer: ToolAnswer): Answered {
  if (answer.kind !== "result") throw new Error("the pipeline asked in the form of the other era");
  return { isError: answer.isError, text: answer.text, structured: answer.structured, meta: answer.meta };
}

/** The part of an answer that is an object, by name; an empty one when it is absent. */
export function part(
  answer: Answered | Readonly<Record<string, unknown>>,
  ...path: readonly string[]
): Record<string, unknown> {
  let value: unknown = "structured" in answer ? answer.structured : answer;
  for (const key of path) value = isJsonObject(value) ? value[key] : undefined;
  return isJsonObject(value) ? value : {};
}

export function textOf(answer: Answered, ...path: readonly [string, ...string[]]): string {
  const value = part(answer, ...path.slice(0, -1))[path[path.length - 1] ?? ""];
  if (typeof value !== "string") throw new Error(`${path.join(".")} is not text: ${JSON.stringify(answer.structured)}`);
  return value;
}

export function listOf(answer: Answered, key: string): Record<string, unknown>[] {
  const value = answer.structured[key];
  if (!Array.isArray(value)) throw new Error(`${key} is not a list: ${JSON.stringify(answer.structured)}`);
  return value.filter(isJsonObject);
}

/** Replaces what differs from run to run: random ids, times. Ids get a number in the order they appear. */
export function stable(value: unknown): unknown {
  const names = new Map<string, string>();
  const named = (kind: string, id: string) => {
    const known = names.get(id);
    if (known !== undefined) return known;
    const name = `<${kind} ${[...names.values()].filter((one) => one.startsWith(`<${kind} `)).length + 1}>`;
    names.set(id, name);
    return name;
  };
  const text = JSON.stringify(value)
    .replaceAll(/op_[\w-]+/g, (id) => named("operation", id))
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => named("id", id))
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g, "<time>");
  const parsed: unknown = JSON.parse(text);
  return parsed;
}
