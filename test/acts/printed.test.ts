import { describe, expect, it } from "vitest";
import { isPrintedElsewhere, printedOf } from "../../src/acts/printed.ts";
import type { Party } from "../../src/domain/invoice.ts";
import { invoice } from "../guard/setup.ts";

const approved = printedOf({
  id: "a",
  name: "Jane Doe",
  street_address: "Karl-Heine-Straße 61",
  address_line_2: null,
  zip_code: "04229",
  city: "Leipzig",
  country_code: "DE",
});
const buyer = (changes: Partial<Party>): Party => ({
  company_name: null,
  contact_name: "Jane Doe",
  address_line: null,
  postal_code: null,
  city: null,
  country_code: null,
  timezone: null,
  vat_number: null,
  ...changes,
});

describe("a document made with an approved address", () => {
  it.each([
    ["Jane Doe\nKarl-Heine-Straße 61\n04229 Leipzig"],
    ["Jane Doe, karl-heine-straße 61, D-04229 LEIPZIG"],
    ["Jane Doe\nKarl-Heine-Straße  61\n04229 Leipzig\nGermany"],
    ["Jane Doe"],
    [null],
  ])("names it: %j", (recipient) => {
    expect(isPrintedElsewhere(approved, invoice({ recipient, buyer: null }))).toBe(false);
  });

  it.each([
    ["Jane Doe\nElsewhere 2\n20095 Hamburg"],
    ["Jane Doe\nKarl-Heine-Straße 61\n04275 Leipzig"],
    ["Jane Doe\nKarl-Heine-Straße 6\n04229 Leipzig"],
  ])("names another: %j", (recipient) => {
    expect(isPrintedElsewhere(approved, invoice({ recipient, buyer: null }))).toBe(true);
  });

  it("is compared with the buyer as the API keeps it, as far as it is kept", () => {
    const is = (changes: Partial<Party>) =>
      isPrintedElsewhere(approved, invoice({ recipient: null, buyer: buyer(changes) }));
    expect(is({})).toBe(false);
    expect(is({ address_line: "Karl-Heine-Straße 61, c/o", city: "Leipzig" })).toBe(false);
    expect(is({ address_line: "Elsewhere 2" })).toBe(true);
    expect(is({ postal_code: "20095" })).toBe(true);
  });
});
