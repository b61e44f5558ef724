import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";

/**
 * A scripted MCP client over stdio does the invoicing job of the API's guide, with its own example data, on the built
 * server with its simulator. `--approve=page` hands the approvals to you, on the approval page in your browser.
 */
const { values } = parseArgs({ options: { approve: { type: "string", default: "form" } } });
if (values.approve !== "form" && values.approve !== "page") {
  process.stderr.write("--approve is form (answered by the script) or page (answered by you in the browser).\n");
  process.exit(2);
}
const byPage = values.approve === "page";
const out = (text = "") => process.stdout.write(`${text}\n`);
const behind = (mark: string, text: string) => text.replaceAll(/^/gm, mark);

const transport = new StdioClientTransport({
  command: process.execPath,
  args: [
    fileURLToPath(new URL("../dist/cli.js", import.meta.url)),
    "--demo",
    "--language=en",
    ...(byPage ? ["--confirm=page"] : []),
  ],
  stderr: "pipe",
});
/** The server says on stderr where its simulator can be looked at. */
const simulator = new Promise<string>((resolve) => {
  let log = "";
  transport.stderr?.on("data", (chunk: Buffer) => {
    log += chunk.toString();
    const found = /(http:\/\/127\.0\.0\.1:\d+)\/_simulator/.exec(log)?.[1];
    if (found !== undefined) resolve(found);
  });
});

const client = new Client({ name: "demo", version: "1.0.0" }, { capabilities: byPage ? {} : { elicitation: {} } });
const form = z.object({
  message: z.string(),
  requestedSchema: z.object({
    properties: z.record(z.string(), z.looseObject({ description: z.string().optional() })),
  }),
});
if (!byPage) {
  // The person: looks at the preview, then answers it.
  client.setRequestHandler(ElicitRequestSchema, async (request) => {
    const { message, requestedSchema } = form.parse(request.params);
    out("\n  The person is shown:\n");
    out(behind("  │ ", message));
    await new Promise((resolve) => setTimeout(resolve, 500));
    const typed = requestedSchema.properties["typed"];
    const amount = /-?\d[\d.,]*\d/.exec(typed?.description ?? "")?.[0] ?? "";
    out(`\n  The person ${typed === undefined ? "approves" : `types ${amount}`}.\n`);
    return { action: "accept", content: typed === undefined ? { decision: "approve" } : { typed: amount } };
  });
}

const answer = z.object({
  content: z.array(z.looseObject({ text: z.string().optional() })),
  structuredContent: z.record(z.string(), z.unknown()),
  isError: z.boolean().optional(),
});

let step = 0;
async function call(why: string, name: string, args: Record<string, unknown>): Promise<Record<string, unknown>> {
  step += 1;
  out(`\n${step}. ${why}`);
  out(`  → ${name} ${JSON.stringify(args)}`);
  for (;;) {
    const result = answer.parse(await client.callTool({ name, arguments: args }));
    if (result.structuredContent["outcome"] === "approval_required") {
      out(behind("  ", result.content[0]?.text ?? ""));
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      continue;
    }
    out(behind("  ← ", result.content[0]?.text ?? ""));
    if (result.isError === true) throw new Error(`${name} failed`);
    return result.structuredContent;
  }
}

const identified = z.object({ id: z.string() });
const drafted = z.object({ invoice_id: z.string() });

await client.connect(transport);
out("The invoicing job of the API's guide, on the simulator: nothing here is real.");

await call("Is Jane a customer already?", "search_customers", { email: "jane@example.com" });
const created = await call("No: create her.", "create_customer", {
  given_name: "Jane",
  family_name: "Doe",
  email: "jane@example.com",
  company: "Acme Inc",
  locale: "de",
  mobile: "+4917612345678",
});
const customerId = identified.parse(created["customer"]).id;
await call("Give her an address.", "create_address", {
  customer_id: customerId,
  name: "Jane Doe",
  street_address: "Hauptstraße 42",
  zip_code: "50667",
  city: "Köln",
  country_code: "DE",
});
const draft = await call("Draft the invoice, net prices.", "create_invoice", {
  currency: "EUR",
  recipient: "Acme Inc\nJane Doe\nHauptstraße 42\n50667 Köln",
  calculate_from_net: true,
  customer_id: customerId,
});
const { invoice_id: invoiceId } = drafted.parse(draft);
const lines = [
  { title: "Consulting — March 2026", quantity: 10, single_net_amount: 150, tax_rate: 19 },
  { title: "Handbook", subtitle: "Printed, March 2026", quantity: 2, single_net_amount: 24.5, tax_rate: 7 },
  { title: "Discount", quantity: 1, single_net_amount: -100, tax_rate: 19 },
];
for (const line of lines) await call(`Add a line: ${line.title}.`, "add_item", { invoice_id: invoiceId, ...line });
await call("Send it. A person has to approve.", "send_invoice", { invoice_id: invoiceId });
await call("The same call again, as after a lost answer: nothing happens twice.", "send_invoice", {
  invoice_id: invoiceId,
});
await call("The money is there.", "mark_paid", { invoice_id: invoiceId });
const other = await call("Another one went out by mistake. Which?", "list_invoices", { status: "overdue", limit: 1 });
const [mistake] = z.array(z.object({ number: z.string() })).parse(other["invoices"]);
await call("Cancel it: a credit note.", "cancel_invoice", { invoice_id: `#${mistake?.number ?? ""}` });

out("\nThe invoice as the API has it now:");
await call("Read it back.", "get_invoice", { invoice_id: invoiceId, response_format: "detailed" });

out("\nE-mails that would have gone out:");
const mails = z
  .array(z.looseObject({ kind: z.string(), to: z.string(), subject: z.string() }))
  .parse(await (await fetch(`${await simulator}/_simulator/outbox`)).json());
for (const mail of mails) out(`  ${mail.kind} to ${mail.to}: ${mail.subject}`);

await client.close();
out("\nDone. Connect your own assistant: see README.md.");
