import type { InvoicesApi } from "../api/port.ts";
import type { ProxySettings } from "../api/proxy.ts";
import type { Config } from "../config.ts";
import type { Tracing } from "../domain/tracing.ts";
import { AuthenticationError } from "../errors.ts";
import type { Journals } from "../journal/port.ts";
import { once } from "../once.ts";
import { demoApi, journalsOn, realApi } from "../runtime.ts";
import { placeOf, type Tenant } from "./access.ts";
import type { Records } from "./records.ts";

/** One credential's client of the API and the record behind it, shared by everybody who works with that credential. */
export interface Office {
  /** Tells offices apart: another credential, or a newer one, is another office. */
  readonly name: string;
  readonly api: InvoicesApi;
  readonly journals: () => Promise<Journals>;
}

export interface OfficesOptions {
  readonly config: Config;
  /** Everybody works on the built-in simulator. */
  readonly demo: boolean;
  readonly records: Records;
  readonly proxy: ProxySettings | null;
  readonly report: (line: string) => void;
  readonly tracing: Tracing;
}

export interface Offices {
  /** Throws where no credential is kept, or a dead one. */
  of(tenant: Tenant, principal: string): Promise<Office>;
  close(): Promise<void>;
}

interface Credential {
  readonly name: string;
  readonly token: string | (() => Promise<string>);
}

/** Credentials whose clients are kept; an older one's is made again when it is used again. */
const MOST_KEPT = 2_000;

export function createOffices({ config, demo, records, proxy, report, tracing }: OfficesOptions): Offices {
  const offices = new Map<string, Office>();
  const closers: (() => Promise<void>)[] = [];

  /** The organization's own credential from the settings, else the one that was entered for this principal. */
  async function credentialFor(tenant: Tenant, principal: string): Promise<Credential> {
    if (demo || tenant.token !== undefined) return { name: "own", token: tenant.token ?? "" };
    const kept = await records.credential({ ...placeOf(tenant), principal });
    if (kept === null) throw signInAgain("No credential for the invoices API is kept for you in this organization.");
    if (kept.info.state === "dead") {
      throw signInAgain("The credential for the invoices API that is kept for you does not work any more.");
    }
    return { name: `${principal}\n${kept.info.version}`, token: kept.token };
  }

  function opened(tenant: Tenant, name: string, token: Credential["token"]): Office {
    const { id, origin, language, timezone } = tenant;
    const place = placeOf(tenant);
    const settings = {
      base_url: origin,
      language: language ?? config.language,
      timezone: timezone ?? config.timezone,
      ...(id === null ? {} : { organization_id: id }),
    };
    const shared = { proxy, tracing, budget: records.budget(place) };
    const api = demo ? demoApi(config.language, report, closers, tracing) : realApi(settings, token, shared);
    const journals = once(async () => {
      const made = journalsOn(records.of(place), api, report, tracing);
      closers.push(() => made.close());
      return made;
    });
    return { name, api, journals };
  }

  return {
    async of(tenant, principal) {
      const credential = await credentialFor(tenant, principal);
      const name = `${tenant.origin}\n${tenant.id}\n${credential.name}`;
      const office = offices.get(name) ?? opened(tenant, name, credential.token);
      offices.delete(name);
      offices.set(name, office);
      for (const oldest of offices.keys()) {
        if (offices.size <= MOST_KEPT) break;
        offices.delete(oldest);
      }
      return office;
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
