import { expect } from "vitest";
import { z } from "zod";
import type { TestIssuer } from "./authorization-server.ts";

/** The approval page of a server, and who signs people in there. */
export interface PageOf {
  readonly issuer: TestIssuer;
  readonly origin: string;
}

const entry = z.object({
  id: z.string(),
  state: z.string(),
  asked_by: z.string().optional(),
  decline_only: z.boolean().optional(),
  passkey: z.boolean().optional(),
  outcome: z.object({ is: z.string(), text: z.string() }).nullish(),
});

/** A browser without a screen: cookies, redirects, and the requests of the page. */
export function browserOf({ issuer, origin }: PageOf, person: string) {
  const jar = new Map<string, string>();
  const send = async (url: string | URL, init: RequestInit = {}) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { ...init, redirect: "manual", headers: { ...init.headers, cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [name = "", value = ""] = (line.split(";")[0] ?? "").split("=");
      if (new URL(url).origin === origin) jar.set(name, value);
    }
    return response;
  };
  const own = { origin, "sec-fetch-site": "same-origin", "content-type": "application/json" };
  return {
    jar,
    send,
    async signIn(): Promise<string> {
      issuer.person = person;
      const begun = await send(`${origin}/approve`);
      const back = await issuer.signIn(new URL(begun.headers.get("location") ?? ""));
      const landed = await send(back);
      expect(landed.headers.get("location")).toBe("/approve/#signed-in");
      const session = await send(`${origin}/approve/session`, {
        method: "POST",
        headers: own,
        body: '{"secret":"signed-in"}',
      });
      return z.object({ csrf: z.string() }).parse(await session.json()).csrf;
    },
    /** `follow`: ids that the page shows. */
    list: async (csrf: string, follow: readonly string[] = [], lang = "en") => {
      const query = follow.length === 0 ? "" : `?follow=${follow.join(",")}&lang=${lang}`;
      const response = await send(`${origin}/approve/approvals${query}`, { headers: { "x-csrf": csrf } });
      return z.object({ approvals: z.array(entry) }).parse(await response.json()).approvals;
    },
    decide: async (
      id: string,
      csrf: string,
      more: Record<string, string> = {},
      body: object = { decision: "approve", typed: "119.00" },
    ) =>
      send(`${origin}/approve/approvals/${id}`, {
        method: "POST",
        headers: { ...own, "x-csrf": csrf, ...more },
        body: JSON.stringify(body),
      }),
  };
}
