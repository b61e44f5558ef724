import type { Conversation } from "../conversation.ts";
import { amounts } from "./amounts.ts";
import { billing } from "./billing.ts";
import { corrections } from "./corrections.ts";
import { hostile } from "./hostile.ts";
import { payments } from "./payments.ts";
import { putRight } from "./put-right.ts";
import { trouble } from "./trouble.ts";

export const conversations: readonly Conversation[] = [
  ...billing,
  ...amounts,
  ...hostile,
  ...payments,
  ...corrections,
  ...putRight,
  ...trouble,
];
