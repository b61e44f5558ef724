import type { Invoice } from "../domain/invoice.ts";
import { RouteMissingError } from "../errors.ts";
import type { ReadContext } from "./context.ts";
import { inTime } from "./in-time.ts";

/**
 * The drafts among these that a corrected copy stands for, with its id. A mark for the reader: the refusal to send is the
 * record's own, so a record that cannot be read marks nothing and stops no reading.
 */
export async function supersededAmong(
  invoices: readonly Pick<Invoice, "id" | "status">[],
  context: Pick<ReadContext, "journal">,
): Promise<ReadonlyMap<string, string>> {
  const drafts = invoices.filter(({ status }) => status === "draft").map(({ id }) => id);
  if (drafts.length === 0) return new Map();
  try {
    const marks = context.journal().then((journal) => journal.superseded(drafts));
    return await inTime<ReadonlyMap<string, string>>(marks, new Map());
  } catch {
    return new Map();
  }
}

/** The row as the record marks it. */
export function marked<Row extends object>(
  row: Row,
  id: string,
  superseded: ReadonlyMap<string, string>,
): Row & { readonly superseded_by?: string } {
  const by = superseded.get(id);
  return by === undefined ? row : { ...row, superseded_by: by };
}

/** Does it, or says which call makes the corrected copy where the API has no route for it. */
export async function orCopy<T>(
  work: Promise<T>,
  invoice_id: string,
  lines: () => Promise<readonly object[]>,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof RouteMissingError)) throw error;
    throw new RouteMissingError(error.message, {
      ...(error.status === undefined ? {} : { status: error.status }),
      ...(error.operation_id === undefined ? {} : { operation_id: error.operation_id }),
      next: `A corrected copy does it, which then stands for this draft: copy_invoice ${JSON.stringify({ invoice_id, supersedes: true, lines: await lines() })}. Or a person does it in the dashboard.`,
    });
  }
}
