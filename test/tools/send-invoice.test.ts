import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { approves, type Bench, type Person, part, stable, startBench, textOf } from "../harness/mcp-tools.ts";
import { freshDraft } from "../laws/answers.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

describe("send_invoice", () => {
  it("sends a draft after a person saw exactly what will leave", async () => {
    const invoice_id = await freshDraft(bench);
    const forms: string[] = [];
    const person: Person = (form, clock) => {
      forms.push(form.message);
      return approves(form, clock);
    };
    const answer = await bench.ok("send_invoice", { invoice_id }, person);
    expect(forms.map((form) => stable(form))).toMatchInlineSnapshot(`
      [
        "Send 119.00 EUR to "Brandt & Töchter Buchhandlung (Sonja Brandt)"?
      SIMULATOR, nothing leaves it · Organization "Lindenhof Studios"

      Draft
      Gross 119.00 EUR · net 100.00 EUR · 19 %: 19.00 EUR
      Issued the day it is sent · due not set
      Lines (1):
       1. 2 × 50.00 EUR, 19 %, = 100.00 EUR: "Leistung 1.1"
      E-mail to "sonja.brandt@brandt-buch.example"
      Customer 181227 "Brandt & Töchter Buchhandlung (Sonja Brandt)"
      Recipient, filled in from the customer record "Brandt & Töchter Buchhandlung / Karl-Heine-Straße 61 / 04229 Leipzig / Germany"
      Notes "Entwurf 1"
      E-invoice (XML): earlier invoices had none

      What will happen:
      - It is issued with today's date: it gets its final number and can no longer be changed.
      - The customer is e-mailed at "sonja.brandt@brandt-buch.example".
      - This cannot be undone; the way back is to cancel it with a credit note.",
      ]
    `);
    expect(stable(answer.structured)).toMatchInlineSnapshot(`
      {
        "account": ""Lindenhof Studios" (simulator: nothing is real)",
        "done": "Sent invoice RE-2026-0015: 119.00 EUR.",
        "invoice": {
          "currency": "EUR",
          "customer": "Brandt & Töchter Buchhandlung (Sonja Brandt)",
          "customer_id": "181227",
          "id": "<id 1>",
          "issued_at": "2026-03-10",
          "kind": "invoice",
          "number": "RE-2026-0015",
          "status": "sent",
          "total": "119.00",
        },
        "next": "mark_paid when the money has arrived. It can no longer be edited; cancel_invoice is the way back.",
        "operation_id": "<operation 1>",
        "outcome": "done",
      }
    `);
    expect(stable(answer.text)).toMatchInlineSnapshot(`
      "Sent invoice RE-2026-0015: 119.00 EUR.
        #RE-2026-0015 sent · 119.00 EUR · "Brandt & Töchter Buchhandlung (Sonja Brandt)" · issued 2026-03-10 · customer id 181227 · id <id 1>
      Operation: <operation 1>
      Next: mark_paid when the money has arrived. It can no longer be edited; cancel_invoice is the way back.
      Account: "Lindenhof Studios" (simulator: nothing is real)"
    `);
    expect(bench.simulator.outbox().at(-1)).toMatchObject({ kind: "invoice", to: "sonja.brandt@brandt-buch.example" });
  });

  it("does nothing and asks nobody for what is already sent", async () => {
    const nobody: Person = () => {
      throw new Error("asked");
    };
    const answer = await bench.refused("send_invoice", { invoice_id: "#RE-2026-0012" }, nobody);
    expect(part(answer, "error")).toMatchObject({ code: "wrong_state", effect: "none" });
    expect(answer.text).toContain("is already sent; only a draft can be sent");
  });

  it("asks nobody about a draft without lines", async () => {
    const answer = await bench.refused("send_invoice", { invoice_id: await freshDraft(bench, 0) });
    expect(answer.text).toContain("has no lines");
    expect(answer.structured["error"]).toMatchObject({ next: "add_item first." });
  });

  it("asks again when the draft changed while the person was reading, and says what changed", async () => {
    const invoice_id = await freshDraft(bench);
    const forms: string[] = [];
    const person: Person = async (form, clock) => {
      forms.push(form.message);
      if (forms.length === 1) {
        await bench.ok("add_item", {
          invoice_id,
          title: "Nachtrag",
          quantity: 1,
          tax_rate: 19,
          single_net_amount: 900,
        });
      }
      return approves(form, clock);
    };
    const answer = await bench.ok("send_invoice", { invoice_id }, person);
    expect(forms).toHaveLength(2);
    expect(forms[0]).toContain("119");
    expect(forms[1]).toMatch(/Changed since|Geändert seit/);
    expect(part(answer, "invoice")["total"]).toBe("1190.00");
    expect(
      bench.simulator
        .effects()
        .filter(({ resource_id, kind }) => resource_id === invoice_id && kind === "invoice.sent"),
    ).toHaveLength(1);
  });

  it("finds out what became of it when the answer is lost, and does it once", async () => {
    const invoice_id = await freshDraft(bench);
    bench.simulator.faults.add({ kind: "reset_after", path: "/invoices/*/send" });
    const answer = await bench.ok("send_invoice", { invoice_id });
    expect(answer.structured["outcome"]).toBe("done");
    const again = await bench.ok("send_invoice", { invoice_id });
    expect(again.structured["outcome"]).toBe("already_done");
    expect(textOf(again, "done")).toContain("This call changed nothing");
    expect(bench.simulator.requests().filter(({ path }) => path.endsWith(`${invoice_id}/send`))).toHaveLength(1);
  });
});
