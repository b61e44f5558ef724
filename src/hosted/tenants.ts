import { assembleRefusing, effectOf, type Offer, offerOf, partsOf, strictest } from "../assemble.ts";
import { systemClock } from "../domain/clock.ts";
import { isJsonObject } from "../domain/json.ts";
import { AuthenticationError, ConfigError, InputError } from "../errors.ts";
import type { PageChannel } from "../guard/guard.ts";
import type { KeyRing } from "../guard/seal.ts";
import { once } from "../once.ts";
import { depsOf, type Runtime, runtimeOf } from "../runtime.ts";
import type { ServerParts } from "../server.ts";
import type { Mode } from "../toolkit/effect.ts";
import { errorAnswer, type ToolAnswer } from "../toolkit/report.ts";
import { type Access, type Membership, placeOf, type Tenant } from "./access.ts";
import { advisedHere } from "./advice.ts";
import { createOffices, isSame, type Office, type OfficesOptions } from "./offices.ts";
import { type Right, rightFor } from "./scopes.ts";
import { type Caller, createStanding, missingRight, type Standing } from "./standing.ts";

export interface TenantsOptions extends OfficesOptions {
  readonly access: () => Access;
  readonly keys: KeyRing;
  readonly page: (principal: string, tenant: Tenant) => PageChannel | null;
}

export interface Tenants {
  /** What this caller is offered. Cheap: kept for callers that come again. */
  partsFor(membership: Membership, caller: Caller): Promise<ServerParts>;
  /** For a caller of several organizations at the address of none: every answer says where to go. */
  partsForSeveral(addresses: readonly string[]): ServerParts;
  /** Takes over what another process left open, in every organization; reads only. */
  recover(): Promise<void>;
  close(): Promise<void>;
}

/** Callers whose parts are kept; an older one's are made again when it comes again, and nothing of it is lost. */
const MOST_KEPT = 2_000;
/** Longest answer of a tool that changes nothing. */
const MOST_RESULT_BYTES = 64 * 1024;

export function createTenants(options: TenantsOptions): Tenants {
  const { config, records } = options;
  const offices = createOffices(options);
  const kept = new Map<string, Runtime>();
  /** A changed organization is another one. */
  const numbers = new WeakMap<Tenant, number>();
  let last = 0;
  const offers = new Map<Mode, HostedOffer>();

  async function offerFor(tenant: Tenant): Promise<HostedOffer> {
    const mode = tenant.mode ?? (await records.modeOf(placeOf(tenant)));
    const strict = strictest(config.mode, mode, tenant.policy.mode);
    const offer = offers.get(strict) ?? hostedOffer(offerOf(strict, config));
    offers.set(strict, offer);
    return offer;
  }

  function runtimeIn(
    { name, api, journals }: Office,
    tenant: Tenant,
    principal: string,
    { offer }: HostedOffer,
  ): Runtime {
    const number = numbers.get(tenant) ?? ++last;
    numbers.set(tenant, number);
    const key = `${principal}\n${number}\n${name}\n${offer.tools.length}`;
    const known = kept.get(key);
    kept.delete(key);
    const made =
      known ??
      runtimeOf(
        depsOf({
          config: {
            confirm: config.confirm,
            language: tenant.language ?? config.language,
            timezone: tenant.timezone ?? config.timezone,
            download_dir: undefined,
          },
          demo: options.demo,
          policy: tenant.policy,
          origin: options.demo ? "simulator" : tenant.origin,
          principal,
          api,
          store: async () => records.of(placeOf(tenant)),
          journals,
          passkeyPlace: placeOf(tenant),
          page: () => options.page(principal, tenant),
          terminalCommand: null,
          unasked: unaskedOf(principal),
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
    async partsFor({ tenant }, caller) {
      const { principal } = caller;
      const offer = await offerFor(tenant);
      const after = async (refused?: Office) => {
        const office = await offices.of(tenant, principal, refused);
        return { office, runtime: runtimeIn(office, tenant, principal, offer) };
      };
      const first = once(() => after());
      const parts = partsOf(offer.offer, [], async () => (await first()).runtime);
      const over = (refused: Office) => offices.over(tenant, principal, refused);
      const standing = createStanding(tenant, caller, () => records.of(placeOf(tenant)));
      return withRights(withRenewal(parts, offer.needed, { first, after, over }), offer.needed, standing);
    },
    partsForSeveral: (addresses) =>
      assembleRefusing(
        new ConfigError("You belong to several organizations, and this address is that of none.", {
          next: `The person connects to the address of one: ${addresses.join(", ")}.`,
        }),
      ),
    async recover() {
      const named = options.access().tenants.filter(({ id }) => id !== null);
      await records.forget(named.map(placeOf), systemClock.now());
      const abandoned = await records.abandoned(named.map(placeOf), systemClock.now());
      for (const place of abandoned) {
        const tenant = named.find(({ id, origin }) => id === place.organization_id && origin === place.origin);
        const open = await records.of(place).operations.open(place);
        // Whoever began one of them has a credential by which all can be read.
        for (const principal of new Set(open.map((row) => row.principal))) {
          const office = tenant === undefined ? null : await offices.of(tenant, principal).catch(() => null);
          if (office === null) continue;
          await (await office.journals()).in({ ...place, principal }).recover();
          break;
        }
      }
    },
    close: () => offices.close(),
  };
}

/** Nobody could be asked: this client shows nothing to its person, and there is no page for them. */
function unaskedOf(principal: string): string {
  const more = principal.startsWith("key:")
    ? 'lets somebody else approve ("approver": "other" in the policy): a key cannot sign in at the approval page'
    : "sets up the approval page (INVOICES_HTTP_ISSUER, INVOICES_HTTP_CLIENT_ID)";
  return `Tell the person: use a client that shows forms or cards, or whoever runs this server ${more}.`;
}

/** What a mode offers, and the right that each of its tools takes. */
interface HostedOffer {
  readonly offer: Offer;
  readonly needed: ReadonlyMap<string, Right>;
}

function hostedOffer(offer: Offer): HostedOffer {
  return { offer, needed: new Map(offer.tools.map((tool) => [tool.name, rightFor(tool, effectOf(tool))])) };
}

/** Every call asks whether the caller may; a client that swallows a 403 still shows this answer. */
function withRights(parts: ServerParts, needed: ReadonlyMap<string, Right>, standing: Standing): ServerParts {
  return {
    ...parts,
    async callTool(name, args, call) {
      const right = needed.get(name);
      if (right === undefined) return errorAnswer(missingRight("cancel"), undefined, false);
      const refusal = await standing.refusal(right, call.signal);
      if (refusal !== null) return errorAnswer(refusal, undefined, false);
      const stillAllowed = (approvalId: string | null) => standing.stillAllowed(right, approvalId);
      const answer = advisedHere(await answered(() => parts.callTool(name, args, { ...call, stillAllowed })));
      // What changes something says what became of it, however long that is.
      return right === "read" ? withinLimit(answer) : answer;
    },
    async readResource(uri, signal) {
      const refusal = await standing.refusal("read", signal);
      if (refusal !== null) throw refusal;
      return parts.readResource(uri, signal);
    },
    async answered(state, result) {
      if (standing.has("send") || standing.has("cancel")) await parts.answered?.(state, result);
    },
    complete: async (asked, signal) =>
      standing.has("read") ? parts.complete(asked, signal) : { values: [], hasMore: false },
  };
}

/** An organization that cannot be worked in says so in every answer. */
async function answered(call: () => Promise<ToolAnswer>): Promise<ToolAnswer> {
  try {
    return await call();
  } catch (error) {
    return errorAnswer(error, undefined, false);
  }
}

/** What a call works with. */
interface Working {
  readonly office: Office;
  readonly runtime: Runtime;
}

interface Credentials {
  readonly first: () => Promise<Working>;
  /** After the API refused it: renewed, replaced, or the same. */
  after(refused: Office): Promise<Working>;
  over(refused: Office): Promise<never>;
}

/**
 * Where the API does not take the credential that is kept: renewed if it can be, and then what only reads is done again. What
 * writes is not, whatever the API's answer proves: whoever called does it again.
 */
function withRenewal(
  parts: ServerParts,
  needed: ReadonlyMap<string, Right>,
  { first, after, over }: Credentials,
): ServerParts {
  async function again<T>(read: (runtime: Runtime) => Promise<T>, isRefused: (answer: T) => boolean): Promise<T> {
    const { office } = await first();
    const next = await after(office);
    if (isSame(next.office, office)) return over(office);
    const answer = await read(next.runtime);
    return isRefused(answer) ? over(next.office) : answer;
  }
  return {
    ...parts,
    async callTool(name, args, call) {
      const answer = await parts.callTool(name, args, call);
      if (!isRefusedCredential(answer)) return answer;
      if (needed.get(name) === "read") {
        return again((runtime) => runtime.callTool(name, args, call), isRefusedCredential);
      }
      const { office } = await first();
      if (isSame((await after(office)).office, office)) return over(office);
      throw new AuthenticationError(
        "The credential for the invoices API had lapsed, and there is a new one now. Nothing was changed.",
        { next: "Make the same call again." },
      );
    },
    async readResource(uri, signal) {
      try {
        return await parts.readResource(uri, signal);
      } catch (error) {
        if (!(error instanceof AuthenticationError)) throw error;
        return again(
          (runtime) => runtime.readResource(uri, signal),
          () => false,
        );
      }
    },
  };
}

function isRefusedCredential(answer: ToolAnswer): boolean {
  const error = answer.kind === "result" ? answer.structured["error"] : undefined;
  return isJsonObject(error) && error["code"] === "authentication" && error["effect"] === "none";
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
