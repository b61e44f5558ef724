import type { InvoicesApi } from "../api/port.ts";
import type { ProxySettings } from "../api/proxy.ts";
import { claimsOf } from "../api/token.ts";
import type { Config } from "../config.ts";
import { systemClock } from "../domain/clock.ts";
import type { Tracing } from "../domain/tracing.ts";
import { AuthenticationError, UnavailableError } from "../errors.ts";
import type { Journals } from "../journal/port.ts";
import { once } from "../once.ts";
import { demoApi, type JournalTrial, journalsOn, realApi } from "../runtime.ts";
import type { Credential } from "../store/vault-port.ts";
import { placeOf, type Tenant } from "./access.ts";
import type { Records } from "./records.ts";
import type { Renew } from "./renewal.ts";

/** One credential's client of the API and the record behind it, shared by everybody who works with that credential. */
export interface Office {
  /** Tells offices apart. A renewed credential is the same office. */
  readonly name: string;
  /** Of the credential that its next request goes out with. */
  readonly version: number;
  readonly api: InvoicesApi;
  readonly journals: () => Promise<Journals>;
}

export interface OfficesOptions {
  readonly config: Config;
  /** Everybody works on the built-in simulator. */
  readonly demo: boolean;
  readonly records: Records;
  /** `null`: stored credentials are not renewed. */
  readonly renew: Renew | null;
  readonly proxy: ProxySettings | null;
  readonly report: (line: string) => void;
  readonly tracing: Tracing;
  readonly trial?: JournalTrial | undefined;
}

export interface Offices {
  /** Throws where no credential is kept, or a dead one. `refused`: the version of it that the API just refused. */
  of(tenant: Tenant, principal: string, refused?: number): Promise<Office>;
  close(): Promise<void>;
}

interface Kept {
  readonly version: number;
  readonly updated_at: number;
  readonly token: string;
}

interface Opened {
  credential: Kept;
  readonly office: Omit<Office, "version">;
}

/** Credentials whose clients are kept; an older one's is made again when it is used again. */
const MOST_KEPT = 2_000;
/** A credential is renewed before a call that it might not outlast. */
const LEAST_LEFT_MS = 60_000;

export function createOffices(options: OfficesOptions): Offices {
  const { config, demo, records, renew, proxy, report, tracing } = options;
  const offices = new Map<string, Opened>();
  const closers: (() => Promise<void>)[] = [];

  /** What was entered for this principal. */
  async function enteredFor(tenant: Tenant, principal: string, refused: number | undefined): Promise<Kept> {
    const scope = { ...placeOf(tenant), principal };
    const more = refused === undefined ? {} : { refused_version: refused };
    const renewal = renew === null ? null : { min_left_ms: LEAST_LEFT_MS, renew, ...more };
    let kept: Credential | null;
    try {
      kept = await records.credential(scope, renewal);
    } catch (error) {
      // Not renewed in time is no reason to stop while it lives.
      kept = error instanceof UnavailableError && refused === undefined ? await records.credential(scope, null) : null;
      if ((kept?.info.expires_at ?? 0) <= systemClock.now()) throw error;
    }
    if (kept === null) throw signInAgain("No credential for the invoices API is kept for you in this organization.");
    const { state, why, version, updated_at } = kept.info;
    if (state === "dead") {
      const because = why === null ? "" : ` ${why}`;
      throw signInAgain(`The credential for the invoices API that is kept for you does not work any more.${because}`);
    }
    return { version, updated_at, token: kept.secret.access_token };
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

  return {
    async of(tenant, principal, refused) {
      const isOwn = demo || tenant.token !== undefined;
      const credential = isOwn
        ? { version: 0, updated_at: 0, token: tenant.token ?? "" }
        : await enteredFor(tenant, principal, refused);
      // What the client of the API found out about its organization does not hold for a token of another one.
      const whose = isOwn ? "" : `${principal}\n${claimsOf(credential.token).tenant}`;
      const name = `${tenant.origin}\n${tenant.id}\n${whose}`;
      const one = offices.get(name) ?? opened(tenant, name, credential);
      // Calls of one moment may come here in another order than the database answered them.
      const known = one.credential;
      if (credential.version > known.version || credential.updated_at > known.updated_at) one.credential = credential;
      offices.delete(name);
      offices.set(name, one);
      for (const oldest of offices.keys()) {
        if (offices.size <= MOST_KEPT) break;
        offices.delete(oldest);
      }
      return { ...one.office, version: one.credential.version };
    },
    async close() {
      for (const close of closers.reverse()) await close();
    },
  };
}

/** What stands in place of advice that is meant for somebody's own computer. */
export function signInAgain(message: string): AuthenticationError {
  return new AuthenticationError(`${message} Nothing was changed.`, {
    next: "Whoever runs this server enters one (invoicing-mcp credentials); until then nothing works here. Tell the person.",
  });
}
