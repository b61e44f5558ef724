import type { InvoicesApi } from "../api/port.ts";
import type { ProxySettings } from "../api/proxy.ts";
import { assembleRefusing, effectOf, type Offer, offerOf, partsOf, strictest } from "../assemble.ts";
import type { Config } from "../config.ts";
import type { Tracing } from "../domain/tracing.ts";
import { ConfigError, InputError, PermissionError } from "../errors.ts";
import type { GuardDeps, PageChannel } from "../guard/guard.ts";
import type { KeyRing } from "../guard/seal.ts";
import type { Journals } from "../journal/port.ts";
import { once } from "../once.ts";
import { demoApi, depsOf, journalsOn, type Runtime, realApi, runtimeOf } from "../runtime.ts";
import type { ServerParts } from "../server.ts";
import type { Mode } from "../toolkit/effect.ts";
import { errorAnswer, type ToolAnswer } from "../toolkit/report.ts";
import { type Membership, placeOf, type Tenant } from "./access.ts";
import type { Records } from "./records.ts";
import { type Right, rightFor, scopeOf } from "./scopes.ts";

export interface TenantsOptions {
  readonly config: Config;
  /** Everybody works on the built-in simulator. */
  readonly demo: boolean;
  readonly tenants: readonly Tenant[];
  readonly records: Records;
  readonly keys: KeyRing;
  readonly proxy: ProxySettings | null;
  readonly page: (principal: string) => PageChannel | null;
  readonly report: (line: string) => void;
  readonly log: GuardDeps["log"];
  readonly tracing: Tracing;
}

export interface Tenants {
  /** What this caller is offered. Cheap: kept for callers that come again. */
  partsFor(membership: Membership, principal: string): ServerParts;
  /** For a caller of several organizations at the address of none: every answer says where to go. */
  partsForSeveral(addresses: readonly string[]): ServerParts;
  /** Takes over what another process left open, in every organization; reads only. */
  recover(): Promise<void>;
  close(): Promise<void>;
}

/** One organization's client of the API and its record, shared by everybody who works there. */
interface Office {
  readonly api: InvoicesApi;
  readonly journals: () => Promise<Journals>;
}

/** Callers whose parts are kept; an older one's are made again when it comes again, and nothing of it is lost. */
const MOST_KEPT = 2_000;
/** Longest answer of a tool that changes nothing. */
const MOST_RESULT_BYTES = 64 * 1024;

export function createTenants(options: TenantsOptions): Tenants {
  const { config, records, report } = options;
  const offices = new Map<Tenant, Office>();
  const closers: (() => Promise<void>)[] = [];
  const kept = new Map<string, Runtime>();
  const offers = new Map<Mode, Offer>();

  function officeOf(tenant: Tenant): Office {
    const known = offices.get(tenant);
    if (known !== undefined) return known;
    const { id, token } = tenant;
    const settings = { ...settingsOf(tenant), base_url: tenant.origin };
    const api = options.demo
      ? demoApi(config.language, report, closers, options.tracing)
      : realApi(
          id === null ? settings : { ...settings, organization_id: id },
          async () => {
            if (token !== undefined) return token;
            throw new ConfigError("No credential is kept for this organization.", {
              next: "Whoever runs this server gives one; docs/hosting.md says how.",
            });
          },
          options.proxy,
          options.tracing,
        );
    const journals = once(async () => {
      const made = journalsOn(records.of(placeOf(tenant)), api, report, options.tracing);
      closers.push(() => made.close());
      return made;
    });
    const office = { api, journals };
    offices.set(tenant, office);
    return office;
  }

  function settingsOf({ language, timezone }: Tenant): Pick<Config, "language" | "timezone"> {
    return { language: language ?? config.language, timezone: timezone ?? config.timezone };
  }

  function offerFor({ mode, policy }: Tenant): Offer {
    const strict = strictest(config.mode, mode, policy.mode);
    const offer = offers.get(strict) ?? offerOf(strict, config);
    offers.set(strict, offer);
    return offer;
  }

  function runtimeFor(tenant: Tenant, principal: string, offer: Offer): Runtime {
    const key = `${principal}\n${tenant.origin}\n${tenant.id}`;
    const known = kept.get(key);
    kept.delete(key);
    const { api, journals } = officeOf(tenant);
    const made =
      known ??
      runtimeOf(
        depsOf({
          config: { confirm: config.confirm, ...settingsOf(tenant), download_dir: undefined },
          demo: options.demo,
          policy: tenant.policy,
          origin: options.demo ? "simulator" : tenant.origin,
          principal,
          api,
          store: async () => records.of(placeOf(tenant)),
          journals,
          page: () => options.page(principal),
          terminalCommand: null,
          keys: options.keys,
          toolNames: offer.toolNames,
          log: options.log,
        }),
        offer.toolNames,
        async () => {},
      );
    kept.set(key, made);
    for (const oldest of kept.keys()) {
      if (kept.size <= MOST_KEPT) break;
      kept.delete(oldest);
    }
    return made;
  }

  return {
    partsFor({ tenant, rights }, principal) {
      const offer = offerFor(tenant);
      const parts = partsOf(offer, [], async () => runtimeFor(tenant, principal, offer));
      return withRights(parts, rights);
    },
    partsForSeveral: (addresses) =>
      assembleRefusing(
        new ConfigError("You belong to several organizations, and this address is that of none.", {
          next: `The person connects to the address of one: ${addresses.join(", ")}.`,
        }),
      ),
    async recover() {
      for (const tenant of options.tenants) {
        const { id, origin } = tenant;
        if (id === null || tenant.token === undefined) continue;
        const open = await records.of(placeOf(tenant)).operations.open({ origin, organization_id: id });
        if (open.length === 0) continue;
        const journals = await officeOf(tenant).journals();
        await journals.in({ origin, organization_id: id, principal: "server" }).recover();
      }
    },
    async close() {
      for (const close of closers.reverse()) await close();
    },
  };
}

/** Every call asks whether the caller may; a client that swallows a 403 still shows this answer. */
function withRights(parts: ServerParts, rights: ReadonlySet<Right>): ServerParts {
  const missing = (right: Right) =>
    new PermissionError(`You are signed in without ${scopeOf(right)}, which this takes.`, {
      next: `The person signs in again and allows ${scopeOf(right)}; if it is not offered there, whoever runs this server gives it.`,
    });
  const needed = new Map(parts.tools.map((tool) => [tool.name, rightFor(tool, effectOf(tool))]));
  return {
    ...parts,
    async callTool(name, args, call) {
      const right = needed.get(name);
      if (right === undefined || !rights.has(right)) return errorAnswer(missing(right ?? "cancel"), undefined, false);
      const answer = await parts.callTool(name, args, call);
      // What changes something says what became of it, however long that is.
      return right === "read" ? withinLimit(answer) : answer;
    },
    async readResource(uri, signal) {
      if (!rights.has("read")) throw missing("read");
      return parts.readResource(uri, signal);
    },
    async answered(state, result) {
      if (rights.has("send") || rights.has("cancel")) await parts.answered?.(state, result);
    },
    complete: async (asked, signal) =>
      rights.has("read") ? parts.complete(asked, signal) : { values: [], hasMore: false },
  };
}

function withinLimit(answer: ToolAnswer): ToolAnswer {
  if (answer.kind !== "result") return answer;
  const bytes = Buffer.byteLength(answer.text) + Buffer.byteLength(JSON.stringify(answer.structured));
  if (bytes <= MOST_RESULT_BYTES) return answer;
  return errorAnswer(
    new InputError(
      `The answer would have ${Math.ceil(bytes / 1024)} KB; at most 64 KB are sent. Nothing was changed.`,
      {
        next: "Ask for less: a filter, a shorter period, fewer at a time.",
      },
    ),
    undefined,
    false,
  );
}
