import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import rules from "../../src/resources/rules.ts";
import { CARD_MEDIA_TYPE, CARD_URI, VIEWS_URI } from "../../src/ui/names.ts";
import { type Connected, GENERATIONS, type RealClient, startConnected } from "../harness/connected.ts";

let connected: Connected;
const clients: Partial<Record<(typeof GENERATIONS)[number], RealClient>> = {};
beforeAll(async () => {
  connected = await startConnected({ switches: { xml_link: "present" } });
  clients.client1 = await connected.client1();
  clients.client2 = await connected.client2();
});
afterAll(() => connected.close());

function clientOf(generation: (typeof GENERATIONS)[number]): RealClient {
  const client = clients[generation];
  if (client === undefined) throw new Error("not connected");
  return client;
}

describe.each(GENERATIONS)("%s", (generation) => {
  const read = async (uri: string) => {
    const { contents } = await clientOf(generation).readResource({ uri });
    const [content, ...more] = contents;
    if (content === undefined || more.length > 0) throw new Error("one content expected");
    expect(content.uri).toBe(uri);
    return content;
  };
  const text = async (uri: string) => {
    const content = await read(uri);
    if (typeof content.text !== "string") throw new Error("text expected");
    return content.text;
  };
  const refusal = (uri: string) =>
    clientOf(generation)
      .readResource({ uri })
      .then(
        () => {
          throw new Error(`${uri} was read`);
        },
        (error: unknown) => error,
      );

  it("lists what can be read", async () => {
    const { resources } = await clientOf(generation).listResources();
    expect(resources.map(({ uri }) => uri)).toEqual([CARD_URI, VIEWS_URI, "operations://today", "guide://rules"]);
    const { resourceTemplates } = await clientOf(generation).listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate, mimeType }) => [uriTemplate, mimeType])).toEqual([
      ["invoice://{id}", "text/plain"],
      ["invoice://{id}/pdf", "application/pdf"],
      ["invoice://{id}/xml", "application/xml"],
      ["customer://{id}", "text/plain"],
    ]);
  });

  it.each([CARD_URI, VIEWS_URI])("hands out %s with its rules, in the listing and with the page", async (uri) => {
    const { resources } = await clientOf(generation).listResources();
    const listed = resources.find((resource) => resource.uri === uri);
    const card = await read(uri);
    expect(card.mimeType).toBe(CARD_MEDIA_TYPE);
    expect(String(card.text)).toMatch(/^<!doctype html>/);
    expect(card._meta).toEqual(listed?._meta);
    expect(card._meta?.["ui"]).toMatchObject({ csp: { connectDomains: [] }, prefersBorder: false });
  });

  it("lists card and views with the tools that show them, and no card's own tool where no card is shown", async () => {
    const { tools } = await clientOf(generation).listTools();
    const shownAs = (uri: string) =>
      tools
        .filter(({ _meta }) => JSON.stringify(_meta?.["ui"] ?? {}) === JSON.stringify({ resourceUri: uri }))
        .filter(({ _meta }) => _meta?.["ui/resourceUri"] === uri)
        .map(({ name }) => name);
    // Every act that a person approves, and only those.
    expect(shownAs(CARD_URI)).toEqual(
      tools.filter(({ _meta }) => _meta?.["invoicing/effect"] === "commit").map(({ name }) => name),
    );
    expect(shownAs(VIEWS_URI)).toEqual([
      "copy_invoice",
      "get_invoice",
      "list_operations",
      "match_payments",
      "prepare_invoice",
      "review_billing",
      "review_receivables",
    ]);
    expect(tools.find(({ name }) => name === "answer_approval")).toBeUndefined();
  });

  it("reads an invoice by id and by number, with the account", async () => {
    const byNumber = await text("invoice://RE-2026-0012");
    expect(byNumber).toMatch(/^#RE-2026-0012 /);
    expect(byNumber).toMatch(/Net [\d.-]+ \+ tax/);
    expect(byNumber).toContain("Account: ");
    const id = / · id (\S+)/.exec(byNumber)?.[1] ?? "";
    expect(await text(`invoice://${id}`)).toBe(byNumber);
  });

  it("reads the files of an invoice", async () => {
    const pdf = await read("invoice://RE-2026-0012/pdf");
    expect(pdf.mimeType).toBe("application/pdf");
    expect(Buffer.from(String(pdf.blob), "base64").toString("latin1")).toMatch(/^%PDF-1\.4[\s\S]*%%EOF\n$/);
    const xml = await read("invoice://RE-2026-0012/xml");
    expect(xml.mimeType).toBe("application/xml");
    expect(Buffer.from(String(xml.blob), "base64").toString("utf8")).toContain("RE-2026-0012");
  });

  it("reads a customer, today's operations and the rules", async () => {
    expect(await text("customer://181227")).toContain("id 181227");
    expect(await text("operations://today")).toMatch(/^No operations on \d{4}-\d\d-\d\d\.\nAccount: /);
    expect(await text("guide://rules")).toContain("Stornorechnung");
  });

  it("never shows the links of documents", async () => {
    expect(await text("invoice://RE-2026-0012")).not.toMatch(/access_token|https?:/);
  });

  it.each([
    ["invoice://..%2Fcustomers", -32602, "is not an id"],
    ["invoice://a?b=c", -32602, "is not an id"],
    ["customer://x%20y", -32602, "is not an id"],
    ["invoice://181227000", -32602, "181227000"],
    ["invoice://RE-1999-0001/pdf", -32602, 'No invoice has the number "RE-1999-0001"'],
    ["invoice://1/2/pdf", -32602, "There is no resource"],
    ["invoice:///pdf", -32602, "There is no resource"],
    ["file:///etc/passwd", -32602, "There is no resource"],
    ["ui://invoicing/other", -32602, "Resources: ui://invoicing/card"],
  ])("says what is wrong with %s", async (uri, code, sentence) => {
    expect(await refusal(uri)).toMatchObject({ code, message: expect.stringContaining(sentence) });
  });
});

describe("what the API does not have", () => {
  it("a draft has no e-invoice yet, a refused document is named without its link, a page is no document", async () => {
    const own = await startConnected();
    try {
      const client = await own.client1();
      const draft = await draftOf(client);
      await expect(client.readResource({ uri: `invoice://${draft}/xml` })).rejects.toThrow(
        /draft .* has no e-invoice \(XML\) yet: the API makes it when the invoice is sent/,
      );
      await expect(client.readResource({ uri: "invoice://RE-2026-0012/xml" })).rejects.toThrow(
        "The API has no e-invoice (XML) of invoice RE-2026-0012.",
      );
      own.simulator.setSwitches({ pdf_link: "absent" });
      await expect(client.readResource({ uri: "invoice://RE-2026-0012/pdf" })).rejects.toThrow(
        "The API has no PDF of invoice RE-2026-0012. Next: Open it in the admin dashboard.",
      );
    } finally {
      await own.close();
    }
  });

  it("the card and the rules are read without the API; the rest says that it cannot be reached", async () => {
    const own = await startConnected();
    try {
      const client = await own.client1();
      await own.simulator.close();
      const before = own.simulator.requests().length;
      await client.readResource({ uri: CARD_URI });
      await client.readResource({ uri: "guide://rules" });
      expect(own.simulator.requests().length).toBe(before);
      await expect(client.readResource({ uri: "customer://181227" })).rejects.toMatchObject({ code: -32603 });
    } finally {
      await own.close();
    }
  });
});

it("puts the rules into 500 tokens", async () => {
  const { body } = await rules.read();
  expect(countTokens(body)).toBeLessThanOrEqual(500);
});

async function draftOf(client: RealClient): Promise<string> {
  const listed = await client.callTool({
    name: "list_invoices",
    arguments: { status: "draft", limit: 1, response_format: "detailed" },
  });
  const id = /"id":"([^"]+)"/.exec(JSON.stringify(listed["structuredContent"]))?.[1];
  if (id === undefined) throw new Error(JSON.stringify(listed));
  return id;
}
