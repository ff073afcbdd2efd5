/** The page that shows the secret of an authenticator app: draws it as a QR code. */

import { find } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { drawCode } from "../room/qr-code.js";

const root = find(document, "[data-add-app]", HTMLElement);
const picture = find(root, "[data-qr-picture]", HTMLElement);
picture.hidden = false;
void drawCode(picture, root.dataset.addApp ?? "", gettext("QR code for the app"));
