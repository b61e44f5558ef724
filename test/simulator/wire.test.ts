import { describe, expect, it } from "vitest";
import { at, call, customerBody, draftWithItem, idOf, itemBody, NOON, rows, sentInvoice, simulate } from "./client.ts";

const VND = "application/vnd.api+json";
const emails = (list: unknown[]) => list.map((row) => String(at(row, "attributes", "email")).split("@")[0]);

describe("errors", () => {
  it.each([
    ["no token", "GET", "/customers", { headers: { authorization: "" } }, 401, { title: "Unauthenticated" }],
    [
      "wrong token",
      "GET",
      "/customers",
      { headers: { authorization: "Bearer no" } },
      401,
      { title: "Unauthenticated" },
    ],
    ["unknown id", "GET", "/invoices/does-not-exist", {}, 404, { title: "Not Found" }],
    ["path characters", "GET", "/invoices/..%2Fcustomers", {}, 404, { title: "Not Found" }],
    ["broken escape", "GET", "/invoices/%E0%A4%A", {}, 404, { title: "Not Found" }],
    ["empty body", "POST", "/customers", {}, 400, { title: "Document Required" }],
    ["array body", "POST", "/customers", { raw: "[]" }, 400, { title: "Document Required" }],
    ["bad JSON", "POST", "/customers", { raw: "{" }, 400, { title: "Invalid JSON", code: "4", detail: "Syntax error" }],
    ["broken UTF-8", "POST", "/customers", { raw: new Uint8Array([0x22, 0xff, 0x22]) }, 400, { title: "Invalid JSON" }],
    ["no data", "POST", "/customers", { raw: "{}" }, 400, { detail: "The member data is required." }],
    ["no type", "POST", "/customers", { body: { data: {} } }, 400, { detail: "The member type is required." }],
    [
      "wrong type",
      "POST",
      "/customers",
      { body: { data: { type: "people" } } },
      409,
      { title: "Not Supported", source: { pointer: "/data/type" } },
    ],
    [
      "client id",
      "POST",
      "/customers",
      { body: { data: { type: "customers", id: "1" } } },
      403,
      { title: "Not Supported", source: { pointer: "/data/id" } },
    ],
    [
      "id mismatch",
      "PATCH",
      "/customers/181227",
      { body: { data: { type: "customers", id: "1" } } },
      400,
      { title: "Non-Compliant JSON API Document" },
    ],
    [
      "missing email points at data",
      "POST",
      "/customers",
      { body: customerBody({ email: undefined }) },
      422,
      { title: "Unprocessable Entity", detail: "The email field is required.", source: { pointer: "/data" } },
    ],
    [
      "invalid email points at itself",
      "POST",
      "/customers",
      { body: customerBody({ email: "jane" }) },
      422,
      { detail: "The email must be a valid email address.", source: { pointer: "/data/attributes/email" } },
    ],
    [
      "unknown include",
      "GET",
      "/customers?include=foo",
      {},
      400,
      {
        title: "Invalid Query Parameter",
        detail: "Include path foo is not allowed.",
        source: { parameter: "include" },
      },
    ],
    [
      "a write with a refused include is undone",
      "POST",
      "/customers?include=foo",
      { body: customerBody() },
      400,
      { detail: "Include path foo is not allowed." },
    ],
    [
      "inherited include",
      "GET",
      "/customers?include=constructor",
      {},
      400,
      { detail: "Include path constructor is not allowed." },
    ],
    [
      "unknown filter",
      "GET",
      "/invoices?filter[foo]=1",
      {},
      400,
      { detail: "Filter parameter foo is not allowed.", source: { parameter: "filter" } },
    ],
    [
      "unknown sort",
      "GET",
      "/invoices?sort=-total",
      {},
      400,
      { detail: "Sort parameter total is not allowed.", source: { parameter: "sort" } },
    ],
    ["page too large", "GET", "/invoices?page[size]=51", {}, 400, { source: { parameter: "page" } }],
    ["page zero", "GET", "/invoices?page[number]=0", {}, 400, { source: { parameter: "page" } }],
    ["wrong method", "PUT", "/invoices", {}, 405, { title: "Method Not Allowed" }],
    ["HTML wanted", "GET", "/invoices", { headers: { accept: "text/html" } }, 406, { title: "Not Acceptable" }],
    [
      "wrong content type",
      "POST",
      "/customers",
      { body: customerBody(), headers: { "content-type": "application/json" } },
      415,
      { detail: "The request entity has a media type which the server or resource does not support." },
    ],
    [
      "unknown route",
      "GET",
      "/subscriptions",
      {},
      404,
      { code: "simulator_unknown_route", detail: "The simulator does not know the route GET /api/v1/subscriptions." },
    ],
  ] as const)("%s", async (_name, method, path, options, status, error) => {
    const simulator = await simulate();
    const answer = await call(simulator, method, path, options);
    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-type")).toBe(VND);
    expect(at(answer.json, "errors", 0)).toMatchObject({ status: String(status), ...error });
    expect(simulator.effects()).toEqual([]);
    expect(rows(await call(simulator, "GET", "/customers"))).toHaveLength(14);
  });

  it("speaks German when asked", async () => {
    const simulator = await simulate({ seed: "empty" });
    const { json } = await call(simulator, "POST", "/customers", {
      body: customerBody({ email: undefined }),
      headers: { "accept-language": "de-DE" },
    });
    expect(at(json, "errors", 0)).toMatchObject({
      title: "Nicht verarbeitbare Eingabe",
      detail: "email muss ausgefüllt werden.",
    });
  });

  it("lists every violation of an item at once and writes nothing", async () => {
    const simulator = await simulate({ seed: "empty" });
    const { id } = await draftWithItem(simulator, { items: 0 });
    const before = simulator.effects().length;
    const answer = await call(simulator, "POST", "/items?calculate_from_net=true", {
      body: itemBody(id, {
        title: "x".repeat(186),
        subtitle: "y".repeat(186),
        quantity: 1.5,
        tax_rate: -1,
        single_net_amount: undefined,
      }),
    });
    expect(answer.status).toBe(422);
    expect([0, 1, 2, 3, 4].map((n) => at(answer.json, "errors", n, "source", "pointer"))).toEqual([
      "/data/attributes/title",
      "/data/attributes/subtitle",
      "/data/attributes/quantity",
      "/data/attributes/tax_rate",
      "/data",
    ]);
    const exact = { title: "ä".repeat(185), tax_rate: 8.1, single_net_amount: -12.5 };
    expect(
      (await call(simulator, "POST", "/items?calculate_from_net=true", { body: itemBody(id, exact) })).status,
    ).toBe(201);
    const huge = await call(simulator, "POST", "/items?calculate_from_net=true", {
      raw: JSON.stringify(itemBody(id)).replace("150", "1e308"),
    });
    expect(huge.status).toBe(422);
    expect(simulator.effects()).toHaveLength(before + 1);
  });

  it("needs the gross amount when the query parameter is missing", async () => {
    const simulator = await simulate({ seed: "empty" });
    const { id } = await draftWithItem(simulator, { items: 0 });
    const answer = await call(simulator, "POST", "/items", { body: itemBody(id, { single_gross_amount: undefined }) });
    expect(at(answer.json, "errors", 0, "detail")).toBe("The single gross amount field is required.");
  });

  it("refuses a body of 10 MB and stays alive", async () => {
    const simulator = await simulate({ seed: "empty" });
    const answer = await call(simulator, "POST", "/customers", {
      body: customerBody({ company: "x".repeat(10_000_000) }),
    });
    expect(answer.status).toBe(413);
    expect((await call(simulator, "GET", "/customers")).status).toBe(200);
  });
});

describe("customers", () => {
  const field = (n: number) => `c1a5e0d2-${String(n).repeat(4)}-4b0e-9a51-6f2d3c4b5a0${n}`;
  const filter = (n: number, operator: string, value: string) => {
    const key = `filter[custom_fields][${field(n)}]`;
    const query = new URLSearchParams({ [`${key}[f_id]`]: field(n), [`${key}[o]`]: operator, [`${key}[v]`]: value });
    return `/customers?${query}`;
  };

  it.each([
    [1, "=", "Premium", ["sonja.brandt", "buchhaltung", "accounts", "finance"]],
    [1, "in", "Premium,Basis", ["sonja.brandt", "buchhaltung", "accounts", "urs", "finance", "kasse", "kulturamt"]],
    [2, "<", "2", ["michael.schmidt", "info", "david.okafor"]],
    [2, "<=", "2", ["michael.schmidt", "m.schmidt", "urs", "info", "david.okafor"]],
    [2, ">", "6", ["buchhaltung", "kasse"]],
    [2, ">=", "6", ["buchhaltung", "accounts", "kasse"]],
    [3, "=", "false", ["michael.schmidt", "accounts", "info", "kulturamt"]],
    [
      4,
      "in",
      "Lesungen,Meetingräume",
      ["sonja.brandt", "buchhaltung", "accounts", "hej", "finance", "kasse", "kulturamt"],
    ],
  ])("filter field %i %s %s", async (n, operator, value, expected) => {
    const simulator = await simulate();
    expect(emails(rows(await call(simulator, "GET", filter(n, operator, value))))).toEqual(expected);
  });

  it("takes the guide's literal filter and its complement", async () => {
    const simulator = await simulate();
    const key = `filter[custom_fields][${field(1)}]`;
    const literal = await call(simulator, "GET", `/customers?${key}[f_id]=${field(1)}&${key}[o]==&${key}[v]=Premium`);
    expect(rows(literal)).toHaveLength(4);
    expect(rows(await call(simulator, "GET", filter(1, "<>", "Premium")))).toHaveLength(10);
    expect((await call(simulator, "GET", filter(1, "like", "P"))).status).toBe(400);
    expect((await call(simulator, "GET", `/customers?${key}[o]==&${key}[v]=Premium`)).status).toBe(400);
  });

  it("searches name, e-mail and phone, and finds namesakes apart", async () => {
    const simulator = await simulate();
    expect(emails(rows(await call(simulator, "GET", "/customers?filter[search]=michael schmidt")))).toHaveLength(2);
    expect(emails(rows(await call(simulator, "GET", "/customers?filter[search]=TOCHTER")))).toEqual(["sonja.brandt"]);
    expect(emails(rows(await call(simulator, "GET", "/customers?filter[search]=%2B4934255")))).toEqual(["kulturamt"]);
    expect(
      rows(await call(simulator, "GET", "/customers?filter[email]=SONJA.BRANDT@brandt-buch.example")),
    ).toHaveLength(1);
    expect(rows(await call(simulator, "GET", "/customers?filter[email]=brandt-buch.example"))).toEqual([]);
  });

  it("has none of the guide's example people in its seed", async () => {
    const simulator = await simulate();
    const state = await (await fetch(`${simulator.url}/_simulator/state`)).text();
    expect(state).not.toMatch(/jane|acme/i);
    expect(rows(await call(simulator, "GET", "/customers"))).toHaveLength(14);
  });

  it("changes and deletes, but not a customer with invoices", async () => {
    const simulator = await simulate();
    const path = "/customers/181227";
    const changed = await call(simulator, "PATCH", path, {
      body: { data: { type: "customers", id: "181227", attributes: { company: "Neu", mobile: null } } },
    });
    expect(at(changed.json, "data", "attributes")).toMatchObject({ company: "Neu", given_name: "Sonja" });
    const refused = await call(simulator, "DELETE", path);
    expect([refused.status, at(refused.json, "errors", 0, "title")]).toEqual([422, "Not Deletable"]);
    const id = idOf(await call(simulator, "POST", "/customers", { body: customerBody() }));
    expect((await call(simulator, "DELETE", `/customers/${id}`)).status).toBe(204);
  });
});

describe("documents", () => {
  it("pages with dash-case meta and links that lose o, include and fields", async () => {
    const simulator = await simulate();
    const first = await call(
      simulator,
      "GET",
      "/invoices?page[size]=10&include=customer&filter[status]=sent,draft,paid,void",
    );
    const total = Number(at(first.json, "meta", "page", "total"));
    expect(at(first.json, "meta", "page")).toMatchObject({
      "current-page": 1,
      from: 1,
      to: 10,
      "last-page": Math.ceil(total / 10),
    });
    const next = new URL(String(at(first.json, "links", "next")));
    expect([...next.searchParams.keys()].sort()).toEqual(["filter[status]", "page[number]", "page[size]"]);
    const ids = new Set<unknown>();
    for (let page = 1; page <= Math.ceil(total / 10); page += 1) {
      for (const row of rows(await call(simulator, "GET", `/invoices?page[size]=10&page[number]=${page}`)))
        ids.add(at(row, "id"));
    }
    expect(ids.size).toBe(total);
    expect(rows(await call(simulator, "GET", "/invoices?page[number]=99"))).toEqual([]);
  });

  it("limits relationships by sparse fieldsets", async () => {
    const simulator = await simulate();
    const trap = await call(simulator, "GET", "/customers/181227?include=address&fields[customers]=email");
    expect(at(trap.json, "included")).toEqual([]);
    expect(at(trap.json, "data", "attributes")).toEqual({ email: "sonja.brandt@brandt-buch.example" });
    const listed = await call(simulator, "GET", "/customers/181227?include=address&fields[customers]=email,address");
    expect(at(listed.json, "included", 0, "type")).toBe("addresses");
  });

  it("includes nested resources once and flattens them for application/json", async () => {
    const simulator = await simulate();
    const { json } = await call(
      simulator,
      "GET",
      "/invoices?include=items,customer.address,reference&filter[customer_id]=181227",
    );
    const included = at(json, "included");
    if (!Array.isArray(included)) throw new Error("no included");
    const keys = included.map((row) => `${String(at(row, "type"))}/${String(at(row, "id"))}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toContain("customers/181227");
    expect(new Set(included.map((row) => at(row, "type")))).toEqual(
      new Set(["items", "customers", "addresses", "plan-subscriptions"]),
    );
    const flat = await call(simulator, "GET", "/customers/181227?include=address", {
      headers: { accept: "application/json" },
    });
    expect(flat.headers.get("content-type")).toBe("application/json");
    expect(at(flat.json, "data")).toMatchObject({
      id: "181227",
      type: "customers",
      given_name: "Sonja",
      address: { city: "Leipzig" },
    });
  });

  it("derives the customer of an order, a subscription and a pass", async () => {
    const simulator = await simulate();
    for (const [type, customer] of [
      ["orders", "203311"],
      ["plan-subscriptions", "181227"],
      ["booking-passes", null],
    ] as const) {
      const [reference] = rows(await call(simulator, "GET", `/${type}`));
      const invoice = await call(simulator, "POST", "/invoices?include=customer,reference", {
        body: {
          data: {
            type: "invoices",
            attributes: { currency: "EUR" },
            relationships: { reference: { data: { type, id: at(reference, "id") } } },
          },
        },
      });
      expect(at(invoice.json, "data", "relationships", "reference", "data", "type")).toBe(type);
      const derived = at(invoice.json, "data", "relationships", "customer", "data", "id");
      if (customer === null) expect(typeof derived).toBe("string");
      else expect(derived).toBe(customer);
    }
    const missing = await call(simulator, "POST", "/invoices", {
      body: {
        data: {
          type: "invoices",
          attributes: { currency: "EUR" },
          relationships: { customer: { data: { type: "customers", id: "999" } } },
        },
      },
    });
    expect(at(missing.json, "errors", 0)).toMatchObject({
      status: "404",
      detail: "The related resource does not exist.",
      source: { pointer: "/data/relationships/customer" },
    });
  });

  it("links a customer later, fills the recipient on send and then refuses every change", async () => {
    const simulator = await simulate({ now: () => NOON });
    const { id } = await draftWithItem(simulator, { attributes: { number: "X-1" } });
    const twice = await call(simulator, "POST", "/invoices", {
      body: { data: { type: "invoices", attributes: { currency: "EUR", number: "X-1" } } },
    });
    expect(at(twice.json, "errors", 0, "detail")).toBe("The number has already been taken.");
    const patched = await call(simulator, "PATCH", `/invoices/${id}`, {
      body: {
        data: {
          type: "invoices",
          id,
          attributes: { due_date: "2026-12-24" },
          relationships: { customer: { data: { type: "customers", id: "181227" } } },
        },
      },
    });
    expect(patched.status).toBe(200);
    const sent = await call(simulator, "POST", `/invoices/${id}/send`);
    expect(at(sent.json, "data", "attributes")).toMatchObject({
      number: "X-1",
      recipient: "Brandt & Töchter Buchhandlung\nSonja Brandt\nKarl-Heine-Straße 61\n04229 Leipzig",
      due_date: "2026-12-24T00:00:00+00:00",
    });
    const item = at((await call(simulator, "GET", `/invoices/${id}?include=items`)).json, "included", 0, "id");
    const seen = [
      await call(simulator, "PATCH", `/invoices/${id}`, { body: { data: { type: "invoices", id } } }),
      await call(simulator, "DELETE", `/invoices/${id}`),
      await call(simulator, "POST", `/invoices/${id}/send`),
      await call(simulator, "POST", "/items?calculate_from_net=true", { body: itemBody(id) }),
      await call(simulator, "DELETE", `/items/${String(item)}`),
    ];
    expect(seen.map(({ status }) => status)).toEqual([422, 422, 422, 422, 422]);
  });

  it("cancels with a credit note, once, and refuses set-paid unless sent", async () => {
    const simulator = await simulate({ seed: "empty", now: () => NOON });
    const { id } = await sentInvoice(simulator);
    expect((await call(simulator, "POST", `/invoices/${id}/cancel`)).status).toBe(200);
    const [original, note] = rows(await call(simulator, "GET", "/invoices?include=reference"));
    expect(at(original, "attributes", "status")).toBe("void");
    expect(at(note, "attributes")).toMatchObject({
      is_cancellation: true,
      total: -1785,
      net_amount: -1500,
      tax_amount: -285,
      locked: true,
      number: "ST-2026-0001",
    });
    expect(at(note, "relationships", "reference", "data")).toEqual({ type: "invoices", id });
    expect((await call(simulator, "POST", `/invoices/${id}/cancel`)).status).toBe(422);
    expect((await call(simulator, "POST", `/invoices/${String(at(note, "id"))}/cancel`)).status).toBe(422);
    const refused = await call(simulator, "PUT", `/invoices/${id}/set-paid`, { body: { send_notification: true } });
    expect(at(refused.json, "errors", 0, "detail")).toBe("The invoice is not in SENT status.");
    const draft = await draftWithItem(simulator);
    for (const action of ["cancel", "change-recipient", "set-paid"]) {
      const answer = await call(simulator, "POST", `/invoices/${draft.id}/${action}`, {
        body: { customer_id: draft.customer_id },
      });
      expect(answer.status).toBe(422);
    }
    const missing = await call(simulator, "POST", `/invoices/${draft.id}/change-recipient`, { body: {} });
    expect(at(missing.json, "errors", 0, "detail")).toBe("The customer id field is required.");
  });

  it("edits and deletes items and drafts, totals follow", async () => {
    const simulator = await simulate({ seed: "empty" });
    const { id } = await draftWithItem(simulator, { net: false, items: 2 });
    const invoice = await call(simulator, "GET", `/invoices/${id}?include=items`);
    expect(at(invoice.json, "data", "attributes", "total")).toBe(3570);
    const item = String(at(invoice.json, "included", 0, "id"));
    await call(simulator, "PATCH", `/items/${item}`, {
      body: { data: { type: "items", id: item, attributes: { quantity: 1 } } },
    });
    expect(at((await call(simulator, "GET", `/invoices/${id}`)).json, "data", "attributes", "total")).toBe(1963.5);
    expect((await call(simulator, "DELETE", `/items/${item}`)).status).toBe(204);
    expect((await call(simulator, "GET", `/items/${item}`)).status).toBe(404);
    expect((await call(simulator, "DELETE", `/invoices/${id}`)).status).toBe(204);
    expect(rows(await call(simulator, "GET", "/invoices"))).toEqual([]);
  });

  it("serves PDF and XML by their links alone", async () => {
    const simulator = await simulate({ switches: { xml_link: "present" } });
    const { id } = await sentInvoice(simulator);
    const { json } = await call(simulator, "GET", `/invoices/${id}`);
    const link = String(at(json, "data", "meta", "download_url"));
    const pdf = await fetch(link);
    expect(pdf.headers.get("content-type")).toBe("application/pdf");
    const text = new TextDecoder("latin1").decode(await pdf.arrayBuffer());
    expect(text).toMatch(/^%PDF-1\.4[\s\S]*%%EOF\n$/);
    expect(text).toContain(`(Rechnung / Invoice ${String(at(json, "data", "attributes", "number"))}) Tj`);
    expect(text).toContain("1785.00 EUR");
    const start = Number(/startxref\n(\d+)/.exec(text)?.[1]);
    expect(text.slice(start, start + 4)).toBe("xref");
    expect((await fetch(link.replace(/access_token=.*/, "access_token=x"))).status).toBe(404);
    const xml = await (await fetch(String(at(json, "data", "meta", "xml_download_url")))).text();
    expect(xml).toContain('<cbc:PayableAmount currencyID="EUR">1785.00</cbc:PayableAmount>');
  });
});

describe("limits and load", () => {
  it("counts reads, writes and identical requests on its clock", async () => {
    let now = NOON;
    const simulator = await simulate({ seed: "empty", now: () => now, switches: { rate_limits: "on" } });
    const seen: number[] = [];
    for (let n = 0; n < 101; n += 1) {
      seen.push(
        (await call(simulator, "POST", "/customers", { body: customerBody({ email: `c${n}@customer.example` }) }))
          .status,
      );
    }
    expect(seen.filter((status) => status === 201)).toHaveLength(100);
    now += 18_000;
    const refused = await call(simulator, "POST", "/customers", { body: customerBody() });
    expect([refused.status, refused.headers.get("retry-after"), refused.headers.get("content-type")]).toEqual([
      429,
      "42",
      "application/json",
    ]);
    now += 42_000;
    expect((await call(simulator, "POST", "/customers", { body: customerBody() })).status).toBe(201);
    const same = await Promise.all([1, 2, 3, 4, 5].map(() => call(simulator, "GET", "/user")));
    expect(same.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 429]);
  });

  it("gives every concurrent send one number, and only once", async () => {
    const simulator = await simulate({ seed: "empty" });
    const drafts = await Promise.all([1, 2, 3, 4, 5, 6].map(() => draftWithItem(simulator)));
    const answers = await Promise.all(
      [...drafts, ...drafts].map(({ id }) => call(simulator, "POST", `/invoices/${id}/send`)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(6);
    const numbers = rows(await call(simulator, "GET", "/invoices")).map((row) =>
      String(at(row, "attributes", "number")).slice(-4),
    );
    expect(numbers.sort()).toEqual(["0001", "0002", "0003", "0004", "0005", "0006"]);
    expect(simulator.outbox()).toHaveLength(6);
  });

  it("holds many invoices", async () => {
    const simulator = await simulate({ seed: "empty", many: 5_000 });
    const { json } = await call(simulator, "GET", "/invoices?page[size]=30&include=items&sort=-created_at");
    expect(at(json, "meta", "page", "total")).toBe(5_000);
  });
});
