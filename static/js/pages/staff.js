/** What the pages of the staff open and shut, beside what every page has. */

import { shutDropdowns } from "../lib/dropdowns.js";

shutDropdowns(document);
