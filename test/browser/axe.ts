import axe from "axe-core";
import type { Frame } from "puppeteer-core";

/** What axe finds wrong in a document, each as `rule: element`; empty when nothing. */
export async function findings(frame: Frame): Promise<readonly string[]> {
  await frame.evaluate(axe.source);
  // A frame's headings stand below those of the page around it.
  const rules = { "page-has-heading-one": { enabled: frame.parentFrame() === null } };
  const found: unknown = await frame.evaluate(
    `axe.run(document, { resultTypes: ["violations", "incomplete"], rules: ${JSON.stringify(rules)} }).then(
      ({ violations, incomplete }) => [
        ...violations,
        // Contrast that axe cannot measure (an element below another, a gradient) is a finding, too.
        ...incomplete.filter(({ id }) => id === "color-contrast"),
      ].flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html.slice(0, 160))))`,
  );
  return Array.isArray(found) ? found.map(String) : ["axe did not answer"];
}
