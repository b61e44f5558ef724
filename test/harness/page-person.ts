import { z } from "zod";
import { typedText } from "../malicious/people.ts";

const session = z.object({ csrf: z.string() });
const list = z.object({
  approvals: z.array(z.object({ id: z.string(), view: z.object({ typed_prompt: z.string().nullable() }) })),
});

/** Opens the link of an approval page as a browser does and approves the one approval that waits there. */
export async function approveOnPage(link: string): Promise<void> {
  const { origin, hash } = new URL(link);
  const json = { "content-type": "application/json", origin };
  const post = (path: string, body: object, headers: Readonly<Record<string, string>>) =>
    fetch(`${origin}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  const opened = await post("/session", { secret: hash.slice(1) }, json);
  const headers = {
    ...json,
    cookie: opened.headers.get("set-cookie")?.split(";")[0] ?? "",
    "x-csrf": session.parse(await opened.json()).csrf,
  };
  const { approvals } = list.parse(await (await fetch(`${origin}/approvals`, { headers })).json());
  const [approval, ...others] = approvals;
  if (approval === undefined || others.length > 0) throw new Error(`${approvals.length} approvals wait`);
  const prompt = approval.view.typed_prompt;
  const typed = prompt === null ? {} : { typed: typedText(prompt) };
  const answered = await post(`/approvals/${approval.id}`, { decision: "approve", ...typed }, headers);
  if (answered.status !== 200) throw new Error(`the page answered ${answered.status}: ${await answered.text()}`);
}
