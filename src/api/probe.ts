import type { Organization } from "../domain/organization.ts";
import { InvoicingError } from "../errors.ts";
import type { QueryPairs } from "../jsonapi/query.ts";
import type { Timeouts } from "./connection.ts";
import type { HttpApiOptions } from "./settings.ts";
import { createWire } from "./wire.ts";

/** Looks what an account can do, by reads alone: for setup and doctor. */

const TIMEOUTS: Timeouts = { connect_ms: 5_000, response_ms: 15_000, body_ms: 10_000 };

/** What is read, and what a token needs it for. Items and addresses have no list of their own to read. */
const READS: readonly (readonly [resource: ProbedResource, query: QueryPairs])[] = [
  ["invoices", [["page[size]", 1]]],
  ["customers", [["page[size]", 1]]],
];
export type ProbedResource = "invoices" | "customers";

export interface Account {
  /** Throws what the API answered: 401 where the token does not hold. */
  organizations(): Promise<readonly Organization[]>;
  /** The one open in the dashboard just now. */
  active(): Promise<Organization | null>;
  /** The organization that calls would work in, found as they find it. */
  chosen(): Promise<Organization>;
  /** What can be read there, and the error of what cannot. */
  reads(): Promise<readonly { readonly resource: ProbedResource; readonly error: InvoicingError | null }[]>;
}

export function openAccount(options: HttpApiOptions): Account {
  const wire = createWire({ ...options, timeouts: TIMEOUTS });
  return {
    organizations: () => wire.organization.listed(),
    active: () => wire.organization.active(),
    chosen: () => wire.organization.get(),
    reads: () =>
      Promise.all(
        READS.map(async ([resource, query]) => {
          try {
            await wire.read({ path: `/${resource}`, query, subject: { action: `read ${resource}`, missing: null } });
            return { resource, error: null };
          } catch (error) {
            if (error instanceof InvoicingError) return { resource, error };
            throw error;
          }
        }),
      ),
  };
}
