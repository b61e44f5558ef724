import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { afterEach, describe, expect, it } from "vitest";
import { isJsonObject } from "../../src/domain/json.ts";
import { buildServer } from "../../src/server.ts";
import { EFFECTS } from "../../src/toolkit/effect.ts";
import { opened } from "../harness/browser-get.ts";
import {
  type Connected,
  type ConnectedOptions,
  GENERATIONS,
  type RealClient,
  startConnected,
} from "../harness/connected.ts";

let connected: Connected | undefined;
afterEach(async () => {
  await connected?.close();
  connected = undefined;
});

interface Got {
  readonly text: string;
  readonly links: readonly Record<string, unknown>[];
  readonly structured: Record<string, unknown>;
  readonly isError: boolean;
}

async function get(client: RealClient, args: Record<string, unknown>): Promise<Got> {
  const answer = await client.callTool({ name: "get_document", arguments: args });
  const content = Array.isArray(answer["content"]) ? answer["content"].filter(isJsonObject) : [];
  const structured = answer["structuredContent"];
  return {
    text: String(content[0]?.["text"]),
    links: content.slice(1),
    structured: isJsonObject(structured) ? structured : {},
    isError: answer["isError"] === true,
  };
}

async function start(options: ConnectedOptions = {}): Promise<{ client: RealClient; connected: Connected }> {
  connected = await startConnected(options);
  return { client: await connected.client1(), connected };
}

it.each(GENERATIONS)(
  "%s: links the file as a resource that can be read, and says how to have it saved",
  async (generation) => {
    connected = await startConnected();
    const client = await connected[generation]();
    const got = await get(client, { invoice_id: "#RE-2026-0012" });
    expect(got.links).toEqual([
      {
        type: "resource_link",
        uri: expect.stringMatching(/^invoice:\/\/[\w-]+\/pdf$/),
        name: expect.stringMatching(/\.pdf$/),
        title: "PDF of invoice RE-2026-0012",
        mimeType: "application/pdf",
      },
    ]);
    const uri = String(got.links[0]?.["uri"]);
    expect(got.structured).toMatchObject({ document: "PDF of invoice RE-2026-0012", uri });
    expect(got.text).toContain(uri);
    expect(got.text).toContain("INVOICES_DOWNLOAD_DIR");
    expect(got.text).not.toMatch(/https?:|access_token|JVBERi/);
    const { contents } = await client.readResource({ uri });
    expect(Buffer.from(String(contents[0]?.blob), "base64").toString("latin1").slice(0, 5)).toBe("%PDF-");
  },
);

describe.each(GENERATIONS)("without a folder, where a browser can be shown (%s)", (generation) => {
  const ask = async (options: ConnectedOptions) => {
    connected = await startConnected({ display: true, ...options });
    return get(await connected[generation](), { invoice_id: "#RE-2026-0012" });
  };

  it("gives an address that opens the PDF in the person's browser, once", async () => {
    const got = await ask({});
    const link = String(got.structured["link"]);
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}\/invoice-RE-2026-0012\.pdf$/);
    expect(got.text).toContain(link);
    expect(got.links).toHaveLength(1);
    const { headers, body } = await opened(link);
    expect(headers["content-type"]).toBe("application/pdf");
    expect(body.toString("latin1").slice(0, 5)).toBe("%PDF-");
    expect((await opened(link)).status).toBe(410);
    await connected?.close();
    connected = undefined;
    await expect(opened(link)).rejects.toThrow();
  });

  it.each([
    ["the client opens resources itself", { clientName: "Visual Studio Code" }],
    ["the client opens resources itself, in its early edition", { clientName: "Visual Studio Code - Insiders" }],
    ["the file is saved", { downloads: true }],
    ["nobody sits at this machine", { display: false }],
  ])("gives none where %s", async (_, options) => {
    const got = await ask(options);
    expect(got.isError).toBe(false);
    expect(got.structured).not.toHaveProperty("link");
    expect(got.text).not.toContain("127.0.0.1");
    expect(got.links).toHaveLength(1);
  });

  it("gives none for what is no PDF", async () => {
    connected = await startConnected({ display: true });
    connected.simulator.faults.add({ kind: "bad_json", path: "/documents/**", times: 1 });
    const got = await get(await connected[generation](), { invoice_id: "#RE-2026-0012" });
    expect(got.isError).toBe(true);
    expect(got.text).not.toContain("127.0.0.1");
  });
});

describe("with a folder", () => {
  it("saves once, finds it again, and never takes a path from the caller", async () => {
    const { client, connected: at } = await start({ downloads: true });
    const first = await get(client, { invoice_id: "#RE-2026-0012" });
    const path = join(at.folder, "invoice-RE-2026-0012.pdf");
    expect(first.structured).toMatchObject({ path, saved: "new" });
    expect(first.text).toContain(path);
    expect((await readFile(path)).subarray(0, 5).toString("latin1")).toBe("%PDF-");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await get(client, { invoice_id: "#RE-2026-0012", kind: "pdf" })).structured).toMatchObject({
      path,
      saved: "unchanged",
    });
    for (const key of ["path", "file_name", "folder"]) {
      expect((await get(client, { invoice_id: "#RE-2026-0012", [key]: "/etc/x" })).isError).toBe(true);
    }
    expect((await readdir(at.folder)).filter((name) => name !== "state")).toEqual(["invoice-RE-2026-0012.pdf"]);
  });

  it("saves the e-invoice where there is one", async () => {
    const { client, connected: at } = await start({ downloads: true, switches: { xml_link: "present" } });
    const got = await get(client, { invoice_id: "#RE-2026-0012", kind: "xml" });
    expect(got.structured).toMatchObject({ path: join(at.folder, "invoice-RE-2026-0012.xml") });
    expect(got.links[0]).toMatchObject({ mimeType: "application/xml" });
  });

  it("works in read-only mode, which changes nothing at the API", async () => {
    const { client, connected: at } = await start({ downloads: true, flags: { mode: "read-only" } });
    expect((await get(client, { invoice_id: "#RE-2026-0012" })).structured["saved"]).toBe("new");
    expect(at.simulator.effects()).toEqual([]);
  });

  it("says that the folder is gone, and still names the resource", async () => {
    const { client, connected: at } = await start({ downloads: true });
    await rm(at.folder, { recursive: true });
    const got = await get(client, { invoice_id: "#RE-2026-0012" });
    expect(got.isError).toBe(true);
    expect(got.structured["error"]).toMatchObject({ code: "config", effect: "none" });
    expect(got.text).toContain("it does not exist");
  });

  it("saves nothing when the document is something else", async () => {
    const { client, connected: at } = await start({ downloads: true });
    at.simulator.faults.add({ kind: "bad_json", path: "/documents/**", times: 1 });
    const got = await get(client, { invoice_id: "#RE-2026-0012" });
    expect(got.isError).toBe(true);
    expect(got.text).toMatch(/The document of invoice \S+ is not a PDF\. Nothing was changed\./);
    expect((await readdir(at.folder)).filter((name) => name !== "state")).toEqual([]);
  });
});

describe("without a document", () => {
  it("says so and what to do", async () => {
    const { client, connected: at } = await start();
    const xml = await get(client, { invoice_id: "#RE-2026-0012", kind: "xml" });
    expect(xml.isError).toBe(true);
    expect(xml.text).toContain("The API has no e-invoice (XML) of invoice RE-2026-0012. Nothing was changed.");
    at.simulator.setSwitches({ pdf_link: "absent" });
    const pdf = await get(client, { invoice_id: "#RE-2026-0012" });
    expect(pdf.text).toContain(
      "The API has no PDF of invoice RE-2026-0012. Nothing was changed.\nNext: Open it in the admin dashboard.",
    );
    const draft = await client.callTool({
      name: "list_invoices",
      arguments: { status: "draft", limit: 1, response_format: "detailed" },
    });
    const id = /"id":"([^"]+)"/.exec(JSON.stringify(draft["structuredContent"]))?.[1];
    expect((await get(client, { invoice_id: id })).text).toContain(
      "has no PDF yet: the API makes it when the invoice is sent.",
    );
  });
});

it.each([
  ["2025-03-26", ["text"]],
  ["2025-06-18", ["text", "resource_link"]],
])("sends a client of %s the blocks it knows", async (protocolVersion, types) => {
  connected = await startConnected();
  const [near, far] = InMemoryTransport.createLinkedPair();
  await buildServer(connected.assembly.parts, "legacy").connect(far);
  const ask = (id: number, method: string, params: Record<string, unknown>) =>
    new Promise<unknown>((resolve, reject) => {
      near.onmessage = (message) => {
        if ("result" in message && message.id === id) resolve(message.result);
        else if ("error" in message) reject(new Error(message.error.message));
      };
      near.send({ jsonrpc: "2.0", id, method, params }).catch(reject);
    });
  await near.start();
  expect(
    await ask(1, "initialize", { protocolVersion, capabilities: {}, clientInfo: { name: "old", version: "1" } }),
  ).toMatchObject({ protocolVersion });
  await near.send({ jsonrpc: "2.0", method: "notifications/initialized" });
  const answer = await ask(2, "tools/call", { name: "get_document", arguments: { invoice_id: "#RE-2026-0012" } });
  const content =
    isJsonObject(answer) && Array.isArray(answer["content"]) ? answer["content"].filter(isJsonObject) : [];
  expect(content.map(({ type }) => type)).toEqual(types);
  expect(String(content[0]?.["text"])).toContain("invoice://");
  await near.close();
});

it("is annotated as what it does: it may write a file, and changes nothing at the API", async () => {
  const { client } = await start();
  const { tools } = await client.listTools();
  const listed = tools.find(({ name }) => name === "get_document");
  expect(listed).toMatchObject({ annotations: EFFECTS.save.annotations });
  expect(EFFECTS.save.annotations).toMatchObject({ readOnlyHint: false, destructiveHint: false });
});
