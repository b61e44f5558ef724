import { assembleRefusing, effectOf, type Offer, offerOf, partsOf, strictest } from "../assemble.ts";
import { systemClock } from "../domain/clock.ts";
import { isJsonObject } from "../domain/json.ts";
import { AuthenticationError, ConfigError, InputError, PermissionError } from "../errors.ts";
import type { GuardDeps, PageChannel } from "../guard/guard.ts";
import type { KeyRing } from "../guard/seal.ts";
import { once } from "../once.ts";
import { depsOf, type Runtime, runtimeOf } from "../runtime.ts";
import type { ServerParts } from "../server.ts";
import type { Mode } from "../toolkit/effect.ts";
import { errorAnswer, type ToolAnswer } from "../toolkit/report.ts";
import { type Membership, placeOf, type Tenant } from "./access.ts";
import { advisedHere } from "./advice.ts";
import { createOffices, type Office, type OfficesOptions, signInAgain } from "./offices.ts";
import { type Right, rightFor, scopeOf } from "./scopes.ts";

export interface TenantsOptions extends OfficesOptions {
  readonly tenants: readonly Tenant[];
  readonly keys: KeyRing;
  readonly page: (principal: string, tenant: Tenant) => PageChannel | null;
  readonly log: GuardDeps["log"];
}

export interface Tenants {
  /** What this caller is offered. Cheap: kept for callers that come again. */
  partsFor(membership: Membership, principal: string): Promise<ServerParts>;
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
    const key = `${principal}\n${name}\n${offer.tools.length}`;
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
    async partsFor({ tenant, rights }, principal) {
      const offer = await offerFor(tenant);
      const at = async (refused?: number) => {
        const office = await offices.of(tenant, principal, refused);
        return { version: office.version, runtime: runtimeIn(office, tenant, principal, offer) };
      };
      const first = once(() => at());
      const parts = partsOf(offer.offer, [], async () => (await first()).runtime);
      return withRights(withRenewal(parts, offer.needed, first, at), offer.needed, rights);
    },
    partsForSeveral: (addresses) =>
      assembleRefusing(
        new ConfigError("You belong to several organizations, and this address is that of none.", {
          next: `The person connects to the address of one: ${addresses.join(", ")}.`,
        }),
      ),
    async recover() {
      const named = options.tenants.filter(({ id }) => id !== null);
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
function withRights(parts: ServerParts, needed: ReadonlyMap<string, Right>, rights: ReadonlySet<Right>): ServerParts {
  const missing = (right: Right) =>
    new PermissionError(`You are signed in without ${scopeOf(right)}, which this takes.`, {
      next: `The person signs in again and allows ${scopeOf(right)}; if it is not offered there, whoever runs this server gives it.`,
    });
  return {
    ...parts,
    async callTool(name, args, call) {
      const right = needed.get(name);
      if (right === undefined || !rights.has(right)) return errorAnswer(missing(right ?? "cancel"), undefined, false);
      const answer = advisedHere(await answered(() => parts.callTool(name, args, call)));
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

/** An organization that cannot be worked in says so in every answer. */
async function answered(call: () => Promise<ToolAnswer>): Promise<ToolAnswer> {
  try {
    return await call();
  } catch (error) {
    return errorAnswer(error, undefined, false);
  }
}

/** What a call works with, and the version of the credential that its requests go out with. */
interface Working {
  readonly version: number;
  readonly runtime: Runtime;
}

/**
 * Where the API does not take the credential that is kept: renewed if it can be, and then a reading call is made again. One
 * that writes is not, whatever the API's answer proves: whoever made it makes it again.
 */
function withRenewal(
  parts: ServerParts,
  needed: ReadonlyMap<string, Right>,
  first: () => Promise<Working>,
  after: (refused: number) => Promise<Working>,
): ServerParts {
  return {
    ...parts,
    async callTool(name, args, call) {
      const answer = await parts.callTool(name, args, call);
      if (!isRefusedCredential(answer)) return answer;
      const { version } = await first();
      const renewed = await after(version);
      const isOther = renewed.version !== version;
      if (isOther && needed.get(name) === "read") {
        const again = await renewed.runtime.callTool(name, args, call);
        if (!isRefusedCredential(again)) return again;
      }
      if (!isOther || needed.get(name) === "read") {
        throw signInAgain("The invoices API does not take the credential that is kept here.");
      }
      throw new AuthenticationError(
        "The credential for the invoices API had lapsed and is renewed now. Nothing was changed.",
        { next: "Make the same call again." },
      );
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
