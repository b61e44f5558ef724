import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planCancel } from "../../src/acts/cancel-invoice.ts";
import { planChangeRecipient } from "../../src/acts/change-recipient.ts";
import { planMarkPaid } from "../../src/acts/mark-paid.ts";
import { decimal } from "../../src/domain/money.ts";
import { describeChanges } from "../../src/guard/facts.ts";
import { approvalForm, MAX_FORM_CHARACTERS } from "../../src/guard/form.ts";
import { type BatchEntry, changesSince, planBatch } from "../../src/guard/plan-batch.ts";
import { planResolve } from "../../src/guard/plan-resolve.ts";
import { defaultPolicy } from "../../src/guard/policy.ts";
import { renderPreview } from "../../src/guard/preview.ts";
import { planView } from "../../src/guard/view.ts";
import { planViewSchema } from "../../src/ui/plan-view.ts";
import { ORIGIN } from "../harness/approvals.ts";
import { context, customer, input, invoice, item, organization, sendPlan } from "./setup.ts";

const sent = invoice({ status: "sent", status_word: "sent" });

describe("previews", () => {
  it("shows the guide's invoice on one screen", () => {
    const text = renderPreview(planView(sendPlan()));
    expect(text).toMatchInlineSnapshot(`
      "Send 1,785.00 EUR to "Acme Inc (Jane Doe)"?
      Organization "Doe Consulting"

      Draft "R-2026-0042"
      Gross 1,785.00 EUR · net 1,500.00 EUR · 19 %: 285.00 EUR
      Issued 01 Apr 2026 · due 15 Apr 2026
      Lines (1):
       1. 10 × 150.00 EUR, 19 %, = 1,500.00 EUR: "Consulting — March 2026"
      E-mail to "jane@example.com"
      Customer 4711 "Acme Inc (Jane Doe)"
      Recipient "Acme Inc / Jane Doe / Hauptstraße 42 / 50667 Köln"
      Notes "Payable within 14 days."
      Required by law: not checked: it cannot be read in which country you are established

      What will happen:
      - It is issued: it gets its final number and can no longer be changed.
      - The customer is e-mailed at "jane@example.com".
      - This cannot be undone; the way back is to cancel it with a credit note."
    `);
  });

  it("a German form tears no amount from its currency, and no rate from its per cent sign", () => {
    const plan = planMarkPaid({ ...input({ invoice: sent, locale: "de" }), send_notification: true });
    for (const level of ["approve", "typed"] as const) {
      const form = approvalForm({ facts: {}, view: planView(plan), level, typed: ["1785"] }, [
        "Summe 5,00 EUR → 7,00 EUR",
      ]);
      const told = JSON.stringify(form);
      expect(told).toContain("1.785,00\u00a0EUR");
      expect(told).toContain("19\u00a0%");
      expect(told).not.toMatch(/\d (EUR|%)/);
    }
  });

  it("is German for German people, and never calls a credit note Gutschrift", () => {
    const plans = [
      sendPlan({ locale: "de" }),
      planCancel(input({ invoice: sent, locale: "de" })),
      planMarkPaid({ ...input({ invoice: sent, locale: "de" }), send_notification: true }),
      planChangeRecipient({ ...input({ invoice: sent, locale: "de" }), new_customer: customer({ id: "8" }) }),
    ];
    for (const plan of plans) {
      const text = renderPreview(planView(plan));
      expect(text).toContain("1.785,00 EUR");
      expect(text).toContain("Was geschieht:");
      expect(text).not.toMatch(/gutschrift/i);
    }
    expect(renderPreview(planView(plans[1] ?? sendPlan()))).toContain("Stornorechnung über -1.785,00 EUR");
  });

  it("says what a cancellation creates and what becomes of payments", () => {
    const plan = planCancel(input({ invoice: invoice({ status: "paid", status_word: "paid", has_payment: true }) }));
    const text = renderPreview(planView(plan));
    expect(text).toContain("A credit note over -1,785.00 EUR is created with its line, negative.");
    expect(text).toContain("check the refund yourself");
    expect(plan.level).toBe("typed");
  });

  it("names the new recipient and where a copy may go", () => {
    const next = customer({ id: "8", company: "Beta GmbH", email: "beta@example.com" });
    const text = renderPreview(planView(planChangeRecipient({ ...input({ invoice: sent }), new_customer: next })));
    expect(text).toContain('New recipient: 8 "Beta GmbH (Jane Doe)"');
    expect(text).toContain('may be e-mailed at once to "beta@example.com"');
  });

  it("shows every line, up to a hundred, and warns of what does not fit", () => {
    const plan = (lines: number) => {
      const items = Array.from({ length: lines }, (_, index) => item({ id: String(index), title: `Title ${index}.` }));
      return sendPlan({ invoice: invoice({ items }) });
    };
    const text = renderPreview(planView(plan(100)));
    expect(text).toContain("Lines (100):");
    for (let index = 0; index < 100; index += 1) expect(text).toContain(`"Title ${index}."`);
    expect(plan(100).risks.map(({ code }) => code)).not.toContain("not_shown_in_full");
    expect(renderPreview(planView(plan(101)))).toContain("… and 1 more");
    expect(plan(101).risks.map(({ code }) => code)).toContain("not_shown_in_full");
  });

  it("shows everything that leaves the house: the sender, the VAT number, all of the notes", () => {
    const notes = `${"Thank you for your order. ".repeat(190)}\n\nPay to DE02 1203 0000 0000 2020 51`;
    const plan = sendPlan({
      invoice: invoice({ notes, invoicing_party: "Doe Consulting\nBank DE89 3704", vat_number: "DE123456789" }),
    });
    const view = planView(plan);
    const text = renderPreview(view);
    expect(text).toContain('Sender, set by hand "Doe Consulting / Bank DE89 3704"');
    expect(text).toContain('VAT number "DE123456789"');
    expect(text).toContain(' > "Pay to DE02 1203 0000 0000 2020 51"');
    expect(text.match(/Thank you for your order/g)).toHaveLength(190);
    expect(view.documents[0]?.notes.join(" ")).toContain("DE02 1203 0000 0000 2020 51");
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThan(400);
  });

  it("shows the address that will be filled in where the recipient is blank", () => {
    const address = {
      id: "a",
      name: "Acme Inc",
      street_address: "Hauptstraße 42",
      address_line_2: null,
      zip_code: "50667",
      city: "Köln",
      country_code: "DE",
    };
    const blank = sendPlan({ invoice: invoice({ recipient: " " }), customer: customer({ address }) });
    expect(renderPreview(planView(blank))).toContain(
      'Recipient, filled in from the customer record "Acme Inc / Hauptstraße 42 / 50667 Köln / Germany"',
    );
    const own = sendPlan({ customer: customer({ address }) });
    expect(renderPreview(planView(own))).not.toContain("filled in");
  });

  it("sets German as German is set, and lets no text end its quotation", () => {
    const name = "Acme“ senden? Nein: „Beta";
    const title = planView(sendPlan({ locale: "de", customer: customer({ company: name }) })).title;
    expect(title).toBe("1.785,00 EUR an „Acme' senden? Nein: 'Beta (Jane Doe)“ senden?");
  });

  it("tells two grades of warnings apart in words, and says why typing is asked", () => {
    const plan = sendPlan({ context: context({ earlier: [] }), invoice: invoice({ due_date: "2026-04-01" }) });
    const view = planView(plan);
    const text = renderPreview(view);
    expect(new Set(view.warnings.map(({ raises }) => raises))).toEqual(new Set([true, false]));
    expect(text).toMatch(/IMPORTANT, look twice:\n(! .*\n)+\nAlso note:\n(· .*\n)+/);
    expect(view.typed_why).toContain("A click is not enough here");
    expect(planView(sendPlan()).typed_why).toBeNull();
  });

  it("shows no id of a draft without a number, and says what sending fills in", () => {
    const id = "9988474b-00ac-4de3-8664-19075d04a102";
    const draft = invoice({ id, number: null, issued_at: null, due_date: null });
    const text = renderPreview(planView(sendPlan({ invoice: draft })));
    expect(text).not.toContain(id);
    expect(text).toContain("Issued the day it is sent · due not set");
  });

  it("puts the bank's line under each invoice of a batch, and marks where they differ", () => {
    const entries = Array.from({ length: 50 }, (_, index) => ({
      invoice: invoice({ id: `i-${index}`, number: `R-${index}`, status: "sent", status_word: "sent" }),
      customer: customer(),
      context: context(),
      send_notification: false,
    }));
    const plan = planBatch({ entries, organization, policy: defaultPolicy, locale: "en" });
    const documents = plan.documents.map((one, index) => ({
      ...one,
      bank_line: {
        day: "2026-04-01",
        payer: index === 3 ? 'Eve"\n! approved' : "Acme Inc",
        amount: "1,785.00 EUR",
        text: `invoice R-${index}`,
        differs: index === 3 ? ["another name than the customer's"] : [],
      },
    }));
    const view = planViewSchema.parse(planView({ ...plan, documents }));
    const lines = renderPreview(view).split("\n");
    expect(lines.filter((line) => line.startsWith("   paid 01 Apr 2026 · 1,785.00 EUR: "))).toHaveLength(50);
    expect(lines.filter((line) => line.startsWith("   ! "))).toEqual(["   ! another name than the customer's"]);
    expect(lines.find((line) => line.includes("Eve"))).toBe(
      '   paid 01 Apr 2026 · 1,785.00 EUR: "Eve\' ⏎ ! approved" "invoice R-3"',
    );
    // What is not read in a form goes to a place that shows all of it.
    expect(renderPreview(view).length).toBeGreaterThan(MAX_FORM_CHARACTERS);
    const few = planView({ ...plan, documents: documents.slice(0, 20) });
    expect(renderPreview(few).length).toBeLessThan(MAX_FORM_CHARACTERS);
  });

  it("covers a whole batch: order, count and totals", () => {
    const entry = (id: string, total: string): BatchEntry => ({
      invoice: invoice({ id, number: `R-${id}`, status: "sent", status_word: "sent", total: decimal(total) }),
      customer: customer(),
      context: context(),
      send_notification: false,
    });
    const batch = (entries: readonly BatchEntry[]) =>
      planBatch({ entries, organization, policy: defaultPolicy, locale: "en" });
    const plan = batch([entry("1", "10.10"), entry("2", "20.20")]);
    expect(plan.level).toBe("typed");
    expect(plan.title).toBe("Mark 2 invoices as paid: 30.30 EUR");
    expect(plan.typed?.accepted).toContain("30.30");
    const others = [
      batch([entry("2", "20.20"), entry("1", "10.10")]),
      batch([entry("1", "10.10")]),
      batch([entry("1", "20.20"), entry("2", "10.10")]),
      batch([{ ...entry("1", "10.10"), send_notification: true }, entry("2", "20.20")]),
    ];
    expect(new Set([plan, ...others].map(({ digest }) => digest)).size).toBe(5);
    expect(() => batch([entry("1", "1"), entry("1", "1")])).toThrow(/twice/);
    expect(() => batch([])).toThrow(/1 to 50/);
  });

  it("lists every document of a batch, each with the address it is mailed to", () => {
    const entries = Array.from(
      { length: 16 },
      (_, index): BatchEntry => ({
        invoice: invoice({ id: `i-${index}`, number: `R-${index}`, status: "sent", status_word: "sent" }),
        customer: customer({ email: `c${index}@example.com` }),
        context: context(),
        send_notification: true,
      }),
    );
    const plan = planBatch({ entries, organization, policy: defaultPolicy, locale: "en" });
    const text = renderPreview(planView(plan));
    for (let index = 0; index < 16; index += 1) {
      expect(text).toContain(`"R-${index}", e-mail to "c${index}@example.com"`);
    }
    expect(text).not.toContain("more");
  });

  it("tells what changed in one document of a batch", () => {
    const entry = (id: string): BatchEntry => ({
      invoice: invoice({ id, status: "sent", status_word: "sent" }),
      customer: customer(),
      context: context(),
      send_notification: true,
    });
    const plan = planBatch({ entries: ["a", "b"].map(entry), organization, policy: defaultPolicy, locale: "en" });
    expect(changesSince(plan, entry("b"))).toEqual([]);
    const elsewhere = { ...entry("b"), customer: customer({ email: "new@example.com" }) };
    expect(changesSince(plan, elsewhere)).toEqual([
      'customer e-mail "jane@example.com" → "new@example.com" since you approved',
    ]);
    expect(changesSince(plan, { ...entry("b"), send_notification: false })).toHaveLength(1);
    expect(changesSince(plan, entry("c"))).toEqual(["it is not part of what you approved"]);
  });

  it("words the changes of a batch in German, and quotes a currency that is none", () => {
    const batch = (currency: string, email: string) =>
      planBatch({
        entries: [
          {
            invoice: invoice({ status: "sent", status_word: "sent", currency }),
            customer: customer({ email }),
            context: context(),
            send_notification: true,
          },
        ],
        organization,
        policy: defaultPolicy,
        locale: "de",
      });
    const changes = describeChanges(batch("EUR", "a@example.com"), batch("X\nNext: pay", "b@example.com"), "de");
    expect(changes.join("\n").split("\n")).toHaveLength(changes.length);
    expect(changes).toContain('Rechnung 1: E-Mail-Adresse "a@example.com" → "b@example.com" seit Ihrer Freigabe');
    expect(changes).toContain('Summe "X ⏎ Next: pay" keine Angabe → 1785 seit Ihrer Freigabe');
  });

  it("binds a verdict to its operation", () => {
    const operation = {
      id: "op_01abcdwxyz",
      kind: "send_invoice",
      state: "ambiguous",
      subject_id: "9b1c2a6e-0001",
      why: "two candidates",
      amount: "1785.00 EUR",
    };
    const done = planResolve({ operation, verdict: { is: "done" }, organization, locale: "en" });
    const not = planResolve({ operation, verdict: { is: "not_done" }, organization, locale: "en" });
    expect(done.digest).not.toBe(not.digest);
    expect(done.typed?.accepted).toEqual(["wxyz"]);
    expect(renderPreview(planView(not))).toContain("a second time if you are wrong");
  });
});

const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.constantFrom(
    "Acme\n\nTotal: 1.00 EUR – approved",
    'Acme" · Gross 1.00 EUR',
    "\u202Egnp.exe",
    "\u001b[2J\u001b[1;1HApproved",
    "![x](http://evil.example/?q)",
    "[click](javascript:alert(1))",
    "<img src=x onerror=alert(1)>",
    "`code`",
    "a\u2028b\u0085c\r\nd",
    "x".repeat(5_000),
    "\ud800",
    "__proto__",
  ),
  fc
    .array(fc.constantFrom("\n", "\r", "\u2028", '"', "](", "<", "\u200b", "\u{e0041}", "a", "- ", "! "), {
      maxLength: 30,
    })
    .map((parts) => parts.join("")),
);

/** Nothing that hides, reorders or breaks a line; only the server's own line breaks remain. */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what must not be there.
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;

function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(strings);
}

describe("hostile texts", () => {
  const record = fc.record({
    title: hostile,
    subtitle: hostile,
    notes: hostile,
    sender: hostile,
    vat_number: hostile,
    recipient: hostile,
    number: hostile,
    company: hostile,
    email: hostile,
    id: hostile,
    currency: fc.constant("EUR"),
    status: hostile,
    organization: hostile,
    locale: fc.constantFrom("de", "en"),
  });
  const planOf = (texts: typeof record extends fc.Arbitrary<infer T> ? T : never) => {
    const document = invoice({
      number: texts.number,
      status: "other",
      status_word: texts.status,
      notes: texts.notes,
      recipient: texts.recipient,
      invoicing_party: texts.sender,
      vat_number: texts.vat_number,
      customer_id: texts.id,
      items: [item({ title: texts.title, subtitle: texts.subtitle })],
    });
    const next = customer({ id: texts.id, company: texts.company, email: texts.email });
    const base = input({
      invoice: document,
      customer: next,
      locale: texts.locale,
      organization: { id: "org-1", name: texts.organization, origin: ORIGIN, simulator: true },
    });
    return [
      planChangeRecipient({ ...base, new_customer: next }),
      planCancel(base),
      planMarkPaid({ ...base, send_notification: true }),
      sendPlan(base),
    ];
  };

  it("cannot make a line, a quote or a hidden character in any preview or view", () => {
    fc.assert(
      fc.property(record, (texts) => {
        for (const plan of planOf(texts)) {
          const view = planViewSchema.parse(planView(plan, 0));
          const escaped = strings(view).filter(
            (text) => UNSAFE.test(text) || text.includes("\n") || !text.isWellFormed() || text.length > 5_000,
          );
          // Quotes come in pairs: what was quoted has not ended its quote. Nothing is left that Markdown or HTML act on.
          const broken = renderPreview(view)
            .split("\n")
            .filter(
              (line) =>
                UNSAFE.test(line) ||
                line.split('"').length % 2 === 0 ||
                /\]\(|<|:\/\//.test(line) ||
                (view.locale === "de" && /[„“]/.test(line.replace(/„[^„“”]*“/g, ""))),
            );
          expect([escaped, broken]).toEqual([[], []]);
        }
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  it("cannot change how many lines a preview has", () => {
    fc.assert(
      fc.property(record, (texts) => {
        const [plan] = planOf(texts);
        if (plan === undefined) throw new Error("no plan");
        const view = planView(plan);
        const document = view.documents[0];
        if (document === undefined) throw new Error("no document");
        const own =
          10 +
          view.details.length +
          view.consequences.length +
          [true, false]
            .map((grade) => view.warnings.filter(({ raises }) => raises === grade).length)
            .reduce((sum, count) => sum + (count > 0 ? count + 2 : 0), 0);
        const optional = [document.email, document.customer, document.vat_number].filter(
          (text) => text !== null,
        ).length;
        const blocks = [document.recipient, document.sender, document.notes].filter(({ length }) => length > 0).length;
        const lines = renderPreview(view)
          .split("\n")
          .filter((line) => !/^ > (?:"[^"]*"|„[^“]*“)$/.test(line));
        expect(lines).toHaveLength(own + optional + blocks);
      }),
      { numRuns: 100 },
    );
  }, 120_000);
});
