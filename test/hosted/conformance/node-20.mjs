import { register } from "node:module";

// The suite's command imports one function that Node has since 22, for a command of its own that is not run here.
const hooks = `
  export async function resolve(specifier, context, next) {
    const isOurs = (specifier === "fs" || specifier === "node:fs") && context.parentURL?.includes("/conformance/dist/");
    if (!isOurs) return next(specifier, context);
    const source = "export * from 'node:fs'; export { default } from 'node:fs'; export const globSync = undefined;";
    return { url: "data:text/javascript," + encodeURIComponent(source), shortCircuit: true };
  }`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
