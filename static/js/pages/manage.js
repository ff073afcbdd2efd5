// The pages that run a room, outside of the room's own page.

import { offerCopies } from "../room/copy-buttons.js";
import { markChanges } from "../room/sheet-parts.js";

markChanges(document);
offerCopies(document);
