import { createServer } from "node:http";

/** An API that answers any invoice, after 5 ms and at next to no cost. What both servers of `hosted.ts` ask. */
const DELAY_MS = 5;

function invoice(id: string): string {
  const attributes = {
    number: "12",
    formatted_number: "RE-12",
    status: "open",
    invoice_type: "invoice",
    total: "119.00",
    net_amount: "100.00",
    tax_amount: "19.00",
    currency: "EUR",
    issued_at: "2026-10-01T00:00:00Z",
    due_date: "2026-10-15",
    created_at: "2026-10-01T00:00:00Z",
    updated_at: "2026-10-01T00:00:00Z",
  };
  return JSON.stringify({ data: { type: "invoices", id, attributes } });
}

function organization(id: string): string {
  return JSON.stringify({ data: [{ type: "organizations", id, attributes: { name: "Bench" } }] });
}

const http = createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://api");
  const id = /\/invoices\/([^/]+)$/.exec(url.pathname)?.[1];
  setTimeout(() => {
    response.writeHead(200, { "content-type": "application/vnd.api+json" });
    response.end(id === undefined ? organization(url.searchParams.get("o") ?? "1") : invoice(id));
  }, DELAY_MS);
});
http.listen(0, "127.0.0.1", () => {
  const address = http.address();
  if (address !== null && typeof address === "object") process.stdout.write(`http://127.0.0.1:${address.port}\n`);
});
