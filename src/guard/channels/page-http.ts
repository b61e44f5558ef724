import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { z } from "zod";
import { jsonBody, Refusal, sendHtml } from "../../ui/loopback.ts";
import { approvalPageHtml, passkeyPageHtml } from "../../ui/page.ts";
import type { Language } from "../wording.ts";

const MAX_BODY = 4_096;

export async function body<T>(request: IncomingMessage, schema: z.ZodType<T>, max = MAX_BODY): Promise<T> {
  const parsed = schema.safeParse(await jsonBody(request, max));
  if (!parsed.success) throw new Refusal(400);
  return parsed.data;
}

export function sendPage(response: ServerResponse, page: "approvals" | "passkey", language: Language): void {
  const options = { nonce: randomBytes(18).toString("base64"), language };
  sendHtml(response, page === "passkey" ? passkeyPageHtml(options) : approvalPageHtml(options));
}
