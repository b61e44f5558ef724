import { randomBytes, randomUUID } from "node:crypto";
import { makeToken } from "./access.ts";
import { createApp } from "./app.ts";
import { createControl } from "./control.ts";
import { type Fault, FaultList, faultSchema } from "./faults.ts";
import { type Listener, listen, type RecordedRequest } from "./listener.ts";
import { sqlitePersistence } from "./persistence.ts";
import type { Effect, OutboxMail } from "./records.ts";
import { seedFirm } from "./seed/firm.ts";
import { seedMany } from "./seed/many.ts";
import { Store } from "./store.ts";
import { defaultSwitches, type Switches, switchPatch } from "./switches.ts";
import { type SimulatedSignIn, Tokens } from "./tokens.ts";
import type { World } from "./world.ts";

export type { Fault, FaultKind } from "./faults.ts";
export type { RecordedRequest } from "./listener.ts";
export type { Effect, EffectKind, OutboxMail } from "./records.ts";
export { SWITCHES, type Switches, type SwitchName } from "./switches.ts";
export type { SimulatedSignIn } from "./tokens.ts";

export interface SimulatorOptions {
  /** SQLite file for the state; in memory when absent. */
  readonly data?: string;
  /** 0 (default) = any free port; always bound to 127.0.0.1. */
  readonly port?: number;
  /** Applied to an empty store only. Default `firm`. */
  readonly seed?: "firm" | "empty";
  /** Adds this many invoices to an empty store, for load tests. */
  readonly many?: number;
  /** Of which each customer has this many; default 10. */
  readonly many_per_customer?: number;
  /** Epoch milliseconds; default the machine's clock. */
  readonly now?: () => number;
  /** Accepted bearer token; default a generated one with a `tenant` claim. */
  readonly token?: string;
  /** How long an access token of its sign-in lives; default a day. */
  readonly token_lives_ms?: number;
  readonly switches?: Partial<Switches>;
  /** Default `ORGANIZATION_ID`; another one where several simulators stand for several organizations. */
  readonly organization_id?: string;
}

export interface RunningSimulator {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly token: string;
  readonly organization_id: string;
  readonly sign_in: SimulatedSignIn;
  /** E-mails that would have gone out. */
  outbox(): OutboxMail[];
  readonly faults: { add(fault: Fault): void; clear(): void };
  setSwitches(patch: Partial<Switches>): void;
  requests(): RecordedRequest[];
  /** Changes of state that really happened, seeding excepted. */
  effects(): Effect[];
  close(): Promise<void>;
}

/** The organization of a simulator. */
export const ORGANIZATION_ID = "0b6f3c1e-5a44-4c58-9d3a-8f1c2e7b6a90";

/** Starts the API on loopback. Throws when the port is taken or the data file cannot be used. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<RunningSimulator> {
  const clock = options.now ?? Date.now;
  let advanced = 0;
  let switches: Switches = { ...defaultSwitches(), ...switchPatch(options.switches ?? {}) };
  const store = new Store(options.data === undefined ? null : sqlitePersistence(options.data));
  const world: World = {
    store,
    organization_id: options.organization_id ?? ORGANIZATION_ID,
    now: () => clock() + advanced,
    newId: randomUUID,
    newSecret: () => randomBytes(18).toString("base64url"),
    switches: () => switches,
  };
  const setSwitches = (patch: Partial<Switches>): void => {
    switches = { ...switches, ...switchPatch(patch) };
  };
  const hidden = new Map<string, number>();
  const faults = new FaultList();
  const tokens = new Tokens(world, options.token_lives_ms);
  let listener: Listener | undefined;
  try {
    const token = options.token ?? storedToken(world);
    if (store.customers.size === 0 && store.invoices.size === 0) {
      store.transaction(() => {
        if (options.seed !== "empty") seedFirm(world);
        seedMany(world, options.many ?? 0, options.many_per_customer ?? 10);
      });
    }
    const app = createApp(world, {
      token,
      tokens,
      isHidden: (id) => (hidden.get(id) ?? 0) > world.now(),
      onError: (error) => process.stderr.write(`simulator: ${error instanceof Error ? error.stack : String(error)}\n`),
    });
    const control = createControl({
      world,
      faults,
      setSwitches,
      requests: () => listener?.requests() ?? [],
      advance: (ms) => {
        advanced += ms;
      },
    });
    listener = await listen({
      port: options.port ?? 0,
      faults,
      control,
      app,
      now: world.now,
      hiding: async (ms, work) => {
        const before = store.effects.size;
        const response = await work();
        for (const { resource_id } of store.effects.all().slice(before)) hidden.set(resource_id, world.now() + ms);
        return response;
      },
    });
    const { port, requests, close } = listener;
    return {
      url: `http://127.0.0.1:${port}`,
      token,
      organization_id: world.organization_id,
      sign_in: {
        authorize_url: `http://127.0.0.1:${port}/oauth/authorize`,
        url: `http://127.0.0.1:${port}/oauth/token`,
        signIn: () => tokens.pair(),
        lapse: () => tokens.lapse(),
        renewals: () => tokens.renewals,
        isOver: () => tokens.isOver,
      },
      outbox: () => store.outbox.all(),
      faults: { add: (fault) => faults.add(faultSchema.parse(fault)), clear: () => faults.clear() },
      setSwitches,
      requests,
      effects: () => store.effects.all(),
      close: async () => {
        await close();
        store.close();
      },
    };
  } catch (error) {
    store.close();
    throw error;
  }
}

/** The generated token lives in the store, so that a data file keeps it over restarts. */
function storedToken(world: World): string {
  const known = world.store.counters.get("token")?.value;
  if (typeof known === "string") return known;
  const token = makeToken(world.organization_id, world.newSecret());
  world.store.transaction(() => world.store.counters.put({ id: "token", value: token }));
  return token;
}
