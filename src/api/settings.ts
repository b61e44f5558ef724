import type { Clock } from "../domain/clock.ts";
import type { Tracing } from "../domain/tracing.ts";
import { ConfigError } from "../errors.ts";
import type { BudgetLimits } from "./budget.ts";
import type { Timeouts } from "./connection.ts";
import type { ProxySettings } from "./proxy.ts";
import type { Redactor } from "./redact.ts";
import type { SharedBudget } from "./shared-budget.ts";

export interface HttpApiOptions {
  /** Origin such as `https://b.anny.co`; `/api/v1` is appended here. A function is asked at the first call. */
  readonly base_url: string | (() => Promise<string>);
  /** A function is asked for each request: a token may be renewed meanwhile. */
  readonly token: string | (() => Promise<string>);
  readonly organization_id?: string;
  readonly clock: Clock;
  readonly user_agent: string;
  /** `Accept-Language` when a call names none. */
  readonly language?: string;
  readonly proxy?: ProxySettings;
  /** Time zone in which days are meant where a document names none of its seller. */
  readonly time_zone?: string;
  readonly timeouts?: Partial<Timeouts>;
  readonly budget?: Partial<BudgetLimits>;
  /** Counts what other processes send with the same credential. */
  readonly shared_budget?: SharedBudget;
  /** Where routes that the API lacks are remembered; absent: in this client. */
  readonly missing_routes?: MissingRoutes;
  /** One line per request: method, path, status, milliseconds. Never a query, a body or a secret. */
  readonly log?: (line: string) => void;
  readonly tracing?: Tracing;
}

/** Routes (`PATCH /items/{id}`) that this API answered with 404 or 405 while the resource was there. Never throws. */
export interface MissingRoutes {
  /** The status it answered with; `null`: not known to be missing. */
  get(route: string): Promise<number | null>;
  put(route: string, status: number): Promise<void>;
}

/** A setting that may be asked for when it is first needed. */
export async function resolved(value: string | (() => Promise<string>)): Promise<string> {
  return typeof value === "string" ? value : value();
}

/** Asked once; asked again only after a failure. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let value: Promise<T> | null = null;
  return () => {
    if (value === null) {
      const asked = make();
      value = asked;
      asked.catch(() => {
        value = null;
      });
    }
    return value;
  };
}

/** The token as it is now, checked once for each that there is. */
export function tokenSource(token: HttpApiOptions["token"], redactor: Redactor): () => Promise<string> {
  let last: string | null = null;
  return async () => {
    const now = await resolved(token);
    if (now !== last) last = checkedToken(now, redactor);
    return last;
  };
}

function checkedToken(token: string, redactor: Redactor): string {
  redactor.secret(token);
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new ConfigError("The access token is empty or contains blanks or other characters no token has.", {
      next: "Set INVOICES_API_TOKEN to the token as the admin dashboard shows it (Organization Settings, API).",
    });
  }
  return token;
}

/** https only, loopback excepted. A trailing `/api/v1` is understood. */
export function originOf(baseUrl: string): string {
  const next = "Set INVOICES_BASE_URL to the API's origin, for example https://b.anny.co.";
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (url === null) throw new ConfigError("The base URL is not a URL.", { next });
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && loopback)) {
    throw new ConfigError("The base URL must be https (http only on this machine).", { next });
  }
  const plain = url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  if (!plain || !/^\/?(api\/v1\/?)?$/.test(url.pathname)) {
    throw new ConfigError("The base URL must be an origin, without a path, a login or a query.", { next });
  }
  return url.origin;
}
