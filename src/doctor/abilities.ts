import type { ProbedResource } from "../api/probe.ts";
import { EFFECT_META } from "../toolkit/effect.ts";
import { isListing } from "../toolkit/listed-tool.ts";
import surface from "../tools/surface.json" with { type: "json" };
import type { ToolVerdict } from "./finding.ts";

type Resource = ProbedResource | "items" | "addresses";

/** What a tool touches at the API, where its name does not say so: everything else is about invoices. */
const NEEDS: Readonly<Record<string, readonly Resource[]>> = {
  list_operations: [],
  get_operation: [],
  create_address: ["addresses", "customers"],
  add_item: ["items", "invoices"],
  update_item: ["items", "invoices"],
  remove_item: ["items", "invoices"],
  copy_invoice: ["invoices", "items", "customers"],
  prepare_invoice: ["invoices", "items", "customers", "addresses"],
  change_recipient: ["invoices", "customers"],
};

function needsOf(tool: string): readonly Resource[] {
  return NEEDS[tool] ?? (/customer/.test(tool) ? ["customers"] : ["invoices"]);
}

/**
 * What each tool can do. Reading was tried; whether writing is allowed, only the token's own words tell (`b.invoices:*`), where
 * it has any. The names of single abilities are not published, so less than all of a resource stays unknown.
 */
export function toolVerdicts(
  readable: readonly ProbedResource[],
  scopes: readonly string[] | null,
): Readonly<Record<string, ToolVerdict>> {
  const listing: unknown = surface;
  if (!isListing(listing)) throw new TypeError("tools/surface.json is not a listing; run npm run generate");
  const verdicts: Record<string, ToolVerdict> = {};
  for (const { name, _meta } of listing) {
    const effect = _meta[EFFECT_META];
    if (effect === "answer") continue;
    const needs = needsOf(name);
    const unread = needs.some((one) => (one === "invoices" || one === "customers") && !readable.includes(one));
    const writes = effect !== "read" && effect !== "save";
    verdicts[name] = unread ? "refused" : writes ? writing(needs, scopes) : "works";
  }
  return verdicts;
}

function writing(needs: readonly Resource[], scopes: readonly string[] | null): ToolVerdict {
  const covered = (resource: Resource) => scopes?.some((one) => ["*", "b.*", `b.${resource}:*`].includes(one)) === true;
  return needs.every(covered) ? "works" : "unknown";
}
