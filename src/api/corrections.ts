import { toWireNumber } from "../domain/money.ts";
import { InvoicingError, RouteMissingError } from "../errors.ts";
import { encodeDocument } from "../jsonapi/encode.ts";
import { deletionEvidence, evidenceOf } from "./created.ts";
import { idOf, path } from "./path.ts";
import type { CallOptions, InvoicesApi } from "./port.ts";
import type { MissingRoutes } from "./settings.ts";
import type { Wire, WriteAnswer, WriteRequest } from "./wire.ts";

type Corrections = Pick<InvoicesApi, "updateCustomer" | "updateItem" | "removeItem" | "deleteInvoice">;
type Reads = Pick<InvoicesApi, "getCustomer" | "getInvoice">;
type Route = keyof Corrections;

/** Method and path, as the routes are remembered. */
const ROUTES: Readonly<Record<Route, string>> = {
  updateCustomer: "PATCH /customers/{id}",
  updateItem: "PATCH /items/{id}",
  removeItem: "DELETE /items/{id}",
  deleteInvoice: "DELETE /invoices/{id}",
};

const DASHBOARD = "or let a person do it in the dashboard";
const DOES: Readonly<Record<Route, string>> = {
  updateCustomer: "change a customer",
  updateItem: "change a line of a draft",
  removeItem: "remove a line from a draft",
  deleteInvoice: "delete a draft",
};
const REMAINS: Readonly<Record<Route, string>> = {
  updateCustomer: `Use create_address for an address and update_invoice for the recipient of a draft, ${DASHBOARD}.`,
  updateItem: `Make a corrected copy with copy_invoice (lines, supersedes), ${DASHBOARD}.`,
  removeItem: `Make a corrected copy with copy_invoice (lines, supersedes), ${DASHBOARD}.`,
  deleteInvoice: `Leave the draft unsent: it bills nobody. For other content make a corrected copy that stands for it (copy_invoice, supersedes), ${DASHBOARD}.`,
};

/**
 * Changes that the guide shows no route for. `PATCH /customers/{id}` is documented by the official connector; PATCH and
 * DELETE of `/items/{id}` and DELETE of `/invoices/{id}` are what JSON:API and the vendor's framework imply (wire facts
 * 4.1, 4.2). A 404 or 405 while the resource itself can be read means that this API lacks the route, which proves that
 * nothing was done. Remembered, so that no second request is spent on it.
 */
export function createCorrectionsApi(wire: Wire, reads: Reads, missing: MissingRoutes): Corrections {
  async function write(
    route: Route,
    request: WriteRequest,
    isThere: () => Promise<boolean>,
    call: CallOptions | undefined,
  ): Promise<WriteAnswer> {
    const known = await missing.get(ROUTES[route]);
    if (known !== null) return { kind: "not_sent", error: routeMissing(route, known) };
    const answer = await wire.write(request, call);
    if (answer.kind !== "rejected" || (answer.status !== 404 && answer.status !== 405)) return answer;
    if (!(await holds(isThere))) return answer;
    await missing.put(ROUTES[route], answer.status);
    return { ...answer, error: routeMissing(route, answer.status) };
  }

  const hasItem = (invoiceId: string, itemId: string, call: CallOptions | undefined) => async () =>
    (await reads.getInvoice(invoiceId, call)).items?.some(({ id }) => id === itemId) === true;

  return {
    async updateCustomer(id, changes, call) {
      const answer = await write(
        "updateCustomer",
        {
          method: "PATCH",
          path: path`/customers/${id}`,
          body: encodeDocument({ type: "customers", id, attributes: { ...changes } }),
          subject: { action: `change customer ${id}`, missing: `Customer ${id}` },
        },
        async () => (await reads.getCustomer(id, call)).id !== "",
        call,
      );
      return evidenceOf(answer, "customers", id);
    },

    async updateItem(invoiceId, itemId, changes, calculateFromNet, call) {
      const { amount, tax_rate, ...texts } = changes;
      const unitAmount = amount === undefined ? undefined : toWireNumber(amount);
      const answer = await write(
        "updateItem",
        {
          method: "PATCH",
          path: path`/items/${itemId}`,
          query: [["calculate_from_net", calculateFromNet]],
          body: encodeDocument({
            type: "items",
            id: itemId,
            attributes: {
              ...texts,
              single_net_amount: calculateFromNet ? unitAmount : undefined,
              single_gross_amount: calculateFromNet ? undefined : unitAmount,
              tax_rate: tax_rate === undefined ? undefined : toWireNumber(tax_rate),
            },
          }),
          subject: { action: `change a line of draft ${idOf(invoiceId)}`, missing: `Line ${itemId}` },
        },
        hasItem(invoiceId, itemId, call),
        call,
      );
      return evidenceOf(answer, "items", itemId);
    },

    async removeItem(invoiceId, itemId, call) {
      const answer = await write(
        "removeItem",
        {
          method: "DELETE",
          path: path`/items/${itemId}`,
          subject: { action: `remove a line from draft ${idOf(invoiceId)}`, missing: `Line ${itemId}` },
        },
        hasItem(invoiceId, itemId, call),
        call,
      );
      return deletionEvidence(answer);
    },

    async deleteInvoice(id, call) {
      const answer = await write(
        "deleteInvoice",
        {
          method: "DELETE",
          path: path`/invoices/${id}`,
          subject: { action: `delete draft ${id}`, missing: `Invoice ${id}` },
        },
        async () => (await reads.getInvoice(id, call)).id === id,
        call,
      );
      return deletionEvidence(answer);
    },
  };
}

/** As long as this client lives. */
export function rememberedRoutes(): MissingRoutes {
  const missing = new Map<string, number>();
  return {
    get: async (route) => missing.get(route) ?? null,
    async put(route, status) {
      missing.set(route, status);
    },
  };
}

/** What cannot be read is not there: the API's own answer then stands. */
async function holds(isThere: () => Promise<boolean>): Promise<boolean> {
  try {
    return await isThere();
  } catch (error) {
    if (error instanceof InvoicingError) return false;
    throw error;
  }
}

function routeMissing(route: Route, status: number): RouteMissingError {
  return new RouteMissingError(`This API has no route to ${DOES[route]} (${status}). Nothing was changed.`, {
    status,
    next: REMAINS[route],
  });
}
