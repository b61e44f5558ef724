import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PermissionError, UnavailableError } from "../../src/errors.ts";
import { advisedHere, ONLY_LOCAL } from "../../src/hosted/advice.ts";
import { errorAnswer, resultAnswer } from "../../src/toolkit/report.ts";
import { answerOf, bearer, call, draftBy, type Hosted, post, startHosted, staticKey } from "./setup.ts";

/** Nobody at the other end of a line can do anything with our flags, commands and files. */
const key = staticKey("agent");
let hosted: Hosted;

beforeAll(async () => {
  hosted = await startHosted({ keys: [key.entry], tenants: [{ members: [{ key: "agent" }] }] });
});
afterAll(() => hosted?.close());

async function texts(name: string, args: object): Promise<string> {
  const { result } = await answerOf(await post(hosted.served.url, call(name, args), bearer(key.key)));
  return `${result?.content.map(({ text }) => text).join("\n")}\n${JSON.stringify(result?.structuredContent)}`;
}

const tool = async (name: string, args: Record<string, unknown>) => {
  const { result } = await answerOf(await post(hosted.served.url, call(name, args), bearer(key.key)));
  return { structuredContent: result?.structuredContent, isError: result?.isError };
};

describe("what the hosted server tells people to do", () => {
  it("names nothing that only helps on their own computer, whatever goes wrong", async () => {
    const [simulator] = hosted.simulators;
    const invoice_id = await draftBy(tool);
    const told: Record<string, string> = {};
    told["nobody to ask"] = await texts("send_invoice", { invoice_id });
    told["a document"] = await texts("get_document", { invoice_id: "#2026-0012" });
    told["a table"] = await texts("review_billing", { since: "2026-01-01", save_csv: true });
    for (const status of [401, 403, 500, 502] as const) {
      simulator?.faults.add({ kind: "status_before", status, times: 20 });
      told[`a reading call, ${status}`] = await texts("list_invoices", { limit: 2 });
      told[`a writing call, ${status}`] = await texts("update_invoice", { invoice_id, notes: `n${status}` });
      simulator?.faults.clear();
    }
    for (const kind of ["reset_before", "bad_json", "wrong_content_type", "truncated_body", "reset_after"] as const) {
      simulator?.faults.add({ kind, times: 20 });
      told[`a reading call, ${kind}`] = await texts("get_customer", { customer_id: "181227" });
      told[`a writing call, ${kind}`] = await texts("update_invoice", { invoice_id, notes: kind });
      simulator?.faults.clear();
    }
    simulator?.setSwitches({ abilities: "read_only" });
    told["not allowed"] = await texts("update_invoice", { invoice_id, notes: "no" });
    simulator?.setSwitches({ abilities: "all" });
    expect(told["nobody to ask"]).toContain("Nobody could be asked");
    for (const [when, text] of Object.entries(told)) expect(text, when).not.toMatch(ONLY_LOCAL);
  }, 60_000);

  it("keeps the sentences that help here as well, in text and structure alike", () => {
    const twofold = advisedHere(
      resultAnswer(
        { ok: true },
        "Done.",
        { next: "Give the person the address. The owner sets INVOICES_DOWNLOAD_DIR." },
        undefined,
      ),
    );
    expect(twofold).toMatchObject({ structured: { next: "Give the person the address." } });
    expect(JSON.stringify(twofold)).not.toContain("INVOICES_DOWNLOAD_DIR");
    const failed = advisedHere(
      errorAnswer(new UnavailableError("Away.", { next: "Check INVOICES_BASE_URL." }), undefined, false),
    );
    expect(failed).toMatchObject({ structured: { error: { code: "unavailable", message: "Away." } } });
    expect(JSON.stringify(failed)).toContain("whoever runs this server");
    const fine = errorAnswer(new PermissionError("No.", { next: "Sign in again." }), undefined, false);
    expect(advisedHere(fine)).toBe(fine);
  });
});
