import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, part, startBench, textOf } from "../harness/mcp-tools.ts";
import { freshDraft } from "../laws/answers.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

describe("copy_invoice", () => {
  it("makes a new draft with the same lines and leaves the original as it is", async () => {
    const answer = await bench.ok("copy_invoice", {
      invoice_id: "#RE-2026-0007",
      replace: [{ from: "ein Monat", to: "März 2026" }],
      due_date: "2026-04-01",
    });
    expect(part(answer, "invoice")).toMatchObject({ status: "draft", total: "899.64", due_date: "2026-04-01" });
    expect(answer.text).toContain("März 2026");
    expect(part(answer, "invoice")["number"]).toBeUndefined();
    const original = await bench.ok("get_invoice", { invoice_id: "#RE-2026-0007" });
    expect(part(original, "invoice")).toMatchObject({ status: "overdue", total: "899.64" });
    expect(bench.simulator.effects().every(({ kind }) => kind === "invoice.created" || kind === "item.created")).toBe(
      true,
    );
  });

  it("changes quantity, price and rate of a line and leaves another out, and says each difference", async () => {
    const invoice_id = await freshDraft(bench, 3);
    const answer = await bench.ok("copy_invoice", {
      invoice_id,
      lines: [
        { line: 1, quantity: 9, single_net_amount: 95 },
        { line: 2, remove: true },
        { line: 3, tax_rate: 7 },
      ],
    });
    expect(answer.structured["changes"]).toEqual([
      "line 1: quantity 2 → 9",
      "line 1: 50.00 EUR → 95.00 EUR net",
      expect.stringMatching(/^line 2: "Leistung \d+\.2" left out$/),
      "line 3: tax rate 19 → 7 %",
    ]);
    // 855.00 net at 19 % and 100.00 net at 7 %.
    expect(part(answer, "invoice")).toMatchObject({ net_amount: "955.00", tax_amount: "169.45", total: "1124.45" });
    const original = await bench.ok("get_invoice", { invoice_id });
    expect(part(original, "invoice")).toMatchObject({ total: "357.00" });
  });

  it.each([
    ["a line that is not there", [{ line: 4, quantity: 9 }], "there is no line 4"],
    [
      "a line twice",
      [
        { line: 1, quantity: 9 },
        { line: 1, tax_rate: 7 },
      ],
      "given twice",
    ],
    ["no line at all", [1, 2, 3].map((line) => ({ line, remove: true })), "no line would be left"],
    [
      "the other direction for a part",
      [{ line: 1, single_gross_amount: 95 }],
      "is calculated from net amounts. Leave out single_gross_amount, or give it for every line to turn the direction; missing: line 2, 3",
    ],
    ["a new line without its rate", [{ title: "Neu", quantity: 1, single_net_amount: 5 }], "a new line needs"],
    ["neither a line nor a new one", [{ quantity: 1 }], "names a line, or the title of a new one"],
    ["fractions of a cent", [{ line: 1, single_net_amount: 9.999 }], "more than 2 decimals"],
  ])("refuses %s and makes nothing", async (_name, lines, why) => {
    const invoice_id = await freshDraft(bench, 3);
    const before = bench.simulator.effects().length;
    const answer = await bench.refused("copy_invoice", { invoice_id, lines });
    expect(answer.text).toContain(why);
    expect(bench.simulator.effects().length).toBe(before);
  });

  it("makes an invoice from a quote and names both", async () => {
    const made = await bench.ok("create_invoice", {
      currency: "EUR",
      calculate_from_net: true,
      customer_id: "181227",
      is_quote: true,
      notes: "Angebot",
    });
    const invoice_id = textOf(made, "invoice_id");
    await bench.ok("add_item", { invoice_id, title: "Arbeit", quantity: 1, tax_rate: 19, single_net_amount: 10 });
    const same = await bench.ok("copy_invoice", { invoice_id });
    expect(part(same, "invoice")["kind"]).toBe("quote");
    const invoice = await bench.ok("copy_invoice", { invoice_id, is_quote: false });
    expect(part(invoice, "invoice")["kind"]).toBe("invoice");
    expect(invoice.structured["changes"]).toEqual(["kind: quote → invoice"]);
    expect(invoice.structured["done"]).toBe(
      `Copied quote ${invoice_id} as a new draft of an invoice, ${textOf(invoice, "invoice_id")}. The API calls the quote draft, not whether the customer accepted it: ask, unless the person said so.`,
    );
    expect(same.structured["done"]).toContain(`as a new draft of a quote, ${textOf(same, "invoice_id")}.`);
  });

  it("adds lines, renames one, and says it", async () => {
    const invoice_id = await freshDraft(bench, 1);
    const answer = await bench.ok("copy_invoice", {
      invoice_id,
      lines: [
        { line: 1, title: "Beratung März", subtitle: "vor Ort" },
        { title: "Anfahrt", quantity: 1, tax_rate: 7, single_net_amount: 20 },
      ],
    });
    expect(answer.structured["changes"]).toEqual([
      expect.stringMatching(/^line 1: "Leistung \d+\.1" → "Beratung März"$/),
      'line 1: "" → "vor Ort"',
      'new line: 1 × 20.00 EUR net, 7 %: "Anfahrt"',
    ]);
    expect(part(answer, "invoice")).toMatchObject({ net_amount: "120.00", total: "140.40" });
  });

  it("turns the direction when every line gets its price that way", async () => {
    const invoice_id = await freshDraft(bench, 2);
    const lines = [
      { line: 1, single_gross_amount: 50 },
      { line: 2, single_gross_amount: 50 },
    ];
    const answer = await bench.ok("copy_invoice", { invoice_id, lines });
    expect(part(answer, "invoice")).toMatchObject({ calculate_from_net: false, total: "200.00" });
    expect(answer.structured["changes"]).toEqual([
      "prices: net → gross",
      "line 1: 59.50 EUR → 50.00 EUR gross",
      "line 2: 59.50 EUR → 50.00 EUR gross",
    ]);
  });

  it("takes a percentage off, one line per rate, to the cent", async () => {
    const invoice_id = await freshDraft(bench, 2);
    const answer = await bench.ok("copy_invoice", {
      invoice_id,
      lines: [
        { line: 1, quantity: 1, single_net_amount: 33.33 },
        { line: 2, quantity: 1, single_net_amount: 33.33, tax_rate: 7 },
      ],
      discount: 12.5,
    });
    // 12.5 % of 66.66 is 8.3325: 8.33, of which 4.17 and 4.16.
    expect(answer.structured["changes"]).toContain(
      "discount 12.5 % net: -4.17 EUR on 33.33 EUR at 19 %; -4.16 EUR on 33.33 EUR at 7 %; together -8.33 EUR",
    );
    expect(part(answer, "invoice")["net_amount"]).toBe("58.33");
    expect(answer.text).toMatch(/Rabatt 12,5 % auf Positionen zu 7 %|Discount 12.5 % on items at 7 %/);
  });

  it("takes no discount off what is negative", async () => {
    const invoice_id = await freshDraft(bench, 1);
    const before = bench.simulator.effects().length;
    const lines = [{ title: "Gutschein", quantity: 1, tax_rate: 7, single_net_amount: -10 }];
    const answer = await bench.refused("copy_invoice", { invoice_id, lines, discount: 10 });
    expect(answer.text).toContain("the lines at 7 % add up to -10.00 EUR");
    expect(bench.simulator.effects().length).toBe(before);
  });

  it("copies no credit note", async () => {
    const before = bench.simulator.effects().length;
    const answer = await bench.refused("copy_invoice", { invoice_id: "#ST-2026-0001" });
    expect(answer.text).toContain("is a credit note; only invoices and quotes are copied");
    expect(bench.simulator.effects().length).toBe(before);
  });

  it("says when nothing in the lines matches what is to be replaced", async () => {
    const before = bench.simulator.effects().length;
    const answer = await bench.refused("copy_invoice", {
      invoice_id: "#RE-2026-0007",
      replace: [{ from: "no such words", to: "x" }],
    });
    expect(answer.text).toContain("no such words");
    expect(bench.simulator.effects().length).toBe(before);
  });
});
