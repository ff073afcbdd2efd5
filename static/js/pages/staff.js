/** What the pages of the staff open, shut and mark, beside what every page has. */

import { shutDropdowns } from "../lib/dropdowns.js";
import { markChanges } from "../room/sheet-parts.js";

shutDropdowns(document);
markChanges(document);
