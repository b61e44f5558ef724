import type { InvoicesApi } from "../api/port.ts";
import type { ProxySettings } from "../api/proxy.ts";
import { claimsOf } from "../api/token.ts";
import type { Config } from "../config.ts";
import { systemClock } from "../domain/clock.ts";
import type { Tracing } from "../domain/tracing.ts";
import { AuthenticationError, ConfigError, InvoicingError, UnavailableError } from "../errors.ts";
import type { GuardDeps } from "../guard/guard.ts";
import type { Journals } from "../journal/port.ts";
import { once } from "../once.ts";
import { demoApi, type JournalTrial, journalsOn, realApi } from "../runtime.ts";
import { type Credential, OF_ORGANIZATION, type StoredVersion } from "../store/vault-port.ts";
import { isOwned, placeOf, type Tenant } from "./access.ts";
import type { Metrics } from "./metrics.ts";
import type { Records } from "./records.ts";
import type { Renew } from "./renewal.ts";

/** One credential's client of the API and the record behind it, shared by everybody who works with that credential. */
export interface Office {
  /** Tells offices apart. A renewed credential is the same office. */
  readonly name: string;
  /** What its next request goes out with; `null`: what the settings name. */
  readonly credential: Held | null;
  readonly api: InvoicesApi;
  readonly journals: () => Promise<Journals>;
}

/** A stored credential, without its secret. `principal`: whose it is, which may be the organization. */
export interface Held extends StoredVersion {
  readonly principal: string;
}

/** Where people enter credentials themselves. */
export interface CredentialPage {
  readonly address: string;
  /** Whether somebody can sign in there as this principal. */
  readonly isFor: (principal: string) => boolean;
}

export interface OfficesOptions {
  readonly config: Config;
  /** Everybody works on the built-in simulator. */
  readonly demo: boolean;
  readonly records: Records;
  /** `null`: stored credentials are not renewed. */
  readonly renew: Renew | null;
  readonly proxy: ProxySettings | null;
  /** `null`: there is none. */
  readonly credentialPage: CredentialPage | null;
  readonly report: (line: string) => void;
  readonly log: GuardDeps["log"];
  readonly metrics: Pick<Metrics, "credentialRefused" | "credentialMissed">;
  readonly tracing: Tracing;
  readonly trial?: JournalTrial | undefined;
}

export interface Offices {
  /** Throws where no credential is kept, or a dead one. `refused`: what the API just refused, renewed if it can be. */
  of(tenant: Tenant, principal: string, refused?: Office): Promise<Office>;
  /**
   * What is to be said where the API refused a call and no renewal helps: it is asked once more, and the credential is dead
   * for all instances if it stays with that. Always throws.
   */
  over(tenant: Tenant, principal: string, refused: Office): Promise<never>;
  close(): Promise<void>;
}

interface Kept {
  readonly held: Held | null;
  readonly token: string;
}

interface Opened {
  credential: Kept;
  readonly office: Omit<Office, "credential">;
}

/** Credentials whose clients are kept; an older one's is made again when it is used again. */
const MOST_KEPT = 2_000;
/** A credential is renewed before a call that it might not outlast. */
const LEAST_LEFT_MS = 60_000;

export function createOffices(options: OfficesOptions): Offices {
  const { config, demo, records, renew, proxy, report, tracing } = options;
  const offices = new Map<string, Opened>();
  const closers: (() => Promise<void>)[] = [];
  /** By office: whether the API stays with a refusal, asked once for all calls that met it. */
  const looks = new Map<string, Promise<boolean>>();

  /** What somebody entered for this principal, or for the organization. */
  async function entered(tenant: Tenant, principal: string, refused: Held | null): Promise<Kept> {
    const kept = (await keptOf(tenant, principal, refused)) ?? (await keptOf(tenant, OF_ORGANIZATION, refused));
    if (kept === null) {
      options.metrics.credentialMissed("absent");
      throw again(tenant, principal, "No credential for the invoices API is kept for you in this organization.");
    }
    const { state, why, version, updated_at, principal: whose } = kept.info;
    if (state === "dead") {
      options.metrics.credentialMissed("dead");
      const because = why === null ? "" : ` ${why}`;
      const message = `The credential for the invoices API that is kept for you does not work any more.${because}`;
      throw again(tenant, principal, message);
    }
    return { held: { principal: whose, version, updated_at }, token: kept.secret.access_token };
  }

  async function keptOf(tenant: Tenant, principal: string, refused: Held | null): Promise<Credential | null> {
    const scope = { ...placeOf(tenant), principal };
    const isRefused = refused?.principal === principal;
    const more = isRefused ? { refused_version: refused.version } : {};
    const renewal = renew === null ? null : { min_left_ms: LEAST_LEFT_MS, renew, ...more };
    try {
      return await records.credential(scope, renewal);
    } catch (error) {
      // Not renewed in time is no reason to stop while it lives.
      const kept = error instanceof UnavailableError && !isRefused ? await records.credential(scope, null) : null;
      if ((kept?.info.expires_at ?? 0) <= systemClock.now()) throw error;
      return kept;
    }
  }

  function again(tenant: Tenant, principal: string, message: string): AuthenticationError {
    return signInAgain(message, entering(options.credentialPage, tenant, principal));
  }

  async function over(tenant: Tenant, principal: string, { api, name, credential }: Office): Promise<never> {
    if (credential === null) {
      throw signInAgain("The invoices API does not take the credential of this organization.", RENEWED_BY_OPERATOR);
    }
    const asked = looks.get(name) ?? isRefused(api);
    looks.set(name, asked);
    if (!(await asked.finally(() => looks.delete(name)))) {
      throw new AuthenticationError(
        "The invoices API refused the credential for this call, and takes it for others. Nothing was changed.",
        {
          next: "Make the same call once more. If it stays, tell the person: the token kept here lacks an ability for it (invoices, items, customers, addresses).",
        },
      );
    }
    const isNew = await records.vault?.markDead(
      { ...placeOf(tenant), principal: credential.principal },
      credential,
      "The invoices API refused it.",
    );
    if (isNew === true) {
      options.metrics.credentialRefused();
      options.log("credential_dead", { organization: tenant.id });
    }
    // Dead now, or replaced meanwhile.
    await entered(tenant, principal, null);
    throw new AuthenticationError("The credential for the invoices API was replaced just now. Nothing was changed.", {
      next: "Make the same call again.",
    });
  }

  function opened(tenant: Tenant, name: string, credential: Kept): Opened {
    const { id, origin, language, timezone } = tenant;
    const place = placeOf(tenant);
    const settings = {
      base_url: origin,
      language: language ?? config.language,
      timezone: timezone ?? config.timezone,
      ...(id === null ? {} : { organization_id: id }),
    };
    const shared = { proxy, tracing, budget: records.budget(place) };
    const api = demo
      ? demoApi(config.language, report, closers, tracing)
      : realApi(settings, async () => made.credential.token, shared);
    const journals = once(async () => {
      const opened = await journalsOn(records.of(place), api, report, tracing, options.trial);
      closers.push(() => opened.close());
      return opened;
    });
    const made: Opened = { credential, office: { name, api, journals } };
    return made;
  }

  async function officeOf(tenant: Tenant, principal: string, refused: Held | null): Promise<Office> {
    if (tenant.missing !== null) throw notStarted(tenant.missing);
    const isOwn = demo || tenant.token !== undefined;
    const credential = isOwn ? { held: null, token: tenant.token ?? "" } : await entered(tenant, principal, refused);
    // What the client of the API found out about its organization does not hold for a token of another one.
    const whose = credential.held === null ? "" : `${credential.held.principal}\n${claimsOf(credential.token).tenant}`;
    const name = `${tenant.settings}\n${whose}`;
    const one = offices.get(name) ?? opened(tenant, name, credential);
    // Calls of one moment may come here in another order than the database answered them.
    if (isNewer(credential.held, one.credential.held)) one.credential = credential;
    offices.delete(name);
    offices.set(name, one);
    for (const oldest of offices.keys()) {
      if (offices.size <= MOST_KEPT) break;
      offices.delete(oldest);
    }
    return { ...one.office, credential: one.credential.held };
  }

  return {
    of: (tenant, principal, refused) => officeOf(tenant, principal, refused?.credential ?? null),
    over,
    async close() {
      for (const close of closers.reverse()) await close();
    },
  };
}

function notStarted(variable: string): ConfigError {
  return new ConfigError(
    `This organization's credential for the invoices API is in ${variable}, and the server was started without it. Nothing was changed.`,
    { next: "Whoever runs this server starts it again with that variable. Tell the person." },
  );
}

/** Whether both go out with the same credential. */
export function isSame({ credential: one }: Office, { credential: other }: Office): boolean {
  return (
    one?.principal === other?.principal && one?.version === other?.version && one?.updated_at === other?.updated_at
  );
}

function isNewer(one: Held | null, known: Held | null): boolean {
  return one !== null && known !== null && (one.version > known.version || one.updated_at > known.updated_at);
}

/** Whether what was refused for one call is refused for a read that all need. Throws where that cannot be heard. */
async function isRefused(api: InvoicesApi): Promise<boolean> {
  try {
    await api.listInvoices({ page_size: 1 });
    return false;
  } catch (error) {
    const code = error instanceof InvoicingError ? error.code : "";
    if (code === "authentication" || code === "permission") return code === "authentication";
    throw error;
  }
}

const RENEWED_BY_OPERATOR =
  "Whoever runs this server gives it a new one; until then nothing works here. Tell the person.";

/** What helps where a credential is missing or dead. */
function entering(page: CredentialPage | null, tenant: Tenant, principal: string): string {
  const here = "until then nothing works here";
  const command = "Whoever runs this server enters one (invoicing-mcp credentials)";
  if (page?.isFor(principal) === true) return `Tell the person to enter one at ${page.address}; ${here}.`;
  if (page !== null && isOwned(tenant)) {
    return `An owner of the organization enters one at ${page.address}; ${here}. Tell the person.`;
  }
  return `${command}; ${here}. Tell the person.`;
}

function signInAgain(message: string, next: string): AuthenticationError {
  return new AuthenticationError(`${message} Nothing was changed.`, { next });
}
