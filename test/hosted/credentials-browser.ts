import { expect } from "vitest";
import { browserOf, type PageOf } from "./browser.ts";

/** A browser whose person has just signed in anew at the page for credentials, with what it says. */
export async function openedCredentials(at: PageOf, person: string, organization: string) {
  const { issuer, origin } = at;
  const browser = browserOf(at, person);
  issuer.person = person;
  const begun = await browser.send(`${origin}/credentials`);
  const location = new URL(begun.headers.get("location") ?? "");
  const landed = await browser.send(await issuer.signIn(location));
  expect(landed.headers.get("location")).toBe("/credentials");
  const page = async (headers: Record<string, string> = {}) => {
    const response = await browser.send(`${origin}/credentials`, { headers });
    return { response, text: (await response.text()).replace(/<style.*?<\/style>/s, "") };
  };
  const { text } = await page();
  const csrf = /name="csrf" value="([\w-]+)"/.exec(text)?.[1] ?? "";
  const submit = async (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    browser.send(`${origin}${path}`, {
      method: "POST",
      headers: { origin, "sec-fetch-site": "same-origin", ...headers },
      body: new URLSearchParams({ csrf, organization, whose: "own", ...fields }),
    });
  return {
    browser,
    location,
    text,
    page,
    submit,
    /** Sends a form as the page does, and reads what the page says then. */
    async said(fields: Record<string, string>, path = "/credentials") {
      const response = await submit(path, fields);
      expect(response.status).toBe(303);
      expect(response.headers.get("location")).toBe("/credentials");
      return (await page()).text;
    },
  };
}
