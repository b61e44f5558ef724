import { describe, expect, it } from "vitest";
import type { Invoice, Party } from "../../src/domain/invoice.ts";
import { decimal } from "../../src/domain/money.ts";
import { namesTaxNumber, vatIdsIn } from "../../src/guard/law-signs.ts";
import type { PlanInput } from "../../src/guard/plan-parts.ts";
import { saysReverseCharge } from "../../src/guard/signs.ts";
import { context, customer, earlier, invoice, item, sendPlan } from "./setup.ts";

const seller: Party = {
  company_name: "Doe Consulting GmbH",
  contact_name: null,
  address_line: "Lindenstraße 14",
  postal_code: "04109",
  city: "Leipzig",
  country_code: "DE",
  timezone: "Europe/Berlin",
  vat_number: "DE299999994",
};
const LAW = [
  "seller_unnamed",
  "no_tax_number",
  "no_address",
  "no_service_period",
  "zero_tax_without_reason",
  "reverse_charge_words",
  "reverse_charge_vat_id",
  "taxed_although_free",
];
const free = [item({ tax_rate: decimal(0) })];
const undated = [item({ title: "Consulting" })];
const small = { total: decimal(250), net_amount: decimal("210.08"), tax_amount: decimal("39.92") };

function found(changes: Partial<Invoice>, more: Partial<PlanInput> = {}): string[] {
  return sendPlan({ invoice: invoice({ seller, ...changes }), ...more })
    .risks.filter(({ code }) => LAW.includes(code))
    .map(({ code, raises }) => `${code}${raises ? "*" : ""}`);
}

const address = {
  id: "a",
  name: "Acme",
  street_address: "Rue 1",
  address_line_2: null,
  zip_code: "1010",
  city: "Wien",
  country_code: "AT",
};

describe("what the law wants on an invoice of a German seller", () => {
  const cases: readonly [what: string, Partial<Invoice>, found: readonly string[], Partial<PlanInput>?][] = [
    ["an ordinary one lacks nothing", {}, []],
    ["the seller without a street", { seller: { ...seller, address_line: " " } }, ["seller_unnamed*"]],
    ["the seller without a name", { seller: { ...seller, company_name: null } }, ["seller_unnamed*"]],
    ["a sender by hand that is only a name", { invoicing_party: "Doe Consulting" }, ["seller_unnamed*"]],
    ["a sender by hand with its address", { invoicing_party: "Doe\nLindenstraße 14\n04109 Leipzig" }, []],
    ["no VAT ID of the seller", { seller: { ...seller, vat_number: null } }, ["no_tax_number*"]],
    ["a tax number in the notes", { seller: { ...seller, vat_number: null }, notes: "St.-Nr. 12/345/67890" }, []],
    [
      "a VAT ID in the sender's block",
      {
        seller: { ...seller, vat_number: null },
        invoicing_party: "Doe\nLindenstraße 14\n04109 Leipzig\nDE 299 999 994",
      },
      [],
    ],
    ["no tax number on a small amount", { ...small, seller: { ...seller, vat_number: null } }, []],
    ["a VAT ID the API does not speak of", { seller: { ...seller, vat_number: null, unstated: ["vat_number"] } }, []],
    ["a recipient without an address", { recipient: "Acme Inc" }, ["no_address*"]],
    ["two names without an address", { recipient: "Acme Inc\nJane Doe" }, ["no_address*"]],
    ["an address in one line", { recipient: "Acme Inc, Hauptstraße 42, 50667 Köln" }, []],
    ["an address without any figure", { recipient: "Zeppelin Ltd\nBallydehob\nCo. Cork\nIreland" }, []],
    ["a small amount without an address", { ...small, recipient: "Acme Inc" }, ["no_address"]],
    ["no time of the service", { items: undated }, ["no_service_period*"]],
    ["no time of the service on a small amount", { ...small, items: undated }, []],
    ["no time, but a booking", { items: undated, reference: { type: "orders", id: "1" } }, ["no_service_period"]],
    ["the day of the service", { items: undated, notes: "Leistungsdatum entspricht Rechnungsdatum" }, []],
    ["no rate and no reason", { items: free }, ["zero_tax_without_reason*"]],
    ["no rate and no reason on a small amount", { ...small, items: free }, ["zero_tax_without_reason*"]],
    ["a small business", { items: free, notes: "Steuerfrei als Kleinunternehmer nach § 19 UStG" }, []],
    ["a small business that shows tax", { notes: "Kleinunternehmer nach § 19 UStG" }, ["taxed_although_free*"]],
    ["both have VAT IDs and no tax", { items: free, vat_number: "ATU12345678" }, ["reverse_charge_words*"]],
    [
      "the customer's VAT ID in its snapshot",
      { items: free, buyer: { ...seller, vat_number: "FR 12 345678901", country_code: "FR" } },
      ["reverse_charge_words*"],
    ],
    [
      "reverse charge in its words",
      { items: free, vat_number: "ATU12345678", notes: "Steuerschuldnerschaft des Leistungsempfängers" },
      [],
    ],
    [
      "a supply of goods within the EU",
      { items: free, vat_number: "ATU12345678", notes: "Steuerfreie innergemeinschaftliche Lieferung" },
      [],
    ],
    [
      "reverse charge to another EU country without the customer's VAT ID",
      { items: free, notes: "Reverse charge" },
      ["reverse_charge_vat_id*"],
      { customer: customer({ address }) },
    ],
    ["reverse charge at home", { items: free, notes: "Steuerschuldnerschaft des Leistungsempfängers, § 13b UStG" }, []],
    ["reverse charge with tax shown", { notes: "Reverse charge", vat_number: "ATU12345678" }, ["taxed_although_free*"]],
    [
      "a small reverse charge is no small amount",
      { ...small, items: [item({ title: "Consulting", tax_rate: decimal(0) })], notes: "Reverse charge" },
      ["no_service_period*"],
    ],
    [
      "a quote",
      { is_quote: true, items: [item({ title: "X", tax_rate: decimal(0) })], seller: { ...seller, vat_number: null } },
      ["zero_tax_without_reason"],
    ],
  ];
  for (const [what, changes, expected, more] of cases) {
    it(what, () => {
      expect(found(changes, more)).toEqual(expected);
    });
  }

  it("names the paragraph, in both languages", () => {
    const changes = {
      seller: { ...seller, vat_number: null, city: "" },
      items: [item({ title: "X", tax_rate: decimal(0) })],
      recipient: "Acme",
    };
    for (const [locale, paragraphs] of [
      ["en", ["§ 14(4) no. 1", "§ 14(4) no. 2", "§ 14(4) no. 1", "§ 14(4) no. 6", "§ 14(4) no. 8"]],
      ["de", ["§ 14 Abs. 4 Nr. 1", "§ 14 Abs. 4 Nr. 2", "§ 14 Abs. 4 Nr. 1", "§ 14 Abs. 4 Nr. 6", "§ 14 Abs. 4 Nr. 8"]],
    ] as const) {
      const law = sendPlan({ invoice: invoice(changes), locale }).risks.filter(({ code }) => LAW.includes(code));
      expect(
        law.map(({ sentence }) =>
          /§ 14[^)]*?(no\.|Nr\.) \d/.exec(sentence.replace("14(4)", "14(4"))?.[0].replace("14(4", "14(4)"),
        ),
      ).toEqual(paragraphs);
    }
  });
});

describe("what is not known", () => {
  const rows = (changes: Partial<Invoice>, more: Partial<PlanInput> = {}) =>
    sendPlan({ invoice: invoice(changes), ...more }).details.map(({ label, value }) => `${label}: ${value}`);

  it("asks nothing of German law where the seller is elsewhere, or nobody knows where", () => {
    const bare = { items: [item({ title: "X", tax_rate: decimal(0) })], recipient: "Acme" };
    for (const from of [{ ...seller, country_code: "AT" }, { ...seller, country_code: null }, null]) {
      expect(found({ ...bare, seller: from })).toEqual(["no_address*", "no_service_period", "zero_tax_without_reason"]);
    }
  });

  it("says once what could not be read", () => {
    expect(rows({ seller: null })).toEqual([expect.stringMatching(/^Required by law: not checked: .*country/)]);
    const from = context({ earlier: [{ ...earlier, seller }] });
    expect(found({ seller: null }, { context: from })).toEqual([]);
    expect(rows({ seller: null }, { context: from })).toEqual([
      expect.stringMatching(/^Required by law: your name, address and tax number cannot be read/),
      "E-invoice (XML): earlier invoices had none",
    ]);
    expect(rows({ seller: { ...seller, country_code: "AT" } })).toEqual([]);
    expect(rows({ seller, is_quote: true })).toEqual([]);
  });

  it("says of the e-invoice what was seen", () => {
    const documents = { pdf: null, xml: "https://files.example/x", quote_pdf: null };
    expect(rows({ seller, documents })).toEqual(["E-invoice (XML): available"]);
    expect(rows({ seller }, { context: context({ earlier: [{ ...earlier, documents }] }) })).toEqual([
      "E-invoice (XML): as with earlier invoices: available",
    ]);
    expect(rows({ seller }, { context: context({ earlier: [] }) })).toEqual([
      "E-invoice (XML): not known before it is sent",
    ]);
  });
});

describe("signs of the law in texts", () => {
  it("knows VAT IDs of the EU by their form", () => {
    for (const [text, ids] of [
      ["USt-IdNr.: DE 299 999 994", ["DE299999994"]],
      ["ATU12345678 / NL123456789B01", ["ATU12345678", "NL123456789B01"]],
      ["Acme, IT-12345678901", ["IT12345678901"]],
      ["IE6388047V and EL123456789", ["IE6388047V", "EL123456789"]],
      ["DE 50667 KÖLN", []],
      ["Order SE-2026-0042", []],
      ["DE89370400440532013000", []],
      ["BE FIT 2026", []],
    ] as const) {
      expect([text, vatIdsIn(text)]).toEqual([text, ids]);
    }
  });

  it("knows a tax number", () => {
    for (const text of [
      "Steuernummer: 12 345 67890",
      "St.-Nr. 123/456/78901",
      "027/123/45678",
      "Tax ID 5133081508159",
      "USt-IdNr. DE299999994",
    ]) {
      expect([text, namesTaxNumber(text)]).toEqual([text, true]);
    }
    for (const text of ["Rechnung 2026/0042", "01/04/2026", "Steuern 19 %", "Beratung 10/2026"]) {
      expect([text, namesTaxNumber(text)]).toEqual([text, false]);
    }
  });

  it("knows the words for reverse charge", () => {
    for (const text of [
      "Steuerschuldnerschaft des Leistungsempfängers",
      "Reverse-Charge",
      "autoliquidation",
      "btw verlegd",
      "Steuerschuldner ist der Leistungsempfänger",
      "Steuer gem. § 13b UStG",
    ]) {
      expect([text, saysReverseCharge(text)]).toEqual([text, true]);
    }
    expect(saysReverseCharge("charge for reverse engineering")).toBe(false);
  });
});
