import { InvoicingError } from "../errors.ts";
import { decodeDocument, oneResource } from "../jsonapi/decode.ts";
import { actionEvidence } from "./created.ts";
import { path } from "./path.ts";
import type { InvoicesApi } from "./port.ts";
import type { Subject } from "./refusal.ts";
import type { Wire, WriteAnswer } from "./wire.ts";

/**
 * The guide shows two forms of the same act: PUT with a body ("Mark as Paid") and POST with a query ("Step 6"). PUT is
 * tried first; POST only after a 404 or 405 of the route, which proves that nothing was done. Remembered.
 */
export function createMarkPaid(wire: Wire, timeZone: string | null): InvoicesApi["markPaid"] {
  let form: "put" | "post" = "put";
  return async (id, sendNotification, call) => {
    const target = `${path`/invoices/${id}`}/set-paid`;
    const subject: Subject = {
      action: `mark invoice ${id} as paid`,
      missing: `Invoice ${id}`,
      wrong_state: "only a SENT invoice can be marked paid, and this one is not, or no longer, in that status.",
    };
    const put = () =>
      wire.write(
        { method: "PUT", path: target, body: JSON.stringify({ send_notification: sendNotification }), subject },
        call,
      );
    const post = () =>
      wire.write({ method: "POST", path: target, query: [["sendNotification", sendNotification]], subject }, call);

    if (form === "post") return viaPost();
    const first = await put();
    return routeMissing(first) && (await exists(id)) ? viaPost() : actionEvidence(first, timeZone, id);

    async function viaPost() {
      const answer = await post();
      form = routeMissing(answer) ? "put" : "post";
      return actionEvidence(answer, timeZone, id);
    }

    async function exists(invoiceId: string): Promise<boolean> {
      try {
        const text = await wire.read(
          { path: path`/invoices/${invoiceId}`, subject: { ...subject, action: `read invoice ${id}` } },
          call,
        );
        return oneResource(decodeDocument(text), "invoices").id === invoiceId;
      } catch (error) {
        if (error instanceof InvoicingError) return false;
        throw error;
      }
    }
  };
}

function routeMissing(answer: WriteAnswer): boolean {
  return answer.kind === "rejected" && (answer.status === 404 || answer.status === 405);
}
